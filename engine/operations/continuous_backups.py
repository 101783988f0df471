"""UpdateContinuousBackups, DescribeContinuousBackups: point-in-time recovery of a table.

While it is on, the table's changes stay in the log for its recovery period. What was logged before
it was turned on, or given up by a shorter period, is not part of it.
"""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.errors import ContinuousBackupsUnavailableException, TableNotFoundException
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Table
from engine.storage.database import Reader
from engine.storage.transaction import WriteTransaction
from engine.storage.window import earliest_recovery_us, latest_recovery_us, now_us

RECOVERY_DAYS = 35
"""The recovery period where none is named, and the longest."""


def update_continuous_backups(region: Region, request: Json, context: Context) -> Json:
    """Turn point-in-time recovery on, with its period, or off."""
    wanted = request["PointInTimeRecoverySpecification"]
    days = wanted.get("RecoveryPeriodInDays") or RECOVERY_DAYS

    def work(transaction: WriteTransaction) -> None:
        table = backed_up_table(region, transaction.catalog, request["TableName"])
        if table.status(transaction.stamp_us) == "CREATING":
            raise ContinuousBackupsUnavailableException(
                "Backups are being enabled for the table. Please retry later"
            )
        before = table.settings.get("PointInTimeRecovery")
        setting = None
        if wanted["PointInTimeRecoveryEnabled"]:
            since_us = earliest_recovery_us(table, transaction.stamp_us)
            setting = {"Days": days, "SinceUs": since_us or transaction.stamp_us}
            if before is not None and before["Days"] == days:
                return
        if setting is not None or before is not None:
            transaction.put_table(table.with_settings(PointInTimeRecovery=setting))

    region.database.write(work)
    return describe_continuous_backups(region, request, context)


def describe_continuous_backups(region: Region, request: Json, _context: Context) -> Json:
    """Whether point-in-time recovery is on, and between which times it can restore."""

    def read(reader: Reader, catalog: Catalog) -> Json:
        table = backed_up_table(region, catalog, request["TableName"])
        setting = table.settings.get("PointInTimeRecovery")
        now = now_us(reader.log_times(), region.clock.now_us())
        earliest = earliest_recovery_us(table, now)
        if setting is None or earliest is None:
            return {"PointInTimeRecoveryStatus": "DISABLED"}
        latest = latest_recovery_us(now, earliest, region.settings.pitr_lag_s)
        return {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": setting["Days"],
            "EarliestRestorableDateTime": earliest / 1_000_000,
            "LatestRestorableDateTime": latest / 1_000_000,
        }

    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": region.database.read(read),
        }
    }


def backed_up_table(region: Region, catalog: Catalog, name_or_arn: str) -> Table:
    """The table that a request about backups names.

    Raises `TableNotFoundException`, which takes the place of ResourceNotFoundException here.
    """
    name = region.table_name(name_or_arn)
    table = catalog.tables.get(name)
    if table is None or table.is_gone(region.clock.now_us()):
        raise TableNotFoundException(f"Table not found: {name}")
    return table
