"""boto3's client for streams against a live server, on its own and as our remote's."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from engine.client.remote import RemoteClient
from engine.errors import ResourceNotFoundException
from tests.dyntui.boto.test_streams import SPECIFICATION, records_of
from tests.dyntui.serve.live import HOST, LiveServer
from tests.dyntui.serve.test_sdks import ORDER, TABLE, arguments
from tests.dyntui.serve.test_sdks import client as client
from tests.dyntui.serve.test_sdks import live as live
from tests.engine.client.conftest import aws_config as aws_config


def test_a_client_of_boto3_reads_a_stream(live: LiveServer, client: Any) -> None:
    made = client.create_table(**TABLE, StreamSpecification=SPECIFICATION)
    arn = made["TableDescription"]["LatestStreamArn"]
    client.put_item(TableName="orders", Item=ORDER)
    client.delete_item(
        TableName="orders", Key={name: ORDER[name] for name in ("customer", "number")}
    )
    streams = boto3.session.Session().client("dynamodbstreams", **arguments(live))
    first, second = records_of(streams, arn)
    assert [first["eventName"], second["eventName"]] == ["INSERT", "REMOVE"]
    assert first["dynamodb"]["NewImage"]["binary"] == ORDER["binary"]
    assert second["dynamodb"]["OldImage"]["list"] == ORDER["list"]
    with pytest.raises(streams.exceptions.ResourceNotFoundException):
        streams.describe_stream(StreamArn=f"{arn}x")
    streams.close()


@pytest.mark.usefixtures("aws_config")
def test_a_remote_answers_the_operations_of_streams(live: LiveServer, client: Any) -> None:
    made = client.create_table(**TABLE, StreamSpecification=SPECIFICATION)
    arn = made["TableDescription"]["LatestStreamArn"]
    client.put_item(TableName="orders", Item=ORDER)
    remote = RemoteClient(endpoint_url=f"http://{HOST}:{live.port}", attempts_max=1)
    assert [one["StreamArn"] for one in remote.list_streams()["Streams"]] == [arn]
    found: list[Any] = []
    for shard in remote.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        place = remote.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += remote.get_records(ShardIterator=place)["Records"]
    (record,) = found
    assert record["dynamodb"]["NewImage"]["binary"] == ORDER["binary"]
    # Times stay numbers, as everywhere on a remote.
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)
    with pytest.raises(ResourceNotFoundException):
        remote.describe_stream(StreamArn=f"{arn}x")
    remote.close()
