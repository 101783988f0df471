"""Where hot partitions are cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.capacity.splits import Cuts, split_lows
from engine.storage.catalog import Index, KeyAttribute, Table
from engine.storage.keys import KEYS_END, KeyRange, collection_prefix, collection_range, part
from engine.storage.partitions import PARTITIONS_MAX

ALL = KeyRange(b"", KEYS_END)
MIDDLE = b"\x80\x00\x00\x00"
FREE = Cuts(1, divides=True, isolates=True)


def collection(name: str) -> bytes:
    """The prefix of an item collection."""
    return collection_prefix([name.encode()])


def item(name: str, number: int) -> bytes:
    """The key of an item of a collection."""
    return collection(name) + part(f"{number:03}".encode())


def test_traffic_of_many_keys_is_cut_in_the_middle_of_it() -> None:
    traffic = {item(f"c-{number}", 0): 1.0 for number in range(100)}
    (low,) = split_lows(traffic, ALL, MIDDLE, FREE, 1)
    assert low in {collection(f"c-{number}") for number in range(100)}
    assert 45 <= sum(key < low for key in traffic) <= 55


def test_a_collection_that_takes_most_gets_a_partition_of_its_own() -> None:
    traffic = {item("hot", number): 3.0 for number in range(100)}
    traffic |= {item(f"c-{number}", 0): 1.0 for number in range(100)}
    own = collection_range(collection("hot"))
    assert split_lows(traffic, ALL, MIDDLE, FREE, 1) == [own.low, own.high]
    # With a stream on a provisioned table only one of the two cuts is made.
    kept = replace(FREE, isolates=False)
    assert split_lows(traffic, ALL, MIDDLE, kept, 1) == [own.low]


def test_a_collection_by_itself_is_cut_by_its_sort_keys() -> None:
    traffic = {item("hot", number): 1.0 for number in range(100)}
    own = collection_range(collection("hot"))
    assert split_lows(traffic, own, None, FREE, 3) == [item("hot", 49)]
    whole = replace(FREE, divides=False)
    assert split_lows(traffic, own, None, whole, 3) == []


def test_one_item_cannot_be_cut() -> None:
    own = collection_range(collection("hot"))
    assert split_lows({item("hot", 1): 9.0}, own, None, FREE, 3) == []


@pytest.mark.parametrize(("count", "lows"), [(1, [MIDDLE]), (PARTITIONS_MAX, [])])
def test_traffic_without_keys_halves_the_hashes(count: int, lows: list[bytes]) -> None:
    assert split_lows({}, ALL, MIDDLE, FREE, count) == lows


def table(settings: dict[str, object], *indexes: Index, sort: bool = True) -> Table:
    """A table with a partition key, and perhaps a sort key."""
    keys = KeyAttribute("p", "S"), KeyAttribute("r", "S") if sort else None
    return Table("orders", "t", 1, *keys, indexes, 0, settings)


def test_what_may_be_cut_follows_from_the_table() -> None:
    day, place = KeyAttribute("day", "S"), KeyAttribute("place", "S")
    local = Index("by-day", False, 2, (day,), (), "ALL", ())
    two_parts = Index("by-both", True, 3, (day, place), (), "ALL", ())
    provisioned: dict[str, object] = {"ProvisionedThroughput": {}}
    streams: dict[str, object] = {"StreamSpecification": {}}
    assert Cuts.of(table({}), None) == FREE
    assert Cuts.of(table({}, sort=False), None) == replace(FREE, divides=False)
    assert Cuts.of(table({}, local), None) == replace(FREE, divides=False)
    assert Cuts.of(table({}, two_parts), two_parts) == replace(FREE, hash_parts=2)
    assert Cuts.of(table(streams), None).isolates
    assert not Cuts.of(table(streams | provisioned), None).isolates
