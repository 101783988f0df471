"""The injected clock: the only module that reads the time, waits, and draws lots."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where the engine takes the time from."""

    def now_us(self) -> int:
        """Microseconds since the Unix epoch."""
        ...

    def monotonic_s(self) -> float:
        """Seconds of a clock that never steps back; only differences have a meaning."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """See `Clock.now_us`."""
        return time.time_ns() // 1_000

    # The function itself, since every request asks twice.
    monotonic_s = staticmethod(time.monotonic)


class VirtualClock:
    """A clock that moves only when it is told to: for tests, replays and simulations."""

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self._now_us = now_us
        self._elapsed_s = 0.0

    def now_us(self) -> int:
        """See `Clock.now_us`."""
        return self._now_us

    def monotonic_s(self) -> float:
        """See `Clock.monotonic_s`."""
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; a negative figure steps the wall clock back."""
        self._now_us += round(seconds * 1_000_000)
        self._elapsed_s += max(seconds, 0.0)


SYSTEM_CLOCK = SystemClock()


def pause(seconds: float) -> None:
    """Wait in this thread; an interrupt ends it."""
    time.sleep(seconds)


def draw() -> float:
    """A lot, evenly from 0 to 1."""
    import random

    return random.random()
