"""The meter of a Region: whether its tables have capacity left, and what is taken of it.

A write asks for all that it will cost, the table's part and that of each global index, and is
refused before anything is written if one of them has nothing left: so a global index that is short
of units holds back the writes of its table. Reads are let in while anything is left and charged
what they really read. Local indexes draw on their table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.capacity.buckets import Supply
from engine.capacity.demand import SharedDemand
from engine.capacity.draws import Draw
from engine.capacity.gate import Gate, OnDemand, Provision
from engine.capacity.heat import HeatState
from engine.capacity.purses import States
from engine.capacity.refusals import Kind, Refusal
from engine.capacity.splits import Cuts, Split
from engine.capacity.tally import current
from engine.capacity.units import index_write_units, item_write_units
from engine.clock import Clock
from engine.storage.catalog import Index, Table
from engine.storage.items import IndexChange, ItemChange

_UNITS = {Kind.READ: "ReadCapacityUnits", Kind.WRITE: "WriteCapacityUnits"}
_WARM = {Kind.READ: "ReadUnitsPerSecond", Kind.WRITE: "WriteUnitsPerSecond"}
_MAXIMA = {Kind.READ: "MaxReadRequestUnits", Kind.WRITE: "MaxWriteRequestUnits"}


_Settings = tuple[object, ...]
"""What a gate depends on: it serves as long as that stays the same."""


@dataclass(slots=True)
class _Known:
    """A gate, the table for which it was looked up last, and what the gate depends on."""

    table: Table
    settings: _Settings
    gate: Gate


def _stays_whole(_split: Split) -> None:
    """What becomes of a hot partition where nobody splits it."""


class Meter:
    """The meter of one Region as one process uses it; safe to use from several threads."""

    def __init__(
        self,
        states: States,
        clock: Clock,
        on_split: Callable[[Split], None] = _stays_whole,
        *,
        asks: bool = True,
    ) -> None:
        """`on_split` is told of partitions that are to be split; it must not wait for anything.

        `asks` False: whatever is drawn is there, and is only noted.
        """
        self._states = states
        self.asks = asks
        self._clock = clock
        self._on_split = on_split
        self._lock = threading.Lock()
        self._gates: dict[tuple[str, str | None], _Known] = {}

    def refusal(self, table: Table, kind: Kind, draws: Sequence[Draw]) -> Refusal | None:
        """Why a request is throttled; None lets it in. Nothing is paid yet."""
        if not self.asks:
            return None
        now_us = self._clock.now_us()
        with self._lock:
            return self._refusal(table, kind, draws, now_us)

    def charge(
        self,
        table: Table,
        kind: Kind,
        draws: Sequence[Draw],
        items: int = 0,
        item_bytes: int = 0,
    ) -> None:
        """Let a request pay what it really cost, for so many items of so many bytes together."""
        now_us = self._clock.now_us()
        with self._lock:
            self._charge(table, kind, draws, now_us, items, item_bytes)

    def draw(
        self,
        table: Table,
        kind: Kind,
        draws: Sequence[Draw],
        enforces: bool,
        items: int = 0,
        item_bytes: int = 0,
    ) -> Refusal | None:
        """Let a request pay whose cost is known, or tell why it is throttled.

        Where that `enforces`, a request that is throttled pays nothing.
        """
        now_us, asks = self._clock.now_us(), self.asks
        with self._lock:
            if asks and len(draws) == 1:
                # Nearly all requests: asked and paid in one go.
                draw = draws[0]
                refusal = self._gate(table, draw.index).draw(kind, draw, now_us)
                tally = current.tally
                if refusal is not None:
                    _tally_refusal(table, refusal)
                elif tally is not None:
                    tally.charges.append((table, kind, draws, items, item_bytes, now_us))
                if refusal is None or enforces:
                    return refusal
            else:
                refusal = self._refusal(table, kind, draws, now_us) if asks else None
            if refusal is None or not enforces:
                self._charge(table, kind, draws, now_us, items, item_bytes)
        return refusal

    def _charge(
        self,
        table: Table,
        kind: Kind,
        draws: Sequence[Draw],
        now_us: int,
        items: int,
        item_bytes: int,
    ) -> None:
        tally = current.tally
        if tally is not None:
            tally.charges.append((table, kind, draws, items, item_bytes, now_us))
        for draw in draws:
            gate = self._gate(table, draw.index)
            if self.asks:
                gate.charge(kind, draw, now_us)
            else:
                gate.note(kind, draw, now_us)

    def supply(self, table: Table, index: str | None, kind: Kind, now_us: int) -> Supply:
        """What a table (`index` None) or a global index gives now."""
        with self._lock:
            return self._gate(table, index).supply(kind, now_us)

    def gate(self, table: Table, index: str | None) -> Gate:
        """The gate of a table (`index` None) or of a global index."""
        with self._lock:
            return self._gate(table, index)

    def heat(self, table: Table, index: str | None) -> HeatState:
        """The heat of a table (`index` None) or a global index, of all processes."""
        now_us = self._clock.now_us()
        with self._lock:
            gate = self._gate(table, index)
            gate.flush(now_us)
            return gate.heat.state

    def flush(self) -> None:
        """Bring what was noted to the other processes."""
        now_us = self._clock.now_us()
        with self._lock:
            for known in self._gates.values():
                known.gate.flush(now_us)

    def forget(self, table_id: str) -> None:
        """A table is gone."""
        with self._lock:
            for name in [name for name in self._gates if name[0] == table_id]:
                del self._gates[name]
        self._states.forget_states(f"{table_id}/")

    def close(self) -> None:
        """Bring back what was borrowed."""
        self.flush()
        with self._lock:
            for known in self._gates.values():
                known.gate.close()
            self._gates.clear()

    def _refusal(
        self, table: Table, kind: Kind, draws: Sequence[Draw], now_us: int
    ) -> Refusal | None:
        for draw in draws:
            refusal = self._gate(table, draw.index).refusal(kind, draw.key, now_us)
            if refusal is not None:
                _tally_refusal(table, refusal)
                return refusal
        return None

    def _gate(self, table: Table, index: str | None) -> Gate:
        found = self._gates.get((table.table_id, index))
        if found is not None and found.table is table:
            return found.gate
        owner = None if index is None else table.index(index)
        settings = _settings(table, owner)
        if found is not None and found.settings == settings:
            found.table = table
            return found.gate
        if found is not None:
            found.gate.flush(self._clock.now_us())
            found.gate.close()
        gate = self._new_gate(table, owner)
        self._gates[table.table_id, index] = _Known(table, settings, gate)
        return gate

    def _new_gate(self, table: Table, index: Index | None) -> Gate:
        name = f"{table.table_id}/{index.name if index else ''}"
        settings = (index or table).settings
        throughput, maxima = map(settings.get, ("ProvisionedThroughput", "OnDemandThroughput"))
        warm = settings["WarmThroughput"]
        if throughput is not None:
            provisions = {kind: Provision(throughput[member]) for kind, member in _UNITS.items()}
            return Gate(self._states, name, table, index, provisions, self._on_split)
        demands = {
            kind: OnDemand(
                SharedDemand(self._states, f"{name}/{kind}/demand", warm[member]),
                (maxima or {}).get(_MAXIMA[kind]),
            )
            for kind, member in _WARM.items()
        }
        return Gate(self._states, name, table, index, demands, self._on_split)


def _tally_refusal(table: Table, refusal: Refusal) -> None:
    tally = current.tally
    if tally is not None:
        tally.refusals.append((table, refusal))


def _settings(table: Table, index: Index | None) -> _Settings:
    settings = (index or table).settings
    throughput = settings.get("ProvisionedThroughput")
    return (
        None if throughput is None else [throughput[member] for member in _UNITS.values()],
        settings.get("OnDemandThroughput"),
        settings["WarmThroughput"],
        (index or table).partitions,
        Cuts.of(table, index),
    )


def write_draws(change: ItemChange, factor: int = 1) -> list[Draw]:
    """What a change of an item draws that is paid `factor` times: of its table first."""
    table_units = factor * item_write_units(change)
    draws = [Draw(None, change.key, table_units, _size(change))]
    for index_change in change.indexes:
        index, units = index_change.index, factor * index_write_units(index_change)
        if not index.is_global:
            draws[0].units += units
            continue
        key = index_change.new_key or index_change.old_key
        if key is not None:
            draws.append(Draw(index.name, key, units, _size(index_change)))
    return draws


def _size(change: ItemChange | IndexChange) -> int:
    """Bytes of the larger image."""
    old, new = change.old, change.new
    return max(0 if old is None else old.size, 0 if new is None else new.size)
