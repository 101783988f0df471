"""What a new table begins with: storage of its own, and a data key where it is under a KMS key."""

from __future__ import annotations

from dataclasses import replace

from engine.storage.catalog import Table
from engine.storage.data_keys import Encryption, put_data_key
from engine.storage.transaction import WriteTransaction


def with_storage(transaction: WriteTransaction, table: Table) -> Table:
    """The table, which is new, with storage of its own and of its indexes.

    One that is to be under a KMS key gets a data key; raises `TableKeyDenied`.
    """
    made = replace(
        table,
        storage_id=transaction.new_storage(),
        indexes=tuple(
            replace(index, storage_id=transaction.new_storage()) for index in table.indexes
        ),
        created_us=transaction.stamp_us,
    )
    wanted = table.encryption
    if wanted is None or wanted.key_arn is None:
        return replace(made, encryption=None)
    data_key = new_data_key(transaction, made, wanted.key_arn)
    return replace(made, encryption=Encryption(wanted.key_arn, data_key))


def new_data_key(transaction: WriteTransaction, table: Table, arn: str) -> int:
    """Make a data key of a table under a KMS key; gives its id. Raises `TableKeyDenied`."""
    made = transaction.data_keys.make(arn, table.name)
    transaction.writes += 1
    put_data_key(transaction.cursor, made, table.storage_id)
    return made.id
