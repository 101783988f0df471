"""An engine in memory with the tables of `tables.py`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.tables import make_tables


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands still."""
    return VirtualClock()


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    """A fresh engine."""
    with Engine.in_memory(clock=clock) as opened:
        yield make_tables(opened)
        assert opened.check() == []
