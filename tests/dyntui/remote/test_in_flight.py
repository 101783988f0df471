"""Several requests on their way at once: what is sent, what stops it, what is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dyntui.core.browse.bulk import BulkResult, write_all
from dyntui.core.browse.writes import Write, delete_item
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.in_flight import IN_FLIGHT, send_each
from dyntui.core.connection.session import Session
from dyntui.core.connection.units_limit import UnitsLimitReached
from dyntui.core.tables.schema import TableInfo
from engine import Engine
from engine.client.protocol import Context
from engine.errors import ConnectionFailed, RequestCancelled
from tests.dyntui.remote.conftest import DEFINITION

Json = dict[str, Any]
Cancelled = Callable[[], bool] | None
HELD_S_MAX = 30.0
ORDERS = 100


def never() -> bool:
    """Nobody stops it."""
    return False


@pytest.fixture
def writes(engine: Engine) -> list[Write]:
    """What deletes a hundred orders, one by one."""
    engine.create_table(**DEFINITION)
    items = [{"id": {"N": str(number)}, "total": {"N": "1"}} for number in range(ORDERS)]
    engine.load_items("orders", items)
    info = TableInfo.from_description(engine.describe_table(TableName="orders")["Table"])
    return [delete_item(info, item) for item in items]


def left(engine: Engine) -> int:
    """How many orders there still are."""
    return int(engine.scan(TableName="orders", Select="COUNT")["Count"])


def test_as_many_are_sent_at_once_as_may_be_and_each_is_sent_once() -> None:
    together = threading.Barrier(IN_FLIGHT)
    sent: list[int] = []

    def send(number: int) -> None:
        # It goes on only where all the others are on their way too.
        together.wait(HELD_S_MAX)
        sent.append(number)

    send_each(send, range(4 * IN_FLIGHT), never)
    assert sorted(sent) == list(range(4 * IN_FLIGHT))


def test_what_is_on_its_way_when_one_fails_is_waited_for() -> None:
    together = threading.Barrier(IN_FLIGHT)
    sent: list[int] = []

    def send(number: int) -> None:
        together.wait(HELD_S_MAX)
        if number == 0:
            raise KeyError(number)
        sent.append(number)

    with pytest.raises(KeyError):
        send_each(send, iter(range(IN_FLIGHT)), never)
    assert sorted(sent) == list(range(1, IN_FLIGHT))


def test_what_goes_wrong_with_the_items_is_raised() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise KeyError("the second")

    sent: list[int] = []
    with pytest.raises(KeyError, match="the second"):
        send_each(sent.append, items(), never)
    assert sent == [1]


def test_each_of_many_writes_is_told_of(engine: Engine, writes: list[Write]) -> None:
    for number in (3, 77):
        engine.put_item(TableName="orders", Item={"id": {"N": str(number)}, "total": {"N": "2"}})
    tried: list[int] = []
    session = Session(engine, engine.region)
    result = write_all(session.call, writes, never, lambda so_far: tried.append(so_far.tried))
    assert (len(result.done), len(result.failed), result.error) == (ORDERS - 2, 0, None)
    assert {write.request.members["Key"]["id"]["N"] for write in result.refused} == {"3", "77"}
    assert tried == list(range(1, ORDERS + 1))
    assert left(engine) == 2
    assert session.asking.write_units == ORDERS - 2


def test_a_failure_ends_many_writes_and_what_was_done_is_known(
    engine: Engine, writes: list[Write]
) -> None:
    together = threading.Barrier(IN_FLIGHT)
    known = threading.Event()

    def call(operation: str, request: Json, cancelled: Cancelled = None) -> Json:
        assert cancelled is not None
        number = int(request["Key"]["id"]["N"])
        if number == 20:
            raise ConnectionFailed("it went away")
        if number < IN_FLIGHT:
            together.wait(HELD_S_MAX)
        elif number > 20:
            # On its way when the failure comes: those after it are not sent at all.
            assert known.wait(HELD_S_MAX)
        return engine.call(operation, request)

    def tell(result: BulkResult) -> None:
        if result.error is not None:
            known.set()

    result = write_all(call, writes, never, tell)
    assert str(result.error) == "it went away"
    assert [write.request.members["Key"]["id"]["N"] for write in result.failed] == ["20"]
    assert left(engine) == ORDERS - len(result.done)
    assert 21 <= result.tried <= 20 + IN_FLIGHT


def test_writes_that_are_cancelled_before_they_are_sent_were_not_tried(
    engine: Engine, writes: list[Write]
) -> None:
    stopped = threading.Event()

    def call(operation: str, request: Json, cancelled: Cancelled = None) -> Json:
        if cancelled is not None and cancelled():
            raise RequestCancelled("The request was cancelled")
        return engine.call(operation, request)

    def tell(result: BulkResult) -> None:
        if len(result.done) == 10:
            stopped.set()

    result = write_all(call, writes, stopped.is_set, tell)
    assert (result.refused, result.failed, result.error) == ([], [], None)
    assert 10 <= len(result.done) < 10 + IN_FLIGHT
    assert left(engine) == ORDERS - len(result.done)


def test_a_limit_of_units_is_asked_about_once(engine: Engine, writes: list[Write]) -> None:
    connection = Connection(engine, engine, engine.region, None)
    connection.units_limit.units_max = 30
    asked: list[float] = []

    def refuse(units: float, _: object) -> bool:
        asked.append(units)
        return False

    connection.units_limit.may_go_on = refuse

    def call(operation: str, request: Json, cancelled: Cancelled = None) -> Json:
        return connection.client.call(operation, request, Context("person", cancelled=cancelled))

    result = write_all(call, writes, never, lambda _: None)
    assert isinstance(result.error, UnitsLimitReached)
    assert asked == [30]
    assert len(result.done) == 30 == ORDERS - left(engine)
    with pytest.raises(UnitsLimitReached):
        connection.client.call("Scan", {"TableName": "orders"})
    assert len(asked) == 1
