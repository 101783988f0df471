"""Partitions: how many, which keys live on which, and splits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.sampled_from(KEYS), max_size=8, unique=True), st.integers(1, 6))
def test_every_key_lives_where_the_range_says(bounds: list[bytes], count: int) -> None:
    partitions = PartitionMap.even(count).split(*bounds)
    for key in KEYS[:200]:
        keys = partitions.keys(partitions.locate(key))
        assert keys.low <= key < keys.high
    ranges = [partitions.keys(number) for number in range(len(partitions))]
    assert [one.high for one in ranges[:-1]] == [two.low for two in ranges[1:]]


@given(st.integers(1, 20), st.integers(1, 40))
def test_growing_moves_keys_only_into_the_new_partitions(before: int, after: int) -> None:
    old = PartitionMap.even(before)
    new = old.grown(after)
    assert len(new) == max(before, after)
    assert set(old.bounds) <= set(new.bounds)
    widths = sorted(
        int.from_bytes(new.keys(number).high[:5].ljust(5, b"\x00"), "big")
        - int.from_bytes(new.keys(number).low[:5].ljust(5, b"\x00"), "big")
        for number in range(len(new))
    )
    # The last range ends behind all keys, not behind the last hash, which the slack allows for.
    assert widths[-1] <= 4 * widths[0] + 512


def test_a_split_may_fall_into_an_item_collection() -> None:
    collection = collection_prefix([b"hot"])
    partitions = PartitionMap.even(1).split(collection + b"m")
    assert partitions.locate(collection + b"a") == 0
    assert partitions.locate(collection + b"z") == 1


def test_the_catalog_gives_back_what_it_was_given() -> None:
    partitions = PartitionMap.even(3).split(KEYS[5])
    assert PartitionMap.from_json(partitions.to_json()) == partitions
