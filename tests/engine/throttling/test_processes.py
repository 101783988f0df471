"""Two processes have one table's capacity between them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine import Engine, VirtualClock
from tests.engine.throttling.provisioned import create

_WRITES = 20
_SECONDS = 15


def spender(folder: Path, name: str) -> subprocess.Popen[str]:
    """A process that writes when it is told the second."""
    command = [sys.executable, "-m", "tests.engine.throttling.spender", str(folder), name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def tell(process: subprocess.Popen[str], second: int) -> None:
    """Have it write at a second."""
    assert process.stdin is not None
    process.stdin.write(f"{second}\n")
    process.stdin.flush()


def told(process: subprocess.Popen[str]) -> int:
    """How many of its writes were let in."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_two_processes_together_get_one_tables_capacity(tmp_path: Path) -> None:
    with Engine.open(tmp_path, clock=VirtualClock()) as engine:
        create(engine, 1, _WRITES)
    processes = [spender(tmp_path, name) for name in ("one", "two")]
    let_in = 0
    for second in range(_SECONDS):
        for process in processes:
            tell(process, second)
        let_in += sum(map(told, processes))
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0
        assert process.stdout is not None
        process.stdout.close()
    due = _WRITES * _SECONDS
    assert due - _WRITES <= let_in <= due + _WRITES
