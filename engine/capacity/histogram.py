"""Histograms that add up: of latencies and sizes, over processes and stretches of time.

A value falls into one of the steps of a scale that grows by a fifth from step to step, so that a
percentile is right to a tenth, from one unit to some billions, which is the last step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import partial
from math import ceil

_FACTOR = 1.2
_LAST = 125
_UPPER = [_FACTOR**number for number in range(_LAST)]


step: Callable[[float], int] = partial(bisect_left, _UPPER)
"""The step of a value; everything up to one unit falls into step 0."""


def upper(number: int) -> float:
    """The largest value of a step."""
    return _FACTOR**number


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
