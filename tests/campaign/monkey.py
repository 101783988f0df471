"""Long walks of the monkey through the app, each of another seed."""

from __future__ import annotations

import os

from tests.campaign.campaign import Run
from tests.dyntui.app.monkey import report

_SEEDS = 40
_EVENTS = 1_000
_SHRINKING_TRIES = 60


def walks(run: Run) -> None:
    """Random keys, clicks, resizes and pastes over every screen; raises what goes wrong."""
    os.chdir(run.folder)
    for number in run.rounds(_SEEDS):
        failure = report(1_000 + number, _EVENTS, _SHRINKING_TRIES)
        if failure is not None:
            raise AssertionError(failure)
        run.count(seeds=1, events=_EVENTS)
