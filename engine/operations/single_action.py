"""One action, for itself: old image → condition → new image → limit → capacity → write."""

from __future__ import annotations

from engine.client.protocol import Context
from engine.operations.actions import Action
from engine.operations.admission import admit_write, charge_failed_write
from engine.operations.collections import CollectionLimit
from engine.operations.parameters import cause_of
from engine.operations.region import Region
from engine.storage.catalog import Table
from engine.storage.items import ItemChange
from engine.storage.transaction import WriteTransaction


def carry_out(
    region: Region, transaction: WriteTransaction, action: Action, context: Context
) -> tuple[Table, ItemChange]:
    """Write what an action says, inside a storage transaction; gives what changed, and where.

    Raises the error of its condition, of its new item, of the item collection's limit, or of the
    table's capacity, before anything is written.
    """
    table = region.data_table(transaction.catalog, action.table_name)
    key = action.key(table)
    old = transaction.read(table, key)
    failure = action.failure(table, old)
    if failure is not None:
        charge_failed_write(region, table, key, old, action.attributes_bytes)
        raise failure
    change = action.change(table, key, old)
    if table.local_indexes:
        CollectionLimit(region, transaction).check(table, change)
    admit_write(region, table, change)
    transaction.write(table, (change,), cause_of(context))
    return table, change
