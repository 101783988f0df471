"""Gates: what a table, or a global index of it, gives before requests are throttled.

A request is let in while its resource has units left and the partition of its key is not
exhausted: what other partitions leave unused serves a hot one too (adaptive capacity), up to what
a partition can give at all.
"""

from __future__ import annotations

from engine.capacity.buckets import Supply
from engine.capacity.demand import SharedDemand
from engine.capacity.partitions import PARTITION, PartitionMap, share
from engine.capacity.purses import Purse, States
from engine.capacity.refusals import Kind, Limit, Refusal


class Provision:
    """What a provisioned resource gives of one kind: always the same."""

    limit = Limit.PROVISIONED

    def __init__(self, units_s: float) -> None:
        self._supply = Supply(units_s)

    def supply(self, now_us: int) -> Supply:
        """What it gives now."""
        del now_us
        return self._supply

    def note(self, units: float) -> None:
        """Traffic does not change it."""


class OnDemand:
    """What a resource on demand gives of one kind: as its traffic grows, up to a maximum."""

    def __init__(self, demand: SharedDemand, units_s_max: float | None) -> None:
        """`units_s_max` is the maximum that its owner has set."""
        self._maximum = None if units_s_max is None else Supply(units_s_max, 1.0)
        # Where there is no maximum, its partitions have not been split far enough yet.
        self.limit = Limit.KEY_RANGE if units_s_max is None else Limit.MAXIMUM
        self.note = demand.note
        self._demand = demand

    def supply(self, now_us: int) -> Supply:
        """What it gives now."""
        supply, maximum = self._demand.supply(now_us), self._maximum
        return maximum if maximum is not None and maximum.rate < supply.rate else supply


class Gate:
    """The gate of one resource: a table with its local indexes, or a global index."""

    def __init__(
        self,
        states: States,
        name: str,
        index: str | None,
        partitions: PartitionMap,
        capacities: dict[Kind, Provision] | dict[Kind, OnDemand],
    ) -> None:
        """`name` is that of the resource among the states; `index` None is the table."""
        self._index = index
        self.partitions = partitions
        self._capacities = capacities
        self._purses = {
            kind: Purse(states, f"{name}/{kind}", capacity.supply(0))
            for kind, capacity in capacities.items()
        }
        bounds = ["", *partitions.to_json()]
        self._ranges = [Purse(states, f"{name}/range/{bound}", PARTITION) for bound in bounds]

    def refusal(self, kind: Kind, key: bytes, now_us: int) -> Refusal | None:
        """Why a request about a key is throttled; None lets it in. It pays nothing yet."""
        capacity, purse = self._capacities[kind], self._purses[kind]
        purse.supply = capacity.supply(now_us)
        if not purse.has_any(now_us):
            limit = capacity.limit
        elif not self._ranges[self.partitions.locate(key)].has_any(now_us):
            limit = Limit.KEY_RANGE
        else:
            return None
        return Refusal(kind, limit, self._index, isinstance(capacity, OnDemand))

    def charge(self, kind: Kind, key: bytes, units: float) -> None:
        """Let a request pay what it really cost."""
        self._purses[kind].spend(units)
        self._capacities[kind].note(units)
        reads, writes = (units, 0.0) if kind is Kind.READ else (0.0, units)
        self._ranges[self.partitions.locate(key)].spend(share(reads, writes))

    def supply(self, kind: Kind, now_us: int) -> Supply:
        """What the resource gives now."""
        return self._capacities[kind].supply(now_us)

    def balance(self, kind: Kind, now_us: int) -> float:
        """Units that are left of what is kept."""
        return self._purses[kind].balance(now_us)

    def close(self) -> None:
        """Bring back what was borrowed."""
        for purse in (*self._purses.values(), *self._ranges):
            purse.close()
