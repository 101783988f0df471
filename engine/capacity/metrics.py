"""Metrics: what the requests of this process did to the tables of a Region, second by second.

Each request is counted when it is over. What was counted is brought to the Region's points about
once a second by a thread of its own, ten times while somebody watches, and at the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from engine.capacity.flusher import Flusher
from engine.capacity.points import WIDTHS_S, Points, start_of
from engine.capacity.refusals import READ, Refusal
from engine.capacity.stretches import OperationSum, Stretch, Throttled
from engine.capacity.tally import Charge, Tally, current
from engine.client.capacity import WINDOWS
from engine.client.protocol import Json
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
# So many stretches are held back at most; past that a request brings them in itself.
_ENDED_MAX = 2_000
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
        self._running: dict[str, Stretch] = {}
        self._ended: dict[tuple[str, int], Stretch] = {}
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
        charge = charges[0]
        with self._lock:
            stretch = self._stretch(charge[0])
            _add_charge(stretch, charge)
            operation = _operation(stretch, tally.operation)
            operation.succeed(seconds)
            _add_items(operation, charge)

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
        with self._lock:
            for table in tables or (None,):
                operation = _operation(self._stretch(table), tally.operation)
                if is_throttled or tally.refusals:
                    operation.throttled += 1
                if code is None:
                    operation.succeed(seconds)
                    continue
                operation.requests += 1
                if not is_throttled:
                    operation.errors[code] = operation.errors.get(code, 0) + 1
            for charge in tally.charges:
                stretch = self._stretch(charge[0])
                _add_charge(stretch, charge)
                _add_items(_operation(stretch, tally.operation), charge)
            for table, refusal in tally.refusals:
                _add_refusal(self._stretch(table), refusal)

    def _stretch(self, table: Table | None) -> Stretch:
        """The running second of a table; the lock is held."""
        second = self._clock.now_us() // 1_000_000
        if second != self._second:
            self._turn(second)
            flusher = self._flusher
            # A process that lives for less than a second brings in what it has when it ends.
            if flusher is not None and (self._ended or flusher.is_running):
                flusher.wake()
        subject = ACCOUNT if table is None else table.table_id
        stretch = self._running.get(subject)
        if stretch is None:
            stretch = self._running[subject] = Stretch()
            if table is not None:
                stretch.provisions = provisions_of(table)
        return stretch

    def _turn(self, second: int) -> None:
        """End the running second; the lock is held."""
        ended = self._ended
        for subject, stretch in self._running.items():
            known = ended.get((subject, self._second))
            if known is None:
                ended[subject, self._second] = stretch
            else:
                known.merge(stretch)
        self._running = {}
        self._second = second
        if len(ended) > _ENDED_MAX:
            self._ended = {}
            self._bring_in(ended)

    # Flushing.

    def has_more(self) -> bool:
        """Whether anything was counted that was not brought in yet."""
        return bool(self._running or self._ended)

    def flush(self) -> bool:
        """Bring in what was counted, the running second included; gives whether there was any.

        Measurements that cannot be kept are lost: nothing depends on them.
        """
        with self._flushing:
            with self._lock:
                if not self.has_more():
                    return False
                self._turn(-1)
                ended, self._ended = self._ended, {}
            self._bring_in(ended)
            return True

    def _bring_in(self, ended: dict[tuple[str, int], Stretch]) -> None:
        sums: dict[tuple[str, int, int], Stretch] = {}
        for (subject, second), stretch in ended.items():
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
        self._running, self._ended = {}, {}
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


def _add_charge(stretch: Stretch, charge: Charge) -> None:
    flows = stretch.reads if charge[1] is READ else stretch.writes
    for draw in charge[2]:
        name = draw.index or ""
        flows[name] = flows.get(name, 0.0) + draw.units


def _add_items(operation: OperationSum, charge: Charge) -> None:
    items, item_bytes = charge[3], charge[4]
    operation.items += items
    operation.item_bytes += item_bytes
    if items == 1 and item_bytes > operation.item_bytes_max:
        operation.item_bytes_max = item_bytes


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
