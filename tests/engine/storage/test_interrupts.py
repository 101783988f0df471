"""Ctrl-C at every moment of a request: none is lost, none done twice, nobody waits for ever."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from engine import ApiError, Engine, VirtualClock
from engine.storage.gate import FileGate
from engine.storage.writer import Ticket, Writer
from tests.engine.storage.interrupting import interrupt_at, nothing_collected
from tests.engine.storage.storms import storm
from tests.engine.storage.things import (
    add_one,
    amount,
    data_file,
    database_of,
    make_table,
    numbers_of,
    put,
    put_many,
    thing,
)
from tests.engine.storage.threads import PATIENCE_S, Parking, join, run_beside


@pytest.fixture(params=["folder", "memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine in a folder, and one in memory."""
    if request.param == "folder":
        opened = Engine.open(tmp_path / "data", clock=VirtualClock(), throttling="warn")
    else:
        opened = Engine.in_memory(clock=VirtualClock())
    with opened as engine:
        make_table(engine)
        yield engine


def is_free(engine: Engine) -> bool:
    """Whether nothing is left open: no transaction, no lock, no lead."""
    database = database_of(engine)
    writer = database._writer
    if writer._connection.in_transaction or writer._leader is not None or writer._waiting:
        return False
    if database.path is None:
        return True
    gate = FileGate(database.path.with_name("writers.lock"))
    try:
        return gate.acquire(blocking=False)
    finally:
        gate.close()


def test_a_write_that_is_interrupted_is_done_once_or_not_at_all(opened: Engine) -> None:
    moment = 1
    before = 0
    while interrupt_at(moment, lambda: add_one(opened, 1)):
        assert is_free(opened), moment
        after = amount(opened, 1)
        assert after - before in (0, 1), moment
        before = after
        moment += 1
    assert amount(opened, 1) == before + 1
    assert moment > 50
    assert opened.check() == []


def test_an_interruption_while_a_failure_is_cleared_away_leaves_nothing_behind(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_table(engine)

    def fail(_gate: FileGate, blocking: bool = True) -> bool:
        raise OSError(f"injected, {blocking=}")

    def work() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(FileGate, "acquire", fail)
            with pytest.raises(ApiError, match="the lock failed: injected"):
                add_one(engine, 1)

    moment = 1
    while interrupt_at(moment, work):
        assert is_free(engine), moment
        add_one(engine, 2)
        moment += 1
    assert (amount(engine, 1), amount(engine, 2)) == (0, moment - 1)
    assert moment > 10


def test_a_read_that_is_interrupted_leaves_nothing_open(opened: Engine) -> None:
    put_many(opened, range(10))
    moment = 1
    while interrupt_at(moment, lambda: numbers_of(opened)):
        assert numbers_of(opened) == list(range(10))
        for reader in database_of(opened)._idle_readers:
            assert not reader.connection.in_transaction, moment
        put(opened, thing(moment % 10, text={"S": str(moment)}))
        moment += 1
    assert moment > 20


def test_the_requests_that_an_interrupted_leader_was_serving_are_done_by_the_next(
    opened: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = database_of(opened)._writer
    parking = Parking(monkeypatch, writer)
    followers: list[threading.Thread] = []

    def lead() -> None:
        add_one(opened, 0)

    original = Writer.gather

    def gather(queue: Writer, *kind: Any) -> list[Ticket[Any]]:
        # The leader has the gate: now the others come.
        if not followers:
            parking.wait_for(1)
            followers.extend(run_beside([partial(add_one, opened, number) for number in (1, 2, 3)]))
            parking.wait_for(3)
        return original(queue, *kind)

    monkeypatch.setattr(Writer, "gather", gather)
    moment = 1
    rounds = 0
    while True:
        went_on = interrupt_at(moment, lead)
        join(followers)
        rounds += bool(followers)
        assert writer._leader is None
        for number in (1, 2, 3):
            assert amount(opened, number) == rounds, moment
        if not went_on:
            break
        if followers:
            followers.clear()
        else:
            # Before the others came: the signal of its own is still to be taken.
            parking.forget()
        moment += 1
    assert is_free(opened)
    assert rounds > 50


def test_a_request_whose_thread_gives_up_waiting_is_not_carried_out(
    opened: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = database_of(opened)
    parking = Parking(monkeypatch, database._writer)
    entered, leave = threading.Event(), threading.Event()

    def hold(_transaction: object) -> None:
        entered.set()
        assert leave.wait(PATIENCE_S)

    holder = run_beside([lambda: database.write(hold)])
    parking.wait_for(1)
    assert entered.wait(PATIENCE_S)

    given_up = threading.Event()

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        if not given_up.is_set():
            given_up.set()
            raise KeyboardInterrupt

    def send() -> None:
        parking.wait_for(1)
        # One that comes right before the thread is parked is not seen before it is woken.
        while not given_up.wait(0.01):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, give_up)
    try:
        sender = run_beside([send])
        with nothing_collected(), pytest.raises(KeyboardInterrupt):
            add_one(opened, 1)
        join(sender)
    finally:
        signal.signal(signal.SIGUSR1, before)
    later = run_beside([lambda: add_one(opened, 2)])
    parking.wait_for(1)
    leave.set()
    join(holder + later)
    assert (amount(opened, 1), amount(opened, 2)) == (0, 1)
    assert is_free(opened)


def test_a_storm_of_interruptions_loses_and_doubles_nothing(opened: Engine) -> None:
    requests = 200
    acknowledged, interrupted = storm(opened, requests, seed=1)
    assert interrupted
    assert acknowledged <= amount(opened, 0) <= acknowledged + interrupted
    assert amount(opened, 1) == amount(opened, 2) == requests
    assert is_free(opened)
    assert opened.check() == []


def test_a_close_that_is_interrupted_can_be_done_again(tmp_path: Path) -> None:
    moment = 1
    while True:
        engine = Engine.open(
            tmp_path / "data", clock=VirtualClock(), throttling="warn", durability="relaxed"
        )
        if moment == 1:
            make_table(engine)
        put(engine, thing(moment))
        went_on = interrupt_at(moment, engine.close)
        engine.close()
        with pytest.raises(ApiError, match="closed"):
            numbers_of(engine)
        if not went_on:
            break
        moment += 1
    assert not data_file(tmp_path / "data").with_name("data.db-wal").exists()
    with Engine.open(tmp_path / "data", throttling="warn") as engine:
        assert numbers_of(engine) == list(range(1, moment + 1))
        assert engine.check() == []
