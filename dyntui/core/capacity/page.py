"""The page on a table's capacity, as lines for a width and a height: charts, refusals with their
reasons, partitions, keys, operations, costs.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.capacity.heat_lines import heat_lines, key_lines
from dyntui.core.capacity.side_by_side import GAP, beside, heading
from dyntui.core.capacity.words import (
    WINDOWS,
    Episode,
    cost_text,
    episode_text,
    episodes,
    has_traffic,
    limit_of,
    load_command,
    rate_now,
    rate_text,
    rates,
    refused,
    run_as,
    unit_of,
    way_out,
)
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import LABEL_CELLS, Line, bar_chart, compact, gauge, sparkline
from dyntui.core.text.formats import bytes_text, printable, shortened
from engine.client.capacity import CapacityReport, Flow, Resource

WIDTH_MIN = 76
CHART_ROWS = (3, 10)
KEYS_MAX = 5
RESOURCES_MAX = 6
GAUGE_CELLS = 10
SMALL_ROWS = 30
NAME_CELLS = 18
COST_CELLS = 44
OPERATION_CELLS = 19
FIGURES_CELLS = 51
"""What the figures of an operation take beside its name."""


@dataclass(frozen=True, slots=True)
class View:
    """What of a report is looked at: window, number of the resource, number of its hot key under
    the cursor; `state` is how the page moves, such as `paused at 14:02:07`."""

    window_s: int
    resource: int = 0
    key: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a click does something: cells of a line, the kind of thing, its number."""

    row: int
    start: int
    end: int
    what: str
    number: int


@dataclass(slots=True)
class Page:
    """Lines, and what on them can be chosen."""

    lines: list[Line] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    def add(self, *lines: Line) -> None:
        """More lines below."""
        self.lines.extend(lines)

    def heading(self, text: str, width: int, kind: str = "bold") -> None:
        """A line that parts what follows from what was."""
        self.add(heading(text, width, kind))


def capacity_page(report: CapacityReport, view: View, width: int, height: int) -> Page:
    """The whole page. Charts take the rows that the rest leaves of `height`, within bounds; what is
    narrower than `WIDTH_MIN` is cut."""
    width = max(width, WIDTH_MIN)
    above, below = Page(), Page()
    _head(above, report, view, width)
    _resources(above, report, view, width)
    resource = report.resources[view.resource]
    if has_traffic(report):
        _throttles(below, report, width, height)
        _heat_and_keys(below, report, resource, view, width)
        _operations(below, report, width)
    else:
        _no_traffic(below, report, view, width)
    _costs(below, report, width)
    free = height - len(above.lines) - len(below.lines) - 4
    rows = min(max(free, CHART_ROWS[0]), CHART_ROWS[1])
    above.add(*_charts(report, resource, view, width, rows))
    start = len(above.lines)
    above.add(*below.lines)
    above.spots += [
        Spot(spot.row + start, spot.start, spot.end, spot.what, spot.number) for spot in below.spots
    ]
    return above


def _head(page: Page, report: CapacityReport, view: View, width: int) -> None:
    """How the table is run; the windows; how the page moves."""
    pieces = [(" ", "")]
    place = 1
    for number, (seconds, name) in enumerate(WINDOWS.items()):
        chosen = seconds == view.window_s
        text = f"[{name}]" if chosen else f" {name} "
        page.spots.append(Spot(0, place, place + len(text), "window", number))
        pieces.append((text, "chosen" if chosen else "dim"))
        place += len(text)
    state_kind = "warn" if view.state.startswith("‖") else "good"
    room = width - place - len(view.state) - 2
    text = f"  {run_as(report)}"
    pieces.append((f"{shortened(text, room):<{max(room, 0)}} ", ""))
    pieces.append((view.state, state_kind))
    page.add(tuple(pieces))


