"""A damaged database: each damage gives a clear error, and what is whole can still be read."""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from engine import ApiError, Engine
from engine.errors import DamagedError, FolderAccessError, FolderError, NewerFormatError
from engine.storage.connections import connect
from engine.storage.migrations import PAGE_BYTES, SCHEMA_VERSION
from tests.engine.storage.things import (
    data_file,
    database_of,
    make_table,
    numbers_of,
    page_key,
    put,
    put_many,
    run_sql,
    thing,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed data folder with a table of 200 things, and an empty one."""
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine)
        make_table(engine, "nothing")
        put_many(engine, range(200))
    return tmp_path / "data"


@dataclass
class Found:
    """What became of opening a folder, checking it and reading the things in it."""

    refusal: FolderError | None = None
    problems: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    error: ApiError | None = None


def look(folder: Path) -> Found:
    """Open a folder, check it, read it."""
    found = Found()
    try:
        with Engine.open(folder) as engine:
            found.problems = engine.check()
            found.numbers = numbers_of(engine)
    except FolderError as error:
        found.refusal = error
    except ApiError as error:
        found.error = error
    return found


def test_a_file_cut_at_any_place_is_noticed(folder: Path) -> None:
    whole = data_file(folder).read_bytes()
    pages = len(whole) // PAGE_BYTES
    for length in (0, 1, 100, PAGE_BYTES - 1, *(page * PAGE_BYTES for page in range(1, pages))):
        data_file(folder).write_bytes(whole[:length])
        found = look(folder)
        assert type(found.refusal) is DamagedError, length
        assert str(data_file(folder)) in str(found.refusal)
        # An attempt to open it leaves it for whoever knows better.
        assert data_file(folder).read_bytes() == whole[:length]
    data_file(folder).write_bytes(whole)
    assert look(folder) == Found(numbers=list(range(200)))


def test_a_file_cut_in_its_last_page_can_be_opened_and_says_what_is_lost(folder: Path) -> None:
    # Rewritten table by table, it ends with the things: they were made last.
    with Engine.open(folder) as engine:
        engine.compact()
    whole = data_file(folder).read_bytes()
    data_file(folder).write_bytes(whole[:-1])
    found = look(folder)
    assert found.refusal is None
    assert any("things" in line for line in found.problems)
    assert found.error is not None
    assert "damaged" in found.error.message


def test_one_flipped_bit_in_any_page_is_noticed(folder: Path) -> None:
    whole = data_file(folder).read_bytes()
    outcomes = set()
    for page in range(len(whole) // PAGE_BYTES):
        flipped = bytearray(whole)
        flipped[page * PAGE_BYTES + 1_000 + page] ^= 1 << page % 8
        data_file(folder).write_bytes(flipped)
        found = look(folder)
        if found.refusal is not None:
            assert type(found.refusal) is DamagedError, page
            outcomes.add("refused")
            continue
        assert found.problems, page
        assert all("\n" not in line for line in found.problems)
        if found.error is None:
            assert found.numbers == list(range(200)), page
            outcomes.add("whole elsewhere")
        else:
            assert found.error.code == "InternalServerError"
            assert "damaged" in found.error.message
            assert any("things" in line for line in found.problems)
            outcomes.add("noticed in reading")
    assert outcomes == {"refused", "whole elsewhere", "noticed in reading"}


def test_a_foreign_file_is_refused_as_damaged(folder: Path) -> None:
    data_file(folder).write_bytes(b"SQLite format 3\x00" + bytes(PAGE_BYTES))
    with pytest.raises(DamagedError):
        Engine.open(folder)


def test_a_file_with_the_key_of_another_folder_is_refused_as_damaged(
    folder: Path, tmp_path: Path
) -> None:
    with Engine.open(tmp_path / "other") as other:
        make_table(other)
    data_file(folder).write_bytes(data_file(tmp_path / "other").read_bytes())
    with pytest.raises(DamagedError):
        Engine.open(folder)


def test_a_database_of_a_newer_format_is_refused_as_newer(folder: Path) -> None:
    with Engine.open(folder) as engine:
        run_sql(engine, f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    with pytest.raises(NewerFormatError, match="newer"):
        Engine.open(folder)
    with pytest.raises(NewerFormatError):
        connect(data_file(folder), page_key(folder), "FULL")


def test_a_log_without_its_file_is_refused_as_damaged(folder: Path) -> None:
    engine = Engine.open(folder)
    put(engine, thing(999))
    log = data_file(folder).with_name("data.db-wal")
    # By another process: to close a database file here would drop the locks on it.
    subprocess.run(["cp", log, folder / "log"], check=True)
    engine.close()
    data_file(folder).unlink()
    (folder / "log").rename(log)
    with pytest.raises(DamagedError, match="missing"):
        Engine.open(folder)
    assert log.exists()


def test_a_file_that_vanishes_is_told_of_and_not_made_anew(folder: Path) -> None:
    with Engine.open(folder) as engine:
        for path in data_file(folder).parent.glob("data.db*"):
            path.unlink()
        with pytest.raises(FolderAccessError, match="cannot be opened"):
            database_of(engine).connect()
        with pytest.raises(ApiError, match="cannot be opened") as caught:
            engine.compact()
        assert caught.value.code == "InternalServerError"
        assert not data_file(folder).exists()


def test_a_half_made_file_of_a_killed_process_is_no_hindrance(folder: Path) -> None:
    west = folder / "eu-west-1"
    west.mkdir()
    for name in ("data.db.new", "data.db.new-wal", "data.db.new-journal"):
        (west / name).write_bytes(b"half")
    with Engine.open(folder, "eu-west-1") as engine:
        make_table(engine)
    names = ["data.db", "meter.db", "meter.lock", "writers.lock"]
    assert sorted(path.name for path in west.iterdir()) == names


def test_a_damaged_definition_is_refused_as_damaged(folder: Path) -> None:
    with Engine.open(folder) as engine:
        run_sql(
            engine,
            "UPDATE catalog SET definition = CAST('[]' AS BLOB) WHERE name = 'nothing'",
            "UPDATE meta SET value = value + 1 WHERE name = 'catalog_version'",
        )
        assert [line for line in engine.check() if "nothing" in line]
        with pytest.raises(ApiError, match="nothing"):
            put(engine, thing(1))
    with pytest.raises(DamagedError, match="nothing"):
        Engine.open(folder)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for others."""
    monkeypatch.setattr("engine.storage.connections._BUSY_TIMEOUT_MS", 1)


@pytest.mark.usefixtures("impatient")
def test_a_write_that_another_program_keeps_out_is_refused(folder: Path) -> None:
    with Engine.open(folder) as engine:
        holder = connect(data_file(folder), page_key(folder), "FULL")
        with contextlib.closing(holder):
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(ApiError, match="the storage failed: BusyError"):
                put(engine, thing(999))
        put(engine, thing(1_000))
        assert numbers_of(engine) == [*range(200), 1_000]


@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_program_keeps_to_itself_is_refused(folder: Path) -> None:
    holder = apsw.Connection(str(data_file(folder)))
    with contextlib.closing(holder):
        for pragma in ("cipher='aegis'", f'key="raw:{page_key(folder)}"', "locking_mode=exclusive"):
            holder.execute(f"PRAGMA {pragma}").fetchall()
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(FolderAccessError, match="another program has the file in use"):
            Engine.open(folder)
    Engine.open(folder).close()
