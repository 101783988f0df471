"""boto3's client for streams on an engine in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dyntui import boto
from engine import Engine, VirtualClock
from tests.dyntui.boto.orders import DEFINITION, TABLE, key

SPECIFICATION = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
SEAL = {"seal": {"B": b"\x00\xff"}}


def records_of(streams: Any, arn: str, kind: str = "TRIM_HORIZON", **more: Any) -> list[Any]:
    """The records of all shards, as boto3 gives them."""
    found = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        place = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **more
        )["ShardIterator"]
        found += streams.get_records(ShardIterator=place)["Records"]
    return found


def test_a_client_reads_what_another_writes() -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        client, streams = boto.client(engine), boto.client(engine, "dynamodbstreams")
        made = client.create_table(**DEFINITION, StreamSpecification=SPECIFICATION)
        arn = made["TableDescription"]["LatestStreamArn"]
        client.put_item(TableName=TABLE, Item=key() | SEAL)
        clock.advance(60)
        client.delete_item(TableName=TABLE, Key=key())
        (listed,) = streams.list_streams(TableName=TABLE)["Streams"]
        assert listed["StreamArn"] == arn
        first, second = records_of(streams, arn)
        assert first["eventName"] == "INSERT"
        assert first["dynamodb"]["NewImage"] == second["dynamodb"]["OldImage"] == key() | SEAL
        assert second["dynamodb"]["Keys"] == key()
        created = second["dynamodb"]["ApproximateCreationDateTime"]
        assert created == datetime(2023, 11, 14, 22, 14, 20, tzinfo=UTC)
        since = datetime(2023, 11, 14, 22, 14, tzinfo=UTC)
        assert records_of(streams, arn, "AT_TIMESTAMP", Timestamp=since) == [second]


def test_errors_are_those_of_the_service() -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        session = boto.session(engine)
        made = session.client("dynamodb").create_table(
            **DEFINITION, StreamSpecification=SPECIFICATION
        )
        arn = made["TableDescription"]["LatestStreamArn"]
        streams = session.client("dynamodbstreams")
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]
        place = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]
        clock.advance(16 * 60)
        with pytest.raises(streams.exceptions.ExpiredIteratorException):
            streams.get_records(ShardIterator=place)
        with pytest.raises(streams.exceptions.ResourceNotFoundException):
            streams.describe_stream(StreamArn=f"{arn}x")
