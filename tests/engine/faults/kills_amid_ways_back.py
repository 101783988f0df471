"""kill -9 amid backups, restores and snapshots, and what must be true afterwards.

Each function kills one process and looks at what it left; the quick tests do that a few times, the
campaign hundreds of times. They give whether the work had come to its end.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from engine import Engine
from tests.engine.faults.kills import Kill, reopened
from tests.engine.storage.processes import killed
from tests.engine.storage.things import TABLE, items_of, make_table, put_many

_WORKS = "tests.engine.faults.ways_back"
_COUNT = 300


def make_folder(folder: Path) -> list[dict[str, Any]]:
    """A folder with a table and its items, if it is not there yet; gives the items."""
    with Engine.open(folder) as engine:
        if not engine.list_tables()["TableNames"]:
            make_table(engine, indexed=True)
            put_many(engine, range(_COUNT))
        return items_of(engine)


def check(engine: Engine, folder: Path) -> None:
    """All is sound, and nothing of the work is left behind."""
    assert engine.check() == []
    assert engine.jobs() == []
    for summary in engine.list_backups()["BackupSummaries"]:
        engine.check_backup(summary["BackupArn"])
    for report in engine.snapshots():
        engine.check_snapshot(report.name)
    # The next to write an archive removes what is left of one.
    engine.snapshot("sweep", [])
    engine.delete_snapshot("sweep")
    engine.create_backup(TableName=TABLE, BackupName="sweep")
    assert list((folder / "us-east-1").glob("*/*.unfinished")) == []
    assert list((folder / "us-east-1").glob("job-*")) == []
    for summary in engine.list_backups()["BackupSummaries"]:
        engine.delete_backup(BackupArn=summary["BackupArn"])


def amid_a_backup(folder: Path, draw: random.Random) -> bool:
    """A backup is there and sound, or was never asked for."""
    items = make_folder(folder)
    done = "done" in killed(draw.randint(1, 18), _WORKS, "backup", folder)
    with reopened(folder) as engine:
        found = engine.list_backups()["BackupSummaries"]
        assert len(found) == 1 if done else len(found) <= 1
        for summary in found:
            arn = summary["BackupArn"]
            engine.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
            assert items_of(engine, "again") == items
            engine.delete_table(TableName="again")
        check(engine, folder)
    return done


def amid_a_restore(folder: Path, draw: random.Random) -> bool:
    """The table is there with all items and entries, or was never asked for."""
    items = make_folder(folder)
    with Engine.open(folder) as engine:
        engine.create_backup(TableName=TABLE, BackupName="spring")
    done = "done" in killed(draw.randint(1, 34), _WORKS, "restore", folder)
    with reopened(folder) as engine:
        there = "again" in engine.list_tables()["TableNames"]
        assert there or not done
        if there:
            assert items_of(engine, "again") == items
            assert len(items_of(engine, "again", "by-g")) == len(items)
            engine.delete_table(TableName="again")
        check(engine, folder)
    return done


def amid_a_snapshot(folder: Path, draw: random.Random) -> bool:
    """A snapshot is there and sound, or is not there at all."""
    make_folder(folder)
    done = "done" in killed(draw.randint(1, 18), _WORKS, "snapshot", folder)
    with reopened(folder) as engine:
        names = [report.name for report in engine.snapshots()]
        assert names == ["spring"] if done else names in ([], ["spring"])
        if names:
            assert list(engine.diff_snapshots("spring")) == []
            engine.delete_snapshot("spring")
        check(engine, folder)
    return done


def amid_going_back(folder: Path, draw: random.Random) -> bool:
    """All is as it was in the snapshot, or all as before; what was replaced is kept."""
    items = make_folder(folder)
    with Engine.open(folder) as engine:
        engine.snapshot("before")
        put_many(engine, range(_COUNT, _COUNT + 40))
        after = items_of(engine)
    done = "done" in killed(draw.randint(1, 34), _WORKS, "go_back", folder)
    with reopened(folder) as engine:
        found = items_of(engine)
        assert found == items if done else found in (items, after)
        kept = engine.list_backups(BackupType="SYSTEM")["BackupSummaries"]
        assert len(kept) == (found == items)
        assert len(items_of(engine, TABLE, "by-g")) == len(found)
        engine.restore("before", replace=True)
        for summary in engine.list_backups(BackupType="SYSTEM")["BackupSummaries"]:
            engine.delete_backup(BackupArn=summary["BackupArn"])
        engine.delete_snapshot("before")
        check(engine, folder)
    return done


def amid_a_copy(folder: Path, draw: random.Random) -> bool:
    """The copy is whole, or is not there; a backup that is left is sound."""
    items = make_folder(folder)
    done = "done" in killed(draw.randint(1, 50), _WORKS, "copy", folder)
    with reopened(folder) as engine:
        there = "again" in engine.list_tables()["TableNames"]
        assert there or not done
        if there:
            assert items_of(engine, "again") == items
            engine.delete_table(TableName="again")
        check(engine, folder)
    return done


KILLS: tuple[Kill, ...] = (
    *(amid_a_backup, amid_a_restore, amid_a_snapshot),
    *(amid_going_back, amid_a_copy),
)
