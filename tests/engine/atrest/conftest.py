"""A folder with two keys, and a table with an index and a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine, VirtualClock
from engine.operations.region import Settings
from tests.engine.atrest.sealed import STREAM
from tests.engine.storage.things import TABLE, make_table
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands still."""
    return VirtualClock()


@pytest.fixture
def engine(tmp_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    """An engine in the folder `tmp_path / "data"`, whose tables' keys are switched at will."""
    settings = Settings(key_switches=0)
    with (
        upkeep_by_hand(),
        Engine.open(tmp_path / "data", clock=clock, settings=settings) as opened,
    ):
        for name in ("one", "two"):
            opened.keys.create(name, f"alias/{name}")
        make_table(opened, indexed=True)
        opened.update_table(TableName=TABLE, StreamSpecification=STREAM)
        yield opened
