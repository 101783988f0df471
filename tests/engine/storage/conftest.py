"""An engine in a folder, with a clock that stands still, and nobody at work beside the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine, VirtualClock
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
        Engine.open(
            tmp_path / "data", clock=clock, throttling="off", durability="relaxed"
        ) as opened,
    ):
        yield opened
