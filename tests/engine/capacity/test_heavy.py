"""The sketch of heavy hitters: none is missed, and no key's weight is told too small."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.heavy import HeavyHitters

keys = st.integers(0, 30).map(lambda number: f"key-{number}".encode())
streams = st.lists(st.tuples(keys, st.integers(1, 50)), max_size=200)


@given(streams)
def test_every_key_of_more_than_its_part_is_there(stream: list[tuple[bytes, int]]) -> None:
    sketch = HeavyHitters(8)
    real: dict[bytes, int] = {}
    for key, weight in stream:
        sketch.add({key: weight})
        real[key] = real.get(key, 0) + weight
    told = {heavy.key: heavy for heavy in sketch.top(8)}
    total = sum(real.values())
    assert sketch.total == total
    for key, weight in real.items():
        if weight > total / 8:
            assert key in told
        if key in told:
            assert told[key].weight - told[key].excess <= weight <= told[key].weight
    again = HeavyHitters.from_json(8, sketch.to_json())
    assert again.top(8) == sketch.top(8)


def test_of_many_keys_at_once_the_heaviest_are_counted() -> None:
    sketch = HeavyHitters(4)
    sketch.add({f"{number}".encode(): 1.0 for number in range(1_000)} | {b"hot": 500.0})
    assert sketch.top(1)[0].key == b"hot"
    assert sketch.total == 1_500.0


def test_what_was_hot_is_forgotten() -> None:
    sketch = HeavyHitters(2)
    sketch.add({b"a": 100.0, b"b": 10.0})
    for _ in range(10):
        sketch.fade(0.5)
    sketch.add({b"c": 1.0})
    sketch.add({b"d": 1.0})
    assert [heavy.key for heavy in sketch.top(2)] == [b"c", b"d"] or sketch.top(1)[0].key == b"d"
