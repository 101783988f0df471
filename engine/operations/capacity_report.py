"""What an engine tells of capacity: of one table in a window, and of all tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.capacity.buckets import Bucket, Supply
from engine.capacity.histogram import percentile
from engine.capacity.metrics import ACCOUNT, provisions_of
from engine.capacity.points import COUNTER_S, start_of, width_for
from engine.capacity.prices import Traffic, monthly_costs, price_list, provision_for
from engine.capacity.prometheus import Exposition
from engine.capacity.refusals import Kind
from engine.capacity.stretches import OperationSum, Stretch, together
from engine.client.capacity import (
    CapacityReport,
    Flow,
    MonthlyCost,
    OperationFigures,
    Resource,
    TableLoad,
    ThrottleMark,
)
from engine.client.windows import WINDOWS
from engine.errors import ValidationException
from engine.operations.partition_heat import heat_of
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.reader import Reader

_REPLAYED_S = 600
_Stretches = Mapping[int, Stretch]
_Stored = Mapping[int, tuple[int, int]]
"""Items and bytes by storage id."""


def capacity_report(region: Region, name: str, window_s: int) -> CapacityReport:
    """See `LocalTools.capacity_report`."""
    table, stored = _table_and_stored(region, name)
    width_s, since_s, count = _window(region, window_s)
    region.metrics.look()
    stretches = region.history.stretches(table.table_id, width_s, since_s)
    whole = together(stretches.values())
    starts = range(since_s, since_s + count * width_s, width_s)
    settings = table.settings
    prices = price_list(region.name)
    return CapacityReport(
        table=table.name,
        mode="PROVISIONED" if "ProvisionedThroughput" in settings else "PAY_PER_REQUEST",
        table_class=settings.get("TableClass", "STANDARD"),
        throttling=region.settings.throttling,
        since_s=since_s,
        width_s=width_s,
        resources=_resources(region, table, stored, stretches, starts),
        throttles=_throttles(stretches),
        operations=_operations(whole),
        costs=_costs(region, table, stretches, whole, width_s, since_s, stored),
        priced_region=prices.region,
        priced_as_of=prices.as_of,
        on_demand_ratio=prices.classes["STANDARD"].on_demand_ratio,
        course_ratio=prices.course_ratio,
    )


def _table_and_stored(region: Region, name: str) -> tuple[Table, _Stored]:
    """The table, and how many items and index entries of how many bytes it stores."""

    def read(reader: Reader, catalog: Catalog) -> tuple[Table, _Stored]:
        table = region.known_table(catalog, name)
        ids = [table.storage_id, *(index.storage_id for index in table.indexes)]
        return table, {storage_id: reader.counts(storage_id) for storage_id in ids}

    return region.database.read(read)


def _window(region: Region, window_s: int) -> tuple[int, int, int]:
    """The width of the stretches of a window, when the first begins, and their number."""
    if not 0 < window_s <= max(WINDOWS):
        raise ValidationException(
            f"window_s: {window_s} is not a number of seconds from 1 to {max(WINDOWS)}"
        )
    width_s = width_for(window_s)
    count = -(-window_s // width_s)
    now_s = region.clock.now_us() // 1_000_000
    return width_s, start_of(now_s, width_s) - (count - 1) * width_s, count


# Flows.


def _resources(
    region: Region, table: Table, stored: _Stored, stretches: _Stretches, starts: range
) -> tuple[Resource, ...]:
    """The table and its global indexes."""
    found = []
    for index in (None, *table.global_indexes):
        reads, writes = (_flow(region, table, index, kind, stretches, starts) for kind in Kind)
        _, size = stored[(index or table).storage_id]
        heat = heat_of(region, table, index, size)
        name = None if index is None else index.name
        found.append(Resource(name, reads, writes, heat.partitions, heat.hot_keys))
    return tuple(found)


def _flow(
    region: Region,
    table: Table,
    index: Index | None,
    kind: Kind,
    stretches: _Stretches,
    starts: range,
) -> Flow:
    name = "" if index is None else index.name
    nothing = Stretch()
    ordered = [stretches.get(at_s, nothing) for at_s in starts]
    now_us = region.clock.now_us()
    supply = region.meter.supply(table, None if index is None else name, kind, now_us)
    settings = (table if index is None else index).settings
    is_provisioned = "ProvisionedThroughput" in settings
    return Flow(
        consumed=tuple(_consumed(stretch, name, kind) for stretch in ordered),
        throttled=tuple(_throttled(stretch, name, kind) for stretch in ordered),
        rate=supply.rate,
        provisioned=supply.rate if is_provisioned else None,
        balance=_balance(region, table, index, kind, supply) if is_provisioned else None,
        burst=supply.most if is_provisioned else None,
    )


def _sums(stretch: Stretch, kind: Kind) -> dict[str, float]:
    return stretch.reads if kind is Kind.READ else stretch.writes


def _consumed(stretch: Stretch, name: str, kind: Kind) -> float:
    return _sums(stretch, kind).get(name, 0.0)


def _throttled(stretch: Stretch, name: str, kind: Kind) -> int:
    return sum(
        found.requests
        for (index, of_kind, _), found in stretch.throttled.items()
        if index == name and of_kind == kind
    )


def _balance(
    region: Region, table: Table, index: Index | None, kind: Kind, supply: Supply
) -> float:
    """What is left of the burst; where nothing is drawn, what would be left."""
    name = None if index is None else index.name
    now_us = region.clock.now_us()
    if region.settings.throttling != "off":
        return region.meter.gate(table, name).balance(kind, now_us)
    since_s = max(now_us // 1_000_000 - _REPLAYED_S, table.created_us // 1_000_000)
    bucket = Bucket.new(supply, since_s * 1_000_000)
    for at_s, stretch in region.history.stretches(table.table_id, 1, since_s).items():
        bucket.refill(supply, at_s * 1_000_000)
        bucket.units -= _consumed(stretch, name or "", kind)
    bucket.refill(supply, now_us)
    return bucket.units


# Throttles and operations.


def _throttles(stretches: _Stretches) -> tuple[ThrottleMark, ...]:
    return tuple(
        ThrottleMark(at_s, index or None, kind, reason, found.words, found.requests)
        for at_s, stretch in stretches.items()
        for (index, kind, reason), found in stretch.throttled.items()
    )


def _operations(whole: Stretch) -> tuple[OperationFigures, ...]:
    """By name."""
    return tuple(_figures(name, whole.operations[name]) for name in sorted(whole.operations))


def _figures(name: str, of: OperationSum) -> OperationFigures:
    p50, p90, p99 = (percentile(of.steps, part) for part in (0.5, 0.9, 0.99))
    return OperationFigures(
        operation=name,
        requests=of.requests,
        throttled=of.throttled,
        failed=sum(of.errors.values()),
        p50_ms=_ms(p50),
        p90_ms=_ms(p90),
        p99_ms=_ms(p99),
        item_bytes_mean=of.item_bytes / of.items if of.items else None,
        item_bytes_max=of.item_bytes_max or None,
    )


def _ms(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1_000


# Costs.


def _costs(
    region: Region,
    table: Table,
    stretches: _Stretches,
    whole: Stretch,
    width_s: int,
    since_s: int,
    stored: _Stored,
) -> tuple[MonthlyCost, ...]:
    """What the traffic of the window, or of as much of it as the table has seen, costs a month."""
    now_us = region.clock.now_us()
    seconds = (now_us - max(since_s * 1_000_000, table.created_us)) / 1_000_000
    reads, writes = (
        sum(_busiest(stretches, index, kind, width_s) for index in ("", *_global_names(table)))
        for kind in Kind
    )
    traffic = Traffic(
        seconds=max(seconds, float(width_s)),
        read_units=sum(whole.reads.values()),
        write_units=sum(whole.writes.values()),
        provisioned=(reads, writes),
        stored_bytes=sum(size for _, size in stored.values()),
        entries=sum(items for items, _ in stored.values()),
    )
    return tuple(monthly_costs(price_list(region.name), traffic))


def _busiest(stretches: _Stretches, index: str, kind: Kind, width_s: int) -> int:
    """Units a second to provision for what the busiest stretch takes."""
    consumed = (_consumed(stretch, index, kind) for stretch in stretches.values())
    return provision_for(max(consumed, default=0.0) / width_s)


def _global_names(table: Table) -> Sequence[str]:
    return [index.name for index in table.global_indexes]


# All tables.


def capacity_overview(region: Region, window_s: int) -> tuple[TableLoad, ...]:
    """See `LocalTools.capacity_overview`."""
    now_us = region.clock.now_us()
    tables = region.database.reload_catalog().tables
    width_s, since_s, count = _window(region, window_s)
    region.metrics.look()
    found = []
    for name in sorted(tables):
        table = tables[name]
        if table.is_gone(now_us):
            continue
        points = region.metrics.points.read_points(table.table_id, width_s, since_s)
        whole = together(Stretch.decoded(point.body) for point in points)
        found.append(_load(table, whole, count * width_s))
    return tuple(found)


def _load(table: Table, whole: Stretch, seconds: int) -> TableLoad:
    throughput = table.settings.get("ProvisionedThroughput")
    operations = whole.operations.values()
    return TableLoad(
        table=table.name,
        mode="PAY_PER_REQUEST" if throughput is None else "PROVISIONED",
        reads=sum(whole.reads.values()),
        writes=sum(whole.writes.values()),
        provisioned=None
        if throughput is None
        else (throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]),
        requests=sum(operation.requests for operation in operations),
        throttled=sum(operation.throttled for operation in operations),
        failed=sum(sum(operation.errors.values()) for operation in operations),
        seconds=seconds,
    )


def expose(region: Region, exposition: Exposition) -> None:
    """Add all tables of a Region, and the requests that were about none, to a text of metrics."""
    now_us = region.clock.now_us()
    region.metrics.flush()
    exposition.add({"region": region.name}, _counted(region, ACCOUNT), {})
    for name, table in sorted(region.database.reload_catalog().tables.items()):
        if not table.is_gone(now_us):
            labels = {"region": region.name, "table_name": name}
            exposition.add(labels, _counted(region, table.table_id), provisions_of(table))


def _counted(region: Region, subject: str) -> Stretch:
    """What was counted of a subject since the beginning."""
    points = region.metrics.points.read_points(subject, COUNTER_S, 0)
    return together(Stretch.decoded(point.body) for point in points)
