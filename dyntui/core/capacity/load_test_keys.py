"""The keys and items of a load test, and which of them a request is about.

An item is marked by an attribute of its own. Its key is told apart from those of a person where the
type allows: text and binary keys begin alike, numbers lie far below what people count. No write
replaces an item without the mark, so that even an equal key does no harm.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate, count
from typing import Literal

from dyntui.core.tables.cost import item_size
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json

KeyOrder = Literal["zipf", "uniform", "sequential"]
KEY_ORDERS: tuple[KeyOrder, ...] = ("zipf", "uniform", "sequential")
KEY_COUNT_MAX = 1_000_000
ITEM_BYTES_MAX = 400 * 1_024

MARK = "dyntui_load_test"
"""The attribute that marks an item."""
_FILLER = "filler"
_PREFIX = "load-test#"
_NUMBER_BASE = -(10**30)
_INDEX_VALUES = 16


def key_of(info: TableInfo, number: int) -> Json:
    """The primary key of an item, counted from 0; a sort key is the same for all."""
    key = {name: _value(info, name, number) for name in info.partition_keys}
    return key | {name: _value(info, name, 0) for name in info.sort_keys}


def item_of(info: TableInfo, number: int, item_bytes: int) -> Json:
    """An item of so many bytes, or of as few as it takes; every index has it."""
    item = {
        name: _value(info, name, number % _INDEX_VALUES)
        for index in info.indexes
        for name in index.key_names
    }
    item |= key_of(info, number) | {MARK: {"BOOL": True}}
    missing = item_bytes - item_size(item) - len(_FILLER)
    return item | {_FILLER: {"S": "x" * missing}} if missing > 0 else item


def guard(info: TableInfo) -> Json:
    """The members of a write that let it replace only what a load test has written."""
    return {
        "ConditionExpression": "attribute_not_exists(#key) OR attribute_exists(#mark)",
        "ExpressionAttributeNames": {"#key": info.key_names[0], "#mark": MARK},
    }


def _value(info: TableInfo, name: str, number: int) -> Json:
    kind = info.attribute_types[name]
    if kind == "N":
        return {"N": str(_NUMBER_BASE - number)}
    text = f"{_PREFIX}{number}"
    return {"S": text} if kind == "S" else {"B": text.encode()}


def key_numbers(order: KeyOrder, key_count: int, draw: Callable[[], float]) -> Callable[[], int]:
    """What gives the number of the next key, from 0 to `key_count` less one.

    zipf: the first key is the hottest, the nth has an nth of its requests. `draw` gives lots from 0
    to 1.
    """
    if order == "sequential":
        turns = count()
        return lambda: next(turns) % key_count
    if order == "uniform":
        return lambda: min(int(draw() * key_count), key_count - 1)
    weights = list(accumulate(1 / rank for rank in range(1, key_count + 1)))
    return lambda: min(bisect_left(weights, draw() * weights[-1]), key_count - 1)
