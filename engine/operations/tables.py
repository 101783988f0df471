"""CreateTable, DescribeTable, ListTables, DeleteTable."""

from __future__ import annotations

import uuid
from dataclasses import replace

from engine.client.protocol import Context, Json
from engine.errors import ResourceInUseException, ValidationException
from engine.operations.definition import (
    Attributes,
    check_billing,
    check_defined,
    check_indexes_together,
    global_indexes,
    local_indexes,
    table_keys,
)
from engine.operations.describe import describe, stream_label
from engine.operations.region import ACCOUNT_ID, Region
from engine.operations.tags import tag_map
from engine.storage.catalog import Catalog, Table
from engine.storage.database import Reader
from engine.storage.transaction import WriteTransaction

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
        if existing is not None:
            if not existing.is_gone(transaction.stamp_us):
                raise ResourceInUseException(f"Table already exists: {table.name}")
            transaction.remove_table(table.name)
        made = replace(
            table,
            storage_id=transaction.new_storage(),
            indexes=tuple(
                replace(index, storage_id=transaction.new_storage()) for index in table.indexes
            ),
            created_us=transaction.stamp_us,
        )
        made = start_change(region, made, "CREATING", transaction.stamp_us)
        transaction.put_table(made)
        return made

    made = region.database.write(work)
    return {"TableDescription": describe(region, made, lambda _: (0, 0), "CREATING")}


def read_definition(region: Region, request: Json) -> Table:
    """The table that a CreateTable request defines; nothing is stored yet."""
    check_defined(request)
    name = region.table_name(request["TableName"])
    billing = request.get("BillingMode") or "PROVISIONED"
    attributes = Attributes(request.get("AttributeDefinitions") or ())
    check_billing(request, billing)
    hash_key, range_key = table_keys(request["KeySchema"], attributes)
    local = local_indexes(request, hash_key, range_key is not None, attributes)
    indexes = local + global_indexes(request, attributes, billing)
    attributes.check_all_used(several=bool(indexes))
    check_indexes_together(indexes)
    return Table(
        name=name,
        table_id=str(uuid.uuid4()),
        storage_id=0,
        hash=hash_key,
        range=range_key,
        indexes=tuple(indexes),
        created_us=0,
        settings=_settings(region, request, billing),
    )


def _settings(region: Region, request: Json, billing: str) -> Json:
    now_us = region.clock.now_us()
    settings: Json = {"BillingMode": billing}
    if billing == "PAY_PER_REQUEST":
        settings["BillingModeSummary"] = {
            "BillingMode": billing,
            "LastUpdateToPayPerRequestDateTime": now_us / 1_000_000,
        }
    for member in ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput"):
        if request.get(member) is not None:
            settings[member] = request[member]
    if request.get("DeletionProtectionEnabled"):
        settings["DeletionProtectionEnabled"] = True
    if request.get("TableClass") is not None:
        settings["TableClassSummary"] = {"TableClass": request["TableClass"]}
    settings |= stream_settings(request.get("StreamSpecification"), now_us)
    settings |= encryption_settings(region, request.get("SSESpecification"))
    tags = tag_map(request.get("Tags") or ())
    if tags:
        settings["Tags"] = tags
    return settings


def stream_settings(specification: Json | None, now_us: int) -> Json:
    """What a StreamSpecification leaves in a table's settings."""
    if specification is None:
        return {}
    if not specification["StreamEnabled"]:
        if specification.get("StreamViewType") is not None:
            raise ValidationException(
                "One or more parameter values were invalid: StreamViewType must not be specified "
                "when StreamEnabled is false"
            )
        return {}
    if specification.get("StreamViewType") is None:
        raise ValidationException(
            "One or more parameter values were invalid: StreamViewType must be specified when "
            "StreamEnabled is true"
        )
    return {"StreamSpecification": specification, "StreamLabel": stream_label(now_us)}


def encryption_settings(region: Region, specification: Json | None) -> Json:
    """What an SSESpecification leaves in a table's settings; the AWS owned key shows nothing."""
    if specification is None or not specification.get("Enabled"):
        return {}
    key = specification.get("KMSMasterKeyId") or "alias/aws/dynamodb"
    arn = key if key.startswith("arn:") else f"arn:aws:kms:{region.name}:{ACCOUNT_ID}:{key}"
    return {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}}


def start_change(region: Region, table: Table, status: str, now_us: int) -> Table:
    """The table in a status that lasts as long as the Region's delay says; none, if it has none."""
    if region.settings.table_delay_s <= 0:
        return replace(table, changing=None, changing_until_us=0)
    until_us = now_us + round(region.settings.table_delay_s * 1_000_000)
    return replace(table, changing=status, changing_until_us=until_us)


def check_active(table: Table, now_us: int) -> None:
    """Refuse to change a table that is being changed (E183)."""
    status = table.status(now_us)
    if status != "ACTIVE":
        raise ResourceInUseException(
            "Attempt to change a resource which is still in use: Table is being "
            f"{status.lower().removesuffix('ing')}ed: {table.name}"
        )


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


def delete_table(region: Region, request: Json, _context: Context) -> Json:
    """Delete a table with all its items and indexes; the answer shows it DELETING."""

    def work(transaction: WriteTransaction) -> Table:
        table = region.known_table(transaction.catalog, request["TableName"])
        check_active(table, transaction.stamp_us)
        if table.settings.get("DeletionProtectionEnabled"):
            raise ValidationException(
                "Resource cannot be deleted as it is currently protected against deletion. "
                "Disable deletion protection first."
            )
        leaving = start_change(region, table, "DELETING", transaction.stamp_us)
        if leaving.changing is None:
            transaction.remove_table(table.name)
        else:
            transaction.put_table(leaving)
        return table

    table = region.database.write(work)
    description = describe(region, table, lambda _: (0, 0), "DELETING")
    shown = {name: description[name] for name in _SHOWN_DELETING if name in description}
    return {"TableDescription": shown}
