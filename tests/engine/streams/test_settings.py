"""Streams turned on and off: labels, ARNs, what stays and for how long, lists."""

from __future__ import annotations

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.tables import refused
from tests.engine.streams.reading import (
    TABLE,
    disable,
    enable,
    make_table,
    put,
    read_all,
    shards,
)

DAY_S = 24 * 3_600


def test_a_stream_is_described_with_its_table(engine: Engine) -> None:
    arn = make_table(engine)
    table = engine.describe_table(TableName=TABLE)["Table"]
    label = "2023-11-14T22:13:20.000"
    assert table["LatestStreamLabel"] == label
    assert table["LatestStreamArn"] == arn
    assert arn == f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}/stream/{label}"
    described = engine.describe_stream(StreamArn=arn)["StreamDescription"]
    (shard,) = described.pop("Shards")
    assert described == {
        "StreamArn": arn,
        "StreamLabel": label,
        "StreamStatus": "ENABLED",
        "StreamViewType": "NEW_AND_OLD_IMAGES",
        "CreationRequestDateTime": 1_700_000_000.0,
        "TableName": TABLE,
        "KeySchema": [
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "r", "KeyType": "RANGE"},
        ],
    }
    assert shard["ShardId"].startswith("shardId-00000001700000000000-")
    assert 28 <= len(shard["ShardId"]) <= 65
    (number,) = shard["SequenceNumberRange"].values()
    assert 21 <= len(number) <= 40


def test_nothing_is_retroactive(engine: Engine) -> None:
    make_table(engine, view=None)
    put(engine, "a")
    arn = enable(engine)
    assert read_all(engine, arn) == []
    put(engine, "b")
    assert [r["dynamodb"]["Keys"]["p"]["S"] for r in read_all(engine, arn)] == ["b"]


def test_turned_off_it_can_be_read_for_a_day(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    clock.advance(10)
    put(engine, "a")
    description = disable(engine)
    assert "StreamSpecification" not in description
    assert description["LatestStreamArn"] == arn
    put(engine, "b")
    described = engine.describe_stream(StreamArn=arn)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    assert "EndingSequenceNumber" in described["Shards"][0]["SequenceNumberRange"]
    assert len(read_all(engine, arn)) == 1
    clock.advance(DAY_S)
    assert len(read_all(engine, arn)) == 1
    clock.advance(1)
    with refused(
        "ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found"
    ):
        engine.describe_stream(StreamArn=arn)
    assert engine.list_streams() == {"Streams": []}


def test_turned_on_again_it_is_another(engine: Engine) -> None:
    first = make_table(engine)
    put(engine, "a")
    disable(engine)
    second = enable(engine, "KEYS_ONLY")
    # The clock stands still, and still the labels differ.
    assert second != first
    put(engine, "b")
    assert [len(read_all(engine, arn)) for arn in (first, second)] == [1, 1]
    assert [one["StreamArn"] for one in engine.list_streams(TableName=TABLE)["Streams"]] == [
        first,
        second,
    ]


def test_a_deleted_table_leaves_its_stream(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    put(engine, "a")
    engine.delete_table(TableName=TABLE)
    assert len(read_all(engine, arn)) == 1
    again = make_table(engine)
    assert again != arn
    assert read_all(engine, again) == []
    clock.advance(DAY_S + 1)
    assert [one["StreamArn"] for one in engine.list_streams()["Streams"]] == [again]


def test_changes_that_change_nothing_are_refused(engine: Engine) -> None:
    make_table(engine)
    with refused("ValidationException", f"Table already has an enabled stream: TableName: {TABLE}"):
        enable(engine, "KEYS_ONLY")
    disable(engine)
    with refused("ValidationException", f"Table has no stream to disable: TableName: {TABLE}"):
        disable(engine)


def test_streams_are_listed_page_by_page(engine: Engine) -> None:
    make_table(engine)
    for _ in range(4):
        disable(engine)
        enable(engine)
    found: list[str] = []
    request = {"Limit": 2}
    while True:
        answer = engine.list_streams(**request)
        assert set(answer["Streams"][0]) == {"StreamArn", "TableName", "StreamLabel"}
        found += [one["StreamArn"] for one in answer["Streams"]]
        if "LastEvaluatedStreamArn" not in answer:
            break
        assert len(answer["Streams"]) == 2
        request["ExclusiveStartStreamArn"] = answer["LastEvaluatedStreamArn"]
    assert len(set(found)) == len(found) == 5
    assert found == sorted(found)


def test_a_stream_begins_with_a_shard_for_each_partition(engine: Engine) -> None:
    assert len(shards(engine, make_table(engine, units=5_000))) == 7


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("x" * 37, "ValidationException"),
        ("arn:aws:dynamodb:us-east-1:000000000000:table/orders", "ValidationException"),
        ("arn:aws:dynamodb:eu-west-1:000000000000:table/orders/stream/x", "ValidationException"),
        (
            "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/x",
            "ResourceNotFoundException",
        ),
    ],
)
def test_what_is_no_stream_is_refused(engine: Engine, arn: str, code: str) -> None:
    make_table(engine)
    with refused(code):
        engine.describe_stream(StreamArn=arn)


def test_limits_of_pages(engine: Engine) -> None:
    arn = make_table(engine)
    too_many = (
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 100"
    )
    with refused("ValidationException", too_many):
        engine.list_streams(Limit=101)
    with refused("ValidationException", too_many):
        engine.describe_stream(StreamArn=arn, Limit=101)
    with refused("ValidationException"):
        engine.list_streams(Limit=0)
