"""Reads and writes held to so many capacity units a second.

A request waits until what it is expected to cost has been saved up at the rate; what it really
cost, as its answer says, moves the start of the next. Threads that share a limit stand in one line,
so that together they consume no more than the rate allows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from dyntui.core.connection.page_sizes import UNITS_MIN, PageSizes
from dyntui.core.connection.pages import consumed_units
from engine.client.protocol import OWNER, Client, Context, Json
from engine.clock import SYSTEM_CLOCK, Clock, pause
from engine.errors import RequestCancelled

_PAGE_S = 0.25
_SLICE_S = 0.1
READS = frozenset({"GetItem", "Query", "Scan"})
_BATCH_READS = frozenset({"BatchGetItem", "TransactGetItems"})
_STATEMENTS = frozenset({"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"})
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


class RateLimit:
    """At most `units_per_s`, for all threads that share it; nothing is saved up while idle."""

    def __init__(
        self,
        units_per_s: float,
        clock: Clock = SYSTEM_CLOCK,
        sleep: Callable[[float], None] = pause,
    ) -> None:
        self.units_per_s = units_per_s
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._paid_until_s = clock.monotonic_s()

    def take(self, units: float, cancelled: Callable[[], bool] | None = None) -> None:
        """Wait until so many units are saved up.

        Raises `RequestCancelled` where the request is cancelled meanwhile.
        """
        with self._lock:
            now = self._clock.monotonic_s()
            start = max(now, self._paid_until_s) + units / self.units_per_s
            self._paid_until_s = start
        while (left := start - self._clock.monotonic_s()) > 0:
            if cancelled is not None and cancelled():
                raise RequestCancelled("The request was cancelled")
            self._sleep(min(left, _SLICE_S))

    def settle(self, taken: float, consumed: float) -> None:
        """Tell what a request that took `taken` units has consumed."""
        with self._lock:
            self._paid_until_s += (consumed - taken) / self.units_per_s


class RateLimitedClient:
    """A Client whose reads and writes keep to limits; safe to use from several threads.

    Pages whose size the request leaves open are made so small that none costs more than a quarter
    of a second's units, as far as can be told from the pages before.
    """

    def __init__(
        self, client: Client, *, reads: RateLimit | None = None, writes: RateLimit | None = None
    ) -> None:
        self._client = client
        self._reads = reads
        self._writes = writes
        self._sizes = PageSizes()

    @property
    def inner(self) -> Client:
        """See `Layer.inner`."""
        return self._client

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`."""
        reads = reads_items(operation, request)
        limit = self._reads if reads else self._writes
        writes = operation in _WRITES or operation in _STATEMENTS
        if limit is None or not (reads or writes):
            return self._client.call(operation, request, context)
        tells = "ReturnConsumedCapacity" in request
        if not tells:
            request = {**request, "ReturnConsumedCapacity": "TOTAL"}
        return self._call(operation, request, context, limit, reads, tells)

    def _call(
        self,
        operation: str,
        request: Json,
        context: Context,
        limit: RateLimit,
        reads: bool,
        tells: bool,
    ) -> Json:
        least = UNITS_MIN[reads]
        cost = self._sizes.cost(operation, request)
        request, examines = self._sizes.sized(
            operation, request, max(limit.units_per_s * _PAGE_S, least), reads=reads
        )
        # What nobody knows yet is paid for afterwards.
        taken = least if cost is None else max(least, examines * cost)
        limit.take(taken, context.cancelled)
        consumed = taken
        try:
            answer = self._client.call(operation, request, context)
            consumed = consumed_units(answer)
        finally:
            limit.settle(taken, consumed)
        self._sizes.note(operation, request, max(consumed, least), answer, examines)
        if not tells:
            answer.pop("ConsumedCapacity", None)
        return answer


def reads_items(operation: str, request: Json) -> bool:
    """Whether a request reads: of several statements, whether none of them writes."""
    statements = request.get("Statements") or request.get("TransactStatements") or ()
    if statements:
        return all(is_read("ExecuteStatement", one) for one in statements)
    return operation in _BATCH_READS or is_read(operation, request)


def is_read(operation: str, request: Json) -> bool:
    """Whether a request of one operation reads items."""
    if operation != "ExecuteStatement":
        return operation in READS
    return str(request["Statement"]).lstrip()[:6].upper() == "SELECT"
