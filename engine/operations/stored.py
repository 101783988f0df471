"""All items of a table as they are stored, from one snapshot."""

from __future__ import annotations

from contextlib import closing

from engine.client.protocol import Context, StoredItems
from engine.operations.region import Region

_CHECKED_EVERY = 1_000


def stored_items(region: Region, table_name: str, context: Context) -> StoredItems:
    """Items of now as `LocalTools.stored_items` says."""
    rows = region.database.stream(lambda catalog: region.data_table(catalog, table_name).storage)
    yield from until_cancelled(rows, context)


def until_cancelled(rows: StoredItems, context: Context) -> StoredItems:
    """The items; a cancelled context ends them early."""
    cancelled = context.cancelled
    with closing(rows):
        for number, row in enumerate(rows):
            if cancelled is not None and number % _CHECKED_EVERY == 0 and cancelled():
                return
            yield row
