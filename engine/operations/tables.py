"""CreateTable, DescribeTable, ListTables, DeleteTable."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from engine.client.protocol import Context, Json
from engine.errors import (
    ResourceInUseException,
    UnknownOperationException,
    ValidationException,
)
from engine.operations.definition import (
    Attributes,
    add_global_indexes,
    check_billing,
    check_defined,
    check_projections,
    check_schemas,
    local_indexes,
    table_keys,
)
from engine.operations.describe import describe, nothing_counted
from engine.operations.encryption import wanted_encryption
from engine.operations.kept import kept_as, kept_days
from engine.operations.quotas import check_account
from engine.operations.region import Region
from engine.operations.tags import tag_map
from engine.operations.throughput import Subject, of_new
from engine.storage.catalog import ARCHIVED, Catalog, Index, Table
from engine.storage.making import with_storage
from engine.storage.reader import Reader
from engine.storage.streams import begin_stream
from engine.storage.transaction import WriteTransaction

FOREVER_US = 2**62
"""Until when a change lasts as the answer shows it; what is stored says when it really ends."""

_INVALID = "One or more parameter values were invalid: "
_IN_USE = "Attempt to change a resource which is still in use: "
_ABSENT = (
    "ResourcePolicy",
    "VectorIndexes",
    "GlobalTableSourceArn",
    "GlobalTableSettingsReplicationMode",
)
_LIST_MAX = 100
_SHOWN_DELETING = (
    "TableName",
    "TableStatus",
    "ProvisionedThroughput",
    "TableSizeBytes",
    "ItemCount",
    "TableArn",
    "TableId",
    "BillingModeSummary",
    "DeletionProtectionEnabled",
)


def create_table(region: Region, request: Json, _context: Context) -> Json:
    """Make a table with its indexes; the answer shows it CREATING."""
    table = read_definition(region, request)

    def work(transaction: WriteTransaction) -> Table:
        existing = transaction.catalog.tables.get(table.name)
        if existing is not None and not existing.is_gone(transaction.stamp_us):
            raise ResourceInUseException(f"Table already exists: {table.name}")
        forget_gone(transaction)
        check_account(transaction.catalog, table, region.name)
        made = replace(
            with_storage(transaction, table), changing="CREATING", changing_until_us=FOREVER_US
        )
        if made.settings["BillingMode"] == "PAY_PER_REQUEST":
            made = made.with_settings(BillingModeSummary=on_demand_since(transaction.stamp_us))
        made = with_stream(transaction, made)
        transaction.put_table(start_change(region, made, transaction.stamp_us))
        return made

    description = describe(region, region.database.write(work), nothing_counted)
    description.get("BillingModeSummary", {}).pop("LastUpdateToPayPerRequestDateTime", None)
    return {"TableDescription": description}


def forget_gone(transaction: WriteTransaction) -> None:
    """Take tables out of the catalog whose deletion has come to its end."""
    for name, table in list(transaction.catalog.tables.items()):
        if table.is_gone(transaction.stamp_us):
            transaction.remove_table(name)


def on_demand_since(now_us: int) -> Json:
    """The BillingModeSummary of a table that is on demand from now on."""
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "LastUpdateToPayPerRequestDateTime": now_us / 1_000_000,
    }


def read_definition(region: Region, request: Json) -> Table:
    """The table that a CreateTable request defines; nothing is stored yet."""
    refuse_absent("CreateTable", request, _ABSENT)
    check_defined(request)
    name = region.table_name(request["TableName"])
    billing = request.get("BillingMode") or "PROVISIONED"
    check_billing(request, billing, region.name)
    attributes = Attributes(request["AttributeDefinitions"])
    hash_key, range_key = table_keys(request["KeySchema"], attributes)
    check_schemas(request, range_key is not None, attributes)
    indexes = local_indexes(request, hash_key, attributes)
    add_global_indexes(indexes, request, attributes, billing, region.name)
    check_projections(indexes)
    return Table(
        name=name,
        table_id=str(uuid.uuid4()),
        storage_id=0,
        hash=hash_key,
        range=range_key,
        indexes=tuple(indexes),
        created_us=0,
        settings=_settings(region, request, billing),
        encryption=wanted_encryption(region, request.get("SSESpecification")),
    )


def refuse_absent(operation: str, request: Json, members: Sequence[str]) -> None:
    """Refuse members of the service's requests that are not built, rather than pass them over."""
    for member in members:
        if request.get(member):
            raise UnknownOperationException(f"{operation}: {member} is not available here")


def _settings(region: Region, request: Json, billing: str) -> Json:
    settings: Json = {"BillingMode": billing}
    settings |= of_new(request, billing, Subject(region.name))
    if request.get("DeletionProtectionEnabled"):
        settings["DeletionProtectionEnabled"] = True
    if request.get("TableClass") is not None:
        settings["TableClassSummary"] = {"TableClass": request["TableClass"]}
    settings |= _first_stream(request.get("StreamSpecification"))
    tags = tag_map(request.get("Tags") or ())
    if tags:
        settings["Tags"] = tags
    return settings


