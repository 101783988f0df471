"""The partitions of a table or a global index: which keys live together on one of them.

A partition is a range of encoded keys, and gives at most 3,000 read units or 1,000 write units a
second, or a mix of both, whatever the table is provisioned with. How many a table has
follows from its throughput and its size (the guide's formula).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil

from engine.capacity.buckets import Supply
from engine.storage.keys import segment_range

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

    def to_json(self) -> list[str]:
        """The first keys, in hex."""
        return [bound.hex() for bound in self.bounds]

    def __len__(self) -> int:
        return len(self.bounds) + 1

    def locate(self, key: bytes) -> int:
        """The number of the partition, from 0, on which an encoded key lives."""
        return bisect_right(self.bounds, key)
