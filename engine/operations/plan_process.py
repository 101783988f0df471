"""Backup plans that are due, carried out by a process of their own."""

from __future__ import annotations

import threading
from contextlib import suppress

from engine.client.protocol import Json
from engine.operations.jobs import may_have_children, start_process
from engine.operations.region import Region
from engine.storage.jobs import PLAN

ARGUMENT = "plans"
"""What the process is told instead of a job's number."""
# cron is not exact: what is due within so much of its interval is due.
_EARLY_SHARE = 0.05


def is_due(state: Json, now_us: int) -> bool:
    """Whether it is a plan's turn."""
    pause_us = state["every_s"] * (1 - _EARLY_SHARE) * 1_000_000
    return state["last_us"] is None or now_us - state["last_us"] >= pause_us


def start_due_plans(region: Region) -> None:
    """Have the plans that are due carried out; of several processes that start it, one does.

    On a clock of our own nothing is started: whoever moves it runs the plans.
    """
    if not may_have_children(region):
        return
    now_us = region.clock.now_us()
    jobs = region.database.read(lambda reader, _: reader.jobs())
    if any(job.kind == PLAN and is_due(job.state, now_us) for job in jobs):
        child = start_process(region, ARGUMENT)
        # Without a thread to wait for it, it is only its end that nobody hears of.
        with suppress(RuntimeError):
            threading.Thread(target=child.communicate, name="dyntui-plans", daemon=True).start()
