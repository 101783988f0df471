"""Running PartiQL statements through a Client: results as they come, with their cost.

What the service does not do, but people want at a prompt (COUNT, SUM, GROUP BY, any ORDER BY,
LIMIT), is done here while the rows stream by; see `extended`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dyntui.core.extended import ExtendedSelect, read_extended
from dyntui.core.pages import consumed_units
from engine.errors import ApiError, ValidationException
from engine.partiql.ast import Exists, Select, Statement
from engine.partiql.faults import StatementError
from engine.partiql.parser import parsed
from engine.partiql.text import statement_text

Json = dict[str, Any]
Call = Callable[[str, Json], Json]

# The refusals of an ORDER BY that the service leaves to others.
_ORDER_REFUSALS = ("Must have WHERE clause", "Must have at least one", "Variable reference")


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


def prepare(text: str) -> Prepared:
    """Read a statement of the service's, or one of those that are done here.

    Raises `engine.partiql.faults.StatementError` with where it is wrong.
    """
    try:
        tree, count = parsed(text)
    except StatementError:
        found = read_extended(text)
        if found is None:
            raise
        extended, count = found
        return Prepared(statement_text(extended.base), extended.base, count, extended)
    return Prepared(text, tree, count)


@dataclass(slots=True)
class Outcome:
    """What a run has done so far."""

    rows: int = 0
    pages: int = 0
    units: float = 0.0
    done_here: list[str] = field(default_factory=list)


class Run:
    """One run of a statement: iterate over it for its rows, ask `outcome` at any time.

    `call` answers requests; `page_items` limits what one request examines.
    """

    def __init__(
        self,
        call: Call,
        prepared: Prepared,
        parameters: Sequence[Json] = (),
        *,
        consistent: bool = False,
        page_items: int | None = None,
    ) -> None:
        self.prepared = prepared
        self.outcome = Outcome()
        self._call = call
        self._request: Json = {
            "Statement": prepared.text,
            "ReturnConsumedCapacity": "TOTAL",
        }
        if parameters:
            self._request["Parameters"] = list(parameters)
        if consistent and prepared.is_read:
            self._request["ConsistentRead"] = True
        if page_items is not None and prepared.is_read:
            self._request["Limit"] = page_items

    @property
    def request(self) -> Json:
        """The first request, as ExecuteStatement takes it."""
        return {k: v for k, v in self._request.items() if k != "ReturnConsumedCapacity"}

    def __iter__(self) -> Iterator[Json]:
        """The rows; raises `engine.errors.ApiError`."""
        if isinstance(self.prepared.tree, Exists):
            raise ValidationException("EXISTS is a condition of a transaction")
        rows = self._shaped()
        for row in rows:
            self.outcome.rows += 1
            yield row

    def _shaped(self) -> Iterator[Json]:
        extended = self.prepared.extended
        if extended is not None:
            self.outcome.done_here = extended.done_here
            return extended.shaped(self._pages())
        return self._ordered_here_if_refused()

    def _ordered_here_if_refused(self) -> Iterator[Json]:
        pages = self._pages()
        try:
            first = next(pages, None)
        except ApiError as error:
            tree = self.prepared.tree
            if not error.message.startswith(_ORDER_REFUSALS) or not isinstance(tree, Select):
                raise
            extended = ExtendedSelect.ordered(tree)
            self.outcome.done_here = extended.done_here
            self._request["Statement"] = statement_text(extended.base)
            yield from extended.shaped(self._pages())
            return
        if first is not None:
            yield first
            yield from pages

    def _pages(self) -> Iterator[Json]:
        request = self._request
        while True:
            answer = self._call("ExecuteStatement", request)
            self.outcome.pages += 1
            self.outcome.units += consumed_units(answer)
            yield from answer.get("Items") or ()
            token = answer.get("NextToken")
            if token is None:
                return
            request = self._request | {"NextToken": token}
