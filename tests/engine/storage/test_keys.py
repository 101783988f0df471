"""Keys: their byte order is DynamoDB's order, and every condition is one range of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.numbers import canonical
from engine.storage.keys import (
    HASH_PREFIX_BYTES,
    KEYS_END,
    collection_of,
    collection_prefix,
    collection_range,
    encode_number,
    part,
    segment_range,
    sort_range,
    value_bytes,
)

Json = dict[str, Any]

TEXTS = st.text(max_size=6)
BINARIES = st.binary(max_size=6)
NUMBERS = st.builds(
    lambda sign, digits, exponent: canonical(f"{sign}{digits}e{exponent}"),
    st.sampled_from(["", "-"]),
    st.one_of(st.integers(0, 999), st.integers(0, 10**38 - 1)),
    st.integers(-130, 87),
)


def value(kind: str, content: Any) -> Json:
    return {kind: b64encode(content).decode() if kind == "B" else content}


def natural(kind: str, content: Any) -> Any:
    """What orders as DynamoDB orders: numbers by value, text by its UTF-8 bytes."""
    if kind == "N":
        return Decimal(content)
    return content.encode() if kind == "S" else content


PAIRS = st.one_of(
    st.tuples(st.just("S"), TEXTS, TEXTS),
    st.tuples(st.just("B"), BINARIES, BINARIES),
    st.tuples(st.just("N"), NUMBERS, NUMBERS),
)


@given(PAIRS)
def test_encoded_order_is_the_order_of_values(pair: tuple[str, Any, Any]) -> None:
    kind, one, two = pair
    encoded = [part(value_bytes(value(kind, content), kind)) for content in (one, two)]
    left, right = natural(kind, one), natural(kind, two)
    assert (encoded[0] < encoded[1]) == (left < right)
    assert (encoded[0] == encoded[1]) == (left == right)


def test_the_limits_of_numbers_are_in_order() -> None:
    texts = ["-9.99e125", "-1e38", "-1", "-1e-130", "0", "1e-130", "0.5", "1", "1e38", "9.99e125"]
    encoded = [encode_number(canonical(text)) for text in texts]
    assert all(one < two for one, two in pairwise(encoded))


@given(st.binary(max_size=5), st.binary(max_size=5), st.binary(max_size=5), st.binary(max_size=5))
def test_parts_compare_one_after_another(a: bytes, b: bytes, c: bytes, d: bytes) -> None:
    assert (part(a) + part(b) < part(c) + part(d)) == ((a, b) < (c, d))


@given(st.binary(min_size=1, max_size=5), st.binary(max_size=8))
def test_a_key_tells_its_item_collection(partition: bytes, sort: bytes) -> None:
    prefix = collection_prefix((partition,))
    key = prefix + part(sort)
    assert collection_of(key) == prefix
    whole = collection_range(prefix)
    assert whole.low <= key < whole.high


@given(
    st.sampled_from(["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]),
    st.binary(max_size=4),
    st.binary(max_size=4),
    st.lists(st.binary(max_size=5), max_size=8),
    st.binary(min_size=1, max_size=3),
)
def test_a_condition_is_a_range(
    operator: str, first: bytes, second: bytes, sorts: list[bytes], other: bytes
) -> None:
    low, high = sorted((first, second))
    holds: Callable[[bytes], bool] = {
        "=": lambda raw: raw == low,
        "<": lambda raw: raw < low,
        "<=": lambda raw: raw <= low,
        ">": lambda raw: raw > low,
        ">=": lambda raw: raw >= low,
        "BETWEEN": lambda raw: low <= raw <= high,
        "begins_with": lambda raw: raw.startswith(low),
    }[operator]
    prefix = collection_prefix((b"partition",))
    keys = sort_range(prefix, operator, (low, high))
    for sort in [*sorts, low, high]:
        # Whatever follows the sort key, such as the table's key in an index, stays with it.
        key = prefix + part(sort) + part(other)
        assert (keys.low <= key < keys.high) == holds(sort)
    elsewhere = collection_prefix((other + b"x",)) + part(low)
    if not elsewhere.startswith(prefix):
        assert not keys.low <= elsewhere < keys.high


@given(st.integers(1, 1_000_000), st.binary(min_size=1, max_size=8))
def test_segments_share_out_all_keys(total: int, partition: bytes) -> None:
    key = collection_prefix((partition,))
    number = int.from_bytes(key[:HASH_PREFIX_BYTES], "big")
    guess = number * total // (1 << (8 * HASH_PREFIX_BYTES))
    near = [s for s in range(guess - 2, guess + 3) if 0 <= s < total]
    holding = [s for s in near if segment_range(s, total).low <= key < segment_range(s, total).high]
    assert len(holding) == 1


@pytest.mark.parametrize("total", [1, 2, 3, 7, 64])
def test_segments_touch_each_other(total: int) -> None:
    ranges = [segment_range(segment, total) for segment in range(total)]
    assert ranges[0].low <= bytes(HASH_PREFIX_BYTES)
    assert ranges[-1].high == KEYS_END
    assert all(one.high == two.low for one, two in pairwise(ranges))
