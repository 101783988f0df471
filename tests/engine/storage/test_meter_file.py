"""The shared file of states and points."""

from __future__ import annotations

import multiprocessing
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.storage.meter_file import MeterFile, Point

KEY = secrets.token_hex(32)
HOUR_S = 3_600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "meter.db"


@pytest.fixture
def meter(path: Path) -> Iterator[MeterFile]:
    """An open file."""
    opened = MeterFile(path, KEY)
    yield opened
    opened.close()


def take(state: Any) -> tuple[Any, float]:
    """Take a unit, of a thousand at first."""
    units, at_us = state or (1_000.0, 0)
    return (units - 1, at_us), units


def take_many(path: Path, key: str, count: int) -> None:
    """Take units in another process."""
    meter = MeterFile(path, key)
    for _ in range(count):
        meter.update_state("a", take)
    meter.close()


def point(metric: str, at_s: int, value: float) -> Point:
    """A single measurement."""
    return Point("orders", metric, at_s, 1, value, value, value)


def test_a_state_is_kept(meter: MeterFile, path: Path) -> None:
    assert meter.update_state("a", take) == 1_000.0
    again = MeterFile(path, KEY)
    assert again.update_state("a", take) == 999.0
    again.close()


def test_processes_never_lose_a_change(meter: MeterFile, path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=take_many, args=(path, KEY, 50)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
        assert other.exitcode == 0
    assert meter.update_state("a", take) == 900.0


def test_the_states_of_a_table_are_forgotten(meter: MeterFile) -> None:
    meter.update_state("t1/Read", take)
    meter.update_state("t2/Read", take)
    meter.forget_states("t1/")
    assert meter.update_state("t1/Read", take) == 1_000.0
    assert meter.update_state("t2/Read", take) == 999.0


def test_points_add_up_in_every_width(meter: MeterFile) -> None:
    points = [point("units", at_s, at_s % 7) for at_s in range(HOUR_S, HOUR_S + 120)]
    meter.add_points((1, 60), points)
    seconds = meter.read_points(1, "orders", HOUR_S, HOUR_S + 3)
    assert seconds == [point("units", HOUR_S + n, (HOUR_S + n) % 7) for n in range(3)]
    first, second = meter.read_points(60, "orders", 0, 2 * HOUR_S)
    assert (first.samples, first.low, first.high) == (60, 0.0, 6.0)
    assert first.sum + second.sum == sum(one.sum for one in points)


def test_old_points_are_forgotten_by_width(meter: MeterFile) -> None:
    meter.add_points((1, 60), [point("units", at_s, 1.0) for at_s in range(120)])
    assert meter.trim_points(1, 60) == 60
    assert len(meter.read_points(1, "orders", 0, 120)) == 60
    assert len(meter.read_points(60, "orders", 0, 120)) == 2


def test_what_was_measured_of_what(meter: MeterFile) -> None:
    meter.add_points((1,), [point("units", 5, 1.0), point("units", 6, 1.0)])
    assert meter.subjects(1, 0) == ["orders"]
    assert meter.subjects(1, 7) == []


def test_a_damaged_file_is_made_anew(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1_000)
    meter = MeterFile(path, KEY)
    assert meter.subjects(1, 0) == []
    meter.close()


def test_a_failed_change_changes_nothing(meter: MeterFile) -> None:
    meter.update_state("a", take)

    def fail(state: Any) -> tuple[Any, None]:
        assert state == [999.0, 0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        meter.update_state("a", fail)
    assert meter.update_state("a", take) == 999.0
