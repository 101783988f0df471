"""SELECT beyond the service: aggregates, GROUP BY, any ORDER BY, LIMIT.

    SELECT genre, COUNT(*), AVG(gross) FROM movies GROUP BY genre ORDER BY COUNT(*) DESC LIMIT 5

The service reads the rows by a statement of its own; the rest is done here while they stream by.
Only groups, and rows that have to be sorted, are kept in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cmp_to_key
from itertools import islice
from typing import Any

import orjson

from engine.expressions.ast import Path
from engine.expressions.compare import order_key
from engine.expressions.paths import getter
from engine.model import numbers
from engine.partiql.ast import Select, Source
from engine.partiql.faults import StatementError, not_well_formed
from engine.partiql.parser import StatementParser
from engine.partiql.text import path_text

Json = dict[str, Any]

AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX")
_DIGITS = Context(prec=numbers.MAX_DIGITS)
_TYPE_ORDER = ("N", "S", "B")


@dataclass(frozen=True, slots=True)
class Column:
    """One result column: a path, or an aggregate of one; `path` None is the `*` of COUNT."""

    path: Path | None
    aggregate: str | None = None

    @property
    def name(self) -> str:
        """The attribute under which the column is shown."""
        if self.aggregate is None:
            assert self.path is not None
            return path_text(self.path)
        inner = "*" if self.path is None else path_text(self.path)
        return f"{self.aggregate}({inner})"

    def value(self, item: Json) -> Json | None:
        """The value of the column's path in an item."""
        assert self.path is not None
        elements = tuple(e for e in self.path.elements if isinstance(e, str | int))
        return getter(elements)(item)


@dataclass(frozen=True, slots=True)
class SortTerm:
    """One term of ORDER BY."""

    column: Column
    descending: bool


@dataclass(frozen=True, slots=True)
class ExtendedSelect:
    """A statement of the service's, and what is done with its rows; `columns` None is `*`."""

    base: Select
    columns: tuple[Column, ...] | None
    groups: tuple[Column, ...] = ()
    order: tuple[SortTerm, ...] = ()
    limit: int | None = None

    @classmethod
    def ordered(cls, select: Select) -> ExtendedSelect:
        """A statement whose ORDER BY the service refuses."""
        terms = tuple(SortTerm(Column(Path((key.name,))), key.descending) for key in select.order)
        return cls(Select(select.source, select.paths, select.where), None, order=terms)

    @property
    def aggregates(self) -> bool:
        """Whether rows become groups."""
        return bool(self.groups) or any(c.aggregate is not None for c in self.columns or ())

    @property
    def done_here(self) -> list[str]:
        """What is not done by the service, in words."""
        done = []
        if self.aggregates:
            done.append("GROUP BY" if self.groups else "aggregates")
        if self.order:
            done.append("ORDER BY")
        if self.limit is not None:
            done.append("LIMIT")
        return done

    def shaped(self, items: Iterable[Json]) -> Iterator[Json]:
        """The rows of the result, of the rows that the service gave."""
        rows: Iterable[Json] = self._grouped(items) if self.aggregates else items
        if self.order:
            rows = sorted(rows, key=cmp_to_key(self._compare))
        if not self.aggregates and self.columns is not None:
            rows = map(self._projected, rows)
        return islice(rows, self.limit)

    def _projected(self, item: Json) -> Json:
        shown = ((column.name, column.value(item)) for column in self.columns or ())
        return {name: value for name, value in shown if value is not None}

    def _grouped(self, items: Iterable[Json]) -> Iterator[Json]:
        columns = self.columns or ()
        sought = [*columns, *(term.column for term in self.order)]
        wanted = list(dict.fromkeys(c for c in sought if c.aggregate is not None))
        groups: dict[bytes, tuple[list[Json | None], list[_Tally]]] = {}
        if not self.groups:
            groups[b""] = ([], [_Tally(column) for column in wanted])
        for item in items:
            key = [column.value(item) for column in self.groups]
            identity = orjson.dumps(key, default=bytes.hex) if key else b""
            if identity not in groups:
                groups[identity] = (key, [_Tally(column) for column in wanted])
            for tally in groups[identity][1]:
                tally.add(item)
        for key, tallies in groups.values():
            row = {c.name: v for c, v in zip(self.groups, key, strict=True) if v is not None}
            for tally in tallies:
                result = tally.result()
                if result is not None:
                    row[tally.column.name] = result
            yield row

    def _compare(self, one: Json, two: Json) -> int:
        for term in self.order:
            read = (lambda row, t=term: row.get(t.column.name)) if self.aggregates else None
            left = read(one) if read else term.column.value(one)
            right = read(two) if read else term.column.value(two)
            result = _order(left, right)
            if left is None or right is None:
                # What is missing stands last, whichever way the order goes.
                if result:
                    return result
            elif result:
                return -result if term.descending else result
        return 0


