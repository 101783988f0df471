"""Purses: the units that a process may spend without asking the others.

The buckets of a Region belong to all its processes. Each borrows at most a second's worth at a time
into a purse of its own, so that together they stay within the table's capacity, and a request
mostly costs a comparison.
"""

from __future__ import annotations

from typing import Any, Protocol

from engine.capacity.buckets import Bucket, Supply
from engine.storage.meter_file import MeterFile

_LENT_US = 1_000_000
_RETRY_US = 10_000


class Lender(Protocol):
    """Who keeps the buckets."""

    def lend(self, name: str, supply: Supply, now_us: int, debt: float) -> tuple[float, float]:
        """Units for a purse, and seconds to wait where there are none; see `Bucket.lend`."""
        ...

    def give_back(self, name: str, units: float) -> None:
        """Units that a purse does not need any more."""
        ...


class Buckets:
    """The buckets of a Region that only one process uses."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def lend(self, name: str, supply: Supply, now_us: int, debt: float) -> tuple[float, float]:
        """See `Lender.lend`."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket.new(supply, now_us)
        lent = bucket.lend(supply, now_us, debt)
        return lent, 0.0 if lent > 0 else bucket.wait_s(supply)

    def give_back(self, name: str, units: float) -> None:
        """See `Lender.give_back`."""
        self._buckets[name].units += units


class SharedBuckets:
    """The buckets of a Region that several processes use."""

    def __init__(self, meter: MeterFile) -> None:
        self._meter = meter

    def lend(self, name: str, supply: Supply, now_us: int, debt: float) -> tuple[float, float]:
        """See `Lender.lend`."""

        def work(state: Any) -> tuple[Any, tuple[float, float]]:
            bucket = Bucket.new(supply, now_us) if state is None else Bucket(*state)
            lent = bucket.lend(supply, now_us, debt)
            wait_s = 0.0 if lent > 0 else bucket.wait_s(supply)
            return (bucket.units, bucket.at_us), (lent, wait_s)

        return self._meter.update_state(name, work)

    def give_back(self, name: str, units: float) -> None:
        """See `Lender.give_back`."""

        def work(state: Any) -> tuple[Any, None]:
            left, at_us = state or (0.0, 0)
            return (left + units, at_us), None

        self._meter.update_state(name, work)


class Purse:
    """What one process may spend of one bucket; after a second the rest is brought back."""

    __slots__ = ("_lender", "_lent_until_us", "_name", "_refused_until_us", "supply", "units")

    def __init__(self, lender: Lender, name: str, supply: Supply) -> None:
        self._lender = lender
        self._name = name
        self._lent_until_us = 0
        self._refused_until_us = 0
        self.supply = supply
        self.units = 0.0

    def has_any(self, now_us: int) -> bool:
        """Whether a request is let in."""
        if self.units > 0 and now_us < self._lent_until_us:
            return True
        if now_us < self._refused_until_us:
            return False
        self.units, wait_s = self._lender.lend(self._name, self.supply, now_us, -self.units)
        if self.units > 0:
            self._lent_until_us = now_us + _LENT_US
            return True
        # Others may have paid in meanwhile, so it asks again before the wait is over.
        wait_us = min(wait_s, 1.0) * 1_000_000
        self._refused_until_us = now_us + max(round(wait_us), _RETRY_US)
        return False

    def spend(self, units: float) -> None:
        """Pay for a request that was let in."""
        self.units -= units

    def close(self) -> None:
        """Give back what is left."""
        if self.units > 0:
            self._lender.give_back(self._name, self.units)
            self.units = 0.0
