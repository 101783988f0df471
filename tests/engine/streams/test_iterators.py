"""Shards and places in them: iterators, sequence numbers, limits, trimming, parents, children."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.tables import refused
from tests.engine.streams.reading import (
    TABLE,
    disable,
    iterator,
    key,
    make_table,
    put,
    read_all,
    read_shard,
    shards,
    split_into,
)

HOUR_S = 3_600


def partitions(engine: Engine, place: str, **more: Any) -> list[str]:
    """The partition keys of the records at a place."""
    records = engine.get_records(ShardIterator=place, **more)["Records"]
    return [record["dynamodb"]["Keys"]["p"]["S"] for record in records]


def numbers(engine: Engine, arn: str) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in read_all(engine, arn)]


def test_the_kinds_of_iterators(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    (shard,) = (one["ShardId"] for one in shards(engine, arn))
    latest_before = iterator(engine, arn, shard, "LATEST")
    for name in "abc":
        put(engine, name)
        clock.advance(10)
    _, second, third = numbers(engine, arn)
    latest = iterator(engine, arn, shard, "LATEST")
    put(engine, "d")

    def at(kind: str, number: str) -> list[str]:
        return partitions(engine, iterator(engine, arn, shard, kind, SequenceNumber=number))

    assert partitions(engine, iterator(engine, arn, shard)) == ["a", "b", "c", "d"]
    assert partitions(engine, latest_before) == ["a", "b", "c", "d"]
    assert partitions(engine, latest) == ["d"]
    assert at("AT_SEQUENCE_NUMBER", second) == ["b", "c", "d"]
    assert at("AFTER_SEQUENCE_NUMBER", third) == ["d"]
    since = iterator(engine, arn, shard, "AT_TIMESTAMP", Timestamp=1_700_000_020)
    assert partitions(engine, since) == ["c", "d"]


def test_an_iterator_can_be_used_again_and_the_next_goes_on(engine: Engine) -> None:
    arn = make_table(engine)
    (shard,) = shards(engine, arn)
    for name in "abc":
        put(engine, name)
    place = iterator(engine, arn, shard["ShardId"])
    assert partitions(engine, place, Limit=2) == partitions(engine, place, Limit=2) == ["a", "b"]
    following = engine.get_records(ShardIterator=place, Limit=2)["NextShardIterator"]
    assert partitions(engine, following) == ["c"]
    end = engine.get_records(ShardIterator=following)["NextShardIterator"]
    assert engine.get_records(ShardIterator=end)["Records"] == []
    put(engine, "d")
    assert partitions(engine, end) == ["d"]


def test_an_iterator_lasts_a_quarter_of_an_hour(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    (shard,) = shards(engine, arn)
    place = iterator(engine, arn, shard["ShardId"])
    clock.advance(15 * 60)
    following = engine.get_records(ShardIterator=place)["NextShardIterator"]
    clock.advance(0.000_001)
    with refused("ExpiredIteratorException"):
        engine.get_records(ShardIterator=place)
    assert engine.get_records(ShardIterator=following)["Records"] == []


def test_pages_end_at_a_megabyte(engine: Engine) -> None:
    arn = make_table(engine)
    for number in range(4):
        put(engine, str(number), text={"S": "x" * 390_000})
        put(engine, str(number), text={"S": "y" * 390_000})
    pages = []
    place = iterator(engine, arn, shards(engine, arn)[0]["ShardId"])
    while found := engine.get_records(ShardIterator=place):
        if not found["Records"]:
            break
        pages.append(len(found["Records"]))
        place = found["NextShardIterator"]
    assert sum(pages) == 8
    assert max(pages) <= 2


def test_what_is_older_than_a_day_is_trimmed(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    (shard,) = (one["ShardId"] for one in shards(engine, arn))
    put(engine, "a")
    clock.advance(60)
    put(engine, "b")
    first, second = numbers(engine, arn)
    clock.advance(24 * HOUR_S - 60)
    early = iterator(engine, arn, shard)
    assert partitions(engine, early) == ["a", "b"]
    clock.advance(0.000_001)
    with refused("TrimmedDataAccessException"):
        engine.get_records(ShardIterator=early)
    with refused("TrimmedDataAccessException"):
        iterator(engine, arn, shard, "AT_SEQUENCE_NUMBER", SequenceNumber=first)
    assert partitions(engine, iterator(engine, arn, shard)) == ["b"]
    at_second = iterator(engine, arn, shard, "AT_SEQUENCE_NUMBER", SequenceNumber=second)
    assert partitions(engine, at_second) == ["b"]
    clock.advance(60)
    assert partitions(engine, iterator(engine, arn, shard)) == []


@pytest.mark.parametrize(
    "place",
    ["x", "a|1|b", "arn|1|e30=", "arn|2|WyJhIiwxLDFd", "arn|1|WyJhIiwibiIsMV0=", "||"],
)
def test_what_is_no_iterator_is_refused(engine: Engine, place: str) -> None:
    with refused("ValidationException", "Invalid ShardIterator"):
        engine.get_records(ShardIterator=place)


def test_what_an_iterator_cannot_be_made_of(engine: Engine) -> None:
    arn = make_table(engine)
    put(engine, "a")
    (shard,) = (one["ShardId"] for one in shards(engine, arn))
    with refused("ResourceNotFoundException"):
        iterator(engine, arn, f"shardId-{0:020}-00000000")
    with refused("ValidationException"):
        iterator(engine, arn, shard, "AT_SEQUENCE_NUMBER")
    with refused("ValidationException"):
        iterator(engine, arn, shard, "AT_TIMESTAMP")
    for number in ("1" * 30, "9" * 21, "x" * 21, "0" * 21):
        with refused("ValidationException"):
            iterator(engine, arn, shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
    with refused("ValidationException"):
        engine.get_records(ShardIterator=iterator(engine, arn, shard), Limit=1_001)


def test_a_closed_shard_ends(engine: Engine) -> None:
    arn = make_table(engine)
    put(engine, "a")
    disable(engine)
    (shard,) = shards(engine, arn)
    place = iterator(engine, arn, shard["ShardId"])
    answer = engine.get_records(ShardIterator=place, Limit=1)
    assert len(answer["Records"]) == 1
    rest = engine.get_records(ShardIterator=answer["NextShardIterator"])
    assert rest == {"Records": []}
    assert "NextShardIterator" not in engine.get_records(ShardIterator=place)


def test_shards_are_followed_by_others_every_four_hours(
    engine: Engine, clock: VirtualClock
) -> None:
    arn = make_table(engine)
    put(engine, "a")
    clock.advance(4 * HOUR_S)
    put(engine, "a", n={"N": "1"})
    put(engine, "b")
    parent, child = shards(engine, arn)
    assert child["ParentShardId"] == parent["ShardId"]
    assert "ParentShardId" not in parent
    ranges = [one["SequenceNumberRange"] for one in (parent, child)]
    assert int(ranges[0]["EndingSequenceNumber"]) < int(ranges[1]["StartingSequenceNumber"])
    assert "EndingSequenceNumber" not in ranges[1]
    assert [len(read_shard(engine, arn, one["ShardId"])) for one in (parent, child)] == [1, 2]
    # A day later the parent cannot be read any more, and the child can.
    clock.advance(24 * HOUR_S)
    assert [one["ShardId"] for one in shards(engine, arn)] == [parent["ShardId"], child["ShardId"]]
    clock.advance(0.000_001)
    assert [one["ShardId"] for one in shards(engine, arn)] == [child["ShardId"]]
    with refused("ResourceNotFoundException"):
        iterator(engine, arn, parent["ShardId"])


def test_shards_roll_within_a_request(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    put(engine, "a")
    clock.advance(5 * HOUR_S)
    puts = [{"Put": {"TableName": TABLE, "Item": key(name)}} for name in "bcd"]
    engine.transact_write_items(TransactItems=puts)
    assert [len(read_shard(engine, arn, one["ShardId"])) for one in shards(engine, arn)] == [1, 3]


def test_a_split_has_children_and_leaves_other_shards(engine: Engine) -> None:
    arn = make_table(engine)
    for number in range(40):
        put(engine, str(number))
    split_into(engine, 2)
    split_into(engine, 4)
    for number in range(40):
        put(engine, str(number), n={"N": "1"})
    found = shards(engine, arn)
    names = [one["ShardId"] for one in found]
    assert [one.get("ParentShardId") for one in found] == [
        None,
        *[names[0]] * 2,
        names[1],
        names[1],
        names[2],
        names[2],
    ]
    is_open = ["EndingSequenceNumber" not in one["SequenceNumberRange"] for one in found]
    assert is_open == [False] * 3 + [True] * 4
    counts = [len(read_shard(engine, arn, name)) for name in names]
    assert counts[:3] == [40, 0, 0]
    assert sum(counts[3:]) == 40
    assert all(counts[3:])
    # From four to five: the first quarter goes on if its range stays, which it does not.
    split_into(engine, 4)
    assert len(shards(engine, arn)) == 7


def test_shards_are_described_page_by_page_and_by_parent(engine: Engine) -> None:
    arn = make_table(engine)
    split_into(engine, 5)
    whole = shards(engine, arn)
    found = []
    request: dict[str, Any] = {"StreamArn": arn, "Limit": 4}
    while True:
        page = engine.describe_stream(**request)["StreamDescription"]
        found += page["Shards"]
        if "LastEvaluatedShardId" not in page:
            break
        request["ExclusiveStartShardId"] = page["LastEvaluatedShardId"]
    assert found == whole
    parent = whole[0]["ShardId"]
    children = engine.describe_stream(
        StreamArn=arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent}
    )["StreamDescription"]["Shards"]
    assert children == whole[1:]
    with refused("ResourceNotFoundException"):
        engine.describe_stream(StreamArn=arn, ExclusiveStartShardId=f"shardId-{0:020}-00000000")
