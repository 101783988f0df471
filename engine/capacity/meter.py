"""The meter of a Region: whether its tables have capacity left, and what is taken of it.

A write asks for all that it will cost, the table's part and that of each global index, and is
refused before anything is written if one of them has nothing left: so a global index that is short
of units holds back the writes of its table. Reads are let in while anything is left and charged
what they really read. Local indexes draw on their table.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.capacity.buckets import Supply
from engine.capacity.charges import Charges
from engine.capacity.demand import SharedDemand
from engine.capacity.gate import Gate, OnDemand, Provision
from engine.capacity.partitions import PartitionMap, initial_count
from engine.capacity.purses import States
from engine.capacity.refusals import Kind, Refusal
from engine.capacity.tally import Draw, current
from engine.client.protocol import Json
from engine.clock import Clock
from engine.storage.catalog import Table
from engine.storage.items import ItemChange

_UNITS = {Kind.READ: "ReadCapacityUnits", Kind.WRITE: "WriteCapacityUnits"}
_WARM = {Kind.READ: "ReadUnitsPerSecond", Kind.WRITE: "WriteUnitsPerSecond"}
_MAXIMA = {Kind.READ: "MaxReadRequestUnits", Kind.WRITE: "MaxWriteRequestUnits"}


_Settings = tuple[Json | None, Json | None, Json]
"""ProvisionedThroughput, OnDemandThroughput and WarmThroughput; a gate serves while they last."""


class Meter:
    """The meter of one Region as one process uses it; safe to use from several threads."""

    def __init__(self, states: States, clock: Clock, *, asks: bool = True) -> None:
        """`asks` False: whatever is drawn is there, and is only noted."""
        self._states = states
        self._asks = asks
        self._clock = clock
        self._lock = threading.Lock()
        self._gates: dict[tuple[str, str | None], tuple[_Settings, Gate]] = {}

    def refusal(self, table: Table, kind: Kind, draws: Sequence[Draw]) -> Refusal | None:
        """Why a request is throttled; None lets it in. Nothing is paid yet."""
        if not self._asks:
            return None
        now_us = self._clock.now_us()
        with self._lock:
            for draw in draws:
                refusal = self._gate(table, draw.index).refusal(kind, draw.key, now_us)
                if refusal is not None:
                    tally = current.tally
                    if tally is not None:
                        tally.refusals.append((table, refusal))
                    return refusal
        return None

    def charge(
        self,
        table: Table,
        kind: Kind,
        draws: Sequence[Draw],
        items: int = 0,
        item_bytes: int = 0,
    ) -> None:
        """Let a request pay what it really cost, for so many items of so many bytes together."""
        tally = current.tally
        if tally is not None:
            tally.charges.append((table, kind, draws, items, item_bytes))
        if not self._asks:
            return
        with self._lock:
            for draw in draws:
                self._gate(table, draw.index).charge(kind, draw.key, draw.units)

    def supply(self, table: Table, index: str | None, kind: Kind, now_us: int) -> Supply:
        """What a table (`index` None) or a global index gives now."""
        with self._lock:
            return self._gate(table, index).supply(kind, now_us)

    def gate(self, table: Table, index: str | None) -> Gate:
        """The gate of a table (`index` None) or of a global index."""
        with self._lock:
            return self._gate(table, index)

    def forget(self, table_id: str) -> None:
        """A table is gone."""
        with self._lock:
            for name in [name for name in self._gates if name[0] == table_id]:
                del self._gates[name]
        self._states.forget_states(f"{table_id}/")

    def close(self) -> None:
        """Bring back what was borrowed."""
        with self._lock:
            for _, gate in self._gates.values():
                gate.close()
            self._gates.clear()

    def _gate(self, table: Table, index: str | None) -> Gate:
        owner = table if index is None else table.index(index)
        assert owner is not None
        settings = _settings(owner.settings)
        found = self._gates.get((table.table_id, index))
        if found is not None:
            if found[0] == settings:
                return found[1]
            found[1].close()
        gate = self._new_gate(f"{table.table_id}/{index or ''}", index, settings)
        self._gates[table.table_id, index] = settings, gate
        return gate

    def _new_gate(self, name: str, index: str | None, settings: _Settings) -> Gate:
        throughput, maxima, warm = settings
        count = initial_count(warm[_WARM[Kind.READ]], warm[_WARM[Kind.WRITE]], 0)
        partitions = PartitionMap.even(count)
        if throughput is not None:
            provisions = {kind: Provision(throughput[member]) for kind, member in _UNITS.items()}
            return Gate(self._states, name, index, partitions, provisions)
        demands = {
            kind: OnDemand(
                SharedDemand(self._states, f"{name}/{kind}/demand", warm[member]),
                (maxima or {}).get(_MAXIMA[kind]),
            )
            for kind, member in _WARM.items()
        }
        return Gate(self._states, name, index, partitions, demands)


def _settings(of_owner: Json) -> _Settings:
    return (
        of_owner.get("ProvisionedThroughput"),
        of_owner.get("OnDemandThroughput"),
        of_owner["WarmThroughput"],
    )


def write_draws(change: ItemChange, charges: Charges) -> list[Draw]:
    """What a change of an item draws; `charges` are its own."""
    table_units = charges.table
    draws = []
    for index_change in change.indexes:
        index = index_change.index
        charge = charges.indexes.get(index.name)
        if charge is None:
            continue
        if not index.is_global:
            table_units += charge.units
            continue
        key = index_change.new_key or index_change.old_key
        if key is not None:
            draws.append(Draw(index.name, key, charge.units))
    return [Draw(None, change.key, table_units), *draws]
