"""A provisioned table for tests of throttling."""

from __future__ import annotations

from typing import Any

from engine import Engine

Json = dict[str, Any]


def create(engine: Engine, reads: int, writes: int, *, index_writes: int | None = None) -> None:
    """A provisioned table `orders`, with an index `by-day` if that has writes of its own."""
    request: Json = {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes},
    }
    if index_writes is not None:
        request["AttributeDefinitions"].append({"AttributeName": "day", "AttributeType": "S"})
        request["GlobalSecondaryIndexes"] = [
            {
                "IndexName": "by-day",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {
                    "ReadCapacityUnits": 1,
                    "WriteCapacityUnits": index_writes,
                },
            }
        ]
    engine.call("CreateTable", request)
