"""Backup plans: when they are due, what they make, and what they delete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Account, Engine, VirtualClock
from engine.client.recovery import BackupPlan
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
