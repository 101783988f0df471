"""Admission: whether a request may draw on its table's capacity, asked before it writes anything.

All that is drawn is counted, whatever the setting. Where throttling is off nothing is refused;
where it only warns, what would have been refused is counted too.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from engine.capacity.draws import Draw
from engine.capacity.meter import write_draws
from engine.capacity.refusals import READ, WRITE, Kind, Refusal
from engine.capacity.units import read_units, write_units
from engine.client.protocol import Context
from engine.operations.pages import Page, PageRequest, read_page
from engine.operations.region import Region
from engine.storage.catalog import Index, Table
from engine.storage.items import ItemChange, StoredItem
from engine.storage.keys import KeyRange, first_parts, increment
from engine.storage.reader import Reader


def refusal_of_write(
    region: Region, table: Table, change: ItemChange, factor: int = 1
) -> Refusal | None:
    """Draw what a change of an item costs, or tell why that is refused: then nothing is drawn.

    `factor`: how often the change is paid.
    """
    draws = write_draws(change, factor)
    return _drawn(region, table, WRITE, draws, 1, draws[0].size)


def _drawn(
    region: Region,
    table: Table,
    kind: Kind,
    draws: Sequence[Draw],
    items: int,
    item_bytes: int,
) -> Refusal | None:
    """Draw what a request costs, or tell why that is refused: then nothing is drawn."""
    enforces = region.enforces
    refusal = region.meter.draw(table, kind, draws, enforces, items, item_bytes)
    return refusal if enforces else None


def admit_write(region: Region, table: Table, change: ItemChange) -> None:
    """Draw what a change of an item costs.

    Raises `ProvisionedThroughputExceededException` or `ThrottlingException`.
    """
    refusal = refusal_of_write(region, table, change)
    if refusal is not None:
        raise refusal.error(region.table_arn(table.name))


def charge_failed_write(
    region: Region,
    table: Table,
    key: bytes,
    old: StoredItem | None,
    new_bytes: int,
    factor: int = 1,
) -> None:
    """A write whose condition is false costs what writing the larger image would have.

    `factor`: how often that is paid.
    """
    old_bytes = 0 if old is None else old.size
    units, size = factor * write_units(old_bytes, new_bytes), max(old_bytes, new_bytes)
    region.meter.charge(table, WRITE, [Draw(None, key, units, size)], 1, size)


def refusal_of_read(
    region: Region, table: Table, index: Index | None, key: bytes
) -> Refusal | None:
    """Why a read is refused; None while its table, or its global index, has anything left."""
    meter = region.meter
    if not meter.asks:
        return None
    refusal = meter.refusal(table, READ, (Draw(_owner(index), key, 0.0),))
    return refusal if region.enforces else None


def admit_read(region: Region, table: Table, index: Index | None, key: bytes) -> None:
    """Let a read in while there is anything left.

    Raises `ProvisionedThroughputExceededException` or `ThrottlingException`.
    """
    refusal = refusal_of_read(region, table, index, key)
    if refusal is not None:
        raise refusal.error(region.table_arn(table.name))


def charge_get(
    region: Region, table: Table, key: bytes, found: StoredItem | None, units: float
) -> None:
    """Draw what reading one item has cost."""
    draws = (Draw(None, key, units),)
    if found is None:
        region.meter.charge(table, READ, draws)
    else:
        region.meter.charge(table, READ, draws, 1, found.size)


def metered_get(
    region: Region, reader: Reader, table: Table, key: bytes, consistent: bool
) -> StoredItem | None:
    """Read an item and draw what it costs; one that is refused is not given."""
    found = reader.get(table.storage, key)
    items, size = (0, 0) if found is None else (1, found.size)
    draws = (Draw(None, key, read_units(size, consistent), size),)
    refusal = _drawn(region, table, READ, draws, items, size)
    if refusal is not None:
        raise refusal.error(region.table_arn(table.name))
    return found


def metered_page(
    region: Region, reader: Reader, request: PageRequest, consistent: bool, context: Context
) -> Page:
    """Read a page if the first key of its range is let in, and draw what it has read."""
    table, index, key = request.table, request.index, request.keys.low
    admit_read(region, table, index, key)
    page = read_page(reader, request, consistent, context)
    keys = _range_read(request, page)
    draws = [Draw(_owner(index), key, read_units(page.size, consistent), page.size, keys)]
    if page.fetched_units:
        draws.append(Draw(None, key, page.fetched_units, page.fetched_bytes, keys))
    region.meter.charge(table, READ, draws, page.scanned, page.size)
    return page


def _range_read(request: PageRequest, page: Page) -> KeyRange | None:
    """The keys that a page has read; None where all of them are of one item collection."""
    table, index, keys = request.table, request.index, request.keys
    collection = first_parts(keys.low, 1 if index is None else len(index.hash))
    if collection is not None and keys.high <= increment(collection):
        return None
    if page.last_key is None:
        return keys
    last = orjson.loads(page.last_key)
    end = table.key_blob(last)
    return KeyRange(keys.low, end if index is None else table.index_blob(index, last, end))


def _owner(index: Index | None) -> str | None:
    return index.name if index is not None and index.is_global else None
