"""Heavy hitters: which keys take most, without a count for every key (the Space-Saving sketch).

A fixed number of keys is counted. A new one takes the place of the lightest and starts with its
weight, which is noted as what the new key's weight may be too much by. Every key that has more than
one part in `capacity` of the whole is among them, however many others there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heapreplace


@dataclass(frozen=True, slots=True)
class Heavy:
    """A key with the weight it has at most; the real one is smaller by at most `excess`."""

    key: bytes
    weight: float
    excess: float


class HeavyHitters:
    """The heaviest keys of a stream; memory stays the same."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weights: dict[bytes, float] = {}
        self._excess: dict[bytes, float] = {}
        # Weights as they once were: put right only when one comes to the top.
        self._lightest: list[tuple[float, bytes]] = []
        self.total = 0.0

    def add(self, key: bytes, weight: float) -> None:
        """Count `weight` (above zero) to a key."""
        self.total += weight
        weights = self._weights
        known = weights.get(key)
        if known is not None:
            weights[key] = known + weight
        elif len(weights) < self._capacity:
            weights[key] = weight
            self._excess[key] = 0.0
            self._lightest.append((weight, key))
            if len(weights) == self._capacity:
                heapify(self._lightest)
        else:
            self._replace_lightest(key, weight)

    def _replace_lightest(self, key: bytes, weight: float) -> None:
        lightest, weights = self._lightest, self._weights
        noted, victim = lightest[0]
        while noted != weights[victim]:
            heapreplace(lightest, (weights[victim], victim))
            noted, victim = lightest[0]
        del weights[victim], self._excess[victim]
        weights[key] = noted + weight
        self._excess[key] = noted
        heapreplace(lightest, (noted + weight, key))

    def top(self, count: int) -> list[Heavy]:
        """The heaviest keys, the heaviest first."""
        ordered = sorted(self._weights.items(), key=lambda entry: (-entry[1], entry[0]))
        return [Heavy(key, weight, self._excess[key]) for key, weight in ordered[:count]]

    def fade(self, factor: float) -> None:
        """Let all weights count less, so that what was hot long ago is forgotten."""
        self.total *= factor
        self._weights = {key: weight * factor for key, weight in self._weights.items()}
        self._excess = {key: excess * factor for key, excess in self._excess.items()}
        self._lightest = [(weight, key) for key, weight in self._weights.items()]
        heapify(self._lightest)
