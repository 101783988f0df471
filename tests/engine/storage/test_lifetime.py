"""Opening, closing, and what must not be left behind: files, threads, descriptors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from engine import Account, ApiError, Engine, FolderError, VirtualClock
from engine.errors import FolderAccessError
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction
from tests.engine.storage.things import (
    add_one,
    amount,
    data_file,
    database_of,
    descriptors_below,
    make_table,
    numbers_of,
    put,
    put_many,
    thing,
)
from tests.engine.storage.threads import PATIENCE_S, join, run_beside
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

Names = Callable[[], list[str]]


@pytest.fixture
def engine_threads() -> Names:
    """The names of the threads of engines that were opened since."""
    before = set(threading.enumerate())

    def names() -> list[str]:
        since = set(threading.enumerate()) - before
        return [thread.name for thread in since if thread.name.startswith("dyntui")]

    return names


def test_a_closed_engine_leaves_nothing_behind(tmp_path: Path, engine_threads: Names) -> None:
    for number in range(5):
        with Engine.open(tmp_path / "data") as engine:
            if number == 0:
                make_table(engine)
            put(engine, thing(number))
            join(run_beside([lambda: numbers_of(engine)] * 4))
            # A second or so later there is one that writes the metrics, too.
            assert set(engine_threads()) - {"dyntui-metrics"} == {"dyntui-upkeep"}
        assert engine_threads() == []
        assert descriptors_below(tmp_path) == []
    files = sorted(path.name for path in data_file(tmp_path / "data").parent.iterdir())
    assert [name for name in files if name.startswith("data.db")] == ["data.db"]


def test_a_refused_open_leaves_nothing_behind(tmp_path: Path, engine_threads: Names) -> None:
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine)
    whole = data_file(tmp_path / "data").read_bytes()
    for length in (0, 8_192, 40_960):
        data_file(tmp_path / "data").write_bytes(whole[:length])
        with pytest.raises(FolderError):
            Engine.open(tmp_path / "data")
        assert descriptors_below(tmp_path) == []
    assert engine_threads() == []


def test_a_process_that_only_reads_starts_no_thread_and_writes_nothing(
    tmp_path: Path, engine_threads: Names
) -> None:
    with Engine.open(tmp_path / "data") as engine:
        make_table(engine)
    before = data_file(tmp_path / "data").read_bytes()
    with Engine.open(tmp_path / "data") as engine:
        assert numbers_of(engine) == []
        assert engine_threads() == []
    assert data_file(tmp_path / "data").read_bytes() == before


@pytest.mark.parametrize("in_memory", [False, True])
def test_a_closed_engine_refuses_every_request(tmp_path: Path, in_memory: bool) -> None:
    engine = Engine.in_memory() if in_memory else Engine.open(tmp_path / "data")
    make_table(engine)
    engine.close()
    engine.close()
    requests: list[Callable[[], object]] = [
        lambda: put(engine, thing(1)),
        lambda: numbers_of(engine),
        lambda: engine.describe_table(TableName="things"),
        lambda: engine.list_tables(),
        lambda: put_many(engine, [1]),
        engine.storage_report,
    ]
    for request in requests:
        with pytest.raises(ApiError, match="the engine is closed") as caught:
            request()
        assert caught.value.code == "InternalServerError"
    assert descriptors_below(tmp_path) == []


@pytest.mark.parametrize("in_memory", [False, True])
@pytest.mark.parametrize("kind", ["read", "write"])
def test_what_is_at_work_when_the_engine_is_closed_is_finished(
    tmp_path: Path, in_memory: bool, kind: str
) -> None:
    engine = Engine.in_memory() if in_memory else Engine.open(tmp_path / "data")
    make_table(engine)
    put(engine, thing(1))
    database = database_of(engine)
    inside, go_on = threading.Event(), threading.Event()
    outcomes: list[object] = []

    def wait() -> None:
        inside.set()
        assert go_on.wait(PATIENCE_S)

    def write(transaction: WriteTransaction) -> int:
        wait()
        return transaction.add_job("slow", "job", {})

    def read(reader: Reader, _catalog: object) -> int:
        wait()
        return reader.counts(1)[0]

    at_work = run_beside(
        [lambda: outcomes.append(database.write(write) if kind == "write" else database.read(read))]
    )
    assert inside.wait(PATIENCE_S)
    closing = run_beside([engine.close])
    go_on.set()
    join([*at_work, *closing])
    assert outcomes == [1]
    assert descriptors_below(tmp_path) == []


def test_threads_at_work_while_the_engine_is_closed_lose_nothing(tmp_path: Path) -> None:
    for attempt in range(5):
        # While one is kept waiting, others may write more than a second's capacity.
        engine = Engine.open(tmp_path / "data", throttling="off")
        if attempt == 0:
            make_table(engine)
        acknowledged = [0] * 6
        refusals: list[str] = []
        started = threading.Barrier(7)

        def work(
            number: int,
            engine: Engine = engine,
            acknowledged: list[int] = acknowledged,
            refusals: list[str] = refusals,
            started: threading.Barrier = started,
        ) -> None:
            started.wait(PATIENCE_S)
            try:
                while True:
                    add_one(engine, number)
                    acknowledged[number] += 1
                    amount(engine, number)
            except ApiError as error:
                refusals.append(error.message)

        with Engine.open(tmp_path / "data") as other:
            before = [amount(other, number) for number in range(6)]
        threads = run_beside([partial(work, number) for number in range(6)])
        started.wait(PATIENCE_S)
        while min(acknowledged) < 2:
            pass
        engine.close()
        join(threads)
        assert len(refusals) == 6
        assert all(message.endswith("the engine is closed") for message in refusals)
        assert descriptors_below(tmp_path) == []
        with Engine.open(tmp_path / "data") as other:
            after = [amount(other, number) for number in range(6)]
            assert [b - a for a, b in zip(before, after, strict=True)] == acknowledged
            assert other.check() == []


def test_many_threads_at_once_leave_few_connections(tmp_path: Path) -> None:
    # Nobody else reads, and no file is opened for metrics as seconds pass.
    with upkeep_by_hand(), Engine.open(tmp_path / "data", clock=VirtualClock()) as engine:
        make_table(engine)
        put(engine, thing(1))
        barrier = threading.Barrier(40)

        def read(reader: Reader, _catalog: object) -> None:
            reader.counts(1)
            barrier.wait(PATIENCE_S)

        counts = []
        for _ in range(3):
            join(run_beside([lambda: database_of(engine).read(read)] * 40))
            assert 1 <= len(database_of(engine)._idle_readers) <= 16
            files = descriptors_below(tmp_path)
            assert sum(name.endswith("data.db-wal") for name in files) <= 17
            counts.append(len(files))
        # SQLite keeps the descriptors of the file itself, for whoever opens it next.
        assert counts == [counts[0]] * 3
        assert numbers_of(engine) == [1]


def test_a_region_closed_by_itself_is_opened_again(tmp_path: Path) -> None:
    with Account.open(tmp_path / "data") as account:
        first = account.engine()
        make_table(first)
        assert account.engine() is first
        first.close()
        second = account.engine()
        assert second is not first
        assert second.list_tables()["TableNames"] == ["things"]


def test_a_closed_account_opens_nothing(tmp_path: Path) -> None:
    account = Account.open(tmp_path / "data")
    engine = account.engine()
    account.close()
    account.close()
    with pytest.raises(ApiError, match="closed"):
        engine.list_tables()
    for region in ("us-east-1", "eu-west-1"):
        with pytest.raises(FolderAccessError, match="closed"):
            account.engine(region)
    assert descriptors_below(tmp_path) == []


def test_engines_in_memory_share_nothing() -> None:
    with Engine.in_memory() as one, Engine.in_memory() as other:
        make_table(one)
        put(one, thing(1))
        assert other.list_tables()["TableNames"] == []
        assert numbers_of(one) == [1]
        assert one.check() == []
        one.compact()
        report = one.storage_report()
        assert (report.path, report.file_bytes, report.change_log_entries) == (None, 0, 0)


def test_a_commit_that_cannot_start_the_upkeep_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_threads: Names
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with Engine.open(tmp_path / "data", clock=VirtualClock()) as engine:
        make_table(engine)
        add_one(engine, 1)
        assert amount(engine, 1) == 1
    assert engine_threads() == []


def test_several_engines_of_one_folder_in_one_process_see_each_other(tmp_path: Path) -> None:
    with Engine.open(tmp_path / "data") as one, Engine.open(tmp_path / "data") as other:
        make_table(one)
        put(other, thing(1))
        put(one, thing(2))
        assert numbers_of(other) == numbers_of(one) == [1, 2]
        one.close()
        put(other, thing(3))
        assert numbers_of(other) == [1, 2, 3]
