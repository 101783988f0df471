"""Requests that share a commit: each has its own answer, and none suffers from another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from engine import ApiError, Engine
from engine.storage.gate import FileGate
from engine.storage.transaction import WriteTransaction
from engine.storage.writer import Writer
from tests.engine.storage.things import (
    TABLE,
    add_many,
    add_one,
    amount,
    database_of,
    make_table,
    numbers_of,
    put,
    thing,
)
from tests.engine.storage.threads import Parking, join, run_beside
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

THREADS = 16


@pytest.fixture(params=["folder", "memory"])
def shared(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shared]:
    """An engine whose requests can be made to meet in one commit."""
    in_memory = request.param == "memory"
    with (
        upkeep_by_hand(),
        Engine.in_memory() if in_memory else Engine.open(tmp_path / "data") as engine,
    ):
        make_table(engine)
        yield Shared(engine, monkeypatch)


class Shared:
    """Brings requests together, and counts the commits that they take."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = engine
        self.writer = database_of(engine)._writer
        self.groups: list[int] = []
        self._parking = Parking(monkeypatch, self.writer)
        original = Writer.execute

        def execute(asked: Writer, group: list[Any]) -> Any:
            if asked is self.writer:
                self.groups.append(len(group))
            return original(asked, group)

        monkeypatch.setattr(Writer, "execute", execute)

    def run(self, works: Sequence[Callable[[], object]]) -> list[object]:
        """Do all works, each in a thread, in one group; gives their results or errors."""
        outcomes: list[object] = [None] * len(works)

        def run(place: int) -> None:
            try:
                outcomes[place] = works[place]()
            except ApiError as error:
                outcomes[place] = error

        held = self._hold()
        self._parking.forget()
        # The queue is in the order in which they come.
        threads = []
        for place in range(len(works)):
            threads += run_beside([partial(run, place)])
            self._parking.wait_for(1)
        held.set()
        join(threads)
        return outcomes

    def _hold(self) -> threading.Event:
        """Keep the gate closed until the event is set."""
        path = database_of(self.engine).path
        gate: Any = self.writer.gate if path is None else FileGate(path.with_name("writers.lock"))
        is_held, let_go = threading.Event(), threading.Event()

        def hold() -> None:
            with gate:
                is_held.set()
                let_go.wait()

        run_beside([hold])
        is_held.wait()
        return let_go


def write(database: Any, work: Callable[[WriteTransaction], object]) -> Callable[[], object]:
    return lambda: database.write(work)


def test_sixteen_threads_share_a_commit_and_each_has_its_answer(shared: Shared) -> None:
    engine = shared.engine

    def update(number: int) -> object:
        return engine.update_item(
            TableName=TABLE,
            Key={"p": {"S": "p"}, "r": {"N": "0"}},
            UpdateExpression="ADD amount :n SET last_one = :s",
            ExpressionAttributeValues={":n": {"N": "1"}, ":s": {"S": str(number)}},
            ReturnValues="UPDATED_NEW",
        )["Attributes"]

    answers = shared.run([partial(update, number) for number in range(THREADS)])
    assert answers == [
        {"amount": {"N": str(number + 1)}, "last_one": {"S": str(number)}}
        for number in range(THREADS)
    ]
    assert shared.groups == [THREADS]


