"""UpdateTable: settings, throughput, billing mode, and global secondary indexes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from engine.client.protocol import Context, Json
from engine.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    UnknownOperationException,
    ValidationException,
)
from engine.operations.definition import (
    GLOBAL_INDEXES_MAX,
    Attributes,
    check_indexes_together,
    check_units,
    global_index,
)
from engine.operations.describe import describe
from engine.operations.region import Region
from engine.operations.tables import (
    check_active,
    encryption_settings,
    start_change,
    stream_settings,
)
from engine.storage.backfill import KIND as BACKFILL
from engine.storage.backfill import add_backfill, backfill_step, subject_of
from engine.storage.catalog import Index, Table
from engine.storage.transaction import WriteTransaction

_INVALID = "One or more parameter values were invalid: "
_MEMBERS = (
    "ProvisionedThroughput",
    "BillingMode",
    "StreamSpecification",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
    "TableClass",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "WarmThroughput",
)
_REPLICAS = ("ReplicaUpdates", "MultiRegionConsistency", "GlobalTableWitnessUpdates")


def update_table(region: Region, request: Json, context: Context) -> Json:
    """Change a table; a new index is filled before this returns, in steps that let others write.

    The answer shows the table UPDATING and a new index CREATING. A fill that is cut off by the
    caller's cancelling or by a kill goes on in whichever process has the folder open next.
    """
    _check_given(request)

    def work(transaction: WriteTransaction) -> tuple[Table, list[int]]:
        table = region.known_table(transaction.catalog, request["TableName"])
        check_active(table, transaction.stamp_us)
        changed = _change_settings(region, table, request, transaction.stamp_us)
        changed, jobs = _change_indexes(transaction, changed, request)
        changed = start_change(region, changed, "UPDATING", transaction.stamp_us)
        transaction.put_table(changed)
        return changed, jobs

    table, jobs = region.database.write(work)
    counts = region.database.read(
        lambda reader, _: {
            storage: reader.counts(storage)
            for storage in (table.storage_id, *(index.storage_id for index in table.indexes))
        }
    )
    for job_id in jobs:
        while region.database.write(partial(backfill_step, job_id=job_id)):
            if context.cancelled is not None and context.cancelled():
                break
    return {"TableDescription": describe(region, table, counts.__getitem__, "UPDATING")}


def _check_given(request: Json) -> None:
    for member in _REPLICAS:
        if request.get(member):
            raise UnknownOperationException(f"UpdateTable: {member} is not available here")
    if all(request.get(member) is None for member in _MEMBERS):
        raise ValidationException(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
        )


def _change_settings(region: Region, table: Table, request: Json, now_us: int) -> Table:
    table = _change_billing(table, request, now_us)
    if request.get("DeletionProtectionEnabled") is not None:
        table = table.with_settings(
            DeletionProtectionEnabled=request["DeletionProtectionEnabled"] or None
        )
    if request.get("TableClass") is not None:
        summary = {"TableClass": request["TableClass"], "LastUpdateDateTime": now_us / 1_000_000}
        table = table.with_settings(TableClassSummary=summary)
    for member in ("OnDemandThroughput", "WarmThroughput"):
        if request.get(member) is not None:
            table = table.with_settings(**{member: request[member]})
    if request.get("SSESpecification") is not None:
        described = encryption_settings(region, request["SSESpecification"])
        table = table.with_settings(SSEDescription=described.get("SSEDescription"))
    return _change_stream(table, request.get("StreamSpecification"), now_us)


def _change_stream(table: Table, specification: Json | None, now_us: int) -> Table:
    """Enable or disable the stream (E194, E195)."""
    if specification is None:
        return table
    enabled = "StreamSpecification" in table.settings
    if enabled and specification["StreamEnabled"]:
        raise ValidationException(f"Table already has an enabled stream: TableName: {table.name}")
    if not enabled and not specification["StreamEnabled"]:
        raise ValidationException(f"Table has no stream to disable: TableName: {table.name}")
    settings = stream_settings(specification, now_us)
    return table.with_settings(
        StreamSpecification=settings.get("StreamSpecification"),
        StreamLabel=settings.get("StreamLabel", table.settings.get("StreamLabel")),
    )


def _change_billing(table: Table, request: Json, now_us: int) -> Table:
    before = table.settings["BillingMode"]
    billing = request.get("BillingMode") or before
    throughput = request.get("ProvisionedThroughput")
    if billing == "PAY_PER_REQUEST":
        if throughput is not None:
            raise ValidationException(
                f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
                "when BillingMode is PAY_PER_REQUEST"
            )
        if billing != before:
            return _to_on_demand(table, now_us)
        return table
    if throughput is None:
        if billing != before:
            raise ValidationException(
                f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
            )
        return table
    check_units(throughput, "")
    if billing == before:
        _check_different(table, throughput)
    settings: Json = {"BillingMode": billing, "ProvisionedThroughput": throughput}
    summary = table.settings.get("BillingModeSummary")
    if summary is not None:
        settings["BillingModeSummary"] = summary | {"BillingMode": billing}
    return table.with_settings(**settings)


def _to_on_demand(table: Table, now_us: int) -> Table:
    summary = {
        "BillingMode": "PAY_PER_REQUEST",
        "LastUpdateToPayPerRequestDateTime": now_us / 1_000_000,
    }
    changed = table.with_settings(
        BillingMode="PAY_PER_REQUEST", BillingModeSummary=summary, ProvisionedThroughput=None
    )
    return replace(
        changed,
        indexes=tuple(
            replace(
                index,
                settings={k: v for k, v in index.settings.items() if k != "ProvisionedThroughput"},
            )
            for index in changed.indexes
        ),
    )


def _check_different(table: Table, throughput: Json) -> None:
    """Refuse a change of throughput that changes nothing (E184)."""
    current = table.settings["ProvisionedThroughput"]
    if current != throughput:
        return
    reads, writes = current["ReadCapacityUnits"], current["WriteCapacityUnits"]
    raise ValidationException(
        "The provisioned throughput for the table will not change. The requested value equals the "
        f"current value. Current ReadCapacityUnits provisioned for the table: {reads}. Requested "
        f"ReadCapacityUnits: {reads}. Current WriteCapacityUnits provisioned for the table: "
        f"{writes}. Requested WriteCapacityUnits: {writes}. Refer to the Amazon DynamoDB Developer "
        "Guide for current limits and how to request higher limits."
    )


def _change_indexes(
    transaction: WriteTransaction, table: Table, request: Json
) -> tuple[Table, list[int]]:
    """Apply GlobalSecondaryIndexUpdates; gives the jobs that fill new indexes."""
    updates = request.get("GlobalSecondaryIndexUpdates") or ()
    _check_updates(updates)
    jobs = []
    for update in updates:
        if update.get("Create") is not None:
            table, index = _add_index(transaction, table, request, update["Create"])
            jobs.append(add_backfill(transaction, table, index))
        elif update.get("Delete") is not None:
            table = _remove_index(transaction, table, update["Delete"]["IndexName"])
        else:
            table = _update_index(table, update["Update"])
    billing = table.settings["BillingMode"]
    bare = [i.name for i in table.global_indexes if "ProvisionedThroughput" not in i.settings]
    if billing == "PROVISIONED" and bare:
        raise ValidationException(
            f"{_INVALID}ProvisionedThroughput must be specified for index: {','.join(bare)}"
        )
    return table, jobs


def _check_updates(updates: list[Json] | tuple[()]) -> None:
    """One action per entry, one entry per index, one creation or deletion in all (E186 to E191)."""
    named: set[str] = set()
    structural = 0
    for update in updates:
        given = [kind for kind in ("Update", "Create", "Delete") if update.get(kind) is not None]
        if len(given) != 1:
            raise ValidationException(
                f"{_INVALID}One of GlobalSecondaryIndexUpdate.Update, "
                "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be "
                "null"
            )
        name = update[given[0]]["IndexName"]
        if name in named:
            raise ValidationException(
                f"{_INVALID}Only one global secondary index update per index is allowed "
                f"simultaneously. Index: {name}"
            )
        named.add(name)
        structural += given[0] != "Update"
    if structural > 1:
        raise LimitExceededException(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table"
        )


def _add_index(
    transaction: WriteTransaction, table: Table, request: Json, form: Json
) -> tuple[Table, Index]:
    known = table.attribute_types
    given = {
        d["AttributeName"]: d["AttributeType"] for d in request.get("AttributeDefinitions") or ()
    }
    if any(known.get(name, kind) != kind for name, kind in given.items()):
        raise ValidationException(
            f"{_INVALID}Attributes cannot be redefined. Please check that your attribute has the "
            "same type as previously defined. Existing schema: "
            f"{known} New schema: {given}"
        )
    definitions = [
        {"AttributeName": name, "AttributeType": kind} for name, kind in (known | given).items()
    ]
    index = global_index(form, Attributes(definitions), table.settings["BillingMode"])
    if table.index(index.name) is not None:
        raise ValidationException(
            f"Attempting to create an index which already exists: {index.name}"
        )
    if len(table.global_indexes) >= GLOBAL_INDEXES_MAX:
        raise LimitExceededException(
            f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of "
            f"{GLOBAL_INDEXES_MAX}"
        )
    index = replace(index, storage_id=transaction.new_storage(), backfilling=True)
    changed = replace(table, indexes=(*table.indexes, index))
    check_indexes_together(changed.indexes)
    return changed, index


def _remove_index(transaction: WriteTransaction, table: Table, name: str) -> Table:
    index = _global_index(table, name)
    transaction.retire_storage(index.storage_id)
    transaction.end_jobs(BACKFILL, subject_of(table, index))
    left = tuple(other for other in table.indexes if other.name != name)
    return replace(table, indexes=left)


def _update_index(table: Table, form: Json) -> Table:
    index = _global_index(table, form["IndexName"])
    members = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
    given = {member: form[member] for member in members if form.get(member) is not None}
    if "ProvisionedThroughput" in given:
        if table.settings["BillingMode"] == "PAY_PER_REQUEST":
            raise ValidationException(
                f"{_INVALID}ProvisionedThroughput should not be specified for index: {index.name} "
                "when BillingMode is PAY_PER_REQUEST"
            )
        check_units(given["ProvisionedThroughput"], f" for index {index.name}")
    changed = replace(index, settings=index.settings | given)
    return replace(
        table,
        indexes=tuple(changed if other.name == index.name else other for other in table.indexes),
    )


def _global_index(table: Table, name: str) -> Index:
    index = table.index(name)
    if index is None or not index.is_global:
        raise ResourceNotFoundException("Requested resource not found")
    return index
