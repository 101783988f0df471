"""Tables whose stream or Time to Live is a setting for which nothing was begun: it is begun now.

They come from older formats, or they were emptied or restored in place of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.storage.expiring import begin_expiry
from engine.storage.streams import begin_stream

if TYPE_CHECKING:
    from engine.storage.catalog import Table
    from engine.storage.transaction import WriteTransaction


def lacks_what_is_set(table: Table, now_us: int) -> bool:
    """Whether a table has a setting that nothing was begun for, though it is there to be used."""
    return table.status(now_us) != "CREATING" and (_lacks_stream(table) or _lacks_expiry(table))


def _lacks_stream(table: Table) -> bool:
    return table.stream is None and "StreamSpecification" in table.settings


def _lacks_expiry(table: Table) -> bool:
    setting = table.settings.get("TimeToLive") or {}
    return table.expiry is None and setting.get("AttributeName") is not None


def adopt_all(transaction: WriteTransaction) -> None:
    """Begin what tables lack; not of those that are being filled, whose items nobody would note."""
    for table in list(transaction.catalog.tables.values()):
        if lacks_what_is_set(table, transaction.stamp_us):
            adopt(transaction, table)


def adopt(transaction: WriteTransaction, table: Table) -> None:
    """Put a table into the catalog, and begin what it lacks."""
    if _lacks_stream(table):
        view = table.settings["StreamSpecification"]["StreamViewType"]
        table = begin_stream(transaction, table, view, table.partitions.bounds)
    if _lacks_expiry(table):
        attribute = table.settings["TimeToLive"]["AttributeName"]
        table, _ = begin_expiry(transaction, table, attribute)
    transaction.put_table(table)
