"""The sketch of heavy keys against exact counts."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.heavy import HeavyHitters

STREAMS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=300)


def key_of(number: int) -> bytes:
    """A key."""
    return f"key-{number}".encode()


@given(STREAMS, st.integers(1, 12))
def test_weights_are_bounded_from_both_sides(stream: list[tuple[int, int]], capacity: int) -> None:
    sketch, exact = HeavyHitters(capacity), Counter[bytes]()
    for number, weight in stream:
        sketch.add(key_of(number), weight)
        exact[key_of(number)] += weight
    top = sketch.top(capacity)
    assert len(top) == min(capacity, len(exact))
    assert sketch.total == sum(exact.values())
    for heavy in top:
        assert heavy.weight - heavy.excess <= exact[heavy.key] <= heavy.weight


@given(STREAMS, st.integers(1, 12))
def test_no_heavy_key_is_missed(stream: list[tuple[int, int]], capacity: int) -> None:
    sketch, exact = HeavyHitters(capacity), Counter[bytes]()
    for number, weight in stream:
        sketch.add(key_of(number), weight)
        exact[key_of(number)] += weight
    found = {heavy.key for heavy in sketch.top(capacity)}
    heaviest = {key for key, weight in exact.items() if weight > sketch.total / capacity}
    assert heaviest <= found


def test_the_heaviest_comes_first() -> None:
    sketch = HeavyHitters(8)
    for number in range(5):
        sketch.add(key_of(number), 1.0 + number)
    assert [heavy.key for heavy in sketch.top(2)] == [key_of(4), key_of(3)]


def test_what_was_hot_long_ago_is_forgotten() -> None:
    sketch = HeavyHitters(2)
    sketch.add(b"old", 1_000.0)
    for _ in range(20):
        sketch.fade(0.5)
    for _ in range(10):
        sketch.add(b"new", 1.0)
        sketch.add(b"other", 1.0)
    assert {heavy.key for heavy in sketch.top(2)} == {b"new", b"other"}
