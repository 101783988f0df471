"""How tables and indexes are described: the TableDescription of the API."""

from __future__ import annotations

from collections.abc import Callable

from engine.client.protocol import Json
from engine.operations import throughput
from engine.operations.encryption import (
    INACCESSIBLE,
    denial,
    sse_description,
    unusable_since_s,
)
from engine.operations.region import ARCHIVAL, Region
from engine.storage.catalog import Index, KeyAttribute, Table

Counts = Callable[[int], tuple[int, int]]


def nothing_counted(_: int) -> tuple[int, int]:
    """The counts of what is new, or on its way out."""
    return 0, 0


def describe(region: Region, table: Table, counts: Counts) -> Json:
    """A TableDescription of the table as it is at this moment.

    `counts` gives number of items and bytes of a storage id. The description shares nothing with
    the table.
    """
    now_us = region.clock.now_us()
    items, size = counts(table.storage_id)
    settings = table.settings
    arn = region.table_arn(table.name)
    leaving = [index for index in table.leaving if index.status(now_us) == "DELETING"]
    types = table.attribute_types
    for index in leaving:
        types = types | {key.name: key.type for key in index.keys}
    description: Json = {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
        ],
        "TableName": table.name,
        "KeySchema": _key_schema((table.hash,), table.keys[1:]),
        "TableStatus": table.status(now_us),
        "CreationDateTime": table.created_us / 1_000_000,
        "ProvisionedThroughput": throughput.described(
            settings.get("ProvisionedThroughput"), now_us
        ),
        "TableSizeBytes": size,
        "ItemCount": items,
        "TableArn": arn,
        "TableId": table.table_id,
    }
    _copy(settings, description, "BillingModeSummary", "OnDemandThroughput")
    description["WarmThroughput"] = throughput.warm_of(settings) | {"Status": "ACTIVE"}
    if table.local_indexes:
        description["LocalSecondaryIndexes"] = [
            _describe_index(index, arn, counts) for index in table.local_indexes
        ]
    if table.global_indexes or leaving:
        description["GlobalSecondaryIndexes"] = [
            _describe_global(index, arn, counts, description["TableStatus"], now_us)
            for index in (*table.global_indexes, *leaving)
        ]
    _copy(settings, description, "StreamSpecification", "TableClassSummary")
    _describe_encryption(region, table, description)
    _copy(settings, description, ARCHIVAL)
    if "StreamLabel" in settings:
        description["LatestStreamLabel"] = settings["StreamLabel"]
        description["LatestStreamArn"] = f"{arn}/stream/{settings['StreamLabel']}"
    if "RestoreSummary" in settings:
        in_progress = description["TableStatus"] == "CREATING"
        description["RestoreSummary"] = settings["RestoreSummary"] | {
            "RestoreInProgress": in_progress
        }
    description["DeletionProtectionEnabled"] = bool(settings.get("DeletionProtectionEnabled"))
    return description


def _describe_encryption(region: Region, table: Table, description: Json) -> None:
    """The SSEDescription; a table whose key is of no use has a status of its own."""
    shown = sse_description(table)
    if shown is None:
        return
    if description["TableStatus"] in ("ACTIVE", "UPDATING") and denial(region, table) is not None:
        description["TableStatus"] = INACCESSIBLE
        since_s = unusable_since_s(region, table)
        if since_s is not None:
            shown["InaccessibleEncryptionDateTime"] = since_s
    description["SSEDescription"] = shown


def _copy(settings: Json, description: Json, *members: str) -> None:
    for member in members:
        if member in settings:
            description[member] = dict(settings[member])


def _key_schema(partition: tuple[KeyAttribute, ...], sort: tuple[KeyAttribute, ...]) -> list[Json]:
    return [{"AttributeName": key.name, "KeyType": "HASH"} for key in partition] + [
        {"AttributeName": key.name, "KeyType": "RANGE"} for key in sort
    ]


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


def _describe_global(
    index: Index, table_arn: str, counts: Counts, table_status: str, now_us: int
) -> Json:
    description = _describe_index(index, table_arn, counts)
    # The indexes that a table is made with become ready together with it.
    description["IndexStatus"] = "CREATING" if table_status == "CREATING" else index.status(now_us)
    if description["IndexStatus"] == "CREATING" and table_status != "CREATING":
        description["Backfilling"] = index.backfilling
    settings = index.settings
    description["ProvisionedThroughput"] = throughput.described(
        settings.get("ProvisionedThroughput"), now_us
    )
    _copy(settings, description, "OnDemandThroughput")
    description["WarmThroughput"] = throughput.warm_of(settings) | {"Status": "ACTIVE"}
    return description
