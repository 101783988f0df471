"""The Client as one person's session uses it: every call metered, every call cancellable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dyntui.core.connection.asking import Asking, AskingClient
from dyntui.core.connection.rate_limit import READS
from engine.client.paging import answers
from engine.client.protocol import Client, Context
from engine.client.retrying import Wait
from engine.clock import SYSTEM_CLOCK, Clock

Json = dict[str, Any]

ORIGIN = "person"
"""Why its requests come, as the change log has it."""
SHOWN_S = 0.5
"""How long a wait is told at least, so that it can be seen."""
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "ExecuteStatement"})


class Session:
    """Calls a Client for a person.

    `asking` counts the units: that of the connection whose client this is, or one of its own.
    `drafts` is what the person typed into forms and did not send: by the form's title, then by
    field.
    """

    def __init__(
        self,
        client: Client,
        region: str,
        clock: Clock = SYSTEM_CLOCK,
        asking: Asking | None = None,
    ) -> None:
        self.asking = asking or Asking()
        self.asking.origin, self.asking.counts = ORIGIN, True
        self._client = client if asking is not None else AskingClient(client, self.asking)
        self.region = region
        self.clock = clock
        self.drafts: dict[str, dict[str, str | bool]] = {}
        self._wait: Wait | None = None
        self._wait_ends_s = 0.0

    def note_wait(self, wait: Wait) -> None:
        """Remember that a throttled request waits, for `waiting`."""
        shown_s = max(wait.seconds, SHOWN_S)
        self._wait, self._wait_ends_s = wait, self.clock.monotonic_s() + shown_s

    def waiting(self) -> str:
        """What a request waits for now, in words; empty where none does."""
        if self._wait is None or self.clock.monotonic_s() > self._wait_ends_s:
            return ""
        return str(self._wait)

    def answers(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Iterator[Json]:
        """The answers of all pages, each asked for when it is wanted; raises as `call` does."""

        def call(operation: str, request: Json) -> Json:
            return self.call(operation, request, cancelled)

        return answers(call, operation, request)

    def table_names(self, cancelled: Callable[[], bool] | None = None) -> Iterator[str]:
        """The names of all tables, in their order; raises as `call` does."""
        for answer in self.answers("ListTables", {}, cancelled):
            yield from answer["TableNames"]

    def call(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Json:
        """Answer one request; raises `engine.errors.ApiError`."""
        if operation in READS or operation in WRITES:
            request = {"ReturnConsumedCapacity": "TOTAL", **request}
        return self._client.call(operation, request, Context(origin=ORIGIN, cancelled=cancelled))

    def at(self, when: str) -> Session:
        """One that reads as of a time, and charges nothing; raises `engine.errors.ApiError`."""
        from dyntui.core.connection.past import client_at

        return Session(client_at(self._client, when, self.clock), self.region, self.clock)
