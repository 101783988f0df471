"""The rows of a PartiQL statement, a page at a time: what a `PageSource` reads from.

What the service does itself is read by its NextToken, so that no more than a few pages are held.
What is done here (see `statements`) cannot be read from its middle: its rows are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

from dyntui.core.connection.pages import Page, StatementCaller, consumed_units
from dyntui.core.statements.statements import Prepared, Run, StatementCancelledError, request_of

Json = dict[str, Any]
Cancelled = Callable[[], bool]


class RowReader(Protocol):
    """A `PageReader` of a statement's rows.

    One that has `stopped` was cancelled, and cannot go on.
    """

    @property
    def counts_examined(self) -> bool:
        """See `PageReader.counts_examined`."""
        ...

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether rows are missing for good."""
        ...

    def read(self, start: Any | None, limit: int, cancelled: Cancelled) -> Page:
        """See `PageReader.read`."""
        ...


def row_reader(
    caller: StatementCaller, prepared: Prepared, parameters: Sequence[Json] = ()
) -> RowReader:
    """The reader for a statement."""
    if prepared.extended is None:
        return ServiceRows(caller, prepared, parameters)
    return RowsMadeHere(caller, prepared, parameters)


class ServiceRows:
    """Rows as the service gives them; a write is sent once, and gives what it returns."""

    counts_examined = False
    stopped = False

    def __init__(
        self, caller: StatementCaller, prepared: Prepared, parameters: Sequence[Json]
    ) -> None:
        self.requests = 0
        self._caller = caller
        self._is_read = prepared.is_read
        self._request = request_of(prepared, parameters)

    def read(self, start: Any | None, limit: int, cancelled: Cancelled) -> Page:
        """See `PageReader.read`; a start is a NextToken."""
        request = dict(self._request)
        if self._is_read:
            request["Limit"] = limit
        if start is not None:
            request["NextToken"] = start
        response = self._caller.call("ExecuteStatement", request, cancelled)
        self.requests += 1
        items, token = response.get("Items") or [], response.get("NextToken")
        examined = limit if token is not None else len(items)
        return Page(items, examined, consumed_units(response), token)


class RowsMadeHere:
    """The rows that a `Run` makes of those that the service gives; they are all kept."""

    counts_examined = False

    def __init__(
        self, caller: StatementCaller, prepared: Prepared, parameters: Sequence[Json]
    ) -> None:
        self.stopped = False
        self._cancelled: Cancelled = lambda: False
        self._run = Run(caller, prepared, parameters, cancelled=lambda: self._cancelled())
        self._rows: Iterator[Json] = iter(self._run)
        self._made: list[Json] = []

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return self._run.outcome.pages

    def read(self, start: Any | None, limit: int, cancelled: Cancelled) -> Page:
        """See `PageReader.read`; a start is a row's number."""
        first = start or 0
        self._cancelled = cancelled
        before = self._run.outcome.units
        try:
            self._made += islice(self._rows, max(0, first + limit - len(self._made)))
        except StatementCancelledError:
            self.stopped = True
        rows = self._made[first : first + limit]
        more = len(rows) == limit and not self.stopped
        units = self._run.outcome.units - before
        return Page(rows, len(rows), units, first + limit if more else None)
