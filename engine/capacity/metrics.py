"""Metrics: what the requests of this process did to the tables of a Region, second by second.

Each request is counted when it is over: noted at once, and added up with others, which takes less
of each. What was counted is brought to the Region's points about once a second by a thread of its
own, ten times while somebody watches, and at the end.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from engine.capacity.flusher import Flusher
from engine.capacity.points import WIDTHS_S, Points, start_of
from engine.capacity.refusals import READ, Refusal
from engine.capacity.stretches import OperationSum, Stretch, Throttled
from engine.capacity.tally import Charge, Tally, current
from engine.client.protocol import Json
from engine.client.windows import WINDOWS
from engine.clock import Clock
from engine.errors import ApiError, InternalServerError, RequestCancelled
from engine.storage import forks
from engine.storage.catalog import Table
from engine.storage.meter_file import PointChange

Named = Callable[[Json], Sequence[Table]]
"""Gives the tables that a request names: what is counted of one that has drawn nothing."""

ACCOUNT = ""
"""The subject of requests that are about no table."""

FLUSH_S = 1.0
WATCHED_FLUSH_S = 0.1
_WATCH_S = 5
_WATCHED_UNTIL = "watched_until_s"
_TRIMMED_AT = "trimmed_at_s"
_TRIM_EVERY_S = 60
# So many requests are added up together at most.
_TOGETHER = 64
# So many stretches are held back at most; past that a request brings them in itself.
_HELD_MAX = 2_000
_THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
    }
)


class Metrics:
    """What this process measures; safe to use from several threads."""

    def __init__(self, points: Points, clock: Clock, named: Named, *, alone: bool) -> None:
        """`alone`: no other process looks, so nothing is brought in before it is asked for."""
        self._named = named
        self.points = points
        self._clock = clock
        self._lock = threading.Lock()
        self._second = -1
        self._done: deque[tuple[int, str, Charge, float]] = deque()
        self._held: dict[tuple[str, int], Stretch] = {}
        self._flushing = threading.Lock()
        self._watched_at_s = 0
        self._trimmed_at_s = 0
        self._flusher = None if alone else Flusher(self._flush_and_pause, self.has_more)
        forks.watch(self)

    # Requests.

    def begin(self, operation: str) -> Tally:
        """A request begins, in this thread."""
        tally = Tally(operation, self._clock.monotonic_s())
        current.tally = tally
        return tally

    def end(self, tally: Tally, request: Json) -> None:
        """A request was answered."""
        seconds = self._clock.monotonic_s() - tally.started_s
        charges = tally.charges
        if len(charges) != 1 or tally.refusals:
            self._count(tally, seconds, None, _tables_of(tally) or self._named(request))
            return
        # Nearly all requests.
        charge, done = charges[0], self._done
        second = charge[5] // 1_000_000
        if second != self._second or len(done) >= _TOGETHER:
            with self._lock:
                self._add_up()
                self._begin_second(second)
        done.append((second, tally.operation, charge, seconds))

    def fail(self, tally: Tally, error: BaseException, request: Json) -> None:
        """A request was refused; one that was given up is not counted."""
        if isinstance(error, RequestCancelled) or not isinstance(error, Exception):
            return
        code = error.code if isinstance(error, ApiError) else InternalServerError.__name__
        self._count(tally, 0.0, code, _tables_of(tally) or self._named(request))

    def _count(
        self, tally: Tally, seconds: float, code: str | None, tables: Sequence[Table]
    ) -> None:
        """Count a request on all its tables; `code` is that of the error with which it ended."""
        is_throttled = code in _THROTTLED or (code is not None and bool(tally.refusals))
        second = self._clock.now_us() // 1_000_000
        with self._lock:
            self._begin_second(second)
            for table in tables or (None,):
                operation = _operation(self._stretch(table, second), tally.operation)
                if is_throttled or tally.refusals:
                    operation.throttled += 1
                if code is None:
                    operation.succeed(seconds)
                    continue
                operation.requests += 1
                if not is_throttled:
                    operation.errors[code] = operation.errors.get(code, 0) + 1
            for charge in tally.charges:
                _add_charge(self._stretch(charge[0], second), tally.operation, charge)
            for table, refusal in tally.refusals:
                _add_refusal(self._stretch(table, second), refusal)

    def _add_up(self) -> None:
        """Count the requests that were only noted; the lock is held."""
        done = self._done
        while done:
            second, operation, charge, seconds = done.popleft()
            _add_charge(self._stretch(charge[0], second), operation, charge).succeed(seconds)

    def _stretch(self, table: Table | None, second: int) -> Stretch:
        """A second of a table; the lock is held."""
        subject = ACCOUNT if table is None else table.table_id
        stretch = self._held.get((subject, second))
        if stretch is None:
            stretch = self._held[subject, second] = Stretch()
            if table is not None:
                stretch.provisions = provisions_of(table)
        return stretch

    def _begin_second(self, second: int) -> None:
        """What comes now is counted in a second, which may be another one; the lock is held."""
        if second == self._second:
            return
        self._second = second
        flusher = self._flusher
        # A process that lives for less than a second brings in what it has when it ends.
        if flusher is not None and (self._held or flusher.is_running):
            flusher.wake()
        if len(self._held) > _HELD_MAX:
            held, self._held = self._held, {}
            self._bring_in(held)

    # Flushing.

    def has_more(self) -> bool:
        """Whether anything was counted that was not brought in yet."""
        return bool(self._done or self._held)

    def flush(self) -> bool:
        """Bring in what was counted; gives whether there was any.

        Measurements that cannot be kept are lost: nothing depends on them.
        """
        with self._flushing:
            with self._lock:
                self._add_up()
                # Whatever comes next wakes the thread.
                self._second = -1
                held, self._held = self._held, {}
            if not held:
                return False
            self._bring_in(held)
            return True

    def _bring_in(self, held: dict[tuple[str, int], Stretch]) -> None:
        sums: dict[tuple[str, int, int], Stretch] = {}
        for (subject, second), stretch in held.items():
            for width_s in WIDTHS_S:
                place = subject, width_s, start_of(second, width_s)
                sums.setdefault(place, Stretch()).merge(stretch)
        try:
            self.points.update_points(
                [PointChange(*place, partial(_merged, stretch)) for place, stretch in sums.items()]
            )
            self._trim()
        except ApiError:
            return

    def _trim(self) -> None:
        """Forget what is kept no longer, in one process once a minute."""
        now_s = self._clock.now_us() // 1_000_000
        if 0 <= now_s - self._trimmed_at_s < _TRIM_EVERY_S:
            return
        self._trimmed_at_s = now_s
        if 0 <= now_s - self.points.mark(_TRIMMED_AT) < _TRIM_EVERY_S:
            return
        self.points.trim_points({width_s: now_s - kept_s for kept_s, width_s in WINDOWS.items()})
        self.points.set_mark(_TRIMMED_AT, now_s)

    def _flush_and_pause(self) -> float | None:
        """Flush; gives for how long to pause, None where there was nothing."""
        if not self.flush():
            return None
        return self.flush_interval_s()

    def flush_interval_s(self) -> float:
        """How often measurements are brought in now."""
        try:
            watched_until_s = self.points.mark(_WATCHED_UNTIL)
        except ApiError:
            return FLUSH_S
        now_s = self._clock.now_us() // 1_000_000
        return WATCHED_FLUSH_S if now_s <= watched_until_s else FLUSH_S

    def look(self) -> None:
        """Somebody looks at the points; who does so again and again has the processes hurry."""
        self.flush()
        now_s = self._clock.now_us() // 1_000_000
        last_s, self._watched_at_s = self._watched_at_s, now_s
        if now_s - last_s <= _WATCH_S and self.points.mark(_WATCHED_UNTIL) <= now_s + 1:
            self.points.set_mark(_WATCHED_UNTIL, now_s + _WATCH_S)

    def hurry(self) -> None:
        """This process is there for others: what it counts is brought in from the beginning."""
        if self._flusher is not None:
            self._flusher.wake()

    def forget(self, table_id: str) -> None:
        """A table is gone."""
        self.flush()
        self.points.forget_points(table_id)

    def close(self) -> None:
        """Bring in what is left; a second close does nothing."""
        if self._flusher is not None:
            self._flusher.stop()
            self.flush()
        forks.unwatch(self)

    def after_fork(self) -> None:
        """In a child nothing is counted for the parent's files."""
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._done, self._held = deque(), {}
        self._flusher = None


