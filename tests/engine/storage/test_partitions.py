"""Partitions: how many, and which keys live on which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.storage.keys import KEYS_END, KeyRange, collection_prefix, segment_range
from engine.storage.partitions import (
    BYTES_MAX,
    PARTITIONS_MAX,
    PartitionMap,
    initial_count,
    share,
)
from tests.engine.storage.things import TABLE, database_of, make_table, put_many, table_of

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
        (10**12, 1, 0, PARTITIONS_MAX),
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


def numbers(partitions: PartitionMap) -> list[int]:
    """The numbers of the partitions in the order of their keys."""
    return [partition.number for partition in partitions.partitions]


def test_the_children_of_a_split_have_numbers_of_their_own() -> None:
    even = PartitionMap.even(3)
    middle = even.middle(1)
    assert middle is not None
    split = even.split(1, [middle], 7)
    assert numbers(split) == [1, 4, 5, 3]
    assert [partition.parent for partition in split.partitions] == [None, 2, 2, None]
    assert [partition.created_us for partition in split.partitions] == [0, 7, 7, 0]
    assert split.keys(1).low == even.keys(1).low
    assert split.keys(2) == KeyRange(middle, even.keys(1).high)
    assert (split.place_of(5), split.place_of(2)) == (2, None)
    assert PartitionMap.from_json(split.to_json()) == split


@given(st.integers(1, 20), st.integers(1, 60))
def test_a_map_grows_by_halves_and_keeps_what_it_need_not_split(first: int, more: int) -> None:
    even = PartitionMap.even(first)
    grown = even.grown(more, 1)
    assert len(grown) == max(first, more)
    assert len(set(numbers(grown))) == len(grown)
    assert {partition.low for partition in even.partitions} <= {
        partition.low for partition in grown.partitions
    }
    ranges = [grown.hashes(place) for place in range(len(grown))]
    assert [low for low, _ in ranges] == [0.0, *(high for _, high in ranges[:-1])]
    assert ranges[-1][1] == 1.0
    widths = [high - low for low, high in ranges]
    assert max(widths) < 4.1 * min(widths)


def test_a_range_lives_on_the_partitions_that_it_touches() -> None:
    partitions = PartitionMap.even(4)
    assert partitions.places(KeyRange(b"", KEYS_END)) == range(4)
    assert partitions.places(segment_range(2, 4)) == range(2, 3)
    assert partitions.places(KeyRange(KEYS[0], KEYS[0])) == range(
        partitions.locate(KEYS[0]), partitions.locate(KEYS[0]) + 1
    )


def test_partitions_become_more_with_throughput_and_never_fewer(engine: Engine) -> None:
    make_table(engine)
    assert len(table_of(engine).partitions) == 8
    warm = {"ReadUnitsPerSecond": 30_000, "WriteUnitsPerSecond": 4_000}
    engine.update_table(TableName=TABLE, WarmThroughput=warm)
    first = table_of(engine).partitions
    assert len(first) == 14
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    engine.update_table(TableName=TABLE, BillingMode="PROVISIONED", ProvisionedThroughput=units)
    assert table_of(engine).partitions == first


def test_large_partitions_are_split_by_the_upkeep(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_table(engine)
    put_many(engine, range(500))
    monkeypatch.setattr("engine.storage.partitions.BYTES_MAX", 1_000)
    database = database_of(engine)
    upkeep = database.upkeep
    assert upkeep is not None
    assert database.read(upkeep.is_work_left)
    size = database.read(lambda reader, _: reader.counts(table_of(engine).storage_id))[1]
    upkeep.rounds()
    assert len(table_of(engine).partitions) == -(-size // 1_000)
    assert not database.read(upkeep.is_work_left)


def test_a_definition_from_before_there_were_splits_is_read(clock: VirtualClock) -> None:
    with Engine.in_memory(clock=clock) as engine:
        make_table(engine)
        table = table_of(engine)
        form = table.to_json()
        del form["partition_map"]
        assert type(table).from_json(form).partitions == PartitionMap.even(8)
