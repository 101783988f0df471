"""Ctrl-C at random moments of real time, as a person would press it."""

from __future__ import annotations

import random
import signal
from functools import partial
from types import FrameType

from engine import Engine
from tests.engine.storage.interrupting import nothing_collected
from tests.engine.storage.things import add_many, add_one
from tests.engine.storage.threads import join, run_beside


def storm(engine: Engine, requests: int, seed: int) -> tuple[int, int]:
    """Write from three threads while the main thread is interrupted at random moments.

    Gives how many of its requests were acknowledged and how many interrupted.
    """
    draw = random.Random(seed)
    acknowledged = interrupted = 0
    armed = False

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if armed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    others = run_beside([partial(add_many, engine, number, requests) for number in (1, 2)])
    try:
        for _ in range(requests):
            # Between two requests it may be.
            with nothing_collected():
                try:
                    signal.setitimer(signal.ITIMER_REAL, draw.uniform(0.000_001, 0.002))
                    armed = True
                    add_one(engine, 0)
                    armed = False
                    acknowledged += 1
                except KeyboardInterrupt:
                    armed = False
                    interrupted += 1
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    join(others)
    return acknowledged, interrupted
