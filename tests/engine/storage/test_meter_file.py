"""The shared file of states."""

from __future__ import annotations

import multiprocessing
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.storage.meter_file import MeterFile

KEY = secrets.token_hex(32)


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


def test_a_damaged_file_is_made_anew(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1_000)
    meter = MeterFile(path, KEY)
    assert meter.update_state("a", take) == 1_000.0
    meter.close()


def test_a_failed_change_changes_nothing(meter: MeterFile) -> None:
    meter.update_state("a", take)

    def fail(state: Any) -> tuple[Any, None]:
        assert state == [999.0, 0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        meter.update_state("a", fail)
    assert meter.update_state("a", take) == 999.0


def test_a_transaction_that_an_interruption_left_open_is_undone(meter: MeterFile) -> None:
    meter.update_state("a", take)
    assert meter._connection is not None
    meter._connection.execute("BEGIN IMMEDIATE")
    meter._connection.execute("DELETE FROM states")
    assert meter.update_state("a", take) == 999.0
    assert meter.read_state("a") == [998.0, 0]
