"""UpdateTimeToLive, DescribeTimeToLive: which attribute says when an item expires; a pass now."""

from __future__ import annotations

from functools import partial

from engine.client.protocol import DUE_MAX, OWNER, Context, Json
from engine.errors import ValidationException
from engine.operations.region import Region
from engine.operations.tables import check_active
from engine.storage.catalog import Catalog, Table
from engine.storage.expiring import KIND, begin_expiry, end_expiry, expire_step, note_step
from engine.storage.expiry import expired_range
from engine.storage.keys import EVERYTHING, KeyRange
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction


def update_time_to_live(region: Region, request: Json, context: Context) -> Json:
    """Turn Time to Live on for an attribute, or off (E196 to E199).

    When the items that are there expire is noted before this returns, in steps that let others
    write; one that is cut off by a kill goes on in whichever process has the folder open next.
    """
    wanted = request["TimeToLiveSpecification"]

    def work(transaction: WriteTransaction) -> int | None:
        table = region.known_table(transaction.catalog, request["TableName"])
        check_active(table, transaction.stamp_us)
        _check_change(region, table, wanted, transaction.stamp_us)
        setting = {
            "AttributeName": wanted["AttributeName"] if wanted["Enabled"] else None,
            "ChangedUs": transaction.stamp_us,
        }
        job = None
        table = table.with_settings(TimeToLive=setting)
        if wanted["Enabled"]:
            table, job = begin_expiry(transaction, table, wanted["AttributeName"])
        else:
            table = end_expiry(transaction, table)
        transaction.put_table(table)
        return job

    job = region.database.write(work)
    if job is not None:
        _note_all(region, job, context)
    return {"TimeToLiveSpecification": wanted}


def finish_noting(region: Region, table_name: str, context: Context = OWNER) -> None:
    """Note when the items of a table expire, where some of that is still to be done."""

    def read(reader: Reader, catalog: Catalog) -> list[int]:
        expiry = region.known_table(catalog, table_name).expiry
        if expiry is None or not expiry.filling:
            return []
        subject = str(expiry.storage_id)
        return [job.id for job in reader.jobs() if (job.kind, job.subject) == (KIND, subject)]

    for job_id in region.database.read(read):
        _note_all(region, job_id, context)


def _note_all(region: Region, job_id: int, context: Context) -> None:
    while region.database.write(partial(note_step, job_id=job_id)):
        if context.cancelled is not None and context.cancelled():
            break


def expire(region: Region, table_name: str, context: Context) -> int:
    """Delete what has expired, as `LocalTools.expire` says."""
    table = region.known_table(region.database.reload_catalog(), table_name)
    finish_noting(region, table.name, context)
    now_us = region.clock.now_us()
    deleted = 0
    while context.cancelled is None or not context.cancelled():
        step = partial(expire_step, table_name=table.name, now_us=now_us)
        count = region.database.write(step)
        if count == 0:
            break
        deleted += count
    return deleted


def due(region: Region, table_name: str) -> int:
    """How many items have expired and are not deleted yet, as `LocalTools.due` says."""

    return _noted(region, table_name, expired_range(region.clock.now_us()))


def expiring(region: Region, table_name: str) -> int:
    """How many items expire at some time, as `LocalTools.expiring` says."""
    return _noted(region, table_name, EVERYTHING)


def _noted(region: Region, table_name: str, times: KeyRange) -> int:
    """How many items are noted to expire within a range of times, `DUE_MAX` at most."""

    def read(reader: Reader, catalog: Catalog) -> int:
        expiry = region.known_table(catalog, table_name).expiry
        return 0 if expiry is None else reader.measure(expiry.storage, times, DUE_MAX)[0]

    return region.database.read(read)


def _check_change(region: Region, table: Table, wanted: Json, now_us: int) -> None:
    setting = table.settings.get("TimeToLive") or {}
    current = setting.get("AttributeName")
    if wanted["Enabled"] and current == wanted["AttributeName"]:
        raise ValidationException("TimeToLive is already enabled")
    if not wanted["Enabled"] and current is None:
        raise ValidationException("TimeToLive is already disabled")
    if current is not None and current != wanted["AttributeName"]:
        raise ValidationException(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {current}"
        )
    interval_us = round(region.settings.ttl_change_interval_s * 1_000_000)
    if setting and now_us - setting["ChangedUs"] < interval_us:
        raise ValidationException(
            "Time to live has been modified multiple times within a fixed interval"
        )


def describe_time_to_live(region: Region, request: Json, _context: Context) -> Json:
    """The state of Time to Live, and its attribute while it is on."""

    def read(_reader: Reader, catalog: Catalog) -> Table:
        return region.known_table(catalog, request["TableName"])

    expiry = region.database.read(read).expiry
    if expiry is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    status = "ENABLING" if expiry.filling else "ENABLED"
    described = {"TimeToLiveStatus": status, "AttributeName": expiry.attribute}
    return {"TimeToLiveDescription": described}
