"""Campaigns on exports and imports: kills amid them."""

from __future__ import annotations

import random

from tests.campaign.campaign import Run
from tests.engine.faults.kills_amid_transfers import KILLS

_KILLS = 200


def kills(run: Run) -> None:
    """Kill processes amid exports and imports in turn; each has a folder for all its kills."""
    draw = random.Random()
    run.count(lost=0)
    for number in run.rounds(_KILLS):
        kill = KILLS[number % len(KILLS)]
        done = kill(run.folder / kill.__name__, draw)
        run.count(kills=1, done_before=done)
