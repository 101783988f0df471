"""Capacity units: what a read or a write of a given size costs (DynamoDB's pricing rules).

A unit means the same in provisioned mode (RCU, WCU) and on demand (RRU, WRU).
"""

from __future__ import annotations

from engine.storage.items import IndexChange, ItemChange

READ_UNIT_BYTES = 4_096
WRITE_UNIT_BYTES = 1_024


def read_units(size: int, consistent: bool) -> float:
    """Units for one read of `size` bytes: an item, or all the items that a page examined.

    Half a unit per 4 KB if eventually consistent; a read that finds nothing costs the minimum.
    """
    blocks = max(1, -(-size // READ_UNIT_BYTES))
    return float(blocks) if consistent else blocks / 2


def write_units(old_size: int, new_size: int) -> float:
    """Units for one write: per KB of the larger image; 1 where there is neither."""
    return float(max(1, -(-max(old_size, new_size) // WRITE_UNIT_BYTES)))


def item_write_units(change: ItemChange) -> float:
    """Units that a change costs its table."""
    return write_units(
        0 if change.old is None else change.old.size, 0 if change.new is None else change.new.size
    )


def index_write_units(change: IndexChange) -> float:
    """Units that a change costs an index: an entry that moves is a delete and a put."""
    old_size = 0 if change.old is None else change.old.size
    new_size = 0 if change.new is None else change.new.size
    if change.old is not None and change.new is not None and change.old_key != change.new_key:
        return write_units(old_size, 0) + write_units(0, new_size)
    return write_units(old_size, new_size)
