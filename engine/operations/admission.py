"""Admission: whether a request may draw on its table's capacity, asked before it writes anything.

Where throttling is off there is no meter, and nothing is asked. Where it only warns, requests draw
without being refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.capacity.charges import change_charges
from engine.capacity.meter import Draw, write_draws
from engine.capacity.refusals import Kind, Refusal
from engine.capacity.units import write_units
from engine.operations.region import Region
from engine.storage.catalog import Index, Table
from engine.storage.items import ItemChange, StoredItem


def refusal_of_write(region: Region, table: Table, change: ItemChange) -> Refusal | None:
    """Draw what a change of an item costs, or tell why that is refused: then nothing is drawn."""
    meter = region.meter
    if meter is None:
        return None
    draws = write_draws(change, change_charges(change))
    refusal = meter.refusal(table, Kind.WRITE, draws)
    if refusal is not None and region.enforces:
        return refusal
    meter.charge(table, Kind.WRITE, draws)
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
    if region.meter is not None:
        units = write_units(0 if old is None else old.size, new_bytes)
        region.meter.charge(table, Kind.WRITE, [Draw(None, key, units)])


def admit_read(region: Region, table: Table, index: Index | None, key: bytes) -> None:
    """Let a read in while its table, or its global index, has anything left.

    Raises `ProvisionedThroughputExceededException` or `ThrottlingException`.
    """
    meter = region.meter
    if meter is None:
        return
    refusal = meter.refusal(table, Kind.READ, [Draw(_owner(index), key, 0.0)])
    if refusal is not None and region.enforces:
        raise refusal.error(region.table_arn(table.name))


def charge_read(region: Region, table: Table, draws: Sequence[Draw]) -> None:
    """Draw what a read has really read."""
    if region.meter is not None:
        region.meter.charge(table, Kind.READ, draws)


def read_draw(index: Index | None, key: bytes, units: float) -> Draw:
    """What a read of a table or index draws; a local index draws on its table."""
    return Draw(_owner(index), key, units)


def _owner(index: Index | None) -> str | None:
    return index.name if index is not None and index.is_global else None
