"""What a table's capacity looked like, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from dyntui.core.capacity.words import CLASSES, MODES, episodes, limit_of, rates
from dyntui.core.text.chart import gauge, sparkline
from dyntui.core.text.duration import duration_text
from dyntui.core.text.symbols import drawn
from dyntui.core.text.text_table import rows_text
from engine.client.capacity import (
    CapacityReport,
    Flow,
    OperationFigures,
    PartitionHeat,
    Resource,
    TableLoad,
)

CHART_WIDTH = 14
_GAUGE_WIDTH = 4
_NOW_STRETCHES = 3
_KEYS_SHOWN = 5
_PARTITIONS_SHOWN = 8
_REASONS_SHOWN = 8
_TEXT_WIDTH = 79
_BUSY = 0.005


def report_text(report: CapacityReport, *, cost: bool) -> str:
    """A table: flows, throttling, partitions, hot keys, operations and, where asked for, cost."""
    head = (
        f"{report.table}: {_mode(report)}, throttling {report.throttling}, "
        f"last {duration_text(_window_s(report))}\n"
    )
    sections = [_flows(report), _throttles(report), _partitions(report), _hot_keys(report)]
    sections.append(_operations(report.operations))
    if cost:
        sections.append(_costs(report))
    return drawn("\n".join([head, *(section for section in sections if section)]))


def overview_text(loads: Sequence[TableLoad]) -> str:
    """All tables, a line each: what they and their indexes had to do."""
    heads = ("table", "mode", "RCU/s", "given", "WCU/s", "given", "requests", "throttled", "failed")
    rows = [
        (
            load.table,
            _mode(load),
            _figure(load.reads / load.seconds),
            "" if load.provisioned is None else _figure(load.provisioned[0]),
            _figure(load.writes / load.seconds),
            "" if load.provisioned is None else _figure(load.provisioned[1]),
            *(f"{count:,}" for count in (load.requests, load.throttled, load.failed)),
        )
        for load in loads
    ]
    return rows_text(heads, rows, (False, False, *[True] * 7))


@dataclass(frozen=True, slots=True)
class _Speed:
    """Units a second: over the window, in its busiest stretch, and in its last whole ones.

    The newest stretch has not ended yet, and the figures of other processes come a little late.
    """

    mean: float
    peak: float
    now: float


def _speed(flow: Flow, width_s: int) -> _Speed:
    consumed = flow.consumed
    if not consumed:
        return _Speed(0.0, 0.0, 0.0)
    mean = sum(consumed) / (len(consumed) * width_s)
    newest = consumed[-_NOW_STRETCHES - 1 : -1] or consumed
    now = sum(newest) / (len(newest) * width_s)
    return _Speed(mean, max(consumed) / width_s, now)


def _window_s(report: CapacityReport) -> int:
    return len(report.resources[0].reads.consumed) * report.width_s


def _mode(report: CapacityReport | TableLoad) -> str:
    return MODES.get(report.mode, report.mode)


def _name(index: str | None) -> str:
    return "table" if index is None else f"index {index}"


def _figure(value: float) -> str:
    """A speed: with decimals where it is small."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


# The parts.


def _flows(report: CapacityReport) -> str:
    heads = ("a second", "", "now", "mean", "peak", "given", "", "burst left", "throttled")
    right = (False, False, True, True, True, True, False, False, True)
    rows = [
        row
        for resource in report.resources
        for row in (
            _flow_row(report, resource, "RCU"),
            _flow_row(report, resource, "WCU"),
        )
    ]
    return rows_text(heads, rows, right)


