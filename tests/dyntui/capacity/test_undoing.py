"""Undoing more than a table's capacity allows at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dyntui.core.connection.connect import Connection
from dyntui.core.recovery.undoing import undo_all
from engine import Backoff, Changes, Context, Engine, RetryingClient, Settings, VirtualClock
from engine.client.history import Undone
from engine.client.retrying import Wait

_ITEMS = 30


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that waits move."""
    return VirtualClock()


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    """An engine with a table that takes three writes a second, and more items than that."""
    with Engine.in_memory(clock=clock, settings=Settings(throttling="enforce")) as made:
        made.create_table(
            TableName="notes",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
            ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 3},
        )
        made.update_continuous_backups(
            TableName="notes",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        made.load_items("notes", ({"id": {"N": str(number)}} for number in range(_ITEMS)))
        yield made
        assert made.check() == []


def _undo_all(engine: Engine, client: RetryingClient) -> list[Undone]:
    """Undo everything by a connection whose client is as `Connection.try_again` makes it."""
    connection = Connection(engine, engine, "us-east-1", None)
    client.inner = connection.client
    connection.client = client
    return undo_all(connection, "notes", Changes(), only_last=False, context=Context())


def _count(engine: Engine) -> int:
    count: int = engine.describe_table(TableName="notes")["Table"]["ItemCount"]
    return count


def test_what_finds_no_capacity_is_told_and_tried_once(engine: Engine) -> None:
    outcomes = engine.undo("notes", Changes())
    left = [each for each in outcomes if each.is_throttled]
    assert _ITEMS - 3 == len(left) == _count(engine)
    assert all("throughput for the table was exceeded" in (each.refusal or "") for each in left)


def test_undoing_waits_for_capacity(engine: Engine, clock: VirtualClock) -> None:
    waits: list[Wait] = []
    client = RetryingClient(
        engine, Backoff(base_s=0.4), on_wait=waits.append, sleep=clock.advance, draw=lambda: 1.0
    )
    outcomes = _undo_all(engine, client)
    assert [each.refusal for each in outcomes] == [None] * _ITEMS
    assert len({each.seqs for each in outcomes}) == _ITEMS
    assert _count(engine) == 0
    assert waits[0].operation == "undo"


def test_undoing_gives_up_where_no_capacity_comes(engine: Engine) -> None:
    client = RetryingClient(engine, Backoff(attempts_max=3), sleep=lambda _: None)
    outcomes = _undo_all(engine, client)
    assert sum(each.is_throttled for each in outcomes) == _count(engine) == _ITEMS - 3
