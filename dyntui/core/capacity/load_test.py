"""Traffic over a table, as fast as it is told to be, so that one sees what its capacity does.

Reads and writes fall due at their rates, whether the ones before were throttled or not; what was
throttled is counted and not tried again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass

from dyntui.core.capacity.load_test_figures import Figures
from dyntui.core.capacity.load_test_keys import KeyOrder, guard, item_of, key_numbers, key_of
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Client, Context, Json
from engine.client.retrying import is_throttled
from engine.clock import SYSTEM_CLOCK, Clock, draw, pause
from engine.errors import ApiError

WORKERS = 16
_LATE_S_MAX = 1.0
_SLICE_S = 0.1
_PROGRESS_S = 0.2


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What traffic there is to be: requests a second, for how long, over which keys."""

    read_rate: float
    write_rate: float
    duration_s: float
    keys: KeyOrder = "zipf"
    key_count: int = 1_000
    item_bytes: int = 200


class _Schedule:
    """When the next request of a kind is due, in seconds from the start."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._first_s = 0.0
        self._taken = 0

    @property
    def next_s(self) -> float:
        """When the next request is due."""
        return self._first_s + self._taken / self._rate if self._rate else float("inf")

    def take(self, now_s: float) -> float:
        """The due time of a request; those that are too late to be made up for are left out."""
        if now_s - self.next_s > _LATE_S_MAX:
            self._first_s, self._taken = now_s - _LATE_S_MAX, 0
        due = self.next_s
        self._taken += 1
        return due


class LoadTest:
    """One run, whose figures may be looked at any time.

    `written` are the numbers of the keys that were written, `failed` the operation whose error
    ended it. Clock, waits and lots are injected.
    """

    def __init__(
        self,
        client: Client,
        info: TableInfo,
        plan: LoadPlan,
        *,
        clock: Clock = SYSTEM_CLOCK,
        sleep: Callable[[float], None] = pause,
        draw: Callable[[], float] = draw,
    ) -> None:
        self.reads = Figures()
        self.writes = Figures()
        self.written: set[int] = set()
        self.failed: str | None = None
        self._client = client
        self._info = info
        self._plan = plan
        self._clock = clock
        self._sleep = sleep
        self._due_reads = _Schedule(plan.read_rate)
        self._due_writes = _Schedule(plan.write_rate)
        self._next_key = key_numbers(plan.keys, plan.key_count, draw)
        self._guard = guard(info)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._error: ApiError | None = None
        self._start_s = clock.monotonic_s()
        self._end_s: float | None = None

    @property
    def elapsed_s(self) -> float:
        """How long it has been running, or ran."""
        end = self._clock.monotonic_s() if self._end_s is None else self._end_s
        return end - self._start_s

    def run(self, on_progress: Callable[[], None], workers: int = WORKERS) -> None:
        """Drive the traffic to its end, or until this is interrupted.

        Raises the `ApiError` that ended it, if it was no throttling.
        """
        self._start_s = self._clock.monotonic_s()
        # Each in a copy of the caller's context: what they consume is part of the same action.
        threads = [
            threading.Thread(target=copy_context().run, args=(self._work,), daemon=True)
            for _ in range(workers)
        ]
        try:
            for thread in threads:
                thread.start()
            while running := [thread for thread in threads if thread.is_alive()]:
                running[0].join(_PROGRESS_S)
                on_progress()
        finally:
            self._stopped.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            self._end_s = self._clock.monotonic_s()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            while self.step():
                pass
        except ApiError as error:
            self._error = error
            self._stopped.set()

    def step(self) -> bool:
        """Wait for the next request and send it; whether there was one.

        Raises the `ApiError` of a request that was refused for another reason than capacity.
        """
        with self._lock:
            now_s = self._clock.monotonic_s() - self._start_s
            reads = self._due_reads.next_s <= self._due_writes.next_s
            due_s = (self._due_reads if reads else self._due_writes).take(now_s)
            number = self._next_key()
        if due_s >= self._plan.duration_s or not self._waits_until(due_s):
            return False
        if reads:
            self._send("GetItem", {"Key": key_of(self._info, number)}, self.reads)
        else:
            item = item_of(self._info, number, self._plan.item_bytes)
            if self._send("PutItem", {"Item": item, **self._guard}, self.writes):
                self.written.add(number)
        return True

    def _waits_until(self, due_s: float) -> bool:
        """Wait until a request is due; False where the test has ended before."""
        while (left := self._start_s + due_s - self._clock.monotonic_s()) > 0:
            if self._stopped.is_set():
                return False
            self._sleep(min(left, _SLICE_S))
        return not self._stopped.is_set()

    def _send(self, operation: str, members: Json, figures: Figures) -> bool:
        """Send one request; whether it was done."""
        request = {"TableName": self._info.name, "ReturnConsumedCapacity": "TOTAL", **members}
        start = self._clock.monotonic_s()
        try:
            answer = self._client.call(operation, request, Context(origin="load test"))
        except ApiError as error:
            if error.code == "ConditionalCheckFailedException":
                figures.met_foreign()
            elif is_throttled(error):
                figures.throttled_by(error)
            else:
                self.failed = operation
                raise
            return False
        figures.answered(answer, self._clock.monotonic_s() - start)
        return True
