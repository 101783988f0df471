"""Deleted, emptied and replaced tables: for how long they are kept, and how they come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Context, Engine, VirtualClock
from tests.engine.operations.tables import Json, items_of, make_tables, refused
from tests.engine.operations.test_backups import put
from tests.engine.operations.test_restores import described, entries_of, restore
from tests.engine.storage.things import database_of, run_sql
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

PERSON = Context(origin="person")
DAY_S = 86_400


@pytest.fixture
def kept(tmp_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    """An engine in a folder, with items in `ranged`."""
    with upkeep_by_hand(), Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        put(engine, 20)
        yield engine
        assert engine.check() == []


def in_trash(engine: Engine) -> list[Json]:
    """The backups that the system made."""
    summaries: list[Json] = engine.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    return summaries


def drop(engine: Engine, context: Context = PERSON) -> None:
    """Delete `ranged`."""
    engine.call("DeleteTable", {"TableName": "ranged"}, context)


def tidy_up(engine: Engine) -> list[str]:
    """Let upkeep do all it has to; gives the tables of items that are left."""
    database = database_of(engine)
    assert database.upkeep is not None
    while database.write(database.upkeep.step):
        pass
    rows = run_sql(engine, "SELECT name FROM sqlite_master WHERE name GLOB 't[0-9]*'")
    return [str(name) for (name,) in rows]


def test_what_a_person_drops_is_kept_and_comes_back(kept: Engine, clock: VirtualClock) -> None:
    before, entries = items_of(kept, "ranged"), entries_of(kept, "ranged", "by-g")
    storage_ids = tidy_up(kept)
    drop(kept)
    # The items stay where they are; the index is made anew when it is needed.
    assert len(tidy_up(kept)) == len(storage_ids) - 1
    (summary,) = in_trash(kept)
    assert summary["BackupName"] == "ranged$DeletedTableBackup"
    assert summary["BackupType"] == "SYSTEM"
    assert summary["BackupExpiryDateTime"] == 1_700_000_000 + 7 * DAY_S
    assert summary["BackupSizeBytes"] > 0
    clock.advance(7 * DAY_S - 1)
    tidy_up(kept)
    restore(kept, summary["BackupArn"], "ranged")
    assert items_of(kept, "ranged") == before
    assert entries_of(kept, "ranged", "by-g") == entries
    assert in_trash(kept) == [summary]


def test_after_its_time_it_is_freed(kept: Engine, clock: VirtualClock) -> None:
    drop(kept)
    (summary,) = in_trash(kept)
    left = tidy_up(kept)
    clock.advance(7 * DAY_S)
    assert in_trash(kept) == []
    with refused("BackupNotFoundException"):
        restore(kept, summary["BackupArn"])
    assert len(tidy_up(kept)) == len(left) - 1


def test_a_backup_of_the_systems_can_be_deleted(kept: Engine) -> None:
    drop(kept)
    left = tidy_up(kept)
    kept.delete_backup(BackupArn=in_trash(kept)[0]["BackupArn"])
    assert in_trash(kept) == []
    assert len(tidy_up(kept)) == len(left) - 1


def test_what_a_program_deletes_is_gone(kept: Engine) -> None:
    drop(kept, Context())
    assert in_trash(kept) == []


def test_with_recovery_on_every_deleted_table_is_kept_for_35_days(
    kept: Engine, clock: VirtualClock
) -> None:
    recovery = {"PointInTimeRecoveryEnabled": True}
    kept.call(
        "UpdateContinuousBackups",
        {"TableName": "ranged", "PointInTimeRecoverySpecification": recovery},
    )
    drop(kept, Context())
    (summary,) = in_trash(kept)
    assert summary["BackupExpiryDateTime"] == 1_700_000_000 + 35 * DAY_S
    clock.advance(35 * DAY_S - 1)
    assert in_trash(kept) == [summary]


def test_a_table_whose_deletion_takes_time_is_kept_at_its_end(
    tmp_path: Path, clock: VirtualClock
) -> None:
    (tmp_path / "config.toml").write_text("table_delay_s = 10\ntrash = 1\n")
    with upkeep_by_hand(), Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        clock.advance(10)
        put(engine, 3)
        before = items_of(engine, "ranged")
        drop(engine)
        assert in_trash(engine) == []
        clock.advance(10)
        tidy_up(engine)
        (summary,) = in_trash(engine)
        restore(engine, summary["BackupArn"])
        clock.advance(10)
        assert items_of(engine, "again") == before


def test_an_emptied_table_has_all_its_settings_and_leaves_a_backup(kept: Engine) -> None:
    arn = described(kept, "ranged")["TableArn"]
    kept.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    before, items = described(kept, "ranged"), items_of(kept, "ranged")
    backup = kept.truncate("ranged")
    assert backup is not None
    assert backup == in_trash(kept)[0]["BackupArn"]
    now = described(kept, "ranged")
    assert now["ItemCount"] == 0
    changed = {name for name in before if before[name] != now[name]}
    assert changed == {"TableId", "ItemCount", "TableSizeBytes", "GlobalSecondaryIndexes"}
    assert kept.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    put(kept, 2)
    restore(kept, backup)
    assert items_of(kept, "again") == items


def test_a_protected_table_is_not_emptied(kept: Engine) -> None:
    kept.update_table(TableName="ranged", DeletionProtectionEnabled=True)
    with refused("ValidationException"):
        kept.truncate("ranged")
    assert len(items_of(kept, "ranged")) == 20
