"""Histograms that add up: of latencies and sizes, over processes and stretches of time.

A value falls into one of the steps of a scale that grows by a fifth from step to step, so that a
percentile is right to a tenth, from one unit to beyond a billion.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, log

_FACTOR = 1.2
_LOG_FACTOR = log(_FACTOR)


def _step(value: float) -> int:
    return 0 if value <= 1 else ceil(log(value) / _LOG_FACTOR - 1e-9)


# Most values are small, and a logarithm costs more than all else that is done with them.
_SMALL = [_step(value) for value in range(1_000)]


def step(value: float) -> int:
    """The step of a value, taken in whole units; everything up to one falls into step 0."""
    whole = ceil(value)
    return _SMALL[whole] if whole < len(_SMALL) else _step(whole)


def middle(number: int) -> float:
    """A value in the middle of a step."""
    return 1.0 if number == 0 else _FACTOR ** (number - 0.5)


def percentile(counts: Mapping[int, int], part: float) -> float | None:
    """The value below which `part` (0 to 1) of all values fall; None where there are none."""
    total = sum(counts.values())
    if not total:
        return None
    rank = max(1, ceil(part * total))
    passed = 0
    for number in sorted(counts):
        passed += counts[number]
        if passed >= rank:
            return middle(number)
    raise AssertionError("a rank is at most the number of values")


def upper(number: int) -> float:
    """The largest value of a step."""
    return _FACTOR**number
