"""What reads and writes cost, before they run, by DynamoDB's rules for capacity units."""

from __future__ import annotations

from math import ceil
from typing import Any

from dyntui.core.tables.schema import IndexInfo, TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from engine.model.values import normalise_item

Json = dict[str, Any]

READ_BYTES = 4096
WRITE_BYTES = 1024


def item_size(item: Json) -> int:
    """An item's size in bytes; raises `engine.errors.ApiError` where it is no valid item."""
    return normalise_item(item)[1]


def read_units(size_bytes: float, consistent: bool) -> float:
    """RCU to read one item: 4 KB a unit, half of it for an eventually consistent read."""
    return max(1, ceil(size_bytes / READ_BYTES)) * (1.0 if consistent else 0.5)


def page_read_units(size_bytes: float, consistent: bool) -> float:
    """RCU of one page of a Query or Scan: the sizes of all items examined are rounded once."""
    return read_units(size_bytes, consistent)


def write_units(info: TableInfo, old: Json | None, new: Json | None) -> dict[str, int]:
    """WCU of a write by the name of the table or index; None is no item, before or after.

    The table pays for the larger image. An index pays for what changes in it: nothing, one write,
    or two where an entry moves.
    """
    sizes = [item_size(item) for item in (old, new) if item is not None]
    units = {info.name: max(1, ceil(max(sizes, default=0) / WRITE_BYTES))}
    for index in info.indexes:
        before = _entry(info, index, old)
        after = _entry(info, index, new)
        cost = _index_units(index, before, after)
        if cost:
            units[index.name] = cost
    return units


def units_text(units: float) -> str:
    """Units as people write them: halves where there are any, thousands grouped."""
    return f"{units:,.0f}" if units == int(units) else f"{units:,.1f}"


def scan_question(info: TableInfo, index: IndexInfo | None, large_bytes: int | None) -> str | None:
    """What a full scan reads and costs, as a sentence; None where it is not that large."""
    sizes = info if index is None else index
    if large_bytes is None or sizes.size_bytes <= large_bytes:
        return None
    name = info.name if index is None else f"{info.name}, index {index.name}"
    return (
        f"This reads all of {name}: {counted(sizes.item_count, 'item')}, "
        f"{bytes_text(sizes.size_bytes)}, about {sizes.size_bytes / READ_BYTES / 2:,.0f} RCU."
    )


def _entry(info: TableInfo, index: IndexInfo, item: Json | None) -> Json | None:
    """What an index holds of an item, or None where the item is not in it."""
    keys = (*index.partition_keys, *index.sort_keys)
    if item is None or any(name not in item for name in keys):
        return None
    if index.projection == "ALL":
        return item
    projected = {*keys, *info.key_names, *index.non_key_attributes}
    return {name: value for name, value in item.items() if name in projected}


def _index_units(index: IndexInfo, before: Json | None, after: Json | None) -> int:
    if before == after:
        return 0
    keys = (*index.partition_keys, *index.sort_keys)
    moves = before and after and any(before[name] != after[name] for name in keys)
    costs = [max(1, ceil(item_size(entry) / WRITE_BYTES)) for entry in (before, after) if entry]
    return sum(costs) if moves else max(costs)
