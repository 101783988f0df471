"""A forked child is refused what its parent had open, and does no harm to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from engine import Engine
from tests.engine.storage.things import numbers_of, put, thing


def command(scenario: str, folder: Path) -> list[str]:
    module = "tests.engine.storage.forking"
    return [sys.executable, "-W", "ignore", "-m", module, scenario, str(folder)]


def run(scenario: str, folder: Path) -> list[str]:
    done = subprocess.run(command(scenario, folder), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_child_is_refused_what_its_parent_had_open(tmp_path: Path) -> None:
    lines = run("requests_in_a_child", tmp_path / "data")
    for line in lines[:3]:
        assert line.startswith("InternalServerError")
        assert line.endswith("opened before this process was forked")
    assert lines[3].startswith("FolderAccessError")
    assert "was open when this process was forked" in lines[3]
    assert lines[4:] == ["[3]", "[1, 4]"]
    with Engine.open(tmp_path / "data") as engine:
        assert numbers_of(engine) == [1, 4]
        assert engine.check() == []


def test_a_child_that_ends_does_not_undo_what_its_parent_was_writing(tmp_path: Path) -> None:
    numbers = list(range(20))
    assert run("fork_amid_a_transaction", tmp_path / "data") == ["2000", f"{numbers} []"]
    with Engine.open(tmp_path / "data") as engine:
        assert numbers_of(engine) == numbers
        assert engine.check() == []


def test_a_child_closes_no_connection_of_its_parent(tmp_path: Path) -> None:
    # To close one rolls back, in the shared memory, what the parent is writing; the lock is let go.
    (line,) = run("drop_in_a_child", tmp_path / "data")
    files = [f"{name}{end}" for name in ("data.db", "meter.db") for end in ("", "-shm", "-wal")]
    assert line == str(files)


def test_a_child_does_not_keep_the_lock_of_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("lock_outlives_nobody", tmp_path / "data"), stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        try:
            with Engine.open(tmp_path / "data") as engine:
                put(engine, thing(1))
                assert numbers_of(engine) == [1]
        finally:
            os.kill(child, signal.SIGKILL)


def test_what_was_closed_before_the_fork_can_be_opened_in_the_child(tmp_path: Path) -> None:
    assert run("open_after_the_fork", tmp_path / "data") == ["[1]"]