def _tables_of(tally: Tally) -> list[Table]:
    """The tables that a request has drawn on, or tried to."""
    drawn = [charge[0] for charge in tally.charges] + [table for table, _ in tally.refusals]
    return list({table.table_id: table for table in drawn}.values())


def _operation(stretch: Stretch, name: str) -> OperationSum:
    found = stretch.operations.get(name)
    if found is None:
        found = stretch.operations[name] = OperationSum()
    return found


def _add_charge(stretch: Stretch, name: str, charge: Charge) -> OperationSum:
    """Count what an operation has drawn, and for how many items; gives what is kept of it."""
    _, kind, draws, items, item_bytes, _ = charge
    flows = stretch.reads if kind is READ else stretch.writes
    for draw in draws:
        index = draw.index or ""
        flows[index] = flows.get(index, 0.0) + draw.units
    operation = _operation(stretch, name)
    operation.items += items
    operation.item_bytes += item_bytes
    if items == 1 and item_bytes > operation.item_bytes_max:
        operation.item_bytes_max = item_bytes
    return operation


def _add_refusal(stretch: Stretch, refusal: Refusal) -> None:
    place = refusal.index or "", str(refusal.kind), refusal.reason
    found = stretch.throttled.setdefault(place, Throttled())
    found.requests += 1
    found.words = refusal.words


def provisions_of(table: Table) -> dict[str, tuple[float, float]]:
    """What a table and its global indexes are provisioned with; nothing on demand."""
    owners = [("", table.settings), *((index.name, index.settings) for index in table.indexes)]
    throughputs = [(name, settings.get("ProvisionedThroughput")) for name, settings in owners]
    return {
        name: (units["ReadCapacityUnits"], units["WriteCapacityUnits"])
        for name, units in throughputs
        if units is not None
    }


def _merged(stretch: Stretch, body: bytes | None) -> bytes:
    """The body of a point with a stretch added."""
    if body is None:
        return stretch.encoded()
    known = Stretch.decoded(body)
    known.merge(stretch)
    return known.encoded()
