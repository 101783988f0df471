"""Histograms by steps that grow by a fifth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.histogram import percentile, step, upper


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=200), st.floats(0.01, 1.0))
def test_a_percentile_is_right_to_a_tenth(values: list[float], part: float) -> None:
    counts: dict[int, int] = {}
    for value in values:
        counts[step(value)] = counts.get(step(value), 0) + 1
    exact = sorted(values)[max(1, -int(-part * len(values) // 1)) - 1]
    assert percentile(counts, part) == pytest.approx(exact, rel=0.1)


@given(st.floats(0, 1e9))
def test_a_value_lies_between_the_ends_of_its_step(value: float) -> None:
    assert value <= upper(step(value)) * (1 + 1e-6)
    assert value <= 1 or value >= upper(step(value) - 1) * (1 - 1e-6)


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None
