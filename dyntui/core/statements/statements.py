"""Running PartiQL statements through a Client: results as they come, with their cost.

What the service does not do, but people want at a prompt (COUNT, SUM, GROUP BY, any ORDER BY,
LIMIT), is done here while the rows stream by; see `dyntui.core.statements.extended`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Any, Literal

from dyntui.core.connection.bill import Bill
from dyntui.core.connection.pages import StatementCaller
from dyntui.core.statements.extended import ExtendedSelect, is_order_of_service, read_extended
from dyntui.core.statements.shaping import shaped
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from engine.errors import ApiError
from engine.partiql.ast import Delete, Insert, Select, Source, Statement, Update
from engine.partiql.faults import StatementError
from engine.partiql.lexer import line_and_column, significant
from engine.partiql.parser import parsed
from engine.partiql.planner import KeySchema
from engine.partiql.text import statement_text

Json = dict[str, Any]
TableOf = Callable[[str], TableInfo]
_COMPARISONS = frozenset(("=", "<>", "!=", "<", "<=", ">", ">="))
Capacity = Literal["NONE", "TOTAL", "INDEXES"]
"""How much of what was consumed is told, in the API's words."""


class StatementCancelledError(Exception):
    """The run was cancelled; what it gave before stands."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One statement, read: what is sent, and what is done with the rows here."""

    text: str
    tree: Statement
    parameter_count: int
    extended: ExtendedSelect | None = None

    @property
    def is_read(self) -> bool:
        """Whether it reads; all else writes."""
        return isinstance(self.tree, Select)

    @property
    def source(self) -> Source:
        """The table or index that it is about."""
        match self.tree:
            case Select(source) | Insert(source) | Update(source) | Delete(source):
                return source
        return self.tree.select.source

    @property
    def verb(self) -> str:
        """SELECT, INSERT, UPDATE, DELETE or EXISTS."""
        return type(self.tree).__name__.upper()

    @property
    def done_here(self) -> tuple[str, ...]:
        """What of it is beyond the service, in words."""
        return () if self.extended is None else self.extended.done_here

    @property
    def doubts(self) -> tuple[str, ...]:
        """What may not be meant as it is written, in words.

        Text in double quotes is the mistake of all who come from other languages: it is a name,
        the comparison holds for no item, and the service says nothing.
        """
        found = significant(self.text)
        return tuple(
            f"{token.text} is an attribute: text stands in single quotes"
            for before, token in pairwise(found)
            if token.kind == "quoted" and before.text in _COMPARISONS
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of it when it runs."""
        done_here = ", ".join(self.done_here)
        told = (f"done here, not by the service: {done_here}",) if done_here else ()
        return (*self.doubts, *told)


def prepare(text: str, table_of: TableOf) -> Prepared:
    """Read a statement of the service's, or one of those that are done here.

    `table_of` is asked only where there is an ORDER BY, which may have to be done here.
    Raises `engine.partiql.faults.StatementError`.
    """
    try:
        tree, count = parsed(text)
    except StatementError:
        found = read_extended(text)
        if found is None:
            raise
    else:
        if not isinstance(tree, Select) or not tree.order:
            return Prepared(text, tree, count)
        schema = _schema(tree.source, table_of)
        if schema is None or is_order_of_service(tree, schema):
            return Prepared(text, tree, count)
        found = read_extended(text)
        assert found is not None
    extended, count = found
    if extended.order:
        schema = _schema(extended.source, table_of)
        extended = extended if schema is None else extended.for_keys(schema)
    base = extended.base
    return Prepared(statement_text(base), base, count, extended)


def _schema(source: Source, table_of: TableOf) -> KeySchema | None:
    """The keys of what is read; None where that cannot be known: the run will tell why."""
    try:
        return key_schema(table_of(source.table), source.index)
    except ApiError:
        return None


def key_schema(info: TableInfo, index: str | None) -> KeySchema:
    """The keys of a table or an index; an index that is not there has none, for the service to
    refuse."""
    target = next((one for one in info.indexes if one.name == index), None)
    if index is not None and target is None:
        return KeySchema((), ())
    keys = info if target is None else target
    types = info.attribute_types
    return KeySchema(
        tuple((name, types[name]) for name in keys.partition_keys),
        tuple((name, types[name]) for name in keys.sort_keys),
    )


def fault_place(text: str, error: StatementError, first_line: int = 1) -> str:
    """Where a statement, which begins on a line of its script, is wrong: `line 2, column 7`."""
    line, column = line_and_column(text, min(error.offset, len(text)))
    return f"line {first_line + line - 1}, column {column}"


@dataclass(slots=True)
class Outcome:
    """What a run has done so far; `seconds` are those in which answers were waited for."""

    rows: int = 0
    pages: int = 0
    seconds: float = 0.0
    bill: Bill = field(default_factory=Bill)

    @property
    def units(self) -> float:
        """Capacity units, those of indexes included."""
        return self.bill.units


class Run:
    """One run of a statement: iterate over it for its rows, ask `outcome` at any time.

    `page_items` limits what one request examines. `cancelled` is asked at every row and passed on
    with every request: at most one more page is read. `clock` counts seconds.
    """

    def __init__(
        self,
        caller: StatementCaller,
        prepared: Prepared,
        parameters: Sequence[Json] = (),
        *,
        consistent: bool = False,
        page_items: int | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.prepared = prepared
        self.outcome = Outcome()
        self._caller = caller
        self._cancelled = cancelled
        self._clock = clock
        self._request = request_of(prepared, parameters, consistent=consistent)
        self._page_items = page_items if prepared.is_read else None

    def __iter__(self) -> Iterator[Json]:
        """The rows; raises `engine.errors.ApiError` and `StatementCancelledError`."""
        extended = self.prepared.extended
        rows = self._items() if extended is None else shaped(extended, self._items())
        outcome, cancelled = self.outcome, self._cancelled
        for row in rows:
            if cancelled():
                raise StatementCancelledError
            outcome.rows += 1
            yield row

    def _items(self) -> Iterator[Json]:
        """The items of all pages, each page read when the one before it is used up."""
        extended = self.prepared.extended
        if extended is not None and extended.as_of is not None:
            self._caller = self._caller.at(extended.as_of)
        request = self._request | {"ReturnConsumedCapacity": "INDEXES"}
        self._limit(request, request.get("Limit"))
        while True:
            answer = self._answer(request)
            self.outcome.pages += 1
            self.outcome.bill.add(answer.get("ConsumedCapacity") or {})
            yield from answer.get("Items") or ()
            token = answer.get("NextToken")
            if token is None:
                return
            request["NextToken"] = token
            # What LIMIT has not found in as many items, it is to find in few requests.
            self._limit(request, None)

    def _limit(self, request: Json, wanted: int | None) -> None:
        limits = [limit for limit in (wanted, self._page_items) if limit is not None]
        request.pop("Limit", None)
        if limits:
            request["Limit"] = min(limits)

    def _answer(self, request: Json) -> Json:
        if self._cancelled():
            raise StatementCancelledError
        start = self._clock()
        try:
            return self._caller.call("ExecuteStatement", request, self._cancelled)
        except ApiError as error:
            if self._cancelled():
                # An engine leaves a long page with an error when it is told to.
                raise StatementCancelledError from error
            raise
        finally:
            self.outcome.seconds += self._clock() - start


def request_of(prepared: Prepared, parameters: Sequence[Json], *, consistent: bool = False) -> Json:
    """The request that starts a run, as ExecuteStatement takes it."""
    request: Json = {"Statement": prepared.text}
    if parameters:
        request["Parameters"] = list(parameters)
    if consistent and prepared.is_read:
        request["ConsistentRead"] = True
    if prepared.extended is not None and prepared.extended.first_page_items is not None:
        request["Limit"] = prepared.extended.first_page_items
    return request


def outcome_text(
    outcome: Outcome, *, is_read: bool, capacity: Capacity = "INDEXES", timing: bool = False
) -> str:
    """What a run did, on one line: `3 rows, 1 page, 0.5 RCU (table 0, by-status 0.5), 4 ms`."""
    parts = []
    if is_read:
        parts += [counted(outcome.rows, "row"), counted(outcome.pages, "page")]
    if capacity != "NONE":
        unit = "RCU" if is_read else "WCU"
        parts.append(outcome.bill.text(unit, parts=capacity == "INDEXES"))
    if timing:
        ms = outcome.seconds * 1_000
        parts.append(f"{ms:,.1f} ms" if ms < 10 else f"{ms:,.0f} ms")
    return ", ".join(parts) or "done"
