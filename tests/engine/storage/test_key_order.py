"""Keys: the order of encoded keys is DynamoDB's order, and conditions are ranges."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.model import numbers
from engine.storage.catalog import Index, KeyAttribute, Table
from engine.storage.keys import (
    HASH_PREFIX_BYTES,
    HASH_SPACE,
    KEYS_END,
    KeyRange,
    collection_prefix,
    collection_range,
    encode_number,
    first_parts,
    part,
    part_values,
    segment_range,
    sort_range,
    value_bytes,
)

Json = dict[str, Any]


def _number(negative: bool, digits: int, exponent: int) -> str:
    """A canonical number whose first digit stands for ten to the power of `exponent`."""
    text = str(digits)
    return numbers.canonical(f"{'-' if negative else ''}{text[0]}.{text[1:]}e{exponent}")


# Short texts of few characters, so that prefixes and equal beginnings are common.
strings = st.text(st.sampled_from("\x00\x01ab\x7f\x80ÿ퟿\U0010ffff"), max_size=4) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=20
)
binaries = st.lists(st.sampled_from([0, 1, 2, 0x7F, 0xFE, 0xFF]), max_size=4).map(bytes) | (
    st.binary(max_size=20)
)
number_texts = (
    st.builds(_number, st.booleans(), st.integers(1, 10**38 - 1), st.integers(-130, 125))
    | st.integers(-1_000, 1_000).map(str)
    | st.builds("{}.{}".format, st.integers(-20, 20), st.integers(1, 99)).map(numbers.canonical)
    | st.just("0")
)

# Of each type: values, the wire's form of one, and what DynamoDB orders it by.
VALUES = {"S": strings, "N": number_texts, "B": binaries}
WIRE: dict[str, Callable[[Any], Json]] = {
    "S": lambda value: {"S": value},
    "N": lambda value: {"N": value},
    "B": lambda value: {"B": b64encode(value).decode()},
}
ORDER: dict[str, Callable[[Any], Any]] = {"S": str.encode, "N": Decimal, "B": bytes}

kinds = st.sampled_from("SNB")


def encoded(value: Any, kind: str) -> bytes:
    return value_bytes(WIRE[kind](value), kind)


def sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


@given(kinds, st.data())
def test_encoded_values_are_ordered_as_the_values(kind: str, data: st.DataObject) -> None:
    a, b = data.draw(VALUES[kind]), data.draw(VALUES[kind])
    order = sign(ORDER[kind](a), ORDER[kind](b))
    assert sign(part(encoded(a, kind)), part(encoded(b, kind))) == order


@given(number_texts, number_texts)
@example("0", _number(True, 1, -130))
@example("0", _number(False, 1, -130))
@example(_number(True, 10**38 - 1, 125), _number(True, 10**38 - 2, 125))
@example(_number(False, 10**38 - 1, 125), _number(False, 10**38 - 2, 125))
@example("-1", "-1.5")
@example("10", "9")
@example("0.1", "0.09")
def test_numbers_are_ordered_by_value(a: str, b: str) -> None:
    assert sign(encode_number(a), encode_number(b)) == sign(Decimal(a), Decimal(b))


def test_numbers_are_ordered_over_the_whole_range() -> None:
    powers = [
        numbers.canonical(f"{digits}e{exponent}")
        for exponent in range(-130, 126)
        for digits in ("1", "1.000001", "5", "9.99")
    ]
    ordered = [f"-{text}" for text in reversed(powers)] + ["0"] + powers
    blobs = [part(encode_number(text)) for text in ordered]
    assert blobs == sorted(blobs)
    assert len(set(blobs)) == len(blobs)


def _table(hash_kind: str, range_kind: str | None, *indexes: Index) -> Table:
    return Table(
        name="things",
        table_id="",
        storage_id=1,
        hash=KeyAttribute("p", hash_kind),
        range=None if range_kind is None else KeyAttribute("r", range_kind),
        indexes=indexes,
        created_us=0,
        settings={},
    )


def not_empty(kind: str) -> st.SearchStrategy[Any]:
    return VALUES[kind] if kind == "N" else VALUES[kind].filter(len)


@given(kinds, kinds, st.data())
def test_items_are_ordered_by_hash_then_partition_then_sort_key(
    hash_kind: str, range_kind: str, data: st.DataObject
) -> None:
    table = _table(hash_kind, range_kind)
    pairs = st.tuples(not_empty(hash_kind), not_empty(range_kind))
    rows = []
    for partition, sort in data.draw(st.lists(pairs, min_size=2, max_size=8)):
        item = {"p": WIRE[hash_kind](partition), "r": WIRE[range_kind](sort)}
        blob = table.key_blob(item)
        rows.append((blob, (blob[:4], encoded(partition, hash_kind), ORDER[range_kind](sort))))
    by_blob = [order for _, order in sorted(rows, key=lambda row: row[0])]
    assert by_blob == sorted(by_blob)
    assert len({blob for blob, _ in rows}) == len({order for _, order in rows})


OPERATORS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "=": lambda value, low, _: value == low,
    "<": lambda value, low, _: value < low,
    "<=": lambda value, low, _: value <= low,
    ">": lambda value, low, _: value > low,
    ">=": lambda value, low, _: value >= low,
    "BETWEEN": lambda value, low, high: low <= value <= high,
    "begins_with": lambda value, low, _: value.startswith(low),
}


def inside(keys: KeyRange, blob: bytes) -> bool:
    return keys.low <= blob < keys.high


@pytest.mark.parametrize("operator", sorted(OPERATORS))
@given(kind=kinds, data=st.data())
def test_a_condition_is_a_range_of_its_collection(
    operator: str, kind: str, data: st.DataObject
) -> None:
    if operator == "begins_with" and kind == "N":
        kind = "B"
    order, holds = ORDER[kind], OPERATORS[operator]
    low, high = sorted(data.draw(st.lists(VALUES[kind], min_size=2, max_size=2)), key=order)
    partitions = data.draw(st.lists(binaries, min_size=1, max_size=4, unique=True))
    sorts = [*data.draw(st.lists(VALUES[kind], max_size=8)), low, high]
    prefix = collection_prefix((partitions[0],))
    keys = sort_range(prefix, operator, [encoded(low, kind), encoded(high, kind)])
    for partition in partitions:
        for sort in sorts:
            blob = collection_prefix((partition,)) + part(encoded(sort, kind))
            wanted = partition == partitions[0] and holds(order(sort), order(low), order(high))
            assert inside(keys, blob) == wanted


@given(st.lists(st.tuples(binaries, binaries, binaries, binaries), min_size=2, max_size=8))
def test_a_condition_on_the_second_sort_key_stands_behind_equality_on_the_first(
    rows: list[tuple[bytes, bytes, bytes, bytes]],
) -> None:
    (wanted, first, low, _), *_ = rows
    collection = collection_prefix((wanted,))
    keys = sort_range(sort_range(collection, "=", [first]).low, ">=", [low])
    for partition, one, two, key in rows:
        blob = collection_prefix((partition,)) + part(one) + part(two) + part(key)
        assert inside(keys, blob) == (partition == wanted and one == first and two >= low)


@given(st.lists(st.lists(binaries, min_size=1, max_size=3), min_size=1, max_size=6), binaries)
def test_a_collection_is_a_range_that_holds_nothing_else(
    partitions: list[list[bytes]], sort: bytes
) -> None:
    prefixes = {tuple(raws): collection_prefix(raws) for raws in partitions}
    for raws in prefixes:
        keys = collection_range(prefixes[raws])
        for other, prefix in prefixes.items():
            if len(other) == len(raws):
                assert inside(keys, prefix + part(sort)) == (other == raws)


def _index(*kinds: str, hashes: int) -> Index:
    keys = tuple(KeyAttribute(f"k{place}", kind) for place, kind in enumerate(kinds))
    return Index(
        name="by-k",
        is_global=True,
        storage_id=2,
        hash=keys[:hashes],
        range=keys[hashes:],
        projection_type="ALL",
        non_key_attributes=(),
    )


@given(st.lists(kinds, min_size=2, max_size=4), st.data())
def test_index_entries_are_ordered_by_their_sort_keys_and_never_collide(
    index_kinds: list[str], data: st.DataObject
) -> None:
    index = _index(*index_kinds, hashes=1)
    table = _table("B", None, index)
    partition = data.draw(not_empty(index_kinds[0]))
    sorts = st.tuples(*(not_empty(kind) for kind in index_kinds[1:]))
    rows = []
    for number, values in enumerate(data.draw(st.lists(sorts, min_size=2, max_size=6))):
        wire = [WIRE[kind](value) for kind, value in zip(index_kinds[1:], values, strict=True)]
        item = {f"k{place}": value for place, value in enumerate(wire, start=1)}
        item |= {"k0": WIRE[index_kinds[0]](partition), "p": WIRE["B"](bytes([number]))}
        order = [ORDER[k](v) for k, v in zip(index_kinds[1:], values, strict=True)]
        rows.append((table.index_blob(index, item, table.key_blob(item)), order))
    rows.sort(key=lambda row: row[0])
    assert [order for _, order in rows] == sorted(order for _, order in rows)
    assert len({blob for blob, _ in rows}) == len(rows)


@given(st.integers(1, 1_000_000), st.data())
@example(1, None)
@example(1_000_000, None)
def test_segments_partition_the_hashes(total: int, data: st.DataObject | None) -> None:
    if data is None:
        segments = [0, total - 1]
    else:
        segments = data.draw(st.lists(st.integers(0, total - 1), min_size=1, max_size=5))
    for segment in segments:
        keys = segment_range(segment, total)
        assert keys.low < keys.high
        if segment + 1 < total:
            assert segment_range(segment + 1, total).low == keys.high
        else:
            assert keys.high == KEYS_END
        if segment == 0:
            assert keys.low == bytes(HASH_PREFIX_BYTES)


@given(st.integers(1, 1_000_000), binaries)
def test_a_key_is_in_the_segment_that_its_hash_names(total: int, partition: bytes) -> None:
    blob = collection_prefix((partition,)) + part(b"sort")
    place = int.from_bytes(blob[:HASH_PREFIX_BYTES], "big")
    segment = place * total // HASH_SPACE
    assert inside(segment_range(segment, total), blob)
    for other in (segment - 1, segment + 1):
        if 0 <= other < total:
            assert not inside(segment_range(other, total), blob)


def test_no_key_is_beyond_the_end() -> None:
    for raws in ([b"\xff" * 2_048], [b"\xff" * 2_048] * 4):
        assert collection_prefix(raws)[HASH_PREFIX_BYTES:] < KEYS_END
        assert b"\xff" * HASH_PREFIX_BYTES + collection_prefix(raws)[4:] < KEYS_END


@given(st.lists(st.sampled_from("SNB"), min_size=1, max_size=4), st.data())
def test_the_values_of_a_partition_key_are_read_back(kinds: list[str], data: st.DataObject) -> None:
    values = [data.draw(VALUES[kind]) for kind in kinds]
    wire = [WIRE[kind](value) for kind, value in zip(kinds, values, strict=True)]
    collection = collection_prefix(
        [value_bytes(value, kind) for value, kind in zip(wire, kinds, strict=True)]
    )
    behind = collection + part(data.draw(binaries))
    assert first_parts(behind, len(kinds)) == collection
    assert first_parts(collection, len(kinds) + 1) is None
    assert part_values(collection, kinds) == wire