def _first_stream(specification: Json | None) -> Json:
    if specification is None:
        return {}
    has_view = specification.get("StreamViewType") is not None
    if specification["StreamEnabled"] and not has_view:
        raise ValidationException(
            f"{_INVALID}Table is being created with a stream enabled, UpdateViewType is required"
        )
    if has_view and not specification["StreamEnabled"]:
        raise ValidationException(
            f"{_INVALID}Table is being created with a stream disabled, UpdateViewType should not "
            "be specified"
        )
    if not specification["StreamEnabled"]:
        return {}
    kept = {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}
    return {"StreamSpecification": kept}


def with_stream(transaction: WriteTransaction, table: Table) -> Table:
    """The table with the stream that its settings specify, one shard for each partition."""
    specification = table.settings.get("StreamSpecification")
    if specification is None:
        return table
    bounds = table.partitions.bounds
    return begin_stream(transaction, table, specification["StreamViewType"], bounds)


Changing = TypeVar("Changing", Table, Index)


def start_change(region: Region, table: Table, now_us: int) -> Table:
    """The table as it is stored after a change, which lasts as long as the Region's delay says.

    Without a delay it is over at once.
    """
    delay_us = round(region.settings.table_delay_s * 1_000_000)

    def settled(changing: Changing) -> Changing:
        if changing.changing_until_us != FOREVER_US:
            return changing
        if delay_us <= 0:
            return replace(changing, changing=None, changing_until_us=0)
        return replace(changing, changing_until_us=now_us + delay_us)

    leaving = tuple(settled(index) for index in table.leaving)
    return replace(
        settled(table),
        indexes=tuple(settled(index) for index in table.indexes),
        leaving=tuple(index for index in leaving if now_us < index.changing_until_us),
    )


def check_active(table: Table, now_us: int) -> None:
    """Refuse to change a table that is being changed (E183)."""
    status = table.status(now_us)
    if status == ARCHIVED:
        raise ResourceInUseException(f"{_IN_USE}Table is archived: {table.name}")
    if status != "ACTIVE":
        raise ResourceInUseException(f"{_IN_USE}Table is being {_participle(status)}: {table.name}")


def check_index_active(table: Table, index: Index, now_us: int) -> None:
    """Refuse to change an index that is being changed."""
    status = index.status(now_us)
    if status != "ACTIVE":
        raise ResourceInUseException(
            f"{_IN_USE}Index is being {_participle(status)}. Table: {table.name} "
            f"Index: {index.name}"
        )


def _participle(status: str) -> str:
    return f"{status.lower().removesuffix('ing')}ed"


def describe_table(region: Region, request: Json, _context: Context) -> Json:
    """Describe a table, with true counts and sizes."""

    def read(reader: Reader, catalog: Catalog) -> Json:
        table = region.known_table(catalog, request["TableName"])
        return describe(region, table, reader.counts)

    return {"Table": region.database.read(read)}


def list_tables(region: Region, request: Json, _context: Context) -> Json:
    """Names of tables in their order, page by page."""
    limit = request.get("Limit") or _LIST_MAX
    after = request.get("ExclusiveStartTableName")
    now_us = region.clock.now_us()
    catalog = region.database.reload_catalog()
    names = sorted(name for name, table in catalog.tables.items() if not table.is_gone(now_us))
    if after is not None:
        names = [name for name in names if name > after]
    response: Json = {"TableNames": names[:limit]}
    if len(names) > limit:
        response["LastEvaluatedTableName"] = names[limit - 1]
    return response


def delete_table(region: Region, request: Json, context: Context) -> Json:
    """Delete a table with all its items and indexes; the answer shows it DELETING.

    Where it is kept for some time, the deletion's end leaves a backup of it.
    """

    def work(transaction: WriteTransaction) -> Table:
        now_us = transaction.stamp_us
        table = region.known_table(transaction.catalog, request["TableName"])
        is_archived = table.changing == ARCHIVED
        if not is_archived:
            check_active(table, now_us)
        if any(index.status(now_us) != "ACTIVE" for index in table.indexes):
            raise ResourceInUseException(
                f"{_IN_USE}Cannot delete table while indexes are being created, updated, or "
                "deleted."
            )
        if table.settings.get("DeletionProtectionEnabled"):
            raise ValidationException(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        leaving = replace(table, changing="DELETING", changing_until_us=FOREVER_US)
        stored = start_change(region, leaving, now_us)
        # What was archived stays in its backup.
        days = 0 if is_archived else kept_days(region, table, context)
        kept = kept_as(now_us, days)
        if stored.changing is not None:
            transaction.put_table(stored.with_settings(Kept=kept))
        elif kept is not None:
            transaction.discard_table(table.name, kept["id"], kept["until_us"])
        else:
            transaction.remove_table(table.name)
        return leaving

    leaving = region.database.write(work)
    region.forget(leaving)
    description = describe(region, leaving, nothing_counted)
    shown = {name: description[name] for name in _SHOWN_DELETING if name in description}
    return {"TableDescription": shown}
