"""Campaigns on the key store: kills amid its changes."""

from __future__ import annotations

import random

from tests.campaign.campaign import Run
from tests.engine.security.changing import check, start
from tests.engine.storage.processes import kill_after

_KILLS = 200
_LINES_MAX = 20


def kills(run: Run) -> None:
    """Kill a process at some moment, again and again; no key that it told of may be lost."""
    draw = random.Random()
    lines: list[str] = []
    for _ in run.rounds(_KILLS):
        with start(run.folder, 1_000_000) as process:
            lines += kill_after(process, draw.randint(1, _LINES_MAX))
        check(run.folder, lines)
        run.count(kills=1)
    run.count(keys=len(lines))
