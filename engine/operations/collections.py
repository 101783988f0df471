"""Item collections of tables with local indexes: their size limit and their metrics.

An item collection is all items with one partition key and their entries in the local indexes. It
must stay within 10 GB, which tables without local indexes know nothing of.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.client.protocol import Json
from engine.errors import ItemCollectionSizeLimitExceededException
from engine.operations.region import Region
from engine.storage.catalog import Table
from engine.storage.items import ItemChange
from engine.storage.keys import collection_of
from engine.storage.transaction import WriteTransaction

_GB = 1024**3


class CollectionLimit:
    """Admits changes while the item collections that they grow stay within the limit.

    It counts the changes that it admitted, which are not written yet.
    """

    def __init__(self, region: Region, transaction: WriteTransaction) -> None:
        self._bytes_max = region.settings.collection_bytes_max
        self._transaction = transaction
        self._grown: dict[tuple[int, bytes], int] = {}

    def admits(self, table: Table, change: ItemChange) -> bool:
        """Whether the collection stays within the limit, or at least does not grow."""
        if not table.local_indexes:
            return True
        growth = change.collection_growth
        collection = (table.storage_id, collection_of(change.key))
        grown = self._grown.get(collection, 0) + growth
        size = self._transaction.collection_bytes(*collection) + grown
        if growth > 0 and size > self._bytes_max:
            return False
        self._grown[collection] = grown
        return True

    def check(self, table: Table, change: ItemChange) -> None:
        """Refuse a change that is not admitted (E090)."""
        if not self.admits(table, change):
            raise ItemCollectionSizeLimitExceededException(
                "Item collection size limit of 10GB exceeded"
            )


def collection_metrics(
    transaction: WriteTransaction, table: Table, change: ItemChange, attributes: Json
) -> Json | None:
    """ItemCollectionMetrics of a written item; None of a table without local indexes."""
    if not table.local_indexes:
        return None
    size = transaction.collection_bytes(table.storage_id, collection_of(change.key))
    low = float(size // _GB)
    return {
        "ItemCollectionKey": {table.hash.name: attributes[table.hash.name]},
        "SizeEstimateRangeGB": [low, low + 1.0],
    }


def metrics_by_table(metrics: Iterable[tuple[str, Json | None]]) -> dict[str, list[Json]]:
    """The metrics of a request on several items: each item collection once, table by table."""
    by_table: dict[str, list[Json]] = {}
    for table_name, one in metrics:
        if one is not None:
            of_table = by_table.setdefault(table_name, [])
            if one not in of_table:
                of_table.append(one)
    return by_table