def _flow_row(report: CapacityReport, resource: Resource, unit: str) -> tuple[str, ...]:
    flow = resource.reads if unit == "RCU" else resource.writes
    width_s = report.width_s
    speed = _speed(flow, width_s)
    given = limit_of(flow)
    chart = sparkline(rates(flow, width_s), given, report.since_s // width_s, CHART_WIDTH)
    burst = "none"
    if flow.balance is not None and flow.burst:
        part = flow.balance / flow.burst
        left = f"{part:.0%}" if part >= 0 else "overdrawn"
        burst = f"{gauge(part, _GAUGE_WIDTH)} {left}"
    return (
        resource.index or "table",
        unit,
        _figure(speed.now),
        _figure(speed.mean),
        _figure(speed.peak),
        _figure(given),
        f"▕{chart}▏",
        burst,
        f"{sum(flow.throttled):,}",
    )


def _throttles(report: CapacityReport) -> str:
    """Each cause, the newest first: how many requests it refused, and in the words of the last."""
    found = episodes(report.throttles)
    told = [
        f"{episode.requests:,} {episode.kind.lower()}s of the {_name(episode.index)} throttled: "
        f"{episode.words}"
        for episode in found[:_REASONS_SHOWN]
    ]
    if len(found) > len(told):
        told.append(f"and {len(found) - len(told):,} reasons more")
    # Watched, what is beyond the edge of the terminal would not be seen.
    lines = (
        line
        for text in told
        for line in wrap(text, _TEXT_WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    )
    return "".join(f"{line}\n" for line in lines)


def _partitions(report: CapacityReport) -> str:
    """Where there are several: the busiest, with the part of what each gives that is taken."""
    rows = [
        (
            resource.index or "table",
            f"{heat.number} of {len(resource.partitions)}",
            f"{gauge(heat.reads, _GAUGE_WIDTH)} {heat.reads:.0%}",
            f"{gauge(heat.writes, _GAUGE_WIDTH)} {heat.writes:.0%}",
            f"{heat.size_bytes:,}",
        )
        for resource in report.resources
        if len(resource.partitions) > 1
        for heat in _busiest(resource.partitions)
    ]
    heads = ("", "partition", "reads", "writes", "bytes")
    return rows_text(heads, rows, (False, False, False, False, True)) if rows else ""


def _busiest(partitions: Sequence[PartitionHeat]) -> list[PartitionHeat]:
    """Those that take part at all, at most a few, in their order."""

    def share(heat: PartitionHeat) -> float:
        return max(heat.reads, heat.writes)

    busy = [heat for heat in partitions if share(heat) >= _BUSY]
    most = sorted(busy, key=share, reverse=True)[:_PARTITIONS_SHOWN]
    return sorted(most, key=lambda heat: heat.number)


def _hot_keys(report: CapacityReport) -> str:
    rows = [
        (
            resource.index or "table",
            hot.key,
            f"{hot.share:.0%} of its {hot.kind.lower()}s",
            _figure(hot.units),
            f"{hot.partition} of {hot.partitions}",
        )
        for resource in report.resources
        for hot in resource.hot_keys[:_KEYS_SHOWN]
    ]
    heads = ("", "hot key", "takes", "units/s", "partition")
    return rows_text(heads, rows, (False, False, False, True, False)) if rows else ""


def _operations(operations: Sequence[OperationFigures]) -> str:
    """The most frequent first."""
    counts = ("operation", "requests", "throttled", "failed")
    ordered = sorted(operations, key=lambda figures: -figures.requests)
    rows = [tuple(_operation_row(figures)) for figures in ordered]
    heads = (*counts, "p50 ms", "p90", "p99", "bytes", "largest")
    return rows_text(heads, rows, (False, *[True] * 8)) if rows else ""


def _operation_row(figures: OperationFigures) -> Iterator[str]:
    yield figures.operation
    yield from (f"{count:,}" for count in (figures.requests, figures.throttled, figures.failed))
    for ms in (figures.p50_ms, figures.p90_ms, figures.p99_ms):
        yield "" if ms is None else f"{ms:,.2f}"
    yield "" if figures.item_bytes_mean is None else f"{figures.item_bytes_mean:,.0f}"
    yield "" if figures.item_bytes_max is None else f"{figures.item_bytes_max:,}"


def _costs(report: CapacityReport) -> str:
    """What this traffic costs a month, the cheapest first."""
    rows = [
        (
            ("→ " if (cost.mode, cost.table_class) == (report.mode, report.table_class) else "  ")
            + MODES.get(cost.mode, cost.mode),
            CLASSES.get(cost.table_class, cost.table_class),
            "" if cost.provisioned is None else "{:,} RCU, {:,} WCU".format(*cost.provisioned),
            *(f"{dollars:,.2f}" for dollars in (cost.reads, cost.writes, cost.storage, cost.total)),
        )
        for cost in report.costs
    ]
    heads = ("$ a month", "class", "provisioned", "reads", "writes", "storage", "in all")
    table = rows_text(heads, rows, (False, False, False, True, True, True, True))
    return (
        f"{table}This traffic, going on for a month, at prices of {report.priced_region} as of\n"
        f"{report.priced_as_of}; → is how the table is now. A unit on demand costs "
        f"{report.on_demand_ratio:.1f} times\n"
        f"one of a provision that is used up; courses still say {report.course_ratio:g} times.\n"
    )
