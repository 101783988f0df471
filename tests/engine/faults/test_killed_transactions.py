"""Transactions through kill -9, and many processes on one counter."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

from engine import Engine
from tests.engine.faults.writers import ACCOUNTS
from tests.engine.operations.tables import items_of, make_tables
from tests.engine.storage.processes import finish, kill_after, started

KILLS = 4
LINES_MAX = 60
PROCESSES = 8
ADDITIONS = 40


def start(work: str, folder: Path, count: int) -> subprocess.Popen[str]:
    return started("tests.engine.faults.writers", work, folder, count)


def kill_while_it_transfers(folder: Path, seed: int) -> int:
    """Kill a writer at some moment; gives how many moves it had been told are done."""
    wanted = random.Random(seed).randint(1, LINES_MAX)
    with start("transfer", folder, 1_000_000) as writer:
        return len(kill_after(writer, wanted))


def check_transfers(folder: Path, acknowledged: int, kills: int) -> None:
    """No move may be half there; each kill may have cut off one acknowledgement."""
    with Engine.open(folder, throttling="off") as engine:
        amounts = [int(item["amount"]["N"]) for item in items_of(engine, "hash")]
        (moves,) = [int(item["amount"]["N"]) for item in items_of(engine, "ranged")]
        assert engine.check() == []
    assert sum(amounts) == 0
    assert len(amounts) <= ACCOUNTS
    assert acknowledged <= moves <= acknowledged + kills


def test_a_killed_transaction_is_all_there_or_not_at_all(tmp_path: Path) -> None:
    with Engine.open(tmp_path, throttling="off") as engine:
        make_tables(engine)
    acknowledged = sum(kill_while_it_transfers(tmp_path, seed) for seed in range(KILLS))
    check_transfers(tmp_path, acknowledged, KILLS)


def test_many_processes_add_up_exactly(tmp_path: Path) -> None:
    with Engine.open(tmp_path, throttling="off") as engine:
        make_tables(engine)
    writers = [start("count_up", tmp_path, ADDITIONS) for _ in range(PROCESSES)]
    for writer in writers:
        finish(writer)
    with Engine.open(tmp_path, throttling="off") as engine:
        (counter,) = items_of(engine, "hash")
    assert counter["amount"] == {"N": str(PROCESSES * ADDITIONS)}
