"""Engines that throttle, by virtual time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Engine, Settings, VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands."""
    return VirtualClock()


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    """An engine that throttles."""
    with Engine.in_memory(settings=Settings(throttling="enforce"), clock=clock) as opened:
        yield opened
