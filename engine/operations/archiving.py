"""Tables whose KMS key has been of no use for seven days: they are archived, as the service does.

Nothing is read, since nothing can be: the items stay as they are, under their key, and show as a
backup that is kept until it is deleted. Of the table its name, keys and settings are left.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from engine.client.protocol import Json
from engine.model.dated_id import dated_id
from engine.operations.encryption import INACCESSIBLE, KEY_LOST, Loss, loss_of
from engine.operations.region import ARCHIVAL, Region
from engine.operations.tables import FOREVER_US
from engine.storage.catalog import ARCHIVED, Catalog, Table
from engine.storage.data_keys import Encryption
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction
from engine.storage.trash import KEPT_FOREVER_US

_LOST_US = 7 * 86_400_000_000
_OF_ITEMS = ("StreamSpecification", "TimeToLive", "PointInTimeRecovery", "Kept", KEY_LOST)


def archive_lost(region: Region) -> None:
    """Note of tables since when their key is of no use, and archive those where it is long ago.

    A key store that cannot be read, for want of its passphrase perhaps, says nothing of its keys.
    """

    def read(_reader: Reader, catalog: Catalog) -> list[Table]:
        now_us = region.clock.now_us()
        return [
            table
            for table in catalog.tables.values()
            if table.encryption is not None
            and not table.encryption.switching
            and table.status(now_us) == "ACTIVE"
        ]

    for table in region.database.read(read):
        loss = loss_of(region, table)
        if loss is not None:
            _note(region, table, loss)


def _note(region: Region, table: Table, loss: Loss) -> None:
    noted_us: int | None = table.settings.get(KEY_LOST)
    now_us = region.clock.now_us()
    # A key that is gone does not tell since when.
    since_us = (loss.since_us or noted_us or now_us) if loss.is_lost else None
    if since_us is not None and now_us - since_us >= _LOST_US:
        change = partial(_archive, region, table)
    elif since_us != noted_us:
        change = partial(_put, table.with_settings(**{KEY_LOST: since_us}))
    else:
        return

    def work(transaction: WriteTransaction) -> None:
        # Somebody else may have changed, replaced or archived it meanwhile.
        if transaction.catalog.tables.get(table.name) == table:
            change(transaction)

    region.database.write(work)


def _put(table: Table, transaction: WriteTransaction) -> None:
    transaction.put_table(table)


def _archive(region: Region, table: Table, transaction: WriteTransaction) -> None:
    kept_id = dated_id(transaction.stamp_us)
    _put(table.with_settings(**{KEY_LOST: None}), transaction)
    transaction.discard_table(table.name, kept_id, KEPT_FOREVER_US)
    transaction.put_table(_remains(region, transaction, table, kept_id))


def _remains(region: Region, transaction: WriteTransaction, table: Table, kept_id: str) -> Table:
    """What is left of an archived table."""
    assert table.encryption is not None
    summary: Json = {
        "ArchivalDateTime": transaction.stamp_us / 1_000_000,
        "ArchivalReason": INACCESSIBLE,
        "ArchivalBackupArn": f"{region.table_arn(table.name)}/backup/{kept_id}",
    }
    return replace(
        table,
        storage_id=transaction.new_storage(),
        indexes=(),
        changing=ARCHIVED,
        changing_until_us=FOREVER_US,
        leaving=(),
        stream=None,
        expiry=None,
        partition_map=None,
        encryption=Encryption(table.encryption.key_arn),
    ).with_settings(**dict.fromkeys(_OF_ITEMS), **{ARCHIVAL: summary})
