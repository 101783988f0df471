"""How busy partitions are and by which keys, and what lives on which, for `LocalTools`."""

from __future__ import annotations

from typing import NamedTuple

from engine.capacity.heat import HeatState
from engine.capacity.reasons import Names
from engine.capacity.refusals import Kind
from engine.client.capacity import HotKey, PartitionHeat, Place
from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.model.values import normalise_item, to_python
from engine.operations.region import Region
from engine.storage.catalog import Index, InvalidKeyError, Table
from engine.storage.keys import collection_prefix, value_bytes
from engine.storage.partitions import PartitionMap

_KEYS_TOLD = 10


class ResourceHeat(NamedTuple):
    """The partitions of a table or global index in the order of their keys, and its hot keys."""

    partitions: tuple[PartitionHeat, ...]
    hot_keys: tuple[HotKey, ...]


def heat_of(region: Region, table: Table, index: Index | None, size_bytes: int) -> ResourceHeat:
    """What a table (`index` None) or a global index of it was busy with in the last half minute.

    `size_bytes` is the size of all of it; a partition's is told as its part of the hashes. Units
    are a second's. The keys are the heaviest readers and the heaviest writers, heaviest first.
    """
    partitions = (index or table).partitions
    state = region.meter.heat(table, index.name if index else None)
    hot_keys = [
        hot_key
        for kind in Kind
        for hot_key in _hot_keys(state, kind, Names.of(table, index), partitions)
    ]
    hot_keys.sort(key=lambda hot_key: -hot_key.share)
    return ResourceHeat(_partition_heats(state, partitions, size_bytes), tuple(hot_keys))


def _partition_heats(
    state: HeatState, partitions: PartitionMap, size_bytes: int
) -> tuple[PartitionHeat, ...]:
    heats = []
    for place, partition in enumerate(partitions.partitions):
        low, high = partitions.hashes(place)
        reads, writes = state.shares(partition.number)
        size = round(size_bytes * (high - low))
        heats.append(PartitionHeat(place + 1, low, high, reads, writes, size))
    return tuple(heats)


def _hot_keys(state: HeatState, kind: Kind, names: Names, partitions: PartitionMap) -> list[HotKey]:
    sketch = state.keys[kind]
    return [
        HotKey(
            key=names.key_text(heavy.key),
            item_key=to_python(names.item_key(heavy.key)),
            kind=kind.value,
            units=state.per_second(heavy.weight),
            share=heavy.weight / sketch.total,
            partition=partitions.locate(heavy.key) + 1,
            partitions=len(partitions),
        )
        for heavy in sketch.top(_KEYS_TOLD)
        # What a key has taken for sure, not what it may have inherited.
        if heavy.weight > 2 * heavy.excess
    ]


def partition_of(region: Region, name: str, key: Json, index_name: str | None) -> Place:
    """See `LocalTools.partition_of`."""
    given, _ = normalise_item(key)
    table = region.known_table(region.database.reload_catalog(), name)
    index = None if index_name is None else region.readable_index(table, index_name)
    # The entries of a local index live with the items of its table.
    owner = index if index is not None and index.is_global else table
    attributes = owner.hash if isinstance(owner, Index) else (owner.hash,)
    try:
        blob = collection_prefix([value_bytes(given[one.name], one.type) for one in attributes])
        if isinstance(owner, Table) and owner.range is not None and owner.range.name in given:
            blob = owner.key_blob(given)
    except (KeyError, InvalidKeyError):
        raise ValidationException("The provided key element does not match the schema") from None
    return Place(owner.partitions.locate(blob) + 1, len(owner.partitions))