def test_many_threads_in_loops_lose_no_update(shared: Shared) -> None:
    loops = 25
    join(
        run_beside(
            [partial(add_many, shared.engine, number % 4, loops) for number in range(THREADS)]
        )
    )
    assert [amount(shared.engine, number) for number in range(4)] == [loops * THREADS // 4] * 4
    assert shared.engine.check() == []


def test_a_refused_request_does_not_harm_its_group(shared: Shared) -> None:
    engine = shared.engine
    put(engine, thing(3))

    def put_new(number: int) -> object:
        return engine.put_item(
            TableName=TABLE, Item=thing(number), ConditionExpression="attribute_not_exists(p)"
        )

    answers = shared.run([partial(put_new, number) for number in range(8)])
    refused = [place for place, answer in enumerate(answers) if isinstance(answer, ApiError)]
    assert refused == [3]
    assert shared.groups == [1, 8]
    assert numbers_of(engine) == list(range(8))


def test_a_request_that_fails_after_a_write_is_undone_alone(shared: Shared) -> None:
    engine, database = shared.engine, database_of(shared.engine)

    def half(transaction: WriteTransaction) -> None:
        transaction.add_job("half", "done", {})
        raise ApiError("changed my mind")

    works: list[Callable[[], object]] = [partial(put, engine, thing(number)) for number in range(4)]
    answers = shared.run([*works[:2], write(database, half), *works[2:]])
    assert [str(answer) for answer in answers if answer is not None] == ["changed my mind"]
    assert shared.groups == [5, 1, 1, 1, 1, 1]
    assert numbers_of(engine) == list(range(4))
    assert database.read(lambda reader, _: reader.job_ids("half")) == []


def test_a_defect_in_one_request_is_raised_there_alone(shared: Shared) -> None:
    engine, database = shared.engine, database_of(shared.engine)

    def broken(_transaction: WriteTransaction) -> None:
        raise LookupError("a defect")

    caught: list[BaseException] = []

    def run() -> None:
        try:
            database.write(broken)
        except LookupError as error:
            caught.append(error)

    assert shared.run([run, lambda: put(engine, thing(1))]) == [None, None]
    assert len(caught) == 1
    assert numbers_of(engine) == [1]


class FaultyCursor:
    """A cursor on which statements that begin so fail, as long as there are faults left."""

    def __init__(
        self, cursor: apsw.Cursor, beginning: str | tuple[str, ...], faults: list[apsw.Error]
    ) -> None:
        self._cursor = cursor
        self._beginning = beginning
        self._faults = faults

    def execute(self, sql: str, bindings: Any = ()) -> Any:
        if sql.startswith(self._beginning) and self._faults:
            raise self._faults.pop()
        return self._cursor.execute(sql, bindings)

    def executemany(self, sql: str, bindings: Any) -> Any:
        if sql.startswith(self._beginning) and self._faults:
            raise self._faults.pop()
        return self._cursor.executemany(sql, bindings)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def inject(shared: Shared, beginning: str | tuple[str, ...], *faults: apsw.Error) -> None:
    cursor: Any = FaultyCursor(shared.writer._cursor, beginning, list(faults))
    shared.writer._cursor = cursor


@pytest.mark.parametrize(
    # The third is what a group ends with: the change log, or without one the counts.
    "beginnings",
    [["INSERT OR REPLACE INTO t"], ["COMMIT"], ["INSERT INTO changes", "UPDATE stats"], ["BEGIN"]],
    ids=lambda beginnings: beginnings[0],
)
def test_a_group_with_a_failing_statement_is_run_one_by_one(
    shared: Shared, beginnings: list[str]
) -> None:
    engine = shared.engine
    inject(shared, tuple(beginnings), apsw.FullError("injected"))
    answers = shared.run([partial(add_one, engine, number) for number in range(4)])
    assert answers == [None] * 4
    assert shared.groups == [4, 1, 1, 1, 1]
    assert [amount(engine, number) for number in range(4)] == [1] * 4
    assert engine.check() == []


def test_only_the_request_whose_statement_fails_again_is_refused(shared: Shared) -> None:
    engine = shared.engine
    inject(shared, "COMMIT", *[apsw.FullError("injected") for _ in range(2)])
    answers = shared.run([partial(add_one, engine, number) for number in range(4)])
    (refused,) = [answer for answer in answers if answer is not None]
    assert isinstance(refused, ApiError)
    assert refused.code == "InternalServerError"
    assert "the disk is full; nothing was written" in refused.message
    assert answers[0] is refused
    assert [amount(engine, number) for number in range(4)] == [0, 1, 1, 1]
    assert engine.check() == []


def test_a_schema_change_in_a_group_that_fails_is_undone(shared: Shared) -> None:
    engine = shared.engine
    inject(shared, "COMMIT", *[apsw.IOError("injected") for _ in range(3)])
    answers = shared.run([lambda: make_table(engine, "another"), lambda: add_one(engine, 1)])
    assert all(isinstance(answer, ApiError) for answer in answers)
    assert engine.list_tables()["TableNames"] == [TABLE]
    make_table(engine, "another")
    put(engine, thing(1), "another")
    assert engine.list_tables()["TableNames"] == ["another", TABLE]
    assert engine.check() == []


def test_a_group_has_an_end(shared: Shared) -> None:
    engine = shared.engine
    works = [partial(add_one, engine, number) for number in range(70)]
    assert shared.run(works) == [None] * 70
    assert shared.groups == [64, 6]


def test_counts_and_sizes_are_those_of_all_requests_of_a_group(shared: Shared) -> None:
    engine = shared.engine
    works: list[Callable[[], object]] = [
        partial(put, engine, thing(number % 3)) for number in range(6)
    ]
    shared.run(works)
    described = engine.describe_table(TableName=TABLE)["Table"]
    assert described["ItemCount"] == 3
    assert engine.check() == []