def _rank(value: Json | None) -> int:
    """Numbers, then text, then binary, then everything without an order, then what is missing."""
    if value is None:
        return len(_TYPE_ORDER) + 1
    kind = next(iter(value))
    return _TYPE_ORDER.index(kind) if kind in _TYPE_ORDER else len(_TYPE_ORDER)


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


class _Tally:
    """One aggregate of one group; values of other types than it is about do not count."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._count = 0
        self._sum = Decimal(0)
        self._best: Json | None = None

    def add(self, item: Json) -> None:
        """Count an item in."""
        kind = self.column.aggregate
        if self.column.path is None:
            self._count += 1
            return
        value = self.column.value(item)
        if value is None:
            return
        if kind == "COUNT":
            self._count += 1
        elif kind in ("SUM", "AVG"):
            if "N" in value:
                self._count += 1
                self._sum += Decimal(value["N"])
        elif _rank(value) < len(_TYPE_ORDER):
            wanted = -1 if kind == "MIN" else 1
            if self._best is None or _order(value, self._best) == wanted:
                self._best = value

    def result(self) -> Json | None:
        """The value of the aggregate; None where nothing was counted that it is about."""
        kind = self.column.aggregate
        if kind == "COUNT":
            return {"N": str(self._count)}
        if kind in ("MIN", "MAX"):
            return self._best
        if not self._count:
            return None
        value = self._sum if kind == "SUM" else self._sum / self._count
        return {"N": numbers.canonical(format(_DIGITS.plus(value), "f"))}


# Reading the text.


def read_extended(text: str) -> tuple[ExtendedSelect, int] | None:
    """A SELECT with more than the service takes, and how many parameters it has.

    None where it is nothing of the kind; raises `StatementError` where it is one, but wrong.
    """
    parser = _ExtendedParser(text)
    if not parser.accept_word("SELECT"):
        return None
    try:
        statement = parser.extended()
    except StatementError:
        if not parser.sure:
            return None
        raise
    return statement, parser.parameter_count


class _ExtendedParser(StatementParser):
    """`sure` as soon as something was read that only this grammar has."""

    sure = False

    def extended(self) -> ExtendedSelect:
        """What follows SELECT."""
        columns = None if self.accept("*") else self._columns()
        self.expect_word("FROM")
        source: Source = self.source()
        where = self.condition() if self.accept_word("WHERE") else None
        groups = self._groups()
        order = self._sort_terms()
        limit = self._limit()
        self.accept(";")
        if self.token.kind != "end":
            raise not_well_formed(self.token, "Unexpected token after expression")
        self._check(columns, groups)
        return ExtendedSelect(Select(source, None, where), columns, groups, order, limit)

    def _columns(self) -> tuple[Column, ...]:
        columns = [self._column()]
        while self.accept(","):
            columns.append(self._column())
        return tuple(columns)

    def _column(self) -> Column:
        token = self.token
        if not (self.starts_call() and token.text.upper() in AGGREGATES):
            return Column(self.path())
        self.sure = True
        self.take()
        self.expect("(")
        aggregate = token.text.upper()
        path = None if aggregate == "COUNT" and self.accept("*") else self.path()
        self.expect(")")
        return Column(path, aggregate)

    def _groups(self) -> tuple[Column, ...]:
        if not self.accept_word("GROUP"):
            return ()
        self.sure = True
        self.expect_word("BY")
        groups = [Column(self.path())]
        while self.accept(","):
            groups.append(Column(self.path()))
        return tuple(groups)

    def _sort_terms(self) -> tuple[SortTerm, ...]:
        if not self.accept_word("ORDER"):
            return ()
        self.expect_word("BY")
        terms = [self._sort_term()]
        while self.accept(","):
            terms.append(self._sort_term())
        return tuple(terms)

    def _sort_term(self) -> SortTerm:
        column = self._column()
        descending = self.accept_word("DESC")
        if not descending:
            self.accept_word("ASC")
        return SortTerm(column, descending)

    def _limit(self) -> int | None:
        if not self.accept_word("LIMIT"):
            return None
        self.sure = True
        token = self.take()
        if token.kind != "number" or not token.text.isdigit():
            raise not_well_formed(token, "Unexpected term")
        return int(token.text)

    def _check(self, columns: tuple[Column, ...] | None, groups: tuple[Column, ...]) -> None:
        """Beside aggregates, only what the rows are grouped by can be shown."""
        if not groups and not any(c.aggregate is not None for c in columns or ()):
            return
        for column in columns or ():
            if column.aggregate is None and column not in groups:
                raise StatementError(
                    f"{column.name} is neither grouped by nor inside an aggregate", 0
                )
