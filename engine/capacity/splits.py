"""Where a hot partition is split, so that its keys have more of them to live on.

The cut goes through the middle of the traffic, between item collections. A collection that takes
most of it gets a partition of its own; if it has one already, it is cut by its sort keys. The guide
excepts two: a collection of a table with local indexes is never cut, and nothing is set apart in a
provisioned table that has a stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.storage.catalog import Index, Table
from engine.storage.keys import KeyRange, collection_range, first_parts
from engine.storage.partitions import PARTITIONS_MAX

_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Split:
    """A partition that is to be split where the keys `lows` begin; `index` None is the table."""

    table_id: str
    index: str | None
    number: int
    lows: list[bytes]


@dataclass(frozen=True, slots=True)
class Cuts:
    """What a resource allows: how many parts its partition key has, what may be cut, set apart."""

    hash_parts: int
    divides: bool
    isolates: bool

    @classmethod
    def of(cls, table: Table, index: Index | None) -> Cuts:
        """Those of a table, or of a global index of it."""
        is_provisioned = "ProvisionedThroughput" in table.settings
        isolates = not (is_provisioned and "StreamSpecification" in table.settings)
        if index is not None:
            # Its entries end with the table's key, so they can always be told apart.
            return cls(len(index.hash), divides=True, isolates=isolates)
        divides = table.range is not None and not table.local_indexes
        return cls(1, divides, isolates)


def split_lows(
    traffic: Mapping[bytes, float], keys: KeyRange, middle: bytes | None, cuts: Cuts, count: int
) -> list[bytes]:
    """Where the children of a partition begin, beside the first; none where no cut would help.

    `traffic`: what keys take, by encoded key, of a sample. `middle` is that of the partition's
    hashes, for traffic that has no keys. `count`: how many partitions there are.
    """
    if count >= PARTITIONS_MAX:
        return []
    inside = {key: units for key, units in traffic.items() if keys.low <= key < keys.high}
    if not inside:
        return [] if middle is None else [middle]
    total = sum(inside.values())
    centre = _centre(inside, total)
    collection = first_parts(centre, cuts.hash_parts)
    if collection is None:
        return [] if middle is None else [middle]
    own = collection_range(collection)
    taken = sum(units for key, units in inside.items() if own.low <= key < own.high)
    borders = [border for border in (own.low, own.high) if keys.low < border < keys.high]
    if taken < _MOST * total or not cuts.isolates:
        return borders[:1]
    if borders:
        return borders
    return [centre] if cuts.divides and centre > min(inside) else []


def _centre(inside: Mapping[bytes, float], total: float) -> bytes:
    """The key before which less than half of the traffic lies."""
    passed = 0.0
    last = b""
    for last in sorted(inside):
        passed += inside[last]
        if passed >= total / 2:
            break
    return last
