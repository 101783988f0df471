"""Which items expire, when, and what a pass leaves of them; in virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.errors import ResourceNotFoundException
from engine.storage.expiry import expiry_us
from tests.engine.operations.tables import items_of, make_tables, refused
from tests.engine.streams.reading import read_shard, shards

Json = dict[str, Any]
NOW_S = 1_700_000_000
FIVE_YEARS_S = 5 * 365 * 86_400
TABLE = "ranged"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_S * 1_000_000)


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    with Engine.in_memory(clock=clock) as opened:
        yield make_tables(opened)
        assert opened.check() == []


def turn_on(engine: Engine, attribute: str = "until", on: bool = True) -> None:
    specification = {"AttributeName": attribute, "Enabled": on}
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=specification)


def put(engine: Engine, name: str, until: Json | None = None, **more: Json) -> None:
    item = {"p": {"S": name}, "r": {"S": "1"}, "g": {"N": "7"}} | more
    engine.put_item(TableName=TABLE, Item=item | ({} if until is None else {"until": until}))


def names(engine: Engine) -> set[str]:
    return {item["p"]["S"] for item in items_of(engine, TABLE)}


@pytest.mark.parametrize(
    ("until", "expires"),
    [
        ({"N": str(NOW_S - 1)}, True),
        ({"N": str(NOW_S)}, False),
        ({"N": str(NOW_S + 1)}, False),
        ({"N": f"{NOW_S - 1}.999999"}, True),
        ({"N": f"{NOW_S}.000001"}, False),
        ({"N": str(NOW_S - FIVE_YEARS_S + 1)}, True),
        ({"N": str(NOW_S - FIVE_YEARS_S)}, False),
        ({"N": "0"}, False),
        ({"N": "-5"}, False),
        ({"N": str(NOW_S * 1_000)}, False),
        ({"N": "1E+100"}, False),
        ({"S": str(NOW_S - 1)}, False),
        ({"L": [{"N": str(NOW_S - 1)}]}, False),
        ({"M": {"until": {"N": str(NOW_S - 1)}}}, False),
        ({"NS": [str(NOW_S - 1)]}, False),
        ({"NULL": True}, False),
        (None, False),
    ],
)
@pytest.mark.parametrize("earlier", [True, False])
def test_what_expires(engine: Engine, until: Json | None, expires: bool, earlier: bool) -> None:
    if earlier:
        put(engine, "a", until)
    turn_on(engine)
    if not earlier:
        put(engine, "a", until)
    # Until a pass, reads give it.
    assert names(engine) == {"a"}
    assert engine.expire(TABLE) == int(expires)
    assert names(engine) == (set() if expires else {"a"})


def test_time_passes(engine: Engine, clock: VirtualClock) -> None:
    turn_on(engine)
    for second in range(5):
        put(engine, str(second), {"N": str(NOW_S + second)})
    for second in range(5):
        assert engine.expire(TABLE) == (1 if second else 0)
        assert names(engine) == {str(left) for left in range(second, 5)}
        clock.advance(1)
    clock.advance(FIVE_YEARS_S)
    assert engine.expire(TABLE) == 0
    assert names(engine) == {"4"}


def test_an_item_that_was_changed_meanwhile_stays(engine: Engine, clock: VirtualClock) -> None:
    turn_on(engine)
    soon, late = {"N": str(NOW_S + 1)}, {"N": str(NOW_S + 100)}
    for name in ("later", "without", "other", "gone", "same"):
        put(engine, name, soon)
    clock.advance(2)
    put(engine, "later", late)
    put(engine, "without")
    put(engine, "other", {"S": "never"})
    engine.delete_item(TableName=TABLE, Key={"p": {"S": "gone"}, "r": {"S": "1"}})
    put(engine, "same", soon, note={"S": "changed"})
    assert engine.expire(TABLE) == 1
    assert names(engine) == {"later", "without", "other"}
    clock.advance(100)
    assert engine.expire(TABLE) == 1


def test_indexes_counts_and_the_stream_follow(engine: Engine) -> None:
    specification = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    description = engine.update_table(TableName=TABLE, StreamSpecification=specification)
    arn = description["TableDescription"]["LatestStreamArn"]
    turn_on(engine)
    put(engine, "a", {"N": str(NOW_S - 1)})
    put(engine, "b", {"N": str(NOW_S + 1)})
    engine.delete_item(TableName=TABLE, Key={"p": {"S": "b"}, "r": {"S": "1"}})
    assert engine.expire(TABLE) == 1
    by_g = engine.query(
        TableName=TABLE,
        IndexName="by-g",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"N": "7"}},
    )
    assert by_g["Count"] == 0
    table = engine.describe_table(TableName=TABLE)["Table"]
    assert (table["ItemCount"], table["TableSizeBytes"]) == (0, 0)
    records = [r for one in shards(engine, arn) for r in read_shard(engine, arn, one["ShardId"])]
    removed = {
        record["dynamodb"]["Keys"]["p"]["S"]: record.get("userIdentity")
        for record in records
        if record["eventName"] == "REMOVE"
    }
    service = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert removed == {"a": service, "b": None}


def test_another_attribute_begins_anew(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", {"N": str(NOW_S - 1)}, other={"N": str(NOW_S + 10)})
    turn_on(engine)
    turn_on(engine, on=False)
    assert engine.expire(TABLE) == 0
    turn_on(engine, "other")
    assert engine.expire(TABLE) == 0
    clock.advance(11)
    assert engine.expire(TABLE) == 1


def test_a_pass_takes_nothing_of_the_tables_capacity(clock: VirtualClock) -> None:
    from engine import Settings

    with Engine.in_memory(clock=clock, settings=Settings(throttling="enforce")) as engine:
        engine.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )
        past = {"N": str(NOW_S - 1)}
        engine.load_items(TABLE, ({"p": {"S": str(i)}, "until": past} for i in range(1_000)))
        turn_on(engine)
        assert engine.expire(TABLE) == 1_000
        engine.put_item(TableName=TABLE, Item={"p": {"S": "a"}})


def test_a_table_that_is_not_there_is_refused(engine: Engine) -> None:
    with refused("ResourceNotFoundException"):
        engine.expire("nowhere")
    assert engine.expire("hash") == 0


@given(st.decimals(min_value=0, max_value=4_000_000_000_000, allow_nan=False, places=7))
def test_a_time_is_rounded_down_to_microseconds(seconds: Any) -> None:
    at_us = expiry_us({"t": {"N": f"{seconds:f}"}}, "t")
    assert at_us is not None
    assert at_us <= seconds * 1_000_000 < at_us + 1


def test_what_is_due_is_counted_and_not_deleted(engine: Engine, clock: VirtualClock) -> None:
    assert engine.due(TABLE) == 0
    turn_on(engine)
    for number in range(3):
        put(engine, str(number), {"N": str(NOW_S + number)})
    assert engine.due(TABLE) == 0
    clock.advance(2)
    assert engine.due(TABLE) == 2
    assert names(engine) == {"0", "1", "2"}
    assert engine.expire(TABLE) == 2
    assert engine.due(TABLE) == 0
    with pytest.raises(ResourceNotFoundException):
        engine.due("nowhere")


def test_what_expires_at_any_time_is_counted(engine: Engine, clock: VirtualClock) -> None:
    assert engine.expiring(TABLE) == 0
    turn_on(engine)
    put(engine, "long ago", {"N": "1"})
    put(engine, "soon", {"N": str(NOW_S + 1)})
    put(engine, "later", {"N": str(NOW_S + 1_000_000)})
    put(engine, "never", {"S": "tomorrow"})
    assert engine.expiring(TABLE) == 3
    clock.advance(2)
    assert engine.expire(TABLE) == 1
    assert engine.expiring(TABLE) == 2
    with pytest.raises(ResourceNotFoundException):
        engine.expiring("nowhere")
