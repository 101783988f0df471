"""Why a request was throttled, in words for people."""

from __future__ import annotations

from dataclasses import dataclass

from engine.capacity.heat import HeatState
from engine.capacity.refusals import Kind, Limit, Throttled
from engine.client.protocol import Json
from engine.storage.catalog import Index, KeyAttribute, Table
from engine.storage.keys import part_values
from engine.storage.partitions import READ_UNITS_MAX, WRITE_UNITS_MAX, PartitionMap

_MUCH = 0.1
"""A key that takes less of the units is not worth a word."""
_MOSTLY_LARGE = 0.5
_TEXT_MAX = 60


@dataclass(frozen=True, slots=True)
class Names:
    """What a table, or a global index of it, and its keys are called."""

    index: str | None
    hash: tuple[KeyAttribute, ...]

    @classmethod
    def of(cls, table: Table, index: Index | None) -> Names:
        """Those of a table, or of a global index of it."""
        return cls(None, (table.hash,)) if index is None else cls(index.name, index.hash)

    @property
    def resource(self) -> str:
        """`the table` or `the index <name>`."""
        return "the table" if self.index is None else f"the index {self.index}"

    def item_key(self, collection: bytes) -> Json:
        """A partition key as an attribute map."""
        values = part_values(collection, [attribute.type for attribute in self.hash])
        return dict(zip([attribute.name for attribute in self.hash], values, strict=True))

    def key_text(self, collection: bytes) -> str:
        """A partition key in words: its value, that of several attributes side by side."""
        values = [str(*value.values()) for value in self.item_key(collection).values()]
        text = ", ".join(values)
        shown = "".join(
            char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text
        )
        return shown if len(shown) <= _TEXT_MAX else f"{shown[: _TEXT_MAX - 1]}…"


def words_of(
    throttled: Throttled,
    table: Table,
    index: Index | None,
    state: HeatState,
    partitions: PartitionMap,
) -> str:
    """What happened and why, in one line without a full stop; `index` None is the table."""
    names = Names.of(table, index)
    large = state.large[throttled.kind]
    total = state.keys[throttled.kind].total
    if large.count and large.units >= _MOSTLY_LARGE * total:
        what = "very large items" if throttled.kind is Kind.WRITE else "reads of much at once"
        size, units = large.size / large.count / 1_024, large.units / large.count
        beginning = f"{what} ({size:,.0f} KB) cost {units:,.0f} units each"
        return f"{beginning}: {_what_gave_out(throttled, names, partitions)}"
    said = _what_gave_out(throttled, names, partitions)
    hottest = _hottest(throttled, names, state, partitions)
    return f"{said}: {hottest}" if hottest else said


def _what_gave_out(throttled: Throttled, names: Names, partitions: PartitionMap) -> str:
    kind, resource = throttled.kind.lower(), names.resource
    if throttled.place is not None:
        return f"{_partition(throttled.place, names, partitions)} is hot"
    if throttled.limit is Limit.MAXIMUM:
        return f"{resource} has reached its maximum of {throttled.rate:,.0f} {kind} units a second"
    if throttled.on_demand:
        said = (
            f"{resource} gives {throttled.rate:,.0f} {kind} units a second at once, and more later"
        )
    else:
        said = f"{resource} has no {kind} units left of its {throttled.rate:,.0f} a second"
        if names.index is not None:
            said = f"{resource} has no {kind} units left"
    if names.index is not None and throttled.kind is Kind.WRITE:
        said += ", which holds back its table's writes"
    return said


def _partition(place: int, names: Names, partitions: PartitionMap) -> str:
    of = f"partition {place + 1} of {len(partitions)}"
    return of if names.index is None else f"{of} of {names.resource}"


def _hottest(throttled: Throttled, names: Names, state: HeatState, partitions: PartitionMap) -> str:
    """Which key takes much of what gave out; empty where none does."""
    kind, place = throttled.kind, throttled.place
    if place is None:
        total = state.keys[kind].total
        hottest = state.hottest_key(kind)
    else:
        rates = state.partitions.get(partitions.partitions[place].number)
        total = 0.0 if rates is None else rates.reads if kind is Kind.READ else rates.writes
        hottest = state.hottest_key(kind, lambda key: partitions.locate(key) == place)
    part = 0.0 if hottest is None or not total else min(hottest.weight / total, 1.0)
    if hottest is not None and part >= _MUCH:
        takes = f"takes {part:.0%}".replace("%", " %")
        return f"key {names.key_text(hottest.key)} {takes} of its {kind.lower()}s"
    if place is None:
        return ""
    units_max = READ_UNITS_MAX if kind is Kind.READ else WRITE_UNITS_MAX
    return f"a partition gives {units_max:,} {kind.lower()} units a second"
