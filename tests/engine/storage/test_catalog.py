"""The catalog and the schema of the database: one version for all, brought up to date once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Account, Engine
from engine.errors import (
    FolderError,
    InternalServerError,
    NewerFormatError,
    ResourceNotFoundException,
)
from engine.storage import connections
from engine.storage.catalog import Catalog, Index, InvalidKeyError, KeyAttribute, Table
from engine.storage.migrations import SCHEMA_VERSION, STEPS
from engine.storage.reader import Reader
from tests.engine.storage.things import (
    TABLE,
    add_index,
    data_file,
    database_of,
    make_table,
    numbers_of,
    put,
    put_many,
    run_sql,
    table_of,
    thing,
)

names = st.text(min_size=1, max_size=8)
attributes = st.builds(KeyAttribute, names, st.sampled_from("SNB"))
settings = st.dictionaries(names, st.none() | st.booleans() | st.integers(-9, 9) | names)
indexes = st.builds(
    Index,
    name=names,
    is_global=st.booleans(),
    storage_id=st.integers(1, 999),
    hash=st.lists(attributes, min_size=1, max_size=4).map(tuple),
    range=st.lists(attributes, max_size=4).map(tuple),
    projection_type=st.sampled_from(["ALL", "KEYS_ONLY", "INCLUDE"]),
    non_key_attributes=st.lists(names, max_size=3).map(tuple),
    backfilling=st.booleans(),
    settings=settings,
)
tables = st.builds(
    Table,
    name=names,
    table_id=names,
    storage_id=st.integers(1, 999),
    hash=attributes,
    range=st.none() | attributes,
    indexes=st.lists(indexes, max_size=3).map(tuple),
    created_us=st.integers(0, 2**53),
    settings=settings,
    changing=st.sampled_from([None, "CREATING", "UPDATING", "DELETING"]),
    changing_until_us=st.integers(0, 2**53),
)


@given(tables)
def test_a_definition_is_read_as_it_was_written(table: Table) -> None:
    stored = orjson.dumps(table.to_json())
    read = Catalog.from_rows(1, [(table.name, stored)]).tables[table.name]
    assert read == table
    assert read.key_names == table.key_names
    assert read.attribute_types == table.attribute_types


def test_keys_are_refused_by_what_a_table_takes() -> None:
    table = Table("t", "", 1, KeyAttribute("p", "S"), KeyAttribute("r", "B"), (), 0, {})
    good = {"p": {"S": "x" * 2_048}, "r": {"B": "AAAA" * 341}}
    assert table.key_blob(good)
    for wrong in (
        {"p": {"S": "x" * 2_049}},
        {"p": {"S": "é" * 1_025}},
        {"p": {"S": ""}},
        {"p": {"N": "1"}},
        {"r": {"B": ""}},
        {"r": {"B": "AAAA" * 342}},
        {"r": {"S": "x"}},
    ):
        with pytest.raises(InvalidKeyError):
            table.key_blob(good | wrong)
    with pytest.raises(InvalidKeyError):
        table.key_blob({"p": {"S": "x"}})


def test_storage_ids_are_never_used_again(engine: Engine) -> None:
    seen: set[int] = set()
    for _ in range(5):
        make_table(engine, indexed=True)
        table = table_of(engine)
        ids = {table.storage_id, table.indexes[0].storage_id}
        assert not ids & seen
        seen |= ids
        engine.delete_table(TableName=TABLE)


def test_a_change_by_another_engine_is_seen_by_the_next_request(
    engine: Engine, tmp_path: Path
) -> None:
    with Engine.open(tmp_path / "data", throttling="off") as other:
        with pytest.raises(ResourceNotFoundException):
            numbers_of(other)
        make_table(engine)
        assert numbers_of(other) == []
        put(other, thing(1))
        engine.update_table(**add_index())
        assert numbers_of(other, "by-g") == [1]
        put(other, thing(2))
        assert numbers_of(engine, "by-g") == [1, 2]
        engine.delete_table(TableName=TABLE)
        with pytest.raises(ResourceNotFoundException):
            put(other, thing(3))
        with pytest.raises(ResourceNotFoundException):
            numbers_of(other)
        # Of the same name, with other keys and another place.
        make_table(engine, indexed=True)
        put(engine, thing(4))
        assert numbers_of(other) == numbers_of(other, "by-g") == [4]
        assert other.list_tables()["TableNames"] == [TABLE]
        assert other.check() == []


def test_a_table_that_is_freed_under_a_stale_catalog_is_not_found(
    engine: Engine, tmp_path: Path
) -> None:
    make_table(engine)
    put_many(engine, range(10))
    with Engine.open(tmp_path / "data", throttling="off") as other:
        assert len(numbers_of(other)) == 10
        engine.delete_table(TableName=TABLE)
        upkeep = database_of(engine).upkeep
        assert upkeep is not None
        while database_of(engine).write(upkeep.step):
            pass
        with pytest.raises(ResourceNotFoundException):
            numbers_of(other)


def test_a_read_keeps_to_the_state_in_which_it_began(engine: Engine, tmp_path: Path) -> None:
    make_table(engine)
    put_many(engine, range(5))
    attempts: list[int] = []
    with Engine.open(tmp_path / "data", throttling="off") as other:

        def read(reader: Reader, catalog: Catalog) -> tuple[int, bool]:
            before = reader.row_count(1)
            if not attempts:
                put(other, thing(99))
                other.update_table(**add_index())
            attempts.append(before)
            assert reader.row_count(1) == before
            return before, catalog.tables[TABLE].index("by-g") is not None

        # Its state is the one before the change, and so is the catalog that it sees.
        assert database_of(engine).read(read) == (5, False)
        assert database_of(engine).read(read) == (6, True)
    # The second is done twice: it began with the outdated catalog.
    assert attempts == [5, 6, 6]


def test_a_new_database_is_of_the_newest_format(engine: Engine) -> None:
    assert run_sql(engine, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert run_sql(engine, "PRAGMA page_size") == [(8_192,)]
    assert run_sql(engine, "PRAGMA journal_mode") == [("wal",)]


def test_readers_keep_as_much_of_the_file_as_the_caller_says(tmp_path: Path) -> None:
    def cache_kib(reader: Reader, _catalog: Catalog) -> int:
        ((size,),) = reader.connection.execute("PRAGMA cache_size")
        return -int(size)

    for asked, kept in ((None, connections.CACHE_KIB), (1_024, 1_024)):
        with closing(Account.open(tmp_path / "data", read_cache_kib=asked)) as account:
            assert database_of(account.engine()).read(cache_kib) == kept


# What was otherwise in the first of the formats.
_BACK_TO_THE_FIRST = """
DROP TABLE changes_by_key;
DROP TABLE changes;
DROP TABLE streams;
DROP TABLE shards;
CREATE TABLE changes(
    seq INTEGER PRIMARY KEY,
    stamp_us INTEGER NOT NULL,
    storage INTEGER NOT NULL,
    k BLOB NOT NULL,
    shard INTEGER,
    old BLOB,
    new BLOB,
    cause TEXT NOT NULL,
    principal TEXT NOT NULL
);
CREATE INDEX changes_by_key ON changes(storage, k, seq);
INSERT INTO changes(seq, stamp_us, storage, k, old, cause, principal)
    -- So late that no upkeep trims it.
    VALUES(7, 4000000000000000, 1, x'00', CAST('{}' AS BLOB), 'script', 'owner');
