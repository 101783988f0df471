"""All items of a table as they were stored at a time, from one snapshot."""

from __future__ import annotations

import orjson

from engine.client.protocol import Context, StoredItems
from engine.model.values import item_size
from engine.operations.region import Region
from engine.operations.stored import until_cancelled
from engine.recovery.reads_at import microseconds
from engine.storage.catalog import Catalog
from engine.storage.past import items_at, point_at
from engine.storage.reader import Reader
from engine.storage.window import check_in_window


def stored_at(region: Region, table_name: str, context: Context, at_s: float) -> StoredItems:
    """Items as of a time as `LocalTools.stored_items` says."""
    yield from until_cancelled(_rows(region, table_name, microseconds(at_s)), context)


def _rows(region: Region, table_name: str, at_us: int) -> StoredItems:
    database = region.database
    seq = point_at(database, at_us)

    def read(reader: Reader, catalog: Catalog) -> StoredItems:
        table = region.data_table(catalog, table_name)
        earliest, _ = database.window_us(reader, table)
        check_in_window(table, at_us, earliest)
        for _, raw in items_at(reader, table, seq):
            yield raw, item_size(orjson.loads(raw))

    if database.path is None:
        # In memory all share one connection: what is read is read to its end at once.
        yield from database.read(lambda reader, catalog: list(read(reader, catalog)))
        return
    with database.reading() as reader:
        yield from read(reader, database.current_catalog(reader))
