"""Heat: which partitions of a table or index are busy, and which partition keys make them so.

Each process notes its own requests and brings them, about once a second, to what the processes of a
Region have in common: a rate a partition, and a sketch of the heaviest partition keys. All of it
fades, so that it tells of the last half minute or so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Any

from engine.capacity.heavy import Heavy, HeavyHitters
from engine.capacity.purses import States
from engine.capacity.refusals import Kind
from engine.client.protocol import Json
from engine.storage.keys import KeyRange, first_parts
from engine.storage.partitions import PartitionMap, share

FLUSH_US = 1_000_000
FADE_S = 20.0
"""After so many seconds what was noted counts a third."""

HOT = 0.9
"""A partition is hot that has to give so much of what it can …"""
HOT_US = 60 * 1_000_000
"""… and is split after so long."""

LARGE_UNITS = 64.0
"""What costs so much at once is large; 64 KB written, 256 KB read."""

_KEYS_COUNTED = 64
_KEYS_NOTED = 1_024
_SAMPLE_MAX = 4_096


@dataclass(slots=True)
class PartitionRates:
    """Faded units of a partition, `seconds` to make them rates, and since when it is hot, or 0."""

    reads: float = 0.0
    writes: float = 0.0
    seconds: float = 0.0
    hot_since_us: int = 0


@dataclass(slots=True)
class LargeItems:
    """What of the faded units went to large reads or writes, how many these were, of what size."""

    units: float = 0.0
    count: float = 0.0
    size: float = 0.0


@dataclass(slots=True)
class HeatState:
    """The heat of one resource; faded sums, which `seconds` turns into rates."""

    at_us: int = 0
    seconds: float = 0.0
    keys: dict[Kind, HeavyHitters] = field(
        default_factory=lambda: {kind: HeavyHitters(_KEYS_COUNTED) for kind in Kind}
    )
    large: dict[Kind, LargeItems] = field(
        default_factory=lambda: {kind: LargeItems() for kind in Kind}
    )
    partitions: dict[int, PartitionRates] = field(default_factory=dict)

    @classmethod
    def from_json(cls, form: Json | None) -> HeatState:
        """Read what `to_json` wrote; None is a resource of which nothing was noted."""
        if form is None:
            return cls()
        return cls(
            form["at_us"],
            form["seconds"],
            {kind: HeavyHitters.from_json(_KEYS_COUNTED, form["keys"][kind]) for kind in Kind},
            {kind: LargeItems(*form["large"][kind]) for kind in Kind},
            {int(number): PartitionRates(*rates) for number, *rates in form["partitions"]},
        )

    def to_json(self) -> Json:
        """As it is kept between processes."""
        return {
            "at_us": self.at_us,
            "seconds": self.seconds,
            "keys": {kind.value: self.keys[kind].to_json() for kind in Kind},
            "large": {
                kind.value: [large.units, large.count, large.size]
                for kind, large in self.large.items()
            },
            "partitions": [
                [number, rates.reads, rates.writes, rates.seconds, rates.hot_since_us]
                for number, rates in self.partitions.items()
            ],
        }

    def fade(self, now_us: int) -> None:
        """Let all that was noted count less as time passes."""
        elapsed_s = max(now_us - self.at_us, 0) / 1_000_000 if self.at_us else 0.0
        factor = exp(-elapsed_s / FADE_S)
        self.at_us = now_us
        self.seconds = self.seconds * factor + FADE_S * (1 - factor)
        for sketch in self.keys.values():
            sketch.fade(factor)
        for large in self.large.values():
            large.units, large.count, large.size = (
                value * factor for value in (large.units, large.count, large.size)
            )
        for rates in self.partitions.values():
            rates.reads *= factor
            rates.writes *= factor
            rates.seconds = rates.seconds * factor + FADE_S * (1 - factor)

    @property
    def is_hot(self) -> bool:
        """Whether any partition is."""
        return any(rates.hot_since_us for rates in self.partitions.values())

    def per_second(self, units: float) -> float:
        """A faded sum as a rate."""
        return units / max(self.seconds, 1.0)

    def shares(self, number: int) -> tuple[float, float]:
        """What a partition has to give, reads and writes, as parts of what it can give."""
        rates = self.partitions.get(number)
        if rates is None:
            return 0.0, 0.0
        seconds = max(rates.seconds, 1.0)
        return share(rates.reads / seconds, 0.0), share(0.0, rates.writes / seconds)

    def hot_numbers(self, partitions: PartitionMap) -> list[int]:
        """The partitions that have been hot for so long that they are to be split.

        Those that are no more are forgotten.
        """
        numbers = {partition.number for partition in partitions.partitions}
        self.partitions = {n: rates for n, rates in self.partitions.items() if n in numbers}
        long_hot = []
        for number, rates in self.partitions.items():
            if sum(self.shares(number)) < HOT:
                rates.hot_since_us = 0
            elif not rates.hot_since_us:
                rates.hot_since_us = self.at_us
            elif self.at_us - rates.hot_since_us >= HOT_US:
                long_hot.append(number)
        return long_hot

    def hottest_key(
        self, kind: Kind, belongs: Callable[[bytes], bool] = lambda _: True
    ) -> Heavy | None:
        """The heaviest partition key of those that belong somewhere."""
        return next((one for one in self.keys[kind].top(_KEYS_COUNTED) if belongs(one.key)), None)


class Heat:
    """The heat of one resource as this process notes it."""

    def __init__(
        self, states: States, name: str, partitions: PartitionMap, hash_parts: int
    ) -> None:
        """`name` is that of the heat among the states; `hash_parts` are in each partition key."""
        self._states = states
        self._name = name
        self._partitions = partitions
        self._hash_parts = hash_parts
        self._noted: dict[Kind, dict[bytes, float]] = {kind: {} for kind in Kind}
        self._unnamed: dict[Kind, dict[int, float]] = {kind: {} for kind in Kind}
        self._large = {kind: LargeItems() for kind in Kind}
        # What keys took in this second, and in the one before.
        self._sample: dict[bytes, float] = {}
        self._older_sample: dict[bytes, float] = {}
        self._sampled_us = 0
        self.flushed_us = 0
        self.state = HeatState()

    def note(self, kind: Kind, key: bytes, units: float) -> None:
        """Note units at an encoded key.

        Past so many keys until the next flush, new ones are noted without their names: a hot key
        was there before.
        """
        noted = self._noted[kind]
        known = noted.get(key)
        if known is not None:
            noted[key] = known + units
        elif len(noted) < _KEYS_NOTED:
            noted[key] = units
        else:
            unnamed, place = self._unnamed[kind], self._partitions.locate(key)
            unnamed[place] = unnamed.get(place, 0.0) + units

    def note_range(self, kind: Kind, keys: KeyRange, units: float) -> None:
        """Note units that all partitions of a range of keys share, such as those of a Scan."""
        unnamed, places = self._unnamed[kind], self._partitions.places(keys)
        for place in places:
            unnamed[place] = unnamed.get(place, 0.0) + units / len(places)

    def note_large(self, kind: Kind, units: float, size: int) -> None:
        """Note that these units went to one large item, or read, of so many bytes."""
        large = self._large[kind]
        large.units += units
        large.count += 1
        large.size += size

    def flush(self, now_us: int) -> list[int]:
        """Bring what was noted to the others; gives the partitions that are to be split."""
        noted, self._noted = self._noted, {kind: {} for kind in Kind}
        unnamed, self._unnamed = self._unnamed, {kind: {} for kind in Kind}
        large, self._large = self._large, {kind: LargeItems() for kind in Kind}
        self.flushed_us = now_us
        self._take_sample(noted, now_us)
        by_number = self._by_partition(noted, unnamed)
        by_collection = {kind: self._by_collection(noted[kind]) for kind in Kind}

        def work(form: Any) -> tuple[Json, tuple[HeatState, list[int]]]:
            state = HeatState.from_json(form)
            state.fade(now_us)
            for number, (reads, writes) in by_number.items():
                rates = state.partitions.setdefault(number, PartitionRates())
                rates.reads += reads
                rates.writes += writes
            for kind in Kind:
                state.keys[kind].add(by_collection[kind], sum(unnamed[kind].values()))
                _add_large(state.large[kind], large[kind])
            hot = state.hot_numbers(self._partitions)
            return state.to_json(), (state, hot)

        self.state, hot = self._states.update_state(self._name, work)
        return hot

    def _take_sample(self, noted: Mapping[Kind, Mapping[bytes, float]], now_us: int) -> None:
        if not self.state.is_hot:
            return
        if not 0 <= now_us - self._sampled_us < FLUSH_US:
            self._older_sample, self._sample, self._sampled_us = self._sample, {}, now_us
        if len(self._sample) < _SAMPLE_MAX:
            _add_traffic(self._sample, noted)

    def sample(self) -> dict[bytes, float]:
        """What keys took in the last second or two, in parts of what a partition gives.

        It is taken only while a partition is hot.
        """
        found = dict(self._older_sample)
        for key, part in self._sample.items():
            found[key] = found.get(key, 0.0) + part
        return found

    def _by_partition(
        self,
        noted: Mapping[Kind, Mapping[bytes, float]],
        unnamed: Mapping[Kind, Mapping[int, float]],
    ) -> dict[int, list[float]]:
        partitions = self._partitions.partitions
        found: dict[int, list[float]] = {}
        for of_kind, kind in enumerate(Kind):
            located = ((self._partitions.locate(key), u) for key, u in noted[kind].items())
            for place, units in (*located, *unnamed[kind].items()):
                number = partitions[place].number
                found.setdefault(number, [0.0, 0.0])[of_kind] += units
        return found

    def _by_collection(self, noted: Mapping[bytes, float]) -> dict[bytes, float]:
        found: dict[bytes, float] = {}
        for key, units in noted.items():
            collection = first_parts(key, self._hash_parts)
            if collection is not None:
                found[collection] = found.get(collection, 0.0) + units
        return found


def _add_traffic(sample: dict[bytes, float], noted: Mapping[Kind, Mapping[bytes, float]]) -> None:
    for key, units in noted[Kind.READ].items():
        sample[key] = sample.get(key, 0.0) + share(units, 0.0)
    for key, units in noted[Kind.WRITE].items():
        sample[key] = sample.get(key, 0.0) + share(0.0, units)


def _add_large(total: LargeItems, more: LargeItems) -> None:
    total.units += more.units
    total.count += more.count
    total.size += more.size
