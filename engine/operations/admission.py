"""Admission: whether a request may draw on its table's capacity, asked before it writes anything.

All that is drawn is counted, whatever the setting. Where throttling is off nothing is refused;
where it only warns, what would have been refused is counted too.
"""

from __future__ import annotations

from engine.capacity.charges import Charges
from engine.capacity.meter import write_draws
from engine.capacity.refusals import Kind, Refusal
from engine.capacity.tally import Draw
from engine.capacity.units import read_units, write_units
from engine.client.protocol import Context
from engine.operations.pages import Page, PageRequest, read_page
from engine.operations.region import Region
from engine.storage.catalog import Index, Table
from engine.storage.database import Reader
from engine.storage.items import ItemChange, StoredItem


def refusal_of_write(
    region: Region, table: Table, change: ItemChange, factor: int = 1
) -> Refusal | None:
    """Draw what a change of an item costs, or tell why that is refused: then nothing is drawn.

    `factor`: how often the change is paid.
    """
    meter = region.meter
    charges = Charges()
    charges.add_change(change, factor)
    draws = write_draws(change, charges)
    refusal = meter.refusal(table, Kind.WRITE, draws)
    if refusal is not None and region.enforces:
        return refusal
    old, new = change.old, change.new
    size = max(0 if old is None else old.size, 0 if new is None else new.size)
    meter.charge(table, Kind.WRITE, draws, 1, size)
    return None


def admit_write(region: Region, table: Table, change: ItemChange) -> None:
    """Draw what a change of an item costs.

    Raises `ProvisionedThroughputExceededException` or `ThrottlingException`.
    """
    refusal = refusal_of_write(region, table, change)
    if refusal is not None:
        raise refusal.error(region.table_arn(table.name))


def charge_failed_write(
    region: Region, table: Table, key: bytes, old: StoredItem | None, new_bytes: int
) -> None:
    """A write whose condition is false costs what writing the larger image would have."""
    old_bytes = 0 if old is None else old.size
    units = write_units(old_bytes, new_bytes)
    draws = [Draw(None, key, units)]
    region.meter.charge(table, Kind.WRITE, draws, 1, max(old_bytes, new_bytes))


def refusal_of_read(
    region: Region, table: Table, index: Index | None, key: bytes
) -> Refusal | None:
    """Why a read is refused; None while its table, or its global index, has anything left."""
    refusal = region.meter.refusal(table, Kind.READ, [Draw(_owner(index), key, 0.0)])
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
        region.meter.charge(table, Kind.READ, draws)
    else:
        region.meter.charge(table, Kind.READ, draws, 1, found.size)


def metered_get(
    region: Region, reader: Reader, table: Table, key: bytes, consistent: bool
) -> StoredItem | None:
    """Read an item if it is let in, and draw what it costs."""
    admit_read(region, table, None, key)
    found = reader.get(table.storage, key)
    units = read_units(0 if found is None else found.size, consistent)
    charge_get(region, table, key, found, units)
    return found


def metered_page(
    region: Region, reader: Reader, request: PageRequest, consistent: bool, context: Context
) -> Page:
    """Read a page if the first key of its range is let in, and draw what it has read."""
    table, index, key = request.table, request.index, request.keys.low
    admit_read(region, table, index, key)
    page = read_page(reader, request, consistent, context)
    draws = [Draw(_owner(index), key, read_units(page.size, consistent))]
    if page.fetched_units:
        draws.append(Draw(None, key, page.fetched_units))
    region.meter.charge(table, Kind.READ, draws, page.scanned, page.size)
    return page


def _owner(index: Index | None) -> str | None:
    return index.name if index is not None and index.is_global else None
