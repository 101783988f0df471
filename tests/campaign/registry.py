"""All campaigns: what each does, and how often."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.engine.faults.test_killed_transactions import check_transfers, kill_while_it_transfers
from tests.engine.storage.kills import kill_while_loading, kill_while_putting, prepare

Step = Iterator[str]
"""What a campaign yields: a line about each step; it raises where something is wrong."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; `steps` is how many there are."""

    name: str
    about: str
    steps: int
    run: Callable[[int], Step]


PUT_KILLS = 120
LOAD_KILLS = 40
TRANSACTION_KILLS = 60


def kill_puts(steps: int) -> Step:
    """Kill a process that puts items, over and over on the same folder."""
    with tempfile.TemporaryDirectory(prefix="dyntui-") as folder:
        prepare(Path(folder))
        for seed in range(steps):
            missing = kill_while_putting(Path(folder), seed)
            assert missing == 0, f"seed {seed}: {missing} acknowledged writes are missing"
            yield "no acknowledged write is missing"


def kill_loads(steps: int) -> Step:
    """Kill a bulk load."""
    with tempfile.TemporaryDirectory(prefix="dyntui-") as folder:
        prepare(Path(folder))
        for seed in range(steps):
            missing = kill_while_loading(Path(folder), seed)
            assert missing == 0, f"seed {seed}: {missing} written items are missing"
            yield "no written item is missing"


def kill_transactions(steps: int) -> Step:
    """Kill a process whose transactions move units between accounts."""
    with tempfile.TemporaryDirectory(prefix="dyntui-") as folder:
        prepare(Path(folder))
        acknowledged = 0
        for seed in range(steps):
            acknowledged += kill_while_it_transfers(Path(folder), seed)
            check_transfers(Path(folder), acknowledged, kills=seed + 1)
            yield f"{acknowledged} transactions, each whole"


def properties(*paths: str) -> Callable[[int], Step]:
    """Property tests with thousands of examples each."""

    def run(_: int) -> Step:
        environment = os.environ | {"HYPOTHESIS_PROFILE": "campaign"}
        for path in paths:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path]
            ended = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert ended.returncode == 0, ended.stdout[-4_000:] + ended.stderr[-1_000:]
            yield path

    return run


_PROPERTIES = (
    "tests/engine/model",
    "tests/engine/storage/test_keys.py",
    "tests/engine/expressions",
    "tests/engine/partiql",
    "tests/engine/operations",
)

CAMPAIGNS = (
    Campaign("kill-puts", "kill -9 while items are put", PUT_KILLS, kill_puts),
    Campaign("kill-loads", "kill -9 in bulk loads", LOAD_KILLS, kill_loads),
    Campaign("kill-transactions", "kill -9 in transactions", TRANSACTION_KILLS, kill_transactions),
    Campaign(
        "properties",
        "property tests with thousands of examples",
        len(_PROPERTIES),
        properties(*_PROPERTIES),
    ),
)
