"""Campaigns on keys: kills amid changes of the key store, and amid switches of tables."""

from __future__ import annotations

import random

from tests.campaign.campaign import Run
from tests.engine.faults.kills_amid_switches import amid_a_switch
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


def switches(run: Run) -> None:
    """Kill a process amid switches of a table from key to key, again and again."""
    draw = random.Random()
    run.count(lost=0)
    for _ in run.rounds(_KILLS):
        run.count(kills=1, amid=amid_a_switch(run.folder / "data", draw))
