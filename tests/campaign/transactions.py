"""Campaigns on transactions: killed in the middle, over and over on the same folder."""

from __future__ import annotations

from engine import Engine
from tests.campaign.campaign import Run
from tests.engine.faults.test_killed_transactions import check_transfers, kill_while_it_transfers
from tests.engine.operations.tables import make_tables

_KILLS = 60


def kills(run: Run) -> None:
    """Kill a process whose transactions move units between accounts."""
    folder = run.folder / "data"
    with Engine.open(folder, throttling="off") as engine:
        make_tables(engine)
    acknowledged = 0
    run.count(halves=0)
    for seed in run.rounds(_KILLS):
        acknowledged += kill_while_it_transfers(folder, seed)
        check_transfers(folder, acknowledged, kills=seed + 1)
        run.count(kills=1)
        run.counts["acknowledged"] = acknowledged
