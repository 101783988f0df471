"""How partitions become more: with the throughput of their table or index, and with its size."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TypeVar

from engine.storage import partitions
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.partitions import initial_count

Owner = TypeVar("Owner", Table, Index)


def grown_with_throughput(before: Table, after: Table, now_us: int) -> Table:
    """A changed table, with partitions split where its throughput asks for more of them."""
    known = {index.storage_id: index for index in before.global_indexes}
    indexes = tuple(
        _with_throughput(known[index.storage_id], index, now_us)
        if index.storage_id in known
        else index
        for index in after.indexes
    )
    return replace(_with_throughput(before, after, now_us), indexes=indexes)


def _with_throughput(before: Owner, after: Owner, now_us: int) -> Owner:
    warm = after.settings["WarmThroughput"]
    count = initial_count(warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"], 0)
    if after.partition_map is None:
        after = replace(after, partition_map=before.partition_map)
    if count <= len(before.partitions):
        return after
    return replace(after, partition_map=before.partitions.grown(count, now_us))


def grown_with_size(catalog: Catalog, sizes: dict[int, int], now_us: int) -> list[Table]:
    """The tables some partitions of which are too large, with those split; sizes by storage id."""
    found = []
    for table in catalog.tables.values():
        indexes = tuple(
            _with_size(index, sizes, now_us) if index.is_global else index
            for index in table.indexes
        )
        grown = _with_size(table, sizes, now_us)
        if grown is not table or any(
            index is not known for index, known in zip(indexes, table.indexes, strict=True)
        ):
            found.append(replace(grown, indexes=indexes))
    return found


def _with_size(owner: Owner, sizes: dict[int, int], now_us: int) -> Owner:
    count = ceil(sizes.get(owner.storage_id, 0) / partitions.BYTES_MAX)
    if count <= len(owner.partitions) or len(owner.partitions) >= partitions.PARTITIONS_MAX:
        return owner
    return replace(owner, partition_map=owner.partitions.grown(count, now_us))
