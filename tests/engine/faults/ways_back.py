"""Processes that back up, restore and take snapshots until they are done, or killed.

`python -m tests.engine.faults.ways_back WORK FOLDER`: a line says that one more step is done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from engine import Engine
from engine.archives import archive
from engine.operations import backup_job, snapshots
from tests.engine.faults.small_steps import STEP, tell_steps, telling
from tests.engine.storage.things import TABLE
from tests.engine.storage.writers import say


def in_small_steps() -> None:
    """Let every work say a line for each small step."""
    tell_steps()
    archive.BLOCK_ROWS_MAX = STEP
    told_rows = telling(backup_job.table_rows)
    for module in (backup_job, snapshots):
        module.__dict__["table_rows"] = told_rows


def backup(engine: Engine) -> None:
    """Back the table up."""
    engine.create_backup(TableName=TABLE, BackupName="spring")


def restore(engine: Engine) -> None:
    """Restore its backup."""
    (summary,) = engine.list_backups()["BackupSummaries"]
    engine.restore_table_from_backup(TargetTableName="again", BackupArn=summary["BackupArn"])


def snapshot(engine: Engine) -> None:
    """Take a snapshot."""
    engine.snapshot("spring")


def go_back(engine: Engine) -> None:
    """Replace the table by what it was in a snapshot."""
    engine.restore("before", replace=True)


def copy(engine: Engine) -> None:
    """Copy the table as `dyntui copy` does."""
    arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]["BackupArn"]
    engine.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    engine.delete_backup(BackupArn=arn)


WORKS: dict[str, Callable[[Engine], None]] = {
    work.__name__: work for work in (backup, restore, snapshot, go_back, copy)
}

if __name__ == "__main__":
    with Engine.open(Path(sys.argv[2])) as opened:
        in_small_steps()
        say("ready")
        WORKS[sys.argv[1]](opened)
        say("done")
