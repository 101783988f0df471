"""Gates: what a table, or a global index of it, gives before requests are throttled.

A request is let in while its resource has units left and the partition of its key is not
exhausted: what other partitions leave unused serves a hot one too (adaptive capacity), up to what
a partition can give at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.capacity.buckets import Supply
from engine.capacity.heavy import HeavyHitters
from engine.capacity.partitions import PARTITION, PartitionMap, share
from engine.capacity.purses import Purse, States
from engine.capacity.refusals import Kind, Limit, Refusal

_KEYS_COUNTED = 64
_FADE_US = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a resource gives of one kind; `limit` is the reason where it is used up."""

    supply: Supply
    limit: Limit = Limit.PROVISIONED


class Gate:
    """The gate of one resource: a table with its local indexes, or a global index."""

    def __init__(
        self,
        states: States,
        name: str,
        index: str | None,
        partitions: PartitionMap,
        allowances: dict[Kind, Allowance],
        *,
        on_demand: bool,
    ) -> None:
        """`name` is that of the resource among all of a Region; `index` None is the table."""
        self._index = index
        self._on_demand = on_demand
        self.partitions = partitions
        self._limits = {kind: allowance.limit for kind, allowance in allowances.items()}
        self._purses = {
            kind: Purse(states, f"{name}/{kind}", allowance.supply)
            for kind, allowance in allowances.items()
        }
        bounds = ["", *partitions.to_json()]
        self._ranges = [Purse(states, f"{name}/range/{bound}", PARTITION) for bound in bounds]
        self.heat = {kind: HeavyHitters(_KEYS_COUNTED) for kind in Kind}
        self._faded_us = 0

    def refusal(self, kind: Kind, key: bytes, now_us: int) -> Refusal | None:
        """Why a request about a key is throttled; None lets it in. It pays nothing yet."""
        partition = self.partitions.locate(key)
        if not self._purses[kind].has_any(now_us):
            limit = self._limits[kind]
        elif not self._ranges[partition].has_any(now_us):
            limit = Limit.KEY_RANGE
        else:
            return None
        count = len(self.partitions)
        return Refusal(kind, limit, self._index, self._on_demand, partition, count)

    def charge(self, kind: Kind, key: bytes, units: float, now_us: int) -> None:
        """Let a request pay what it really cost."""
        self._purses[kind].spend(units)
        reads, writes = (units, 0.0) if kind is Kind.READ else (0.0, units)
        self._ranges[self.partitions.locate(key)].spend(share(reads, writes))
        if now_us - self._faded_us >= _FADE_US:
            self._fade(now_us)
        self.heat[kind].add(key, units)

    def _fade(self, now_us: int) -> None:
        """Every minute what was hot counts half."""
        self._faded_us = now_us
        for heat in self.heat.values():
            heat.fade(0.5)

    def close(self) -> None:
        """Give back what was borrowed."""
        for purse in (*self._purses.values(), *self._ranges):
            purse.close()
