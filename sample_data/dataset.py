"""What a sample data set is, and the building blocks of its table definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

REFERENCE_S = 1_767_225_600
"""2026-01-01T00:00:00Z, in epoch seconds: the moment that generated data takes for the present."""

ALL: Json = {"ProjectionType": "ALL"}
KEYS_ONLY: Json = {"ProjectionType": "KEYS_ONLY"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """One sample table.

    `definition` is a CreateTable request. `items` gives a fresh iterator over the `row_count`
    items, always the same ones in the same order: attribute values in wire form, binary values as
    `bytes`, numbers as text. `source` says where the rows come from.
    """

    name: str
    title: str
    description: str
    row_count: int
    source: str
    definition: Json
    items: Callable[[], Iterator[Json]]


def key_schema(partition_key: str, sort_key: str | None = None) -> list[Json]:
    """The KeySchema of a table or an index."""
    schema = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    if sort_key is not None:
        schema.append({"AttributeName": sort_key, "KeyType": "RANGE"})
    return schema


def attribute_definitions(**types: str) -> list[Json]:
    """AttributeDefinitions, from the names of the key attributes and their types."""
    return [{"AttributeName": name, "AttributeType": types[name]} for name in types]


def include(*names: str) -> Json:
    """The Projection of an index that holds its keys and the attributes `names`."""
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(names)}
