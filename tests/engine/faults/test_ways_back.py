"""kill -9 amid ways back; jobs in processes of their own; traffic meanwhile."""

from __future__ import annotations

import random
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from engine import Account, Engine
from engine.operations import jobs
from tests.engine.faults.kills import Kill
from tests.engine.faults.kills_amid_ways_back import KILLS
from tests.engine.operations.tables import refused
from tests.engine.storage.things import TABLE, items_of, make_table, put, put_many, thing


@pytest.mark.parametrize("kill", KILLS, ids=lambda kill: kill.__name__)
def test_a_kill_loses_nothing_and_leaves_nothing_behind(tmp_path: Path, kill: Kill) -> None:
    kill(tmp_path / "data", random.Random(kill.__name__))


class Children:
    """The processes that jobs were given to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[subprocess.Popen[Any]] = []
        self._is_next_held = False
        start = subprocess.Popen

        def noted(command: list[str], **more: Any) -> subprocess.Popen[Any]:
            if self._is_next_held:
                self._is_next_held = False
                place = command.index("engine.job_process")
                command = [*command[:place], "tests.engine.faults.held_job", *command[place + 1 :]]
                more["stdin"] = subprocess.PIPE
            self.started.append(start(command, **more))
            return self.started[-1]

        monkeypatch.setattr("engine.operations.jobs.subprocess.Popen", noted)
        monkeypatch.setattr(jobs, "LARGE_BYTES", 0)

    def hold_next(self) -> None:
        """Let the next one only begin its job."""
        self._is_next_held = True

    def let_go(self) -> None:
        """Let the last one, which is held, go on."""
        stdin = self.started[-1].stdin
        assert stdin is not None
        stdin.close()

    def ended(self) -> None:
        """Wait until there are no more."""
        number = 0
        while number < len(self.started):
            self.started[number].wait()
            for thread in threading.enumerate():
                if thread is not threading.current_thread() and "job-" in thread.name:
                    thread.join()
            number += 1


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """Every job has a process of its own."""
    return Children(monkeypatch)


def test_a_job_in_a_process_of_its_own(tmp_path: Path, children: Children) -> None:
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine, indexed=True)
        put_many(engine, range(200))
        items = items_of(engine)
        details = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
        # Its state is that of the request, whatever is written afterwards.
        put(engine, thing(1_000))
        children.ended()
        arn = details["BackupArn"]
        described = engine.describe_backup(BackupArn=arn)["BackupDescription"]
        assert described["BackupDetails"]["BackupStatus"] == "AVAILABLE"
        engine.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
        children.ended()
        assert len(children.started) == 2
        assert items_of(engine, "again") == items
        assert engine.jobs() == []
        assert engine.check() == []


def test_a_process_that_is_killed_is_followed_by_another(
    tmp_path: Path, children: Children
) -> None:
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine, indexed=True)
        put_many(engine, range(1_500))
        arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
        children.ended()
        children.hold_next()
        engine.restore_table_from_backup(TargetTableName="again", BackupArn=arn["BackupArn"])
        children.started[-1].kill()
        children.ended()
        assert len(children.started) == 3
        assert items_of(engine, "again") == items_of(engine)
        assert engine.check() == []


def test_a_job_that_is_cancelled_leaves_nothing(tmp_path: Path, children: Children) -> None:
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine, indexed=True)
        put_many(engine, range(1_500))
        arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
        children.ended()
        children.hold_next()
        engine.restore_table_from_backup(TargetTableName="again", BackupArn=arn["BackupArn"])
        (job,) = engine.jobs()
        engine.cancel_job(job.id)
        children.let_go()
        children.ended()
        (job,) = engine.jobs()
        assert job.failure == "cancelled"
        with refused("ResourceNotFoundException"):
            engine.describe_table(TableName="again")
        assert engine.check() == []


def test_writes_go_on_amid_a_backup_and_are_not_in_it(tmp_path: Path, children: Children) -> None:
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine)
        put_many(engine, range(1_000))
        before = items_of(engine)
        children.hold_next()
        arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
        for number in range(1_000, 1_040):
            put(engine, thing(number))
        children.let_go()
        children.ended()
        engine.restore_table_from_backup(TargetTableName="again", BackupArn=arn["BackupArn"])
        children.ended()
        assert items_of(engine, "again") == before


def test_a_process_of_its_own_reads_another_region(tmp_path: Path, children: Children) -> None:
    with Account.open(tmp_path / "data") as account:
        here, there = account.engine(), account.engine("eu-west-1")
        make_table(there)
        put_many(there, range(100))
        arn = there.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
        children.ended()
        here.restore_table_from_backup(TargetTableName="again", BackupArn=arn["BackupArn"])
        children.ended()
        assert items_of(here, "again") == items_of(there)
