"""SELECT beyond the service: aggregates, GROUP BY, any ORDER BY, LIMIT.

    SELECT genre, COUNT(*), AVG(gross) FROM movies GROUP BY genre ORDER BY COUNT(*) DESC LIMIT 5
    SELECT * FROM orders AS OF '10 minutes ago' WHERE status = 'open'

The service reads the rows by a statement of its own (`base`); the rest is done here while they
stream by, in `dyntui.core.statements.shaping`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dyntui.core.text.moments import MomentError, moment
from engine.errors import ValidationException
from engine.expressions.ast import Condition, Path
from engine.partiql.ast import OrderKey, Select, Source
from engine.partiql.faults import StatementError, not_well_formed
from engine.partiql.parser import StatementParser
from engine.partiql.planner import KeySchema, plan_select
from engine.partiql.text import path_text, shown_name

AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX")


@dataclass(frozen=True, slots=True)
class Column:
    """One result column: a path, or an aggregate of one; `path` None is the `*` of COUNT."""

    path: Path | None
    aggregate: str | None = None

    @property
    def name(self) -> str:
        """The attribute under which the column is shown: of a path, the service's."""
        if self.aggregate is None:
            return shown_name(self.elements)
        return f"{self.aggregate}({'*' if self.path is None else path_text(self.path)})"

    @property
    def elements(self) -> tuple[str | int, ...]:
        """The steps of the path; none of the `*`."""
        elements = () if self.path is None else self.path.elements
        return tuple(element for element in elements if isinstance(element, str | int))


@dataclass(frozen=True, slots=True)
class SortTerm:
    """One term of ORDER BY."""

    column: Column
    descending: bool


@dataclass(frozen=True, slots=True)
class ExtendedSelect:
    """What a statement says; `columns` None is `*`.

    `as_of` is the time whose items are read, as it is written (`dyntui.core.text.moments`).
    `order_of_service` tells that the service gives the rows in their order.
    """

    source: Source
    where: Condition | None = None
    columns: tuple[Column, ...] | None = None
    groups: tuple[Column, ...] = ()
    order: tuple[SortTerm, ...] = ()
    limit: int | None = None
    as_of: str | None = None
    order_of_service: bool = False

    @property
    def aggregates(self) -> bool:
        """Whether rows become groups."""
        shown = (*(self.columns or ()), *(term.column for term in self.order))
        return bool(self.groups) or any(column.aggregate is not None for column in shown)

    @property
    def sorts(self) -> bool:
        """Whether the rows are sorted here."""
        return bool(self.order) and not self.order_of_service

    @property
    def done_here(self) -> tuple[str, ...]:
        """What is not done by the service, in words."""
        done = {
            "GROUP BY" if self.groups else "aggregates": self.aggregates,
            "ORDER BY": self.sorts,
            "LIMIT": self.limit is not None,
            "AS OF": self.as_of is not None,
        }
        return tuple(name for name, is_done in done.items() if is_done)

    @property
    def base(self) -> Select:
        """The statement that reads the rows; it asks for no more attributes than are needed."""
        if not (self.aggregates or self.sorts):
            paths = None if self.columns is None else tuple(_paths(self.columns))
            return Select(self.source, paths, self.where, tuple(map(_order_key, self.order)))
        if self.columns is None:
            return Select(self.source, None, self.where)
        used = _paths((*self.columns, *self.groups, *(term.column for term in self.order)))
        tops = dict.fromkeys(Path(path.elements[:1]) for path in used)
        return Select(self.source, tuple(tops) or None, self.where)

    @property
    def first_page_items(self) -> int | None:
        """How many items the first page needs to examine, if LIMIT may be reached with them."""
        return None if self.aggregates or self.sorts else self.limit or None

    @property
    def ends_early(self) -> bool:
        """Whether LIMIT ends it after as many items, whatever there is."""
        return self.where is None and self.first_page_items is not None

    def for_keys(self, schema: KeySchema) -> ExtendedSelect:
        """The same, with its order left to the service where that has it for these keys."""
        terms = self.order
        if not terms or self.aggregates or any(len(t.column.elements) != 1 for t in terms):
            return self
        left = replace(self, order_of_service=True)
        return left if is_order_of_service(left.base, schema) else self


def is_order_of_service(select: Select, schema: KeySchema) -> bool:
    """Whether the service takes the ORDER BY of a statement: its rules are the planner's."""
    try:
        plan_select(select, schema)
    except ValidationException:
        try:
            plan_select(replace(select, order=()), schema)
        except ValidationException:
            # It is not the order that is refused: let the service say what is.
            return True
        return False
    return True


def _paths(columns: Iterable[Column]) -> list[Path]:
    return [column.path for column in columns if column.path is not None]


def _order_key(term: SortTerm) -> OrderKey:
    return OrderKey(str(term.column.elements[0]), term.descending)


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
    as_of: str | None = None

    def extended(self) -> ExtendedSelect:
        """What follows SELECT."""
        columns = None if self.accept("*") else self._columns()
        self.expect_word("FROM")
        source = self.source()
        where = self.condition() if self.accept_word("WHERE") else None
        select = ExtendedSelect(
            source, where, columns, self._groups(), self._sort_terms(), self._limit(), self.as_of
        )
        if self.token.kind != "end":
            raise not_well_formed(self.token, "Unexpected token after expression")
        _check_groups(select)
        return select

    def _refuse_alias(self) -> None:
        """The place of `FROM t AS OF '…'`; every other name for a table is refused."""
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        if self.token.word != "AS" or following.text.upper() != "OF":
            super()._refuse_alias()
            return
        self.sure = True
        self.take()
        self.take()
        token = self.token
        if token.kind not in ("string", "number"):
            raise not_well_formed(token, "Unexpected term")
        (text,) = self.literal().values()
        try:
            # What it means is known when it is run; whether it means anything, already now.
            moment(text, 0.0)
        except MomentError as error:
            raise StatementError(str(error), token.start) from None
        self.as_of = text

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
        # A path is an order of this grammar only.
        self.sure = self.sure or len(column.elements) > 1
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


def _check_groups(select: ExtendedSelect) -> None:
    """Beside aggregates, only what the rows are grouped by can be shown or sorted by."""
    if not select.aggregates:
        return
    if select.columns is None:
        raise StatementError("* cannot stand beside aggregates or GROUP BY: name the columns", 0)
    for column in (*select.columns, *(term.column for term in select.order)):
        if column.aggregate is None and column not in select.groups:
            raise StatementError(f"{column.name} is neither grouped by nor inside an aggregate", 0)
