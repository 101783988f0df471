"""Work beside the requests: freeing, compacting, checkpoints, tables that are gone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from engine import Engine, VirtualClock
from engine.storage.connections import connect
from engine.storage.database import Database
from engine.storage.gate import FileGate
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction
from engine.storage.upkeep import Upkeep
from tests.engine.storage.things import (
    TABLE,
    add_index,
    data_file,
    database_of,
    items_of,
    make_table,
    numbers_of,
    page_key,
    put,
    put_many,
    run_sql,
    table_of,
    thing,
)
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

LARGE = {"S": "x" * 300_000}


def upkeep_of(engine: Engine) -> Upkeep:
    upkeep = database_of(engine).upkeep
    assert upkeep is not None
    return upkeep


def storages(engine: Engine) -> set[str]:
    """The SQLite tables that hold items, index entries or large values."""
    rows = run_sql(
        engine,
        "SELECT name FROM sqlite_master WHERE name GLOB 't[0-9]*' OR name GLOB 'b[0-9]*'",
    )
    return {name for (name,) in rows}


def wal_bytes(engine: Engine) -> int:
    return engine.storage_report().wal_bytes


def test_a_deleted_table_is_freed_in_steps(engine: Engine) -> None:
    make_table(engine, indexed=True)
    put_many(engine, range(5_000))
    engine.delete_table(TableName=TABLE)
    assert storages(engine) == {"t1", "b1", "t2", "b2"}
    database = database_of(engine)
    rows_left = []
    while database.write(upkeep_of(engine).step):
        if "t1" in storages(engine):
            rows_left.append(run_sql(engine, "SELECT count(*) FROM t1")[0][0])
    assert rows_left[:3] == [3_000, 1_000, 0]
    assert storages(engine) == set()
    assert run_sql(engine, "SELECT count(*) FROM stats")[0][0] == 0
    make_table(engine)
    assert numbers_of(engine) == []
    assert engine.check() == []


def test_large_values_are_freed_few_at_a_time(engine: Engine) -> None:
    make_table(engine)
    for number in range(60):
        put(engine, thing(number, text=LARGE))
    engine.delete_table(TableName=TABLE)
    database = database_of(engine)
    left = []
    while database.write(upkeep_of(engine).step):
        if "b1" in storages(engine):
            left.append(run_sql(engine, "SELECT count(*) FROM b1")[0][0])
    # Steps of eight megabytes: each of their pages must be read to be freed.
    assert left == [32, 4, 0]
    assert storages(engine) == set()


def test_a_removed_index_is_freed_and_its_table_is_not(engine: Engine) -> None:
    make_table(engine, indexed=True)
    put_many(engine, range(10))
    engine.update_table(
        TableName=TABLE, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}]
    )
    upkeep_of(engine).rounds()
    assert storages(engine) == {"t1", "b1"}
    assert numbers_of(engine) == list(range(10))
    assert engine.check() == []


def test_a_table_whose_deletion_takes_its_time_is_freed_after_it(
    engine: Engine, clock: VirtualClock
) -> None:
    make_table(engine)
    put_many(engine, range(10))
    leaving = replace(
        table_of(engine), changing="DELETING", changing_until_us=clock.now_us() + 5_000_000
    )
    database = database_of(engine)
    database.write(lambda transaction: transaction.put_table(leaving))
    while database.write(upkeep_of(engine).step):
        pass
    assert storages(engine) == {"t1", "b1"}
    clock.advance(5)
    assert database.read(upkeep_of(engine).is_work_left)
    while database.write(upkeep_of(engine).step):
        pass
    assert storages(engine) == set()
    assert not database.read(upkeep_of(engine).is_work_left)


def test_a_process_that_wrote_does_a_step_before_it_leaves(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever its thread would have come to in so short a time.
    monkeypatch.setattr(Upkeep, "rounds", lambda _: None)
    with Engine.open(tmp_path / "data", clock=clock, throttling="off") as engine:
        make_table(engine)
        put(engine, thing(1))
        engine.delete_table(TableName=TABLE)
    connection = connect(data_file(tmp_path / "data"), page_key(tmp_path / "data"), "FULL")
    with contextlib.closing(connection):
        assert connection.execute("SELECT count(*) FROM t1").fetchall() == [(0,)]
        assert connection.execute("SELECT storage FROM retired").fetchall() == [(1,)]


def test_only_one_process_does_the_work_at_a_time(engine: Engine) -> None:
    make_table(engine)
    put(engine, thing(1))
    engine.delete_table(TableName=TABLE)
    path = database_of(engine).path
    assert path is not None
    other = FileGate(path.with_name("upkeep.lock"))
    assert other.acquire(blocking=False)
    upkeep_of(engine).rounds()
    assert storages(engine) == {"t1", "b1"}
    other.close()
    upkeep_of(engine).rounds()
    assert storages(engine) == set()


def test_nothing_is_written_where_nothing_is_to_be_done(engine: Engine) -> None:
    make_table(engine)
    before = wal_bytes(engine)
    for _ in range(3):
        upkeep_of(engine).rounds()
    assert wal_bytes(engine) == before


def test_compact_gives_space_back(engine: Engine, tmp_path: Path) -> None:
    make_table(engine)
    make_table(engine, "kept")
    for number in range(200):
        put(engine, thing(number), "kept")
    for number in range(10):
        put(engine, thing(number, text=LARGE))
    upkeep_of(engine).checkpoint()
    before = engine.storage_report()
    engine.delete_table(TableName=TABLE)
    upkeep_of(engine).rounds()
    assert engine.storage_report().free_bytes > 2_000_000
    engine.compact()
    after = engine.storage_report()
    assert after.file_bytes < before.file_bytes / 2
    assert (after.free_bytes, after.wal_bytes) == (0, 0)
    assert len(items_of(engine, "kept")) == 200
    assert engine.check() == []
    assert data_file(tmp_path / "data").stat().st_size == after.file_bytes


def test_compact_goes_on_beside_a_reader_and_a_writer(engine: Engine, tmp_path: Path) -> None:
    make_table(engine)
    put_many(engine, range(1_000))
    with Engine.open(tmp_path / "data", throttling="off") as other:
        database = database_of(other)

        def read(reader: Reader, _catalog: object) -> tuple[int, int]:
            before = reader.row_count(1)
            engine.compact()
            return before, reader.row_count(1)

        assert database.read(read) == (1_000, 1_000)
        put(other, thing(1_000))
        put(engine, thing(1_001))
        assert numbers_of(other) == numbers_of(engine) == list(range(1_002))
        assert engine.check() == other.check() == []


@contextlib.contextmanager
def spying_on_connections(look: list[bytes]) -> Iterator[None]:
    """Collect what unnamed files hold while statements of new connections run."""

    def spy() -> bool:
        for descriptor in os.listdir("/proc/self/fd"):
            link = f"/proc/self/fd/{descriptor}"
            try:
                if os.readlink(link).endswith("(deleted)"):
                    look.append(Path(link).read_bytes())
            except OSError:
                continue
        return False

    def hook(connection: apsw.Connection) -> None:
        connection.set_progress_handler(spy, 5_000)

    apsw.connection_hooks.append(hook)
    try:
        yield
    finally:
        apsw.connection_hooks.remove(hook)


def test_compact_leaves_no_plain_text_in_temporary_files(engine: Engine) -> None:
    make_table(engine)
    secret = "plain text of an item"
    engine.load_items(TABLE, (thing(n, text={"S": secret * 40}) for n in range(20_000)))
    contents: list[bytes] = []
    with spying_on_connections(contents):
        engine.compact()
    assert any(len(content) > 1_000_000 for content in contents)
    assert not any(secret.encode() in content for content in contents)


def test_the_log_starts_again_once_it_is_long(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.storage.upkeep._CATCH_UP_PAGES", 20)
    make_table(engine)
    sizes = []
    for number in range(50):
        put(engine, thing(number, text={"S": f"{number}" * 1_000}))
        upkeep_of(engine).checkpoint()
        sizes.append(wal_bytes(engine))
    assert max(sizes) < 50 * 8_300
    assert numbers_of(engine) == list(range(50))


def test_a_checkpoint_goes_on_beside_a_reader_of_an_old_state(engine: Engine) -> None:
    make_table(engine)
    put_many(engine, range(100))

    def read(reader: Reader, _catalog: object) -> tuple[int, int]:
        before = reader.row_count(1)
        put_many(engine, range(100, 200))
        upkeep_of(engine).checkpoint()
        return before, reader.row_count(1)

    assert database_of(engine).read(read) == (100, 100)
    assert numbers_of(engine) == list(range(200))


class Failing:
    """Fails at its first calls, and tells when it was called."""

    def __init__(self, error: Exception) -> None:
        self.calls = 0
        self.error = error

    def __call__(self, *_: object) -> bool:
        self.calls += 1
        raise self.error


@pytest.mark.parametrize("error", [apsw.FullError("injected"), OSError("injected"), ValueError()])
def test_a_failing_upkeep_does_not_spin_and_does_not_die(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing = Failing(error)
    waits: list[float] = []
    upkeep = Upkeep(database_of(engine), data_file(Path("nowhere")), VirtualClock())

    class Asleep:
        def acquire(self, timeout: float) -> bool:
            waits.append(timeout)
            upkeep._stopping = len(waits) == 3
            return False

    monkeypatch.setattr(upkeep, "_asleep", Asleep())
    monkeypatch.setattr(upkeep, "checkpoint", failing)
    upkeep._pages = 10_000
    upkeep._run()
    assert failing.calls == 3
    assert waits == [30.0] * 3


def test_a_busy_writer_does_not_keep_the_log_from_being_trimmed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    upkeep = Upkeep(database_of(engine), data_file(Path("nowhere")), VirtualClock())
    done: list[str] = []

    def checkpoint() -> None:
        done.append("checkpoint")

    def rounds() -> None:
        done.append("rounds")
        upkeep._stopping = done.count("rounds") == 2

    monkeypatch.setattr(upkeep, "checkpoint", checkpoint)
    monkeypatch.setattr(upkeep, "rounds", rounds)
    upkeep._pages = 10_000
    upkeep._run()
    assert done == (["checkpoint"] * 16 + ["rounds"]) * 2


def test_a_fill_that_was_cut_off_is_finished_by_the_next_to_open(
    tmp_path: Path, clock: VirtualClock
) -> None:
    steps: list[int] = []
    with (
        upkeep_by_hand(),
        Engine.open(tmp_path / "data", clock=clock, throttling="off") as engine,
    ):
        make_table(engine)
        put_many(engine, range(2_500))
        database = database_of(engine)
        original = Database.write

        def write(database: Database, work: object) -> object:
            steps.append(1)
            if len(steps) > 2:
                raise KeyboardInterrupt
            return original(database, work)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Database, "write", write)
            with pytest.raises(KeyboardInterrupt):
                engine.update_table(**add_index())
        assert table_of(engine).indexes[0].backfilling
        ((state,),) = run_sql(engine, "SELECT state FROM jobs")
        assert b'"after":"' in state
        assert database.read(upkeep_of(engine).is_work_left)
    with Engine.open(tmp_path / "data", clock=clock, throttling="off") as engine:
        # The thread that opening started does it; here the same is done at once, or already.
        thread = upkeep_of(engine)._thread
        assert thread is not None
        while table_of(engine).indexes[0].backfilling:
            upkeep_of(engine).rounds()
        assert numbers_of(engine, "by-g") == list(range(2_500))
        assert engine.check() == []


def test_jobs_of_a_deleted_table_are_forgotten(engine: Engine) -> None:
    make_table(engine)
    put(engine, thing(1))
    database = database_of(engine)

    def cut_off(transaction: WriteTransaction) -> None:
        state = {"table": TABLE, "table_id": "gone", "index": "by-g", "after": ""}
        transaction.add_job("backfill", "gone/by-g", state)

    database.write(cut_off)
    upkeep_of(engine).rounds()
    assert run_sql(engine, "SELECT count(*) FROM jobs")[0][0] == 0
