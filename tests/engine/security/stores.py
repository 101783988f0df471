"""Key stores that are gone with their test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from engine.client.keys import KeyTools
from engine.clock import VirtualClock
from engine.security.keys import region_keys


def memory_keys() -> Callable[[str], KeyTools]:
    """The key store of each Region, in memory."""
    return cache(lambda region: region_keys(None, region, VirtualClock()))
