"""kill -9 amid exports and imports; a full disk; a job that is cancelled; two processes."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from engine import Engine
from engine.operations import export_job, jobs
from engine.transfer import layout
from engine.transfer.compression import writing
from engine.transfer.layout import find_exports
from engine.transfer.stores import FolderStore
from tests.engine.faults.kills import Kill, reopened
from tests.engine.faults.kills_amid_transfers import KILLS, make_folder
from tests.engine.faults.transfers import BUCKET, export, import_
from tests.engine.storage.things import TABLE, items_of


@pytest.mark.parametrize("kill", KILLS, ids=lambda kill: kill.__name__)
def test_a_kill_loses_nothing_and_leaves_nothing_behind(tmp_path: Path, kill: Kill) -> None:
    draw = random.Random(kill.__name__)
    for _ in range(2):
        kill(tmp_path / "data", draw)


def files_of(folder: Path) -> list[Path]:
    """The files of the bucket."""
    return [path for path in (folder / "buckets").rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table that can be exported."""
    make_folder(tmp_path / "data")
    return tmp_path / "data"


def test_an_export_that_is_cancelled_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = export_job._items

    def cancelled(*arguments: Any) -> Iterator[tuple[bytes, int]]:
        for number, row in enumerate(rows(*arguments)):
            if number == 100:
                with Engine.open(folder) as other:
                    (job,) = other.jobs()
                    other.cancel_job(job.id)
            yield row

    monkeypatch.setattr(export_job, "_items", cancelled)
    monkeypatch.setattr(jobs, "_PULSE_S", 0)
    with Engine.open(folder) as engine:
        with pytest.raises(Exception, match="cancelled"):
            export(engine)
        (told,) = engine.list_exports()["ExportSummaries"]
        described = engine.describe_export(ExportArn=told["ExportArn"])["ExportDescription"]
        assert described["ExportStatus"] == "FAILED"
        assert files_of(folder) == []


class FullDisk:
    """A file on a disk with little room."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = 500

    def write(self, content: bytes) -> int:
        """Write as long as there is room."""
        self._left -= len(content)
        if self._left < 0:
            raise OSError(28, "No space left on device")
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_full_disk_fails_the_export_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_full_disk(file: BinaryIO, kind: Any) -> Any:
        full: Any = FullDisk(file)
        return writing(full, kind)

    monkeypatch.setattr(layout, "writing", on_full_disk)
    with Engine.open(folder) as engine:
        export(engine)
        (told,) = engine.list_exports()["ExportSummaries"]
        described = engine.describe_export(ExportArn=told["ExportArn"])["ExportDescription"]
        assert described["ExportStatus"] == "FAILED"
        assert "No space left on device" in described["FailureMessage"]
        assert files_of(folder) == []
        monkeypatch.undo()
        export(engine)
        assert len(find_exports(FolderStore(folder / "buckets" / BUCKET))) == 1


def test_another_process_sees_a_transfer_and_what_it_made(folder: Path) -> None:
    with reopened(folder) as engine, reopened(folder) as other:
        export(engine)
        assert other.list_exports()["ExportSummaries"][0]["ExportStatus"] == "COMPLETED"
        data = next(path for path in files_of(folder) if path.suffix == ".gz")
        source = folder / "buckets" / BUCKET / "in"
        source.mkdir()
        (source / "items").write_bytes(data.read_bytes())
        import_(other)
        assert items_of(engine, "again") == items_of(engine, TABLE)


def test_rejected_records_are_not_left_in_plain_files(folder: Path) -> None:
    secret = b"a-secret-nobody-may-read"
    source = folder / "buckets" / BUCKET / "in"
    source.mkdir(parents=True)
    (source / "items").write_bytes(gzip.compress(b'{"Item":{"p":{"S":"' + secret + b'"}}}\n'))
    with reopened(folder) as engine:
        import_(engine)
        (told,) = engine.list_imports()["ImportSummaryList"]
        assert len(engine.import_errors(told["ImportArn"])) == 1
    files = [path for path in folder.rglob("*") if path.is_file() and source not in path.parents]
    assert not any(secret in path.read_bytes() for path in files)
