"""Draws from a seeded sequence, the same on every machine and Python version."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A seeded sequence of draws.

    Only `Random.random` is used: of `random`'s methods, it alone is promised to give the same
    sequence for the same seed in later Python versions.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def chance(self, probability: float) -> bool:
        """True in `probability` of the draws."""
        return self._random.random() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def skewed(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, small ones far more often than large ones."""
        fraction = self._random.random()
        return low + int(fraction * fraction * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[self.whole(0, len(choices) - 1)]

    def some(self, choices: Sequence[T], probability: float) -> list[T]:
        """Those of `choices` for which a draw of `probability` came true; at least the first."""
        drawn = [choice for choice in choices if self.chance(probability)]
        return drawn or [choices[0]]

    def octets(self, length: int) -> bytes:
        """`length` bytes."""
        return bytes(self.whole(0, 255) for _ in range(length))
