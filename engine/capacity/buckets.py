"""Token buckets: units that arrive at a rate, are kept for a while, and are spent.

A request is let in while anything is left and pays afterwards what it really cost, so that a
balance may fall below zero by one request, and later ones wait until that is paid (DynamoDB's
burst capacity; throttling by overdraft).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

BURST_S = 300.0
"""For so many seconds the unused units of a provisioned table are kept."""

_DISORDER_US = 1_000_000

_LENT_PART = 0.5
"""So much of what is left is lent at once at most: what one process has, no other can take."""
_LENT_LEAST_S = 0.01
"""Seconds' worth of units that are not parted any more."""


class Supply(NamedTuple):
    """What fills a bucket: units a second, and how many seconds' worth of them it holds."""

    rate: float
    kept_s: float = BURST_S

    @property
    def most(self) -> float:
        """Units of a full bucket."""
        return self.rate * self.kept_s


@dataclass(slots=True)
class Bucket:
    """Units that are left at a time; below zero where a request has overdrawn."""

    units: float
    at_us: int

    @classmethod
    def new(cls, supply: Supply, now_us: int) -> Bucket:
        """A bucket of which nothing was saved yet: it holds one second's units."""
        return cls(min(supply.rate, supply.most), now_us)

    def refill(self, supply: Supply, now_us: int) -> None:
        """Add what has arrived since the last time; what does not fit is lost.

        A clock that was set back adds nothing.
        """
        elapsed_us = now_us - self.at_us
        if elapsed_us > 0:
            self.units += supply.rate * elapsed_us / 1_000_000
        self.units = min(self.units, supply.most)
        # Processes that look at the clock and then wait for each other come in any order.
        if elapsed_us > 0 or elapsed_us < -_DISORDER_US:
            self.at_us = now_us

    def lend(self, supply: Supply, now_us: int, debt: float) -> float:
        """Take the units that one process may spend by itself: half of them, or one second's.

        `debt`: what it has overdrawn, which is paid first, even out of what is not there; below
        zero where it brings units back. Gives the new balance of that process: zero where the
        bucket is empty.
        """
        self.units -= debt
        self.refill(supply, now_us)
        left = max(self.units, 0.0)
        lent = min(max(left * _LENT_PART, supply.rate * _LENT_LEAST_S), left, supply.rate)
        self.units -= lent
        return lent

    def wait_s(self, supply: Supply) -> float:
        """Seconds until a request is let in again; 0 where it is now."""
        if self.units > 0:
            return 0.0
        return -self.units / supply.rate if supply.rate else float("inf")
