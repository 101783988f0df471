"""An engine whose tables take their time to be made and changed."""

from __future__ import annotations

from engine import Engine, Settings, VirtualClock


def slow_engine(clock: VirtualClock, delay_s: float) -> Engine:
    """An engine in memory with that delay."""
    return Engine.in_memory(settings=Settings(table_delay_s=delay_s), clock=clock)
