"""A table with a stream, and readers of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import Engine, VirtualClock
from engine.storage.partitions import PartitionMap
from engine.storage.transaction import WriteTransaction

Json = dict[str, Any]
TABLE = "orders"


def open_with_history(folder: Path, clock: VirtualClock, hours: float) -> Engine:
    """An engine on a new folder that keeps local history for so many hours."""
    Engine.open(folder, clock=clock).close()
    (folder / "config.toml").write_text(f"history = {hours}\n")
    return Engine.open(folder, clock=clock, durability="relaxed", throttling="off")


def make_table(engine: Engine, view: str | None = "NEW_AND_OLD_IMAGES", units: int = 5) -> str:
    """A table with the keys p and r (S); gives the ARN of its stream, empty without one."""
    names = {"p": "HASH", "r": "RANGE"}
    request: Json = {
        "TableName": TABLE,
        "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, kind in names.items()],
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        "ProvisionedThroughput": {"ReadCapacityUnits": units, "WriteCapacityUnits": units},
    }
    if view is not None:
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    description = engine.create_table(**request)["TableDescription"]
    return str(description.get("LatestStreamArn", ""))


def enable(engine: Engine, view: str = "NEW_AND_OLD_IMAGES") -> str:
    """Turn the stream on; gives its ARN."""
    specification = {"StreamEnabled": True, "StreamViewType": view}
    answer = engine.update_table(TableName=TABLE, StreamSpecification=specification)
    return str(answer["TableDescription"]["LatestStreamArn"])


def disable(engine: Engine) -> Json:
    """Turn the stream off; gives the table's description."""
    answer = engine.update_table(TableName=TABLE, StreamSpecification={"StreamEnabled": False})
    description: Json = answer["TableDescription"]
    return description


def split_into(engine: Engine, count: int) -> None:
    """Give the table so many partitions of the same share of the hashes."""

    def split(transaction: WriteTransaction) -> None:
        table = transaction.catalog.tables[TABLE]
        transaction.put_table(replace(table, partition_map=PartitionMap.even(count)))

    engine._region.database.write(split)


def key(partition: str, sort: str = "1") -> Json:
    """A key."""
    return {"p": {"S": partition}, "r": {"S": sort}}


def put(engine: Engine, partition: str, **attributes: Json) -> None:
    """Put an item of that partition."""
    engine.put_item(TableName=TABLE, Item=key(partition) | attributes)


def shards(engine: Engine, arn: str) -> list[Json]:
    """The shards of a stream."""
    found: list[Json] = engine.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return found


def iterator(engine: Engine, arn: str, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> str:
    """An iterator of a shard."""
    answer = engine.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)
    return str(answer["ShardIterator"])


def read_shard(engine: Engine, arn: str, shard: str, limit: int = 1_000) -> list[Json]:
    """The records of a shard from the oldest to where there are no more."""
    records: list[Json] = []
    place: str | None = iterator(engine, arn, shard)
    while place is not None:
        answer = engine.get_records(ShardIterator=place, Limit=limit)
        records += answer["Records"]
        if not answer["Records"]:
            break
        place = answer.get("NextShardIterator")
    return records


def read_all(engine: Engine, arn: str, limit: int = 1_000) -> list[Json]:
    """The records of a stream, shard by shard, parents before their children."""
    return [
        record
        for shard in shards(engine, arn)
        for record in read_shard(engine, arn, shard["ShardId"], limit)
    ]


def told(record: Json) -> tuple[str, Any, Any]:
    """A record's event, old and new image."""
    change = record["dynamodb"]
    return record["eventName"], change.get("OldImage"), change.get("NewImage")
