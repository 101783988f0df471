"""Descriptions of tables for tests that need no engine."""

from __future__ import annotations

from typing import Any

from dyntui.core.tables.schema import TableInfo

Json = dict[str, Any]


def key_schema(*names: str, hashes: int = 1) -> list[Json]:
    """A KeySchema: the first `hashes` names are the partition key."""
    return [
        {"AttributeName": name, "KeyType": "HASH" if place < hashes else "RANGE"}
        for place, name in enumerate(names)
    ]


def index(name: str, *keys: str, projection: str = "ALL", hashes: int = 1) -> Json:
    """An index as a description has it."""
    projected: Json = {"ProjectionType": projection}
    if projection == "INCLUDE":
        projected["NonKeyAttributes"] = ["title"]
    return {
        "IndexName": name,
        "KeySchema": key_schema(*keys, hashes=hashes),
        "Projection": projected,
        "IndexStatus": "ACTIVE",
        "ItemCount": 1_000,
        "IndexSizeBytes": 200_000,
    }


def table(
    *keys: str,
    types: str,
    item_count: int = 10_000,
    size_bytes: int = 5_000_000,
    global_indexes: tuple[Json, ...] = (),
    local_indexes: tuple[Json, ...] = (),
    **members: Any,
) -> TableInfo:
    """A table `films`; `types` is such as `id:S year:N`."""
    description: Json = {
        "TableName": "films",
        "TableStatus": "ACTIVE",
        "TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/films",
        "CreationDateTime": 0.0,
        "KeySchema": key_schema(*keys),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (pair.split(":") for pair in types.split())
        ],
        "ItemCount": item_count,
        "TableSizeBytes": size_bytes,
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        **members,
    }
    if global_indexes:
        description["GlobalSecondaryIndexes"] = list(global_indexes)
    if local_indexes:
        description["LocalSecondaryIndexes"] = list(local_indexes)
    return TableInfo.from_description(description)


FILMS = table(
    "id",
    types="id:S genre:S year:N director:S",
    global_indexes=(
        index("by-genre", "genre", "year"),
        index("by-director", "director", projection="KEYS_ONLY"),
    ),
)
EVENTS = table(
    "net",
    "time",
    types="net:S time:N mag:N raw:B a:S b:S c:N d:N",
    local_indexes=(
        index("by-mag", "net", "mag", projection="INCLUDE"),
        index("by-a", "net", "a"),
    ),
    global_indexes=(
        index("by-raw", "raw"),
        index("multi", "a", "b", "c", "d", hashes=2),
    ),
)
SMALL = table("id", types="id:S", item_count=10, size_bytes=3_000)
EMPTY = table("id", types="id:S", item_count=0, size_bytes=0)
