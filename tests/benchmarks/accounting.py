"""What it costs to count what requests consume, and to keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import median
from time import process_time
from typing import Any

from engine import Engine, Settings, VirtualClock
from engine.capacity.meter import Meter
from engine.capacity.metrics import Metrics
from engine.capacity.points import WIDTHS_S, MemoryPoints
from engine.capacity.purses import MemoryStates
from engine.capacity.tally import Tally, current
from engine.clock import SYSTEM_CLOCK
from tests.benchmarks.engines import create_table
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, key_of, make_item
from tests.benchmarks.pairing import Pair

_DAYS = 35
_MINUTES_A_DAY = 1_440
_WARM = {"ReadUnitsPerSecond": 40_000, "WriteUnitsPerSecond": 40_000}


class _NoMeter(Meter):
    """Lets everything in, and notes nothing."""

    def __init__(self) -> None:
        super().__init__(MemoryStates(), SYSTEM_CLOCK, asks=False)

    def charge(self, *_: Any) -> None:
        """See `Meter.charge`."""

    def draw(self, *_: Any) -> None:
        """See `Meter.draw`."""


class _NoMetrics(Metrics):
    """Counts nothing."""

    def __init__(self) -> None:
        super().__init__(MemoryPoints(), SYSTEM_CLOCK, lambda _: (), alone=True)
        self._tally = Tally("", 0.0)

    def begin(self, _operation: str) -> Tally:
        """See `Metrics.begin`."""
        return self._tally

    def end(self, *_: Any) -> None:
        """See `Metrics.end`."""


def accounting(setting: Setting) -> Iterable[Figure]:
    """GetItem that is counted and asks for capacity, against one that does neither."""
    calls = setting.count(400, least=20)
    for name, throttling in (("accounting", "off"), ("accounting-enforced", "enforce")):
        folder = setting.folder / name
        settings = Settings(throttling=throttling)
        with Engine.open(folder, durability="relaxed", settings=settings) as db:
            create_table(db, TABLE)
            # On demand a table gives 12,000 units a second, which is less than is asked for here.
            db.update_table(TableName=TABLE, WarmThroughput=_WARM)
            db.load_items(TABLE, map(make_item, range(100)))
            bare = Engine(replace(db._region, meter=_NoMeter(), metrics=_NoMetrics()))
            keys = [key_of(number % 100) for number in range(calls)]
            works = _getting(db, keys), _getting(bare, keys)
            for work in works:
                work()
            rounds = [
                (_processor_s(works[0]), _processor_s(works[1])) for _ in range(setting.rounds)
            ]
        pair = Pair(*zip(*rounds, strict=True))
        extra_us = median(subject - floor for subject, floor in rounds) / calls * 1e6
        yield Figure(name, pair.ratio, pair.detail(calls))
        yield Figure(f"{name}-cost", extra_us, "per GetItem", "µs")


def _processor_s(work: Callable[[], None]) -> float:
    """Processor time: what is sought is smaller than what a busy machine does to the clock's."""
    start = process_time()
    work()
    return process_time() - start


def _getting(db: Engine, keys: Sequence[dict[str, Any]]) -> Callable[[], None]:
    def work() -> None:
        current.tally = None
        for key in keys:
            db.get_item(TableName=TABLE, Key=key)

    return work


def storage(setting: Setting) -> Iterable[Figure]:
    """The file of metrics of a table that is never idle for 35 days, against what is in it."""
    clock = VirtualClock()
    folder = setting.folder / "metrics"
    with Engine.open(folder, durability="relaxed", clock=clock) as db:
        create_table(db, TABLE)
        db.load_items(TABLE, map(make_item, range(100)))
        minutes = setting.count(_DAYS * _MINUTES_A_DAY, least=60)
        for step_s, steps in ((60, minutes), (1, setting.count(3_600, least=60))):
            for number in range(steps):
                clock.advance(step_s)
                db.get_item(TableName=TABLE, Key=key_of(number % 100))
                if number % 3 == 0:
                    db.put_item(TableName=TABLE, Item=make_item(number % 100))
        region = db._region
        region.metrics.flush()
        table_id = region.database.catalog.tables[TABLE].table_id
        points = [
            point
            for width_s in WIDTHS_S
            for point in region.metrics.points.read_points(table_id, width_s, 0)
        ]
    size = (folder / db.region / "meter.db").stat().st_size
    bodies = sum(len(point.body) for point in points)
    detail = f"{len(points):,} stretches of {bodies / len(points):.0f} bytes"
    yield Figure("metrics-storage", size / 1e6, detail, " MB")
    yield Figure("metrics-storage-overhead", size / bodies, "file to stretches")
