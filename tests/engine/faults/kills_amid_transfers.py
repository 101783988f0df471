"""kill -9 amid exports and imports, and what must be true afterwards.

Each function kills one process and looks at what it left; the quick tests do that a few times, the
campaign hundreds of times. They give whether the work had come to its end.
"""

from __future__ import annotations

import gzip
import random
import shutil
from pathlib import Path
from typing import Any

import orjson

from engine import Engine
from engine.transfer.layout import find_exports
from engine.transfer.sources import of_export
from engine.transfer.stores import FolderStore
from tests.engine.faults.kills import Kill, reopened
from tests.engine.faults.transfers import BUCKET
from tests.engine.storage.processes import killed
from tests.engine.storage.things import TABLE, items_of, make_table, put_many, thing

_WORKS = "tests.engine.faults.transfers"
_COUNT = 300
_BAD_LINE = b'{"Item":{"p":{"S":"no sort key"}}}\n'


def make_folder(folder: Path) -> list[dict[str, Any]]:
    """A folder with a table and its items, if it is not there yet; gives the items."""
    with Engine.open(folder) as engine:
        if not engine.list_tables()["TableNames"]:
            make_table(engine)
            engine.update_continuous_backups(
                TableName=TABLE,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )
            put_many(engine, range(_COUNT))
        return items_of(engine)


def check(engine: Engine, folder: Path) -> None:
    """All is sound, and nothing of the work is left behind."""
    assert engine.check() == []
    assert engine.jobs() == []
    # The next job removes the lock of one that was killed right behind its end.
    details = engine.create_backup(TableName=TABLE, BackupName="sweep")["BackupDetails"]
    engine.delete_backup(BackupArn=details["BackupArn"])
    assert list((folder / "us-east-1").glob("job-*")) == []


def amid_an_export(folder: Path, draw: random.Random) -> bool:
    """The export is whole and holds each item once, or was never asked for."""
    items = make_folder(folder)
    bucket = folder / "buckets" / BUCKET
    shutil.rmtree(bucket, ignore_errors=True)
    done = "done" in killed(draw.randint(1, 35), _WORKS, "export", folder)
    with reopened(folder) as engine:
        store = FolderStore(bucket)
        found = find_exports(store)
        assert len(found) == 1 if done else len(found) <= 1
        for export in found:
            taken = [record.item for _, record in of_export(store, export)]
            assert sorted(taken, key=orjson.dumps) == sorted(items, key=orjson.dumps)
            told = engine.list_exports()["ExportSummaries"][0]
            assert (told["ExportStatus"], told["ExportArn"].rpartition("/")[2]) == (
                "COMPLETED",
                export.key.rpartition("/")[2],
            )
        assert list(bucket.rglob("*.part")) == []
        files = sum(len(export.files) for export in found)
        assert len(list(bucket.rglob("*.gz"))) == files
        check(engine, folder)
    return done


def amid_an_import(folder: Path, draw: random.Random) -> bool:
    """The table has every item that is one, and what is none is told; or it was never asked for."""
    make_folder(folder)
    things = [thing(number) for number in range(_COUNT)]
    source = folder / "buckets" / BUCKET / "in"
    source.mkdir(parents=True, exist_ok=True)
    lines = [orjson.dumps({"Item": item}, option=orjson.OPT_APPEND_NEWLINE) for item in things]
    draw.shuffle(lines)
    for number in range(3):
        part = [*lines[number::3], _BAD_LINE]
        (source / f"{number}.json.gz").write_bytes(gzip.compress(b"".join(part)))
    done = "done" in killed(draw.randint(1, 40), _WORKS, "import", folder)
    with reopened(folder) as engine:
        there = "again" in engine.list_tables()["TableNames"]
        assert there or not done
        if there:
            arn = engine.list_imports()["ImportSummaryList"][0]["ImportArn"]
            told = engine.describe_import(ImportArn=arn)["ImportTableDescription"]
            assert (told["ImportStatus"], told["FailureCode"]) == ("FAILED", "ItemValidationError")
            counts = (told["ProcessedItemCount"], told["ImportedItemCount"], told["ErrorCount"])
            assert counts == (_COUNT + 3, _COUNT, 3)
            assert len(engine.import_errors(arn)) == 3
            found = items_of(engine, "again")
            assert sorted(found, key=orjson.dumps) == sorted(things, key=orjson.dumps)
            engine.delete_table(TableName="again")
        check(engine, folder)
    return done


KILLS: tuple[Kill, ...] = (amid_an_export, amid_an_import)
