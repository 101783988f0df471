"""UpdateTable: settings, throughput, billing mode, and global secondary indexes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from engine.client.protocol import Context, Json
from engine.errors import ValidationException
from engine.operations.describe import describe
from engine.operations.encryption import switch_key
from engine.operations.index_updates import change_indexes, check_index_updates, check_warm_units
from engine.operations.quotas import check_account
from engine.operations.region import Region
from engine.operations.tables import (
    FOREVER_US,
    check_active,
    on_demand_since,
    refuse_absent,
    start_change,
    with_stream,
)
from engine.operations.throughput import (
    Subject,
    changed,
    check_units,
    followed_warm,
    on_demand,
    provisioned,
    raised_warm,
    switches_to_on_demand,
    warm_of,
)
from engine.storage.backfill import backfill_step
from engine.storage.catalog import Index, Table
from engine.storage.resealing import reseal_step
from engine.storage.streams import end_stream
from engine.storage.transaction import WriteTransaction

Step = Callable[[WriteTransaction], bool]

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
# A change of one of these shows in the status of the table; the others take effect at once.
_UPDATING = ("ProvisionedThroughput", "BillingMode", "StreamSpecification", "TableClass")
# What of these is in a request has to be all of it; the first that is there is told.
_ALONE = {
    "SSESpecification": "Server-Side Encryption modification",
    "TableClass": "TableClass modification",
    "DeletionProtectionEnabled": "DeletionProtection modification",
    "WarmThroughput": "WarmThroughput",
}
_MAY_BE_EMPTY = ("OnDemandThroughput", "WarmThroughput")
_ABSENT = (
    "ReplicaUpdates",
    "MultiRegionConsistency",
    "GlobalTableWitnessUpdates",
    "GlobalTableSettingsReplicationMode",
    "DisassociationProtectionEnabled",
    "VectorIndexUpdates",
)


def update_table(region: Region, request: Json, context: Context) -> Json:
    """Change a table; a new index is filled before this returns, in steps that let others write.

    So is what is stored sealed again, where the table is switched to another key. The answer shows
    what is UPDATING, and a new index CREATING. What is cut off by the caller's cancelling or by a
    kill goes on in whichever process has the folder open next.
    """
    _check_request(request)
    updates = request.get("GlobalSecondaryIndexUpdates") or ()
    moves = any(request.get(member) is not None for member in _UPDATING)

    def work(transaction: WriteTransaction) -> tuple[Table, list[Step]]:
        now_us = transaction.stamp_us
        before = region.known_table(transaction.catalog, request["TableName"])
        check_active(before, now_us)
        region.require_key(transaction.catalog, before)
        table = _change_settings(region, before, request, now_us)
        table, fills = change_indexes(region, transaction, table, request)
        steps: list[Step] = [partial(backfill_step, job_id=job_id) for job_id in fills]
        if request.get("SSESpecification") is not None:
            specification = request["SSESpecification"]
            table, job_id = switch_key(region, transaction, table, specification)
            steps.append(partial(reseal_step, job_id=job_id))
        table = _change_stream(transaction, table, request.get("StreamSpecification"))
        check_account(transaction.catalog, table, region.name)
        if moves or any(update.get("Update") is None for update in updates):
            table = replace(table, changing="UPDATING", changing_until_us=FOREVER_US)
        transaction.put_table(start_change(region, table, now_us))
        return table, steps

    table, steps = region.database.write(work)
    shown = _before_fill(table)
    description = region.database.read(lambda reader, _: describe(region, shown, reader.counts))
    for step in steps:
        while region.database.write(step):
            if context.cancelled is not None and context.cancelled():
                break
    return {"TableDescription": description}


def _before_fill(table: Table) -> Table:
    """The table as the answer shows it: a new index is made, but not being filled yet."""
    return replace(
        table,
        indexes=tuple(
            replace(index, backfilling=False) if index.changing_until_us == FOREVER_US else index
            for index in table.indexes
        ),
    )


def _check_request(request: Json) -> None:
    """What can be refused without the table (E168, E185 to E187, E189, E191)."""
    refuse_absent("UpdateTable", request, _ABSENT)
    given = [member for member in _MEMBERS if request.get(member) is not None]
    updates = request.get("GlobalSecondaryIndexUpdates")
    if not given or (given == ["GlobalSecondaryIndexUpdates"] and not updates):
        raise ValidationException(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
            newer="At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, "
            "MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
            "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is "
            "required",
        )
    check_warm_units(updates or ())
    _check_together(given, request)
    billing, throughput = request.get("BillingMode"), request.get("ProvisionedThroughput")
    if billing == "PAY_PER_REQUEST" and throughput is not None:
        raise _units_on_demand()
    if billing == "PROVISIONED" and throughput is None:
        raise ValidationException(
            f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
        )
    _check_stream(request.get("StreamSpecification"))
    if updates is not None:
        check_index_updates(updates)


def _check_together(given: list[str], request: Json) -> None:
    """Refuse changes that cannot be asked for in one request.

    A throughput that says nothing counts as none.
    """
    updates = request.get("GlobalSecondaryIndexUpdates")
    given = [member for member in given if request[member] != {} or member not in _MAY_BE_EMPTY]
    if len(given) < 2 or updates == []:
        return
    for member, subject in _ALONE.items():
        if member in given:
            raise ValidationException(
                f"{_INVALID}{subject} must be the only operation in the request"
            )
    if "OnDemandThroughput" in given and set(given) != {"OnDemandThroughput", "BillingMode"}:
        raise ValidationException(
            f"{_INVALID}OnDemandThroughput can only be combined with BillingMode in an UpdateTable "
            "request"
        )
    makes_indexes = any(update.get("Update") is None for update in updates or ())
    changes_units = "ProvisionedThroughput" in given
    if "StreamSpecification" in given and (
        changes_units or request.get("BillingMode") == "PROVISIONED"
    ):
        raise ValidationException(
            f"{_INVALID}You cannot modify stream status while updating table IOPS"
        )
    if makes_indexes and changes_units:
        raise ValidationException(
            f"{_INVALID}You cannot create or delete index while updating table IOPS"
        )
    if makes_indexes and "StreamSpecification" in given:
        raise ValidationException(
            f"{_INVALID}You cannot create or delete index while changing stream status"
        )


def _units_on_demand() -> ValidationException:
    return ValidationException(
        f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
        "BillingMode is PAY_PER_REQUEST"
    )


def _check_stream(specification: Json | None) -> None:
    if specification is None:
        return
    has_view = specification.get("StreamViewType") is not None
    if specification["StreamEnabled"] and not has_view:
        raise ValidationException(
            f"{_INVALID}If stream is being enabled then UpdateViewType is required"
        )
    if has_view and not specification["StreamEnabled"]:
        raise ValidationException(
            f"{_INVALID}If stream is being disabled, then UpdateViewType must not be specified"
        )


def _change_settings(region: Region, table: Table, request: Json, now_us: int) -> Table:
    table = _change_throughput(region, table, request, now_us)
    if request.get("DeletionProtectionEnabled") is not None:
        table = table.with_settings(
            DeletionProtectionEnabled=request["DeletionProtectionEnabled"] or None
        )
    if request.get("TableClass") is not None:
        summary = {"TableClass": request["TableClass"], "LastUpdateDateTime": now_us / 1_000_000}
        table = table.with_settings(TableClassSummary=summary)
    return table


def _change_throughput(region: Region, table: Table, request: Json, now_us: int) -> Table:
    subject = Subject(region.name)
    table = _change_billing(region, table, request, now_us)
    maxima = request.get("OnDemandThroughput")
    if maxima is not None:
        table = table.with_settings(
            OnDemandThroughput=on_demand(
                table.settings.get("OnDemandThroughput"),
                maxima,
                table.settings["BillingMode"],
                subject,
                is_new=False,
            )
        )
    warm = request.get("WarmThroughput")
    if warm is not None:
        table = table.with_settings(
            WarmThroughput=raised_warm(warm_of(table.settings), warm, subject)
        )
    return table


def _change_billing(region: Region, table: Table, request: Json, now_us: int) -> Table:
    subject = Subject(region.name)
    before = table.settings["BillingMode"]
    billing = request.get("BillingMode") or before
    throughput = request.get("ProvisionedThroughput")
    if billing == "PAY_PER_REQUEST":
        if throughput is not None:
            raise _units_on_demand()
        return table if billing == before else _to_on_demand(region, table, now_us)
    if throughput is None:
        return table
    check_units(throughput, subject)
    if billing == before:
        after = changed(table.settings["ProvisionedThroughput"], throughput, now_us, subject)
    else:
        table = _without_maxima(table)
        after = provisioned(throughput)
    summary = table.settings.get("BillingModeSummary")
    return table.with_settings(
        BillingMode=billing,
        BillingModeSummary=None if summary is None else summary | {"BillingMode": billing},
        ProvisionedThroughput=after,
        WarmThroughput=followed_warm(warm_of(table.settings), after),
    )


def _to_on_demand(region: Region, table: Table, now_us: int) -> Table:
    """The table, and its global indexes, without provisioned units."""
    switches = table.settings.get("OnDemandSwitches", ())
    switches_max = region.settings.on_demand_switches
    changed_table = table.with_settings(
        BillingMode="PAY_PER_REQUEST",
        BillingModeSummary=on_demand_since(now_us),
        OnDemandSwitches=switches_to_on_demand(switches, switches_max, now_us),
        ProvisionedThroughput=None,
        WarmThroughput=followed_warm(warm_of(table.settings), None),
    )
    indexes = tuple(
        index.with_settings(
            ProvisionedThroughput=None, WarmThroughput=followed_warm(warm_of(index.settings), None)
        )
        if index.is_global
        else index
        for index in table.indexes
    )
    return replace(changed_table, indexes=indexes)


def _without_maxima(table: Table) -> Table:
    """The table, and its indexes, without the maxima that are for on-demand mode."""

    def without(index: Index) -> Index:
        return index.with_settings(OnDemandThroughput=None)

    changed_table = table.with_settings(OnDemandThroughput=None)
    return replace(changed_table, indexes=tuple(without(index) for index in table.indexes))


def _change_stream(
    transaction: WriteTransaction, table: Table, specification: Json | None
) -> Table:
    """Enable or disable the stream (E194, E195); its label and ARN stay when it is disabled."""
    if specification is None:
        return table
    enabled = "StreamSpecification" in table.settings
    if enabled and specification["StreamEnabled"]:
        raise ValidationException(f"Table already has an enabled stream: TableName: {table.name}")
    if not enabled and not specification["StreamEnabled"]:
        raise ValidationException(f"Table has no stream to disable: TableName: {table.name}")
    if enabled:
        return end_stream(transaction, table.with_settings(StreamSpecification=None))
    kept = {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}
    return with_stream(transaction, table.with_settings(StreamSpecification=kept))
