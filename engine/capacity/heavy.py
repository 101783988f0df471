"""Heavy hitters: which keys take most, without a count for every key (the Space-Saving sketch).

A fixed number of keys is counted. A new one takes the place of the lightest and starts with its
weight, which is noted as what the new key's weight may be too much by. Every key that has more than
one part in `capacity` of the whole is among them, however many others there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import nlargest

from engine.client.protocol import Json


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
        self.total = 0.0

    @classmethod
    def from_json(cls, capacity: int, form: Json) -> HeavyHitters:
        """Read what `to_json` wrote."""
        read = cls(capacity)
        read.total = form["total"]
        for key, weight, excess in form["keys"]:
            read._weights[bytes.fromhex(key)] = weight
            read._excess[bytes.fromhex(key)] = excess
        return read

    def to_json(self) -> Json:
        """As it is kept between processes."""
        keys = [[key.hex(), weight, self._excess[key]] for key, weight in self._weights.items()]
        return {"total": self.total, "keys": keys}

    def add(self, weights: Mapping[bytes, float], unnamed: float = 0.0) -> None:
        """Count weights (above zero) to keys, the heaviest of them first.

        Of many at once only as many keys are looked at as are counted; the others, each lighter
        than all of these, still weigh in the whole, and so does what is `unnamed`.
        """
        self.total += sum(weights.values()) + unnamed
        for key in nlargest(self._capacity, weights, key=weights.__getitem__):
            self._add(key, weights[key])

    def _add(self, key: bytes, weight: float) -> None:
        weights = self._weights
        known = weights.get(key)
        if known is not None:
            weights[key] = known + weight
            return
        excess = 0.0
        if len(weights) >= self._capacity:
            lightest = min(weights, key=weights.__getitem__)
            excess = weights.pop(lightest)
            del self._excess[lightest]
        weights[key] = excess + weight
        self._excess[key] = excess

    def top(self, count: int) -> list[Heavy]:
        """The heaviest keys, the heaviest first."""
        ordered = sorted(self._weights.items(), key=lambda entry: (-entry[1], entry[0]))
        return [Heavy(key, weight, self._excess[key]) for key, weight in ordered[:count]]

    def fade(self, factor: float) -> None:
        """Let all weights count less, so that what was hot long ago is forgotten."""
        self.total *= factor
        self._weights = {key: weight * factor for key, weight in self._weights.items()}
        self._excess = {key: excess * factor for key, excess in self._excess.items()}
