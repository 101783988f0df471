"""Where measurements are kept: in a file, and in memory, alike and within bounds."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.capacity.draws import Draw
from engine.capacity.history import History
from engine.capacity.metrics import Metrics
from engine.capacity.points import COUNTER_S, MemoryPoints, Points
from engine.capacity.refusals import Kind
from engine.capacity.stretches import Stretch, together
from engine.client.windows import WINDOWS
from engine.clock import VirtualClock
from engine.storage.catalog import KeyAttribute, Table
from engine.storage.meter_file import MeterFile, Point, PointChange

HOUR_US = 3_600 * 1_000_000
ORDERS = Table("orders", "orders-id", 1, KeyAttribute("id", "S"), None, (), 0, {})


@pytest.fixture(params=["file", "memory"])
def points(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Points]:
    """Both kinds."""
    if request.param == "memory":
        yield MemoryPoints()
        return
    opened = MeterFile(tmp_path / "meter.db", secrets.token_hex(32))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> VirtualClock:
    """A clock at the start of an hour."""
    return VirtualClock(1_700_000_000_000_000 // HOUR_US * HOUR_US)


def counting(points: Points, clock: VirtualClock) -> Metrics:
    """The metrics of one of several processes, which flushes when it is told to."""
    return Metrics(points, clock, lambda _: (), alone=True)


def read(metrics: Metrics, units: float) -> None:
    """A GetItem that takes so many units."""
    tally, at_us = metrics.begin("GetItem"), metrics._clock.now_us()
    tally.charges.append((ORDERS, Kind.READ, [Draw(None, b"key", units)], 1, 100, at_us))
    metrics.end(tally, {})


def second_of(clock: VirtualClock) -> int:
    """The present second."""
    return clock.now_us() // 1_000_000


def consumed(points: Points, width_s: int, since_s: int = 0) -> list[float]:
    """Read units of every stretch that is kept."""
    found = points.read_points(ORDERS.table_id, width_s, since_s)
    return [Stretch.decoded(point.body).reads[""] for point in found]


def test_processes_add_up(points: Points, clock: VirtualClock) -> None:
    for metrics in (counting(points, clock), counting(points, clock)):
        read(metrics, 0.5)
        read(metrics, 2.0)
        metrics.flush()
    (stretch,) = History(points).stretches(ORDERS.table_id, 1, 0).values()
    assert stretch.reads[""] == 5.0
    assert stretch.operations["GetItem"].requests == 4
    assert stretch.operations["GetItem"].item_bytes == 400


def test_seconds_stand_beside_each_other_and_together_in_minutes(
    points: Points, clock: VirtualClock
) -> None:
    metrics = counting(points, clock)
    for _ in range(90):
        read(metrics, 1.0)
        clock.advance(1)
    metrics.flush()
    assert consumed(points, 1) == [1.0] * 90
    assert consumed(points, 60) == [60.0, 30.0]
    assert consumed(points, 3_600) == [90.0]


def test_who_looks_again_sees_what_has_changed(points: Points, clock: VirtualClock) -> None:
    metrics, history, start = counting(points, clock), History(points), second_of(clock)
    for round_number in range(1, 4):
        read(metrics, 1.0)
        metrics.flush()
        whole = together(history.stretches(ORDERS.table_id, 60, start).values())
        assert whole.reads[""] == round_number
    assert history.stretches(ORDERS.table_id, 60, start + 60) == {}
    assert len(history.stretches(ORDERS.table_id, 60, start)) == 1


def test_what_one_has_looked_at_is_not_read_again(clock: VirtualClock) -> None:
    read_since: list[tuple[int, int]] = []

    class Watched(MemoryPoints):
        """Points that tell what was read."""

        def read_points(
            self, subject: str, width_s: int, since_s: int, newer_than: int = 0
        ) -> list[Point]:
            """See `Points.read_points`."""
            read_since.append((since_s, newer_than))
            return super().read_points(subject, width_s, since_s, newer_than)

    points = Watched()
    metrics, history, start = counting(points, clock), History(points), second_of(clock)
    for seconds in (0, 2_000, 1_000):
        clock.advance(seconds)
        read(metrics, 1.0)
        metrics.flush()
    for since_s, seen in ((start, 3), (start + 2_500, 1), (start, 3)):
        assert len(history.stretches(ORDERS.table_id, 1, since_s)) == seen
    assert [version for _, version in read_since] == [0, 3, 3]


def test_what_is_kept_stays_bounded_over_40_days(points: Points, clock: VirtualClock) -> None:
    metrics = counting(points, clock)
    for _ in range(40 * 24 * 2):
        read(metrics, 1.0)
        clock.advance(1_800)
        metrics.flush()
    assert [len(consumed(points, width)) for width in WINDOWS.values()] == [2, 48, 35 * 24]
    assert consumed(points, COUNTER_S) == [40 * 24 * 2]


def test_what_is_counted_faster_than_it_is_flushed_is_brought_in(
    points: Points, clock: VirtualClock
) -> None:
    metrics = counting(points, clock)
    for _ in range(5_000):
        read(metrics, 1.0)
        clock.advance(1)
    assert sum(consumed(points, 3_600)) > 2_000
    metrics.flush()
    assert sum(consumed(points, 3_600)) == 5_000


def test_a_table_that_is_gone_is_forgotten(points: Points, clock: VirtualClock) -> None:
    metrics = counting(points, clock)
    read(metrics, 1.0)
    metrics.forget(ORDERS.table_id)
    assert consumed(points, 3_600) == []
    assert consumed(points, COUNTER_S) == []


def test_processes_hurry_while_somebody_watches(points: Points, clock: VirtualClock) -> None:
    writer, reader = counting(points, clock), counting(points, clock)
    assert writer.flush_interval_s() == 1.0
    reader.look()
    assert writer.flush_interval_s() == 1.0
    reader.look()
    assert writer.flush_interval_s() == 0.1
    clock.advance(6)
    assert writer.flush_interval_s() == 1.0


def test_a_lost_file_loses_measurements_only(tmp_path: Path, clock: VirtualClock) -> None:
    path, key = tmp_path / "meter.db", secrets.token_hex(32)
    for content in (None, b"", b"damaged" * 10_000):
        if content is not None:
            path.write_bytes(content)
        opened = MeterFile(path, key)
        metrics = counting(opened, clock)
        read(metrics, 1.0)
        metrics.flush()
        assert consumed(opened, 3_600) == [1.0]
        opened.close()


def test_what_cannot_be_kept_disturbs_nobody(tmp_path: Path, clock: VirtualClock) -> None:
    metrics = counting(MeterFile(tmp_path / "missing" / "meter.db", "00" * 32), clock)
    read(metrics, 1.0)
    metrics.flush()
    assert metrics.flush_interval_s() == 1.0


def test_a_stretch_is_read_back_as_it_was(points: Points, clock: VirtualClock) -> None:
    metrics = counting(points, clock)
    read(metrics, 1.5)
    metrics.flush()
    (stretch,) = History(points).stretches(ORDERS.table_id, 1, 0).values()
    assert Stretch.decoded(stretch.encoded()) == stretch


def test_points_change_all_at_once_or_not_at_all(tmp_path: Path) -> None:
    opened = MeterFile(tmp_path / "meter.db", secrets.token_hex(32))

    def fail(_body: bytes | None) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        opened.update_points(
            [PointChange("a", 1, 0, lambda _: b"[]"), PointChange("b", 1, 0, fail)]
        )
    assert opened.read_points("a", 1, 0) == []
    opened.close()
