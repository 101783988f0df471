"""Gates: what a table, or a global index of it, gives before requests are throttled.

A request is let in while its resource has units left and the partition of its key is not
exhausted: what other partitions leave unused serves a hot one too (adaptive capacity), up to what
a partition can give at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from engine.capacity.buckets import Supply
from engine.capacity.demand import SharedDemand
from engine.capacity.draws import Draw
from engine.capacity.heat import FLUSH_US, LARGE_UNITS, Heat
from engine.capacity.purses import Purse, States
from engine.capacity.refusals import READ, WRITE, Kind, Limit, Refusal, Throttled
from engine.capacity.splits import Cuts, Split, split_lows
from engine.late import late
from engine.storage.catalog import Index, Table
from engine.storage.partitions import READ_UNITS_MAX, WRITE_UNITS_MAX, PartitionMap

_words_of: Callable[..., str] = late("engine.capacity.reasons", "words_of")

PARTITION = Supply(1.0, 1.0)
"""What a partition gives, in shares of what it can give in a second."""
_PARTITION_UNITS = {READ: READ_UNITS_MAX, WRITE: WRITE_UNITS_MAX}


def _of_partition(_now_us: int) -> Supply:
    return PARTITION


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
        table: Table,
        index: Index | None,
        capacities: dict[Kind, Provision] | dict[Kind, OnDemand],
        on_split: Callable[[Split], None],
    ) -> None:
        """`name` is that of the resource among the states; `index` None is the table.

        `on_split` is told, again and again, of partitions that are to be split.
        """
        self._table, self._index = table, index
        self._on_split = on_split
        self.partitions: PartitionMap = (index or table).partitions
        self._bounds = self.partitions.bounds
        self._cuts = Cuts.of(table, index)
        self._capacities = capacities
        self._purses = {
            kind: Purse(states, f"{name}/{kind}", capacity.supply, table.created_us)
            for kind, capacity in capacities.items()
        }
        self._ranges = [
            Purse(states, f"{name}/partition/{partition.number}", _of_partition, table.created_us)
            for partition in self.partitions.partitions
        ]
        self.heat = Heat(states, f"{name}/heat", self.partitions, self._cuts.hash_parts)
        self._words: dict[tuple[Kind, Limit, int | None], tuple[int, str]] = {}

    def refusal(self, kind: Kind, key: bytes, now_us: int) -> Refusal | None:
        """Why a request about a key is throttled; None lets it in. It pays nothing yet."""
        if not self._purses[kind].has_any(now_us):
            return self._refused(kind, None, now_us)
        place = bisect_right(self._bounds, key)
        return None if self._ranges[place].has_any(now_us) else self._refused(kind, place, now_us)

    def draw(self, kind: Kind, draw: Draw, now_us: int) -> Refusal | None:
        """Let a request about a key pay what it costs, or tell why it is throttled.

        The same as `refusal` and then `charge`, which most requests need both.
        """
        purse = self._purses[kind]
        if not purse.has_any(now_us):
            return self._refused(kind, None, now_us)
        place = bisect_right(self._bounds, draw.key)
        partition = self._ranges[place]
        if not partition.has_any(now_us):
            return self._refused(kind, place, now_us)
        units = draw.units
        purse.units -= units
        partition.units -= units / _PARTITION_UNITS[kind]
        self._capacities[kind].note(units)
        self.note(kind, draw, now_us)
        return None

    def _refused(self, kind: Kind, place: int | None, now_us: int) -> Refusal:
        """A refusal: by the partition at a place, or by the resource."""
        capacity = self._capacities[kind]
        limit = capacity.limit if place is None else Limit.KEY_RANGE
        rate = capacity.supply(now_us).rate
        throttled = Throttled(kind, limit, isinstance(capacity, OnDemand), place, rate)
        words = self._why(throttled, now_us)
        return Refusal(kind, limit, self._index_name, throttled.on_demand, words)

    def _why(self, throttled: Throttled, now_us: int) -> str:
        """What happened, in words that may be as old as a second."""
        cause = throttled.kind, throttled.limit, throttled.place
        known = self._words.get(cause)
        second = now_us // FLUSH_US
        if known is not None and known[0] == second:
            return known[1]
        self.flush(now_us)
        state = self.heat.state
        words = _words_of(throttled, self._table, self._index, state, self.partitions)
        self._words[cause] = second, words
        return words

    def charge(self, kind: Kind, draw: Draw, now_us: int) -> None:
        """Let a request pay what it really cost, and note which key it was about."""
        units = draw.units
        self._purses[kind].units -= units
        self._capacities[kind].note(units)
        part = units / _PARTITION_UNITS[kind]
        if draw.keys is None:
            self._ranges[bisect_right(self._bounds, draw.key)].units -= part
        else:
            places = self.partitions.places(draw.keys)
            for place in places:
                self._ranges[place].units -= part / len(places)
        self.note(kind, draw, now_us)

    def note(self, kind: Kind, draw: Draw, now_us: int) -> None:
        """Note which key a request was about."""
        heat, units = self.heat, draw.units
        if draw.keys is None:
            heat.note(kind, draw.key, units)
        else:
            heat.note_range(kind, draw.keys, units)
        if units >= LARGE_UNITS:
            heat.note_large(kind, units, draw.size)
        if not 0 <= now_us - heat.flushed_us < FLUSH_US:
            self.flush(now_us)

    def flush(self, now_us: int) -> None:
        """Bring what was noted to the other processes; have partitions split that are long hot."""
        partitions = self.partitions
        hot = self.heat.flush(now_us)
        traffic = self.heat.sample() if hot else {}
        for number in hot:
            place = partitions.place_of(number)
            if place is None:
                continue
            keys, middle = partitions.keys(place), partitions.middle(place)
            lows = split_lows(traffic, keys, middle, self._cuts, len(partitions))
            if lows:
                self._on_split(Split(self._table.table_id, self._index_name, number, lows))

    @property
    def _index_name(self) -> str | None:
        return None if self._index is None else self._index.name

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
