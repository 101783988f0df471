"""What kills amid long work have in common: each kills one process and looks at what it left.

The quick tests do that a few times, the campaigns hundreds of times.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from engine import Engine, VirtualClock
from engine.clock import SYSTEM_CLOCK

Kill = Callable[[Path, random.Random], bool]
"""Kills a process that works in a folder; gives whether the work had come to its end."""


def reopened(folder: Path) -> Engine:
    """The folder, opened again; with this clock, work that was left is done while it opens."""
    return Engine.open(folder, clock=VirtualClock(SYSTEM_CLOCK.now_us()))
