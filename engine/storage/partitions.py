"""The partitions of a table or a global index: which keys live together on one of them.

A partition is a range of encoded keys, and gives at most 3,000 read units or 1,000 write units a
second, or a mix of both, whatever the table is provisioned with. How many a table has at first
follows from its throughput (the guide's formula); later ones come by splits, and none ever goes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import NamedTuple

from engine.client.protocol import Json
from engine.storage.keys import HASH_PREFIX_BYTES, HASH_SPACE, KEYS_END, KeyRange, segment_range

READ_UNITS_MAX = 3_000
WRITE_UNITS_MAX = 1_000
BYTES_MAX = 10 * 1024**3
PARTITIONS_MAX = 512
"""So many a table or index has at most: more would only make the catalog large."""


def share(read_units: float, write_units: float) -> float:
    """What units are of all that a partition gives in a second."""
    return read_units / READ_UNITS_MAX + write_units / WRITE_UNITS_MAX


def initial_count(read_units: float, write_units: float, size: int) -> int:
    """How many partitions serve a throughput (units a second) and `size` bytes."""
    by_throughput = ceil(share(read_units, write_units))
    return min(max(1, by_throughput, ceil(size / BYTES_MAX)), PARTITIONS_MAX)


class Partition(NamedTuple):
    """The keys from `low` up to where the next one begins.

    `number` stays the partition's own for ever; `parent` is the one of which it was split off, None
    of the first ones.
    """

    number: int
    low: bytes
    parent: int | None = None
    created_us: int = 0


@dataclass(frozen=True)
class PartitionMap:
    """The partitions in the order of their keys; a split gives a new map.

    A partition that is split is gone, and each of its children has a number of its own.
    """

    partitions: tuple[Partition, ...]

    @classmethod
    def even(cls, count: int) -> PartitionMap:
        """So many partitions of the same share of the hashes."""
        lows = (segment_range(number, count).low for number in range(1, count))
        return cls(tuple(Partition(number, low) for number, low in enumerate([b"", *lows], 1)))

    @classmethod
    def from_json(cls, form: list[Json]) -> PartitionMap:
        """Read what `to_json` wrote."""
        return cls(
            tuple(
                Partition(entry["number"], bytes.fromhex(entry["low"]), *entry["born"])
                for entry in form
            )
        )

    def to_json(self) -> list[Json]:
        """The form kept in the catalog."""
        return [
            {
                "number": partition.number,
                "low": partition.low.hex(),
                "born": [partition.parent, partition.created_us],
            }
            for partition in self.partitions
        ]

    @cached_property
    def bounds(self) -> tuple[bytes, ...]:
        """Where each partition but the first begins."""
        return tuple(partition.low for partition in self.partitions[1:])

    def __len__(self) -> int:
        return len(self.partitions)

    def locate(self, key: bytes) -> int:
        """The place of the partition, from 0, on which an encoded key lives."""
        return bisect_right(self.bounds, key)

    def places(self, keys: KeyRange) -> range:
        """The places, from 0, of the partitions on which a range of keys lives."""
        first = bisect_right(self.bounds, keys.low)
        return range(first, max(bisect_left(self.bounds, keys.high), first) + 1)

    def place_of(self, number: int) -> int | None:
        """The place, from 0, of a partition by its number; None where it was split."""
        for place, partition in enumerate(self.partitions):
            if partition.number == number:
                return place
        return None

    def keys(self, place: int) -> KeyRange:
        """The keys of the partition at a place."""
        after = place + 1
        high = self.partitions[after].low if after < len(self.partitions) else KEYS_END
        return KeyRange(self.partitions[place].low, high)

    def hashes(self, place: int) -> tuple[float, float]:
        """Where the partition at a place begins and ends, as parts (0 to 1) of all hashes."""
        keys = self.keys(place)
        return _hash(keys.low) / HASH_SPACE, _hash_end(keys.high) / HASH_SPACE

    def split(self, place: int, lows: list[bytes], now_us: int) -> PartitionMap:
        """The map with the partition at a place split where these keys begin, which lie in it."""
        parent = self.partitions[place]
        next_number = max(partition.number for partition in self.partitions) + 1
        children = tuple(
            Partition(number, low, parent.number, now_us)
            for number, low in enumerate([parent.low, *sorted(lows)], next_number)
        )
        return PartitionMap(self.partitions[:place] + children + self.partitions[place + 1 :])

    def grown(self, count: int, now_us: int) -> PartitionMap:
        """The map with at least so many partitions: those of the most hashes are halved."""
        grown = self
        while len(grown) < min(count, PARTITIONS_MAX):
            widths = [high - low for low, high in map(grown.hashes, range(len(grown)))]
            place = widths.index(max(widths))
            middle = grown.middle(place)
            if middle is None:
                break
            grown = grown.split(place, [middle], now_us)
        return grown

    def middle(self, place: int) -> bytes | None:
        """The key amid the hashes of the partition at a place; None where it has but one hash."""
        keys = self.keys(place)
        low, high = _hash(keys.low), _hash_end(keys.high)
        if high - low < 2:
            return None
        return ((low + high) // 2).to_bytes(HASH_PREFIX_BYTES, "big")


def _hash(key: bytes) -> int:
    return int.from_bytes(key[:HASH_PREFIX_BYTES].ljust(HASH_PREFIX_BYTES, b"\x00"), "big")


def _hash_end(high: bytes) -> int:
    return HASH_SPACE if high == KEYS_END else _hash(high)
