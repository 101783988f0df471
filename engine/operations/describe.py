"""How tables and indexes are described: the TableDescription of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from engine.client.protocol import Json
from engine.operations.region import Region
from engine.storage.catalog import Index, KeyAttribute, Table

Counts = Callable[[int], tuple[int, int]]


def describe(region: Region, table: Table, counts: Counts, status: str | None = None) -> Json:
    """A TableDescription; `status` is shown in place of the current one where it is given.

    `counts` gives number of items and bytes of a storage id.
    """
    shown = status or table.status(region.clock.now_us())
    items, size = counts(table.storage_id)
    settings = table.settings
    description: Json = {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in table.attribute_types.items()
        ],
        "TableName": table.name,
        "KeySchema": _key_schema((table.hash,), table.keys[1:]),
        "TableStatus": shown,
        "CreationDateTime": table.created_us / 1_000_000,
        "ProvisionedThroughput": _throughput(settings),
        "TableSizeBytes": size,
        "ItemCount": items,
        "TableArn": region.table_arn(table.name),
        "TableId": table.table_id,
    }
    for member in ("BillingModeSummary", "OnDemandThroughput", "WarmThroughput"):
        if member in settings:
            description[member] = settings[member]
    arn = description["TableArn"]
    if table.local_indexes:
        description["LocalSecondaryIndexes"] = [
            _describe_index(index, arn, counts) for index in table.local_indexes
        ]
    if table.global_indexes:
        description["GlobalSecondaryIndexes"] = [
            _describe_global(index, arn, counts, shown) for index in table.global_indexes
        ]
    for member in ("StreamSpecification", "SSEDescription", "TableClassSummary"):
        if member in settings:
            description[member] = settings[member]
    if "StreamLabel" in settings:
        description["LatestStreamLabel"] = settings["StreamLabel"]
        description["LatestStreamArn"] = f"{arn}/stream/{settings['StreamLabel']}"
    description["DeletionProtectionEnabled"] = bool(settings.get("DeletionProtectionEnabled"))
    return description


def _key_schema(partition: tuple[KeyAttribute, ...], sort: tuple[KeyAttribute, ...]) -> list[Json]:
    return [{"AttributeName": key.name, "KeyType": "HASH"} for key in partition] + [
        {"AttributeName": key.name, "KeyType": "RANGE"} for key in sort
    ]


def _throughput(settings: Json) -> Json:
    given = settings.get("ProvisionedThroughput") or {
        "ReadCapacityUnits": 0,
        "WriteCapacityUnits": 0,
    }
    return {"NumberOfDecreasesToday": 0} | given


def _describe_index(index: Index, table_arn: str, counts: Counts) -> Json:
    items, size = counts(index.storage_id)
    projection: Json = {"ProjectionType": index.projection_type}
    if index.non_key_attributes:
        projection["NonKeyAttributes"] = list(index.non_key_attributes)
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.hash, index.range),
        "Projection": projection,
        "IndexSizeBytes": size,
        "ItemCount": items,
        "IndexArn": f"{table_arn}/index/{index.name}",
    }


def _describe_global(index: Index, table_arn: str, counts: Counts, table_status: str) -> Json:
    description = _describe_index(index, table_arn, counts)
    description["IndexStatus"] = table_status if table_status == "CREATING" else "ACTIVE"
    if index.backfilling:
        description["IndexStatus"] = "CREATING"
        description["Backfilling"] = True
    description["ProvisionedThroughput"] = _throughput(index.settings)
    for member in ("OnDemandThroughput", "WarmThroughput"):
        if member in index.settings:
            description[member] = index.settings[member]
    return description


def stream_label(now_us: int) -> str:
    """A stream's label: the time at which it was enabled, to the millisecond."""
    moment = datetime.fromtimestamp(now_us / 1_000_000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1_000:03d}"
