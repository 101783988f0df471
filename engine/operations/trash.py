"""Tables that make place: dropped, emptied or replaced, their items are kept for some time.

Nothing is copied: the storage id of the items stays, and shows as a backup of the system's.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from engine.client.protocol import Context
from engine.errors import ValidationException
from engine.operations.kept import kept_as, kept_days
from engine.operations.region import Region
from engine.operations.tables import check_active
from engine.operations.ttl import finish_noting
from engine.storage.adoption import adopt
from engine.storage.catalog import Table
from engine.storage.data_keys import Encryption
from engine.storage.making import with_storage
from engine.storage.transaction import WriteTransaction


def discard(region: Region, transaction: WriteTransaction, table: Table) -> str | None:
    """Take a table away to make place for another one; gives the id of the backup that is left.

    Raises `ResourceInUseException` where it is being changed, `ValidationException` where it is
    protected.
    """
    now_us = transaction.stamp_us
    if not table.is_gone(now_us):
        check_active(table, now_us)
        if table.settings.get("DeletionProtectionEnabled"):
            raise ValidationException(
                f"Table {table.name} is protected against deletion. Disable deletion protection "
                "first."
            )
    kept = kept_as(now_us, kept_days(region, table, Context(origin="person")))
    if kept is None:
        transaction.remove_table(table.name)
        return None
    transaction.discard_table(table.name, kept["id"], kept["until_us"])
    return str(kept["id"])


def truncate(region: Region, name: str) -> str | None:
    """See `RecoveryTools.truncate`."""

    def work(transaction: WriteTransaction) -> tuple[Table, str | None]:
        table = region.readable_table(transaction.catalog, name)
        kept_id = discard(region, transaction, table)
        empty = renewed(same_table(table, table.name), transaction.stamp_us)
        adopt(transaction, with_storage(transaction, empty))
        return table, kept_id

    table, kept_id = region.database.write(work)
    region.forget(table)
    finish_noting(region, name)
    return None if kept_id is None else f"{region.table_arn(table.name)}/backup/{kept_id}"


def same_table(table: Table, name: str) -> Table:
    """A new table with all that another one has, under a name; nothing is stored yet.

    Its stream and its Time to Live are settings only, until they are begun (`adopt`).
    """
    indexes = tuple(
        replace(index, backfilling=False, changing=None, partition_map=None)
        for index in table.indexes
    )
    return replace(
        table,
        name=name,
        table_id=str(uuid.uuid4()),
        indexes=indexes,
        changing=None,
        changing_until_us=0,
        leaving=(),
        stream=None,
        expiry=None,
        partition_map=None,
        encryption=None if table.encryption is None else Encryption(table.encryption.key_arn),
    ).with_settings(Kept=None, KeySwitches=None, KeyLostUs=None, RestoreSummary=None)


def renewed(table: Table, now_us: int) -> Table:
    """The table with a point-in-time recovery that begins now, where it has one."""
    recovery = table.settings.get("PointInTimeRecovery")
    if recovery is not None:
        table = table.with_settings(PointInTimeRecovery=recovery | {"SinceUs": now_us})
    return table
