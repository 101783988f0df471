"""UpdateTimeToLive, DescribeTimeToLive: which attribute says when an item expires."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.errors import ValidationException
from engine.operations.region import Region
from engine.operations.tables import check_active
from engine.storage.catalog import Catalog, Table
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction


def update_time_to_live(region: Region, request: Json, _context: Context) -> Json:
    """Turn Time to Live on for an attribute, or off (E196 to E199)."""
    wanted = request["TimeToLiveSpecification"]

    def work(transaction: WriteTransaction) -> None:
        table = region.known_table(transaction.catalog, request["TableName"])
        check_active(table, transaction.stamp_us)
        _check_change(region, table, wanted, transaction.stamp_us)
        setting = {
            "AttributeName": wanted["AttributeName"] if wanted["Enabled"] else None,
            "ChangedUs": transaction.stamp_us,
        }
        transaction.put_table(table.with_settings(TimeToLive=setting))

    region.database.write(work)
    return {"TimeToLiveSpecification": wanted}


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

    setting = region.database.read(read).settings.get("TimeToLive") or {}
    attribute = setting.get("AttributeName")
    if attribute is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}}
