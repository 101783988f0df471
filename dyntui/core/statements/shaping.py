"""The rows of an extended SELECT, made of the rows that the service gives: groups, order, limit.

Only groups are kept in memory, and rows that have to be sorted; of those no more than LIMIT says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Context, Decimal
from functools import cmp_to_key
from heapq import nsmallest
from itertools import islice
from typing import Any

import orjson

from dyntui.core.statements.extended import Column, ExtendedSelect, SortTerm
from engine.expressions.compare import order_key
from engine.expressions.paths import getter
from engine.model import numbers

Json = dict[str, Any]
Reader = Callable[[Json], Json | None]

_ROUNDED = Context(prec=numbers.MAX_DIGITS)
# From the least to the greatest digit that a number can have, and room for carries.
_EXACT = Context(prec=300)
_TYPE_ORDER = ("N", "S", "B")


def shaped(select: ExtendedSelect, items: Iterable[Json]) -> Iterator[Json]:
    """The rows of the result, of the rows that `select.base` gave."""
    rows = _grouped(select, items) if select.aggregates else iter(items)
    if select.sorts:
        key = cmp_to_key(_comparer(select.order, by_name=select.aggregates))
        rows = iter(
            sorted(rows, key=key) if select.limit is None else nsmallest(select.limit, rows, key)
        )
    if select.columns is not None and (select.aggregates or select.sorts):
        rows = _projected(select, rows)
    return islice(rows, select.limit)


def _projected(select: ExtendedSelect, rows: Iterable[Json]) -> Iterator[Json]:
    columns = select.columns or ()
    readers = [(column.name, _reader(column, by_name=select.aggregates)) for column in columns]
    for row in rows:
        shown = ((name, read(row)) for name, read in readers)
        yield {name: value for name, value in shown if value is not None}


def _reader(column: Column, *, by_name: bool) -> Reader:
    """What reads a column of an item, or by its name of a row that is made here."""
    if by_name:
        name = _row_name(column)
        return lambda row: row.get(name)
    read: Reader = getter(column.elements)
    return read


def _row_name(column: Column) -> str:
    """The name of a column in a row of groups, where two paths must not have the same one."""
    return column.name if column.aggregate else repr(column.elements)


# Groups.


def _grouped(select: ExtendedSelect, items: Iterable[Json]) -> Iterator[Json]:
    shown = (*(select.columns or ()), *(term.column for term in select.order))
    wanted = list(dict.fromkeys(column for column in shown if column.aggregate is not None))
    readers = [getter(column.elements) for column in select.groups]
    groups: dict[bytes, tuple[list[Json | None], list[_Tally]]] = {}
    if not select.groups:
        groups[b""] = ([], [_Tally(column) for column in wanted])
    for item in items:
        key = [read(item) for read in readers]
        identity = _identity(key) if key else b""
        if identity not in groups:
            groups[identity] = (key, [_Tally(column) for column in wanted])
        for tally in groups[identity][1]:
            tally.add(item)
    for key, tallies in groups.values():
        row = {_row_name(c): v for c, v in zip(select.groups, key, strict=True) if v is not None}
        for tally in tallies:
            result = tally.result()
            if result is not None:
                row[_row_name(tally.column)] = result
        yield row


def _identity(key: Sequence[Json | None]) -> bytes:
    return orjson.dumps(key, default=bytes.hex, option=orjson.OPT_SORT_KEYS)


class _Tally:
    """One aggregate of one group; values of other types than it is about do not count."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._read: Reader | None = None if column.path is None else getter(column.elements)
        self._count = 0
        self._sum = Decimal(0)
        self._best: Json | None = None

    def add(self, item: Json) -> None:
        """Count an item in."""
        if self._read is None:
            self._count += 1
            return
        value = self._read(item)
        if value is None:
            return
        match self.column.aggregate:
            case "COUNT":
                self._count += 1
            case "SUM" | "AVG":
                if "N" in value:
                    self._count += 1
                    self._sum = _EXACT.add(self._sum, Decimal(value["N"]))
            case "MIN" if _has_order(value):
                if self._best is None or _order(value, self._best) < 0:
                    self._best = value
            case "MAX" if _has_order(value):
                if self._best is None or _order(value, self._best) > 0:
                    self._best = value

    def result(self) -> Json | None:
        """The value of the aggregate; None where nothing was counted that it is about."""
        match self.column.aggregate:
            case "COUNT":
                return {"N": str(self._count)}
            case "MIN" | "MAX":
                return self._best
        if not self._count:
            return None
        average = self.column.aggregate == "AVG"
        value = _ROUNDED.divide(self._sum, self._count) if average else _ROUNDED.plus(self._sum)
        return {"N": numbers.canonical(format(value, "f"))}


# Order.


def _comparer(order: Sequence[SortTerm], *, by_name: bool) -> Callable[[Json, Json], int]:
    terms = [(_reader(term.column, by_name=by_name), term.descending) for term in order]

    def compare(one: Json, two: Json) -> int:
        for read, descending in terms:
            left, right = read(one), read(two)
            result = _order(left, right)
            if result:
                # What is missing stands last, whichever way the order goes.
                turned = descending and left is not None and right is not None
                return -result if turned else result
        return 0

    return compare


def _rank(value: Json | None) -> int:
    """Numbers, then text, then binary, then everything without an order, then what is missing."""
    if value is None:
        return len(_TYPE_ORDER) + 1
    kind = next(iter(value))
    return _TYPE_ORDER.index(kind) if kind in _TYPE_ORDER else len(_TYPE_ORDER)


def _has_order(value: Json) -> bool:
    return _rank(value) < len(_TYPE_ORDER)


def _order(one: Json | None, two: Json | None) -> int:
    ranks = _rank(one), _rank(two)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if one is None or two is None or ranks[0] == len(_TYPE_ORDER):
        return 0
    kind = _TYPE_ORDER[ranks[0]]
    key: Callable[[Any], Any] = bytes if kind == "B" else order_key(kind)
    left, right = key(one[kind]), key(two[kind])
    return int(left > right) - int(left < right)