def _resources(page: Page, report: CapacityReport, view: View, width: int) -> None:
    """Table and global indexes, a line each, where there are any of these."""
    count = len(report.resources)
    if count == 1:
        return
    first = min(max(0, view.resource - RESOURCES_MAX // 2), max(0, count - RESOURCES_MAX))
    shown = range(first, min(first + RESOURCES_MAX, count))
    for number in shown:
        row = len(page.lines)
        page.spots.append(Spot(row, 0, width, "resource", number))
        page.add(_resource_line(report, number, number == view.resource, width))
    if count > len(shown):
        page.add(((f"  {count - len(shown)} more: n, N", "dim"),))


def _resource_line(report: CapacityReport, number: int, chosen: bool, width: int) -> Line:
    resource = report.resources[number]
    name = resource.index or f"{report.table} (table)"
    half = (width - NAME_CELLS - 2) // 2
    pieces = [(("▸ " if chosen else "  ") + f"{shortened(name, NAME_CELLS):<{NAME_CELLS}}",
               "chosen" if chosen else "")]  # fmt: skip
    for letter, flow in (("R", resource.reads), ("W", resource.writes)):
        width_s, total = report.width_s, sum(flow.throttled)
        figures = f"{compact(rate_now(flow, width_s))}/{compact(limit_of(flow))}"
        crosses = f" ✗{compact(total)}" if total else ""
        room = max(0, half - 3 - 12 - 6)
        line = sparkline(rates(flow, width_s), limit_of(flow), report.since_s // width_s, room)
        pieces += [
            (f" {letter} ", "dim"),
            (line, "bar"),
            (f" {figures:<11}", ""),
            (f"{crosses:<6}", "mark"),
        ]
    return tuple(pieces)


def _charts(
    report: CapacityReport, resource: Resource, view: View, width: int, rows: int
) -> list[Line]:
    """Reads and writes beside each other: title, bars, crosses, time, what is left of the burst."""
    half = (width - GAP) // 2
    reads = _chart(report, resource, "Read", view, half, rows)
    writes = _chart(report, resource, "Write", view, half, rows)
    return beside(reads, writes, half)


def _chart(
    report: CapacityReport, resource: Resource, kind: str, view: View, width: int, rows: int
) -> list[Line]:
    unit = unit_of(report, kind)
    flow = resource.reads if kind == "Read" else resource.writes
    crosses = refused(report, resource, kind)
    total = sum(crosses)
    name, marks = f" {kind.lower()}s ", f"  ✗ {total:,}" if total else ""
    room = width - len(name) - len(marks)
    title: Line = (
        (name, "bold"),
        (rate_text(flow, report.width_s, unit, room), ""),
        (marks, "mark"),
    )
    bars = bar_chart(
        rates(flow, report.width_s),
        crosses,
        limit_of(flow),
        first=report.since_s // report.width_s,
        width=width,
        height=rows,
    )
    begin = f"{WINDOWS[view.window_s]} ago"
    axis = " " * LABEL_CELLS + f"{begin}{'now':>{width - LABEL_CELLS - len(begin)}}"
    return [title, *bars, ((axis, "dim"),), _burst_line(flow, unit)]


def _burst_line(flow: Flow, unit: str) -> Line:
    """What is left of the burst, of what nobody used in the last five minutes."""
    if flow.balance is None or not flow.burst:
        return ((f" gives {compact(flow.rate)} {unit}/s now", "dim"),)
    part = flow.balance / flow.burst
    kind = "good" if part > 0.25 else "warn" if part > 0 else "mark"
    left = (
        f" {compact(flow.balance)} of {compact(flow.burst)} {unit}"
        if flow.balance >= 0
        else f" overdrawn by {compact(-flow.balance)} {unit}"
    )
    return ((" burst ", "dim"), (gauge(part, GAUGE_CELLS), kind), (left, ""))


def _throttles(page: Page, report: CapacityReport, width: int, height: int) -> None:
    """Every reason in words, and what helps against it."""
    found = episodes(report.throttles)
    if not found:
        return
    total = sum(mark.requests for mark in report.throttles)
    verb = "over the limit" if report.throttling == "warn" else "throttled"
    page.heading(f"✗ {verb}: {counted(total, 'request')}", width, "mark")
    most = 2 if height < SMALL_ROWS else 3
    for episode in found[:most]:
        page.add(*_episode(episode, report, width))
    if len(found) > most:
        page.add(((f"   and {len(found) - most} reasons more", "dim"),))


def _episode(episode: Episode, report: CapacityReport, width: int) -> list[Line]:
    """What was refused and why, and below it what helps."""
    room = width - 3
    # Names of indexes and keys are not parted at their hyphens.
    text = printable(episode_text(episode, report))
    first, *more = textwrap.wrap(text, room, break_on_hyphens=False)
    way = textwrap.wrap(f"→ {way_out(episode, report)}", room)
    return [
        ((" ✗ ", "mark"), (first, "")),
        *(((f"   {line}", ""),) for line in more),
        *(((f"   {line}", "dim"),) for line in way),
    ]


def _heat_and_keys(
    page: Page, report: CapacityReport, resource: Resource, view: View, width: int
) -> None:
    """The partitions on the left, the keys that take most on the right."""
    half = (width - GAP) // 2
    left = heat_lines(resource.partitions, half)
    right = key_lines(report, resource.hot_keys[:KEYS_MAX], view.key, half)
    row = len(page.lines)
    for number in range(len(resource.hot_keys[:KEYS_MAX])):
        page.spots.append(Spot(row + 1 + number, half + GAP, width, "key", number))
    page.add(*beside(left, right, half))


def _operations(page: Page, report: CapacityReport, width: int) -> None:
    """What was asked, how often, how fast, how large."""
    longest = max((len(one.operation) for one in report.operations), default=0)
    cells = max(OPERATION_CELLS, min(longest, width - FIGURES_CELLS - 2))
    head = f"{'operations':<{cells}}{'count':>9}{'thrott.':>9}{'failed':>8}"
    page.heading(f"{head}{'p50 ms':>8}{'p99 ms':>8}{'items':>9}", width)
    for one in sorted(report.operations, key=lambda figures: -figures.requests):
        throttled = f"{one.throttled:,}" if one.throttled else "-"
        size = "-" if one.item_bytes_mean is None else bytes_text(one.item_bytes_mean)
        page.add(
            (
                (f" {shortened(one.operation, cells):<{cells}}{one.requests:>9,}", ""),
                (f"{throttled:>9}", "mark" if one.throttled else "dim"),
                (f"{one.failed or '-':>8}{_ms(one.p50_ms):>8}{_ms(one.p99_ms):>8}{size:>9}", ""),
            )
        )


def _ms(latency_ms: float | None) -> str:
    if latency_ms is None:
        return "-"
    return f"{latency_ms:.2f}" if latency_ms < 10 else f"{latency_ms:.0f}"


def _no_traffic(page: Page, report: CapacityReport, view: View, width: int) -> None:
    page.heading("no traffic", width)
    text = (
        f"Nothing was asked of {report.table} in the last {WINDOWS[view.window_s]}. "
        f"{key_for('capacity.load')} makes some, or this in another terminal:"
    )
    page.add(*(((f" {line}", ""),) for line in textwrap.wrap(text, width - 2)))
    page.add(((f"   {load_command(report.table)}", "good"),))


def _costs(page: Page, report: CapacityReport, width: int) -> None:
    """The window's traffic as a month, cheapest first."""
    if not report.costs:
        return
    page.heading(f"a month of this traffic, {report.priced_region}, {report.priced_as_of}", width)
    for number, cost in enumerate(report.costs):
        is_now = (cost.mode, cost.table_class) == (report.mode, report.table_class)
        marks = [text for text, here in (("cheapest", number == 0), ("now", is_now)) if here]
        room = width - COST_CELLS - 16
        kind = "good" if number == 0 else ""
        page.add(
            (
                (f"{'✔' if number == 0 else ' '} ${cost.total:>10,.2f}  ", kind),
                (f"{shortened(cost_text(cost, report), COST_CELLS):<{COST_CELLS}} ", ""),
                (shortened(", ".join(marks), room), kind or "dim"),
            )
        )
