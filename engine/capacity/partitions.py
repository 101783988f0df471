"""The partitions of a table or a global index: which keys live together on one of them.

A partition is a range of encoded keys, and gives at most 3,000 read units or 1,000 write units a
second, or a mix of both, whatever the table is provisioned with. How many a table has at first
follows from its throughput and its size (the guide's formula); later ones come by splits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from engine.capacity.buckets import Supply
from engine.storage.keys import KeyRange, segment_range

READ_UNITS_MAX = 3_000
WRITE_UNITS_MAX = 1_000
BYTES_MAX = 10 * 1024**3
PARTITION = Supply(1.0, 1.0)
"""A partition's supply, in shares of what it can give in a second."""


def share(read_units: float, write_units: float) -> float:
    """What units are of all that a partition gives in a second."""
    return read_units / READ_UNITS_MAX + write_units / WRITE_UNITS_MAX


def initial_count(read_units: float, write_units: float, size: int) -> int:
    """How many partitions serve a throughput (units a second) and `size` bytes."""
    by_throughput = ceil(share(read_units, write_units))
    return max(1, by_throughput, ceil(size / BYTES_MAX))


@dataclass(frozen=True, slots=True)
class PartitionMap:
    """Where each partition but the first begins, in order."""

    bounds: tuple[bytes, ...] = ()

    @classmethod
    def even(cls, count: int) -> PartitionMap:
        """So many partitions of the same share of the hashes."""
        return cls(tuple(segment_range(number, count).low for number in range(1, count)))

    @classmethod
    def from_json(cls, bounds: Sequence[str]) -> PartitionMap:
        """The reverse of `to_json`."""
        return cls(tuple(bytes.fromhex(bound) for bound in bounds))

    def to_json(self) -> list[str]:
        """As the catalog keeps it."""
        return [bound.hex() for bound in self.bounds]

    def __len__(self) -> int:
        return len(self.bounds) + 1

    def locate(self, key: bytes) -> int:
        """The number of the partition, from 0, on which an encoded key lives."""
        return bisect_right(self.bounds, key)

    def keys(self, number: int) -> KeyRange:
        """The keys of a partition."""
        everything = segment_range(0, 1)
        low = self.bounds[number - 1] if number else everything.low
        high = self.bounds[number] if number < len(self.bounds) else everything.high
        return KeyRange(low, high)

    def split(self, *bounds: bytes) -> PartitionMap:
        """The map with further partitions, one from each of these keys on."""
        return PartitionMap(tuple(sorted({*self.bounds, *bounds})))

    def grown(self, count: int) -> PartitionMap:
        """The map with at least so many partitions: the widest in hashes are halved.

        A table never loses partitions, even if its throughput is lowered.
        """
        grown = self
        while len(grown) < count:
            middles = (_middle(grown.keys(number)) for number in range(len(grown)))
            width, middle = max(middles)
            if not width:
                break
            grown = grown.split(middle)
        return grown


def _middle(keys: KeyRange) -> tuple[int, bytes]:
    """Half the width of a range in hashes, and the key in its middle."""
    space = segment_range(0, 1)
    size = len(segment_range(1, 2).low)
    low = int.from_bytes(keys.low[:size].ljust(size, b"\x00"), "big")
    high = (
        1 << 8 * size
        if keys.high == space.high
        else int.from_bytes(keys.high[:size].ljust(size, b"\x00"), "big")
    )
    half = (high - low) // 2
    return half, (low + half).to_bytes(size, "big")
