"""Engines with a table of items, for the benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine import Engine
from tests.benchmarks.items import TABLE, make_item

_INDEX = {
    "IndexName": "by-status",
    "KeySchema": [
        {"AttributeName": "status", "KeyType": "HASH"},
        {"AttributeName": "placed", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


@contextmanager
def engine_with(
    folder: Path, count: int, *, durability: str = "full", with_index: bool = False
) -> Iterator[Engine]:
    """An engine whose table holds the first `count` items, in a folder of its own."""
    with Engine.open(folder, durability=durability, throttling="off") as db:
        create_table(db, TABLE, with_index=with_index)
        db.load_items(TABLE, map(make_item, range(count)))
        yield db


def create_table(db: Engine, name: str, *, with_index: bool = False) -> None:
    """A table for the items; its index's key is another in each version of an item."""
    attributes = {"customer": "S", "order": "N"}
    indexes: dict[str, Any] = {}
    if with_index:
        attributes |= {"status": "S", "placed": "S"}
        indexes["GlobalSecondaryIndexes"] = [_INDEX]
    db.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "order", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind}
            for attribute, kind in attributes.items()
        ],
        BillingMode="PAY_PER_REQUEST",
        **indexes,
    )
