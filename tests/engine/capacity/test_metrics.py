"""Metrics: counted by second, kept by width, added up over processes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.histogram import percentile, step
from engine.capacity.metrics import DAY_S, HOUR_S, Recorder, Subject, latency_ms, read_series
from engine.clock import VirtualClock
from engine.storage.meter_file import MeterFile

ORDERS = Subject("orders")
READS = "ConsumedReadCapacityUnits"


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[MeterFile]:
    """A shared file."""
    opened = MeterFile(tmp_path / "meter.db", secrets.token_hex(32))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> VirtualClock:
    """A clock at the start of an hour."""
    return VirtualClock(1_700_000_000_000_000 // (HOUR_S * 1_000_000) * (HOUR_S * 1_000_000))


def second_of(clock: VirtualClock) -> int:
    """The present second."""
    return clock.now_us() // 1_000_000


def test_two_processes_add_up(meter: MeterFile, clock: VirtualClock) -> None:
    start = second_of(clock)
    for recorder in (Recorder(clock, meter), Recorder(clock, meter)):
        recorder.add(ORDERS, READS, 0.5)
        recorder.add(ORDERS, READS, 2.0)
        recorder.flush()
    (point,) = read_series(meter, ORDERS, 1, start, start + 1)[READS].points
    assert (point.samples, point.sum, point.low, point.high) == (4, 5.0, 0.5, 2.0)


def test_seconds_stand_beside_each_other_and_together_in_minutes(
    meter: MeterFile, clock: VirtualClock
) -> None:
    start, recorder = second_of(clock), Recorder(clock, meter)
    for _ in range(90):
        recorder.add(ORDERS, READS, 1.0)
        clock.advance(1)
    recorder.flush()
    assert len(read_series(meter, ORDERS, 1, start, start + 90)[READS].points) == 90
    minutes = read_series(meter, ORDERS, 60, start, start + 90)[READS].points
    assert [minute.sum for minute in minutes] == [60.0, 30.0]


def test_what_is_flushed_twice_within_a_second_counts_once(
    meter: MeterFile, clock: VirtualClock
) -> None:
    recorder = Recorder(clock, meter)
    recorder.add(ORDERS, READS, 1.0)
    recorder.flush()
    recorder.flush()
    recorder.add(ORDERS, READS, 1.0)
    recorder.flush()
    assert read_series(meter, ORDERS, HOUR_S, 0, second_of(clock) + 1)[READS].sum == 2.0


def test_the_file_stays_bounded_over_35_days(meter: MeterFile, clock: VirtualClock) -> None:
    recorder = Recorder(clock, meter)
    for _ in range(40 * 24 * 2):
        recorder.add(ORDERS, READS, 1.0)
        clock.advance(HOUR_S / 2)
        recorder.flush()
        recorder.trim()
    now = second_of(clock)
    widths = {1: HOUR_S, 60: DAY_S, HOUR_S: 35 * DAY_S}
    counts = [len(read_series(meter, ORDERS, width, 0, now)[READS].points) for width in widths]
    assert counts == [2, 48, 35 * 24]


def test_subjects_are_read_back() -> None:
    for subject in (ORDERS, Subject("orders", "by-day"), Subject("orders", "", "GetItem")):
        assert Subject.read(subject.text) == subject


def test_latencies_are_told_by_percentile(meter: MeterFile, clock: VirtualClock) -> None:
    recorder, gets = Recorder(clock, meter), Subject("orders", "", "GetItem")
    for milliseconds in range(1, 101):
        recorder.add_latency(gets, milliseconds / 1_000)
    recorder.flush()
    series = read_series(meter, gets, HOUR_S, 0, second_of(clock) + 1).values()
    assert latency_ms(series, 0.5) == pytest.approx(50, rel=0.1)
    assert latency_ms(series, 0.99) == pytest.approx(99, rel=0.1)
    assert latency_ms((), 0.5) is None


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=200), st.floats(0.01, 1.0))
def test_a_percentile_is_right_to_a_tenth(values: list[float], part: float) -> None:
    counts: dict[int, int] = {}
    for value in values:
        counts[step(value)] = counts.get(step(value), 0) + 1
    exact = sorted(values)[max(1, -int(-part * len(values) // 1)) - 1]
    found = percentile(counts, part)
    assert found is not None
    assert found == pytest.approx(exact, rel=0.1)
