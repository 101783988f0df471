"""An engine in a folder, with a clock that moves when told, and a log that is indexed in bits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine, VirtualClock
from engine.storage import log_index
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that moves only when told."""
    return VirtualClock()


@pytest.fixture
def engine(tmp_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    """An engine in the folder `tmp_path / "data"`, which does not wait for the disk."""
    with (
        upkeep_by_hand(),
        Engine.open(tmp_path / "data", clock=clock, durability="relaxed") as opened,
    ):
        yield opened


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index of the log is filled after a few entries, and cleared of a few."""
    monkeypatch.setattr(log_index, "BATCH_ENTRIES", 7)
    monkeypatch.setattr(log_index, "_TAIL_MAX", 11)
    monkeypatch.setattr(log_index, "_ENTRIES_PER_STEP", 3)
    monkeypatch.setattr(log_index, "_CLEARED_PER_STEP", 4)
