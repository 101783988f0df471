"""A table as a plain Python program would keep it: what the engine's answers are held against.

Items lie in a dictionary by key, indexes are worked out anew for every read, and order is that of
Python's own bytes and decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
Order = Any
TYPES = {"p": "S", "r": "N", "x": "S", "y": "N", "z": "B"}
"""Types of all attributes that may be keys."""


def order(value: Json) -> Order:
    """What a key value is ordered by: bytes, or a decimal."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return content.encode() if kind == "S" else bytes(content)


@dataclass(frozen=True)
class ModelIndex:
    """An index: its keys, and what it projects beside keys (None: everything)."""

    name: str
    partition: tuple[str, ...]
    sort: tuple[str, ...]
    included: tuple[str, ...] | None

    @property
    def keys(self) -> tuple[str, ...]:
        """All key attributes."""
        return self.partition + self.sort


@dataclass
class Model:
    """A table with a sort key where `has_sort`, its indexes, and its items."""

    has_sort: bool
    local: tuple[ModelIndex, ...]
    indexes: dict[str, ModelIndex]
    items: dict[tuple[Order, ...], Json] = field(default_factory=dict)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The table's key attributes."""
        return ("p", "r") if self.has_sort else ("p",)

    def key_of(self, item: Json) -> tuple[Order, ...]:
        """What an item is found by."""
        return tuple(order(item[name]) for name in self.key_names)

    @property
    def all_indexes(self) -> tuple[ModelIndex, ...]:
        """Local and global indexes."""
        return (*self.local, *self.indexes.values())

    def index(self, name: str) -> ModelIndex:
        """The index of that name."""
        return next(index for index in self.all_indexes if index.name == name)

    def takes(self, item: Json, changed: Iterable[str]) -> bool:
        """Whether every index can take the attributes of an item that a write changes."""
        names = set(changed)
        return all(
            TYPES[name] in item[name] and item[name][TYPES[name]]
            for index in self.all_indexes
            for name in index.keys
            if name in names and name in item
        )

    def held(self, name: str | None) -> list[Json]:
        """What the table, or an index of it, holds."""
        if name is None:
            return list(self.items.values())
        index = self.index(name)
        return [
            self.projected(index, item)
            for item in self.items.values()
            if all(item.get(key, {}).get(TYPES[key]) for key in index.keys)
        ]

    def projected(self, index: ModelIndex, item: Json) -> Json:
        """What an index holds of an item."""
        if index.included is None:
            return item
        names = {*self.key_names, *index.keys, *index.included}
        return {name: value for name, value in item.items() if name in names}

    def schema(self, name: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Partition and sort keys of the table or an index."""
        if name is None:
            return ("p",), self.key_names[1:]
        index = self.index(name)
        return index.partition, index.sort


# Sort key conditions: value, first operand, second operand.
OPERATORS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "=": lambda value, low, _: bool(value == low),
    "<": lambda value, low, _: bool(value < low),
    "<=": lambda value, low, _: bool(value <= low),
    ">": lambda value, low, _: bool(value > low),
    ">=": lambda value, low, _: bool(value >= low),
    "BETWEEN": lambda value, low, high: bool(low <= value <= high),
    "begins_with": lambda value, low, _: bool(value.startswith(low)),
}
