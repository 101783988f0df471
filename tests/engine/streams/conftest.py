"""An engine in memory whose clock is moved by the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Engine, VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands still."""
    return VirtualClock()


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    """A fresh engine."""
    with Engine.in_memory(clock=clock) as opened:
        yield opened
        assert opened.check() == []
