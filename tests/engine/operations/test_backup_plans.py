"""Backup plans: when they are due, what they make, and what they delete."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Account, Engine, VirtualClock
from engine import account as account_module
from engine.client.recovery import BackupPlan
from engine.operations import plan_process
from engine.operations.jobs import start_process
from engine.operations.region import Region
from engine.storage import upkeep
from tests.engine.operations.tables import make_tables, refused

DAY_S = 86_400
PLAN = BackupPlan("nightly", ("hash", "ranged"), DAY_S, 3 * DAY_S, None, None)


@pytest.fixture
def account(tmp_path: Path, clock: VirtualClock) -> Iterator[Account]:
    """A folder with tables in us-east-1."""
    with Account.open(tmp_path, clock=clock) as opened:
        make_tables(opened.engine())
        yield opened


def made(engine: Engine) -> list[str]:
    """The tables of the backups that plans made."""
    listed = engine.list_backups(BackupType="AWS_BACKUP")["BackupSummaries"]
    return [summary["TableName"] for summary in listed]


def test_a_plan_is_carried_out_when_it_is_due(account: Account, clock: VirtualClock) -> None:
    engine = account.engine()
    engine.set_backup_plan(PLAN)
    runs = engine.run_backup_plans()
    assert [(run.plan, run.table, run.failure) for run in runs] == [
        ("nightly", "hash", None),
        ("nightly", "ranged", None),
    ]
    assert engine.run_backup_plans() == []
    clock.advance(DAY_S - 60)
    assert len(engine.run_backup_plans()) == 2
    assert sorted(made(engine)) == ["hash"] * 2 + ["ranged"] * 2
    assert engine.list_backups()["BackupSummaries"] == []
    assert engine.backup_plans()[0].last_us == clock.now_us()


def test_backups_are_deleted_when_their_time_is_over(account: Account, clock: VirtualClock) -> None:
    engine = account.engine()
    engine.set_backup_plan(PLAN)
    for _ in range(5):
        engine.run_backup_plans()
        clock.advance(DAY_S)
    assert len(made(engine)) == 6


def test_copies_go_to_another_region_and_expire_there(
    account: Account, clock: VirtualClock
) -> None:
    engine, there = account.engine(), account.engine("eu-west-1")
    engine.set_backup_plan(BackupPlan("all", None, DAY_S, DAY_S, "eu-west-1", None))
    runs = engine.run_backup_plans()
    assert [run.table for run in runs] == ["hash", "local", "ranged"]
    assert sorted(made(there)) == sorted(made(engine)) == ["hash", "local", "ranged"]
    arn = runs[0].copy_arn
    assert arn is not None
    there.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    engine.remove_backup_plan("all")
    engine.set_backup_plan(BackupPlan("none", (), DAY_S, DAY_S, "eu-west-1", None))
    clock.advance(DAY_S)
    engine.run_backup_plans()
    assert made(there) == made(engine) == []


def test_a_table_that_is_gone_does_not_keep_others_from_their_backup(account: Account) -> None:
    engine = account.engine()
    engine.set_backup_plan(PLAN)
    engine.delete_table(TableName="hash")
    failed, done = engine.run_backup_plans()
    assert failed.failure == "Table not found: hash"
    assert done.failure is None
    assert made(engine) == ["ranged"]


def test_plans_are_changed_and_removed(account: Account) -> None:
    engine = account.engine()
    engine.set_backup_plan(PLAN)
    engine.set_backup_plan(BackupPlan("nightly", None, 1, 1, None, None))
    assert [plan.tables for plan in engine.backup_plans()] == [None]
    engine.remove_backup_plan("nightly")
    assert engine.backup_plans() == []
    assert engine.jobs() == []
    with refused("ResourceNotFoundException", "There is no backup plan nightly"):
        engine.remove_backup_plan("nightly")


def test_plans_that_are_due_get_a_process_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(region: Region, argument: str) -> subprocess.Popen[bytes]:
        started.append(start_process(region, argument))
        return started[-1]

    monkeypatch.setattr(plan_process, "start_process", start)
    with Account.open(tmp_path) as account:
        engine = account.engine()
        make_tables(engine)
        engine.set_backup_plan(PLAN)
        plan_process.start_due_plans(engine._region)
        started[0].wait(timeout=60)
        assert sorted(made(engine)) == ["hash", "ranged"]
        plan_process.start_due_plans(engine._region)
        assert len(started) == 1


def test_a_process_that_lives_for_a_round_looks_after_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()
    monkeypatch.setattr(upkeep, "_ROUND_S", 0.01)
    monkeypatch.setattr(account_module, "_start_due_plans", lambda _: looked.set())
    with Account.open(tmp_path) as account:
        account.engine().set_backup_plan(PLAN)
        assert looked.wait(timeout=60)


def test_on_a_clock_of_ones_own_nothing_is_started(account: Account) -> None:
    account.engine().set_backup_plan(PLAN)
    plan_process.start_due_plans(account.engine()._region)
    assert made(account.engine()) == []
