"""Metrics: what happened on tables, indexes and operations, under CloudWatch's names.

A process counts for itself and brings what it has to the Region's shared file once a second. There
it is kept by second for an hour, by minute for a day and by hour for 35 days.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.capacity.histogram import percentile, step
from engine.clock import Clock
from engine.storage.meter_file import MeterFile, Point

HOUR_S = 3_600
DAY_S = 86_400
KEPT_S = {1: HOUR_S, 60: DAY_S, HOUR_S: 35 * DAY_S}
"""For each width of a stretch, in seconds, how long it is kept."""

_LATENCY = "SuccessfulRequestLatency"
_STEP = "/"


@dataclass(frozen=True, slots=True)
class Subject:
    """Of what something is measured: a table, an index of it, or an operation on it."""

    table: str
    index: str = ""
    operation: str = ""

    @property
    def text(self) -> str:
        """As the file names it; a table's name has no slash."""
        return f"{self.table}/{self.index}/{self.operation}"

    @classmethod
    def read(cls, text: str) -> Subject:
        """The reverse of `text`."""
        return cls(*text.split("/", 2))


@dataclass(slots=True)
class _Sum:
    """Measurements of one metric in one second."""

    samples: int = 0
    sum: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def add(self, value: float) -> None:
        """Add one."""
        if not self.samples or value < self.low:
            self.low = value
        if not self.samples or value > self.high:
            self.high = value
        self.samples += 1
        self.sum += value


@dataclass(slots=True)
class Series:
    """One metric of one subject: a point a stretch of time, in order; nothing where none was."""

    metric: str
    points: list[Point] = field(default_factory=list)

    @property
    def sum(self) -> float:
        """Everything together."""
        return sum(point.sum for point in self.points)


class Recorder:
    """What this process measures; safe to use from several threads."""

    def __init__(self, clock: Clock, meter: MeterFile | None) -> None:
        """`meter` None: nothing is kept, for an engine in memory that nobody watches."""
        self._clock = clock
        self._meter = meter
        self._lock = threading.Lock()
        self._second = 0
        self._sums: dict[tuple[Subject, str], _Sum] = {}
        self._ended: list[Point] = []

    def add(self, subject: Subject, metric: str, value: float) -> None:
        """Measure a value."""
        self.add_all(((subject, metric, value),))

    def add_latency(self, subject: Subject, seconds: float) -> None:
        """Measure how long an operation took."""
        self.add(subject, f"{_LATENCY}{_STEP}{step(seconds * 1_000_000)}", seconds * 1_000)

    def add_all(self, values: Iterable[tuple[Subject, str, float]]) -> None:
        """Measure what belongs to one request."""
        second = self._clock.now_us() // 1_000_000
        with self._lock:
            if second != self._second:
                self._end_second(second)
            sums = self._sums
            for subject, metric, value in values:
                known = sums.get((subject, metric))
                if known is None:
                    known = sums[subject, metric] = _Sum()
                known.add(value)

    def _end_second(self, second: int) -> None:
        for (subject, metric), measured in self._sums.items():
            self._ended.append(
                Point(
                    subject.text,
                    metric,
                    self._second,
                    measured.samples,
                    measured.sum,
                    measured.low,
                    measured.high,
                )
            )
        self._sums.clear()
        self._second = second

    def flush(self) -> None:
        """Bring to the shared file what was measured, the running second included."""
        with self._lock:
            self._end_second(self._clock.now_us() // 1_000_000)
            ended, self._ended = self._ended, []
        if ended and self._meter is not None:
            self._meter.add_points(tuple(KEPT_S), ended)

    def trim(self) -> None:
        """Forget what is kept no longer."""
        now_s = self._clock.now_us() // 1_000_000
        if self._meter is not None:
            for width_s, kept_s in KEPT_S.items():
                self._meter.trim_points(width_s, now_s - kept_s)


def read_series(
    meter: MeterFile, subject: Subject, width_s: int, since_s: int, until_s: int
) -> dict[str, Series]:
    """The metrics of a subject by name, in stretches of `width_s`, one of `KEPT_S`."""
    found: dict[str, Series] = {}
    for point in meter.read_points(width_s, subject.text, since_s, until_s):
        found.setdefault(point.metric, Series(point.metric)).points.append(point)
    return found


def latency_ms(series: Iterable[Series], part: float) -> float | None:
    """A percentile (0 to 1) of an operation's latencies in milliseconds; None without requests."""
    counts: dict[int, int] = defaultdict(int)
    for one in series:
        name, _, number = one.metric.partition(_STEP)
        if name == _LATENCY:
            counts[int(number)] += sum(point.samples for point in one.points)
    found = percentile(counts, part)
    return None if found is None else found / 1_000
