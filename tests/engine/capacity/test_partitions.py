"""Partitions: how many, and which keys live on which."""

from __future__ import annotations

import pytest

from engine.capacity.partitions import BYTES_MAX, PartitionMap, initial_count, share
from engine.storage.keys import collection_prefix

KEYS = [collection_prefix([f"key-{number}".encode()]) for number in range(2_000)]


@pytest.mark.parametrize(
    ("read_units", "write_units", "size", "count"),
    [
        (1, 1, 0, 1),
        (3_000, 0, 0, 1),
        (3_000, 1, 0, 2),
        (3_000, 1_000, 0, 2),
        (12_000, 4_000, 0, 8),
        (5, 5, BYTES_MAX, 1),
        (5, 5, BYTES_MAX + 1, 2),
        (5, 5, 8 * BYTES_MAX, 8),
    ],
)
def test_the_number_follows_from_throughput_and_size(
    read_units: int, write_units: int, size: int, count: int
) -> None:
    assert initial_count(read_units, write_units, size) == count


def test_a_mix_of_reads_and_writes_shares_a_partition() -> None:
    assert share(1_500, 500) == 1.0


def test_keys_are_spread_evenly_by_their_hash() -> None:
    partitions = PartitionMap.even(4)
    counts = [0] * 4
    for key in KEYS:
        counts[partitions.locate(key)] += 1
    assert all(400 < count < 600 for count in counts)