UPDATE stats SET items = (SELECT count(*) FROM t1), bytes = (SELECT sum(size) FROM t1)
    WHERE storage = 1;
UPDATE stats SET items = (SELECT count(*) FROM t2), bytes = (SELECT sum(size) FROM t2)
    WHERE storage = 2;
DELETE FROM meta WHERE name NOT IN ('catalog_version', 'last_storage_id');
ALTER TABLE jobs DROP COLUMN attempts;
ALTER TABLE jobs DROP COLUMN cancelled;
ALTER TABLE jobs DROP COLUMN failure;
ALTER TABLE jobs DROP COLUMN forget_us;
DROP TABLE trash;
DROP TABLE transfers;
DROP TABLE rejections;
DROP TABLE data_keys;
CREATE TABLE partitions(storage INTEGER NOT NULL, low INTEGER NOT NULL);
PRAGMA user_version=1;
"""


@pytest.fixture
def first_format(tmp_path: Path) -> Path:
    """A folder with three things, in the first of the formats."""
    with Engine.open(tmp_path / "data", throttling="off") as engine:
        make_table(engine, indexed=True)
        put_many(engine, range(3))
    with Engine.open(tmp_path / "data", throttling="off") as engine:
        run_sql(engine, _BACK_TO_THE_FIRST)
    return tmp_path / "data"


def with_steps(patch: pytest.MonkeyPatch, *more: str) -> None:
    """Let the program have further steps of the schema."""
    patch.setattr(connections, "STEPS", (*STEPS, *more))
    patch.setattr(connections, "SCHEMA_VERSION", len(STEPS) + len(more))


def test_a_database_of_the_first_format_is_opened(first_format: Path) -> None:
    with Engine.open(first_format, throttling="off") as engine:
        assert run_sql(engine, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
        put(engine, thing(3))
        noted = "SELECT seq, k, old, cause, principal FROM changes ORDER BY seq LIMIT 1"
        assert run_sql(engine, noted) == [(7, b"\x00", b"{}", "script", "owner")]
        assert numbers_of(engine) == numbers_of(engine, "by-g") == [0, 1, 2, 3]
        assert engine.check() == []


def test_steps_are_done_in_order_and_once(
    first_format: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_steps(
        monkeypatch,
        "CREATE TABLE extra(n INTEGER); INSERT INTO extra VALUES(1)",
        "INSERT INTO extra SELECT max(n) + 1 FROM extra",
    )
    for _ in range(2):
        with Engine.open(first_format, throttling="off") as engine:
            assert run_sql(engine, "SELECT n FROM extra ORDER BY n") == [(1,), (2,)]
            assert run_sql(engine, "PRAGMA user_version") == [(len(STEPS) + 2,)]
            assert numbers_of(engine) == [0, 1, 2]


def test_a_step_that_fails_is_undone_and_told_of(
    first_format: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        with_steps(patch, "CREATE TABLE extra(n INTEGER); INSERT INTO nowhere VALUES(1)")
        with pytest.raises(FolderError, match=str(data_file(first_format))):
            Engine.open(first_format, throttling="off")
    with Engine.open(first_format, throttling="off") as engine:
        assert run_sql(engine, "SELECT name FROM sqlite_master WHERE name = 'extra'") == []
        assert run_sql(engine, "PRAGMA user_version") == [(len(STEPS),)]
        assert numbers_of(engine) == [0, 1, 2]


def test_an_older_program_is_refused_while_and_after_a_newer_one_has_it(
    first_format: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine.open(first_format, throttling="off") as old:
        assert numbers_of(old) == [0, 1, 2]
        with monkeypatch.context() as patch:
            with_steps(patch, "CREATE TABLE extra(n INTEGER)")
            Engine.open(first_format, throttling="off").close()
        with pytest.raises(NewerFormatError):
            Engine.open(first_format, throttling="off")
        with pytest.raises(NewerFormatError):
            database_of(old).connect()


def test_processes_that_open_a_new_folder_at_once_make_it_once(tmp_path: Path) -> None:
    program = (
        "import sys; from engine import Engine\n"
        "from tests.engine.storage.things import make_table\n"
        "with Engine.open(sys.argv[1], throttling='off') as engine: make_table(engine, sys.argv[2])"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "data")]
    processes = [subprocess.Popen([*command, f"table-{number}"]) for number in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    with Engine.open(tmp_path / "data", throttling="off") as engine:
        assert engine.list_tables()["TableNames"] == [f"table-{number}" for number in range(4)]
        assert engine.check() == []


def test_a_failure_of_sqlite_while_reading_is_an_error_of_the_api(engine: Engine) -> None:
    make_table(engine)

    def read(_reader: Reader, _catalog: Catalog) -> None:
        raise apsw.IOError("injected")

    with pytest.raises(InternalServerError, match="the storage failed: IOError: injected"):
        database_of(engine).read(read)
    assert numbers_of(engine) == []
