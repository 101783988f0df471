"""A damaged database: each damage gives a clear error, and what is whole can still be read."""

from __future__ import annotations

import subprocess
from pathlib import Path

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


def test_a_file_cut_at_any_place_is_noticed(folder: Path) -> None:
    whole = data_file(folder).read_bytes()
    pages = len(whole) // PAGE_BYTES
    lengths = [0, 1, 100, PAGE_BYTES - 1, *(page * PAGE_BYTES for page in range(1, pages))]
    for length in (*lengths, len(whole) - 1):
        data_file(folder).write_bytes(whole[:length])
        try:
            with Engine.open(folder) as engine:
                assert length == len(whole) - 1
                problems = engine.check()
                assert any("things" in line for line in problems)
                with pytest.raises(ApiError, match="damaged"):
                    numbers_of(engine)
        except FolderError as error:
            assert type(error) is DamagedError, length
            assert str(data_file(folder)) in str(error)
        # An attempt to open it leaves it for whoever knows better.
        assert data_file(folder).read_bytes() == whole[:length]
    data_file(folder).write_bytes(whole)
    with Engine.open(folder) as engine:
        assert numbers_of(engine) == list(range(200))


def test_one_flipped_bit_in_any_page_is_noticed(folder: Path) -> None:
    whole = data_file(folder).read_bytes()
    for page in range(len(whole) // PAGE_BYTES):
        flipped = bytearray(whole)
        flipped[page * PAGE_BYTES + 1_000 + page] ^= 1 << page % 8
        data_file(folder).write_bytes(flipped)
        try:
            with Engine.open(folder) as engine:
                problems = engine.check()
                assert problems, page
                assert all("\n" not in line for line in problems)
                try:
                    assert numbers_of(engine) == list(range(200))
                except ApiError as error:
                    assert error.code == "InternalServerError"
                    assert "damaged" in error.message
                    assert any("things" in line for line in problems)
        except FolderError as error:
            assert type(error) is DamagedError, page


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
    assert sorted(path.name for path in west.iterdir()) == ["data.db", "writers.lock"]


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


def test_a_file_that_another_program_keeps_locked_is_told_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.storage.connections._BUSY_TIMEOUT_MS", 1)
    holder = connect(data_file(folder), page_key(folder), "FULL")
    try:
        holder.execute("PRAGMA locking_mode=exclusive").fetchall()
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("DELETE FROM leases")
        with Engine.open(folder) as engine, pytest.raises(ApiError, match="Busy"):
            put(engine, thing(1))
    except FolderAccessError as error:
        assert "another program" in str(error)
    finally:
        holder.close()
