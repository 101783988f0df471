"""What a capacity report says in words: how a table is run, why requests were refused, and what
helps."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dyntui.core.capacity.load_test import LoadPlan
from dyntui.core.text.chart import compact
from engine.client.capacity import CapacityReport, Flow, MonthlyCost, Resource, ThrottleMark

WINDOWS = {60: "1 min", 600: "10 min", 3_600: "1 h", 86_400: "1 day", 35 * 86_400: "35 days"}
"""The windows that can be looked at, in seconds, as people call them."""
WINDOW_NAMES = {60: "1m", 600: "10m", 3_600: "1h", 86_400: "1d", 35 * 86_400: "35d"}
"""The same as the command line takes them."""

SUGGESTED_LOAD = LoadPlan(read_rate=20, write_rate=20, duration_s=60)

PROVISIONED = "PROVISIONED"
MODES = {PROVISIONED: "provisioned", "PAY_PER_REQUEST": "on demand"}
CLASSES = {"STANDARD": "Standard", "STANDARD_INFREQUENT_ACCESS": "Standard-IA"}
THROTTLING = {
    "enforce": "throttling on",
    "warn": "throttling warns",
    "off": "throttling off",
}
_UNITS = {True: {"Read": "RCU", "Write": "WCU"}, False: {"Read": "RRU", "Write": "WRU"}}
_PARTITION_MAX = {"Read": "3,000 RCU", "Write": "1,000 WCU"}
_FIGURES = re.compile(r"\d[\d.,]*(?=\s?(%|KB|units))")


@dataclass(frozen=True, slots=True)
class Episode:
    """Requests that were refused for one reason, from `first_s` to `last_s`; words of the newest.

    `index` is None where it was the table's own limit; `kind` is "Read" or "Write".
    """

    first_s: int
    last_s: int
    index: str | None
    kind: str
    reason: str
    words: str
    requests: int


def unit_of(report: CapacityReport, kind: str) -> str:
    """The unit of reads or writes in the table's mode: RCU, WCU, RRU or WRU."""
    return _UNITS[report.mode == PROVISIONED][kind]


def run_as(report: CapacityReport) -> str:
    """Mode, class where it is not Standard, and whether anything is refused."""
    parts = [MODES.get(report.mode, report.mode)]
    if report.table_class != "STANDARD":
        parts.append("IA")
    return " · ".join((*parts, THROTTLING.get(report.throttling, report.throttling)))


def limit_of(flow: Flow) -> float:
    """What a flow may take a second: what is provisioned, or what it gives on demand."""
    return flow.rate if flow.provisioned is None else flow.provisioned


def refused(report: CapacityReport, resource: Resource, kind: str) -> tuple[int, ...]:
    """Refused reads or writes, by stretch: those of a table that an index held back, too."""
    if kind == "Read":
        return resource.reads.throttled
    if resource.index is not None:
        return resource.writes.throttled
    return tuple(map(sum, zip(*(one.writes.throttled for one in report.resources), strict=True)))


def rates(flow: Flow, width_s: int) -> tuple[float, ...]:
    """Units a second, by stretch."""
    return tuple(units / width_s for units in flow.consumed)


def rate_now(flow: Flow, width_s: int) -> float:
    """Units a second in the last stretch that is over."""
    over = flow.consumed[-2:-1] or flow.consumed
    return over[0] / width_s if over else 0.0


def rate_text(flow: Flow, width_s: int, unit: str, room: int) -> str:
    """`38 of 50 RCU/s`, and the peak where that is higher and there is room for it."""
    now, peak = rate_now(flow, width_s), max(rates(flow, width_s), default=0.0)
    text = f"{compact(now)} of {compact(limit_of(flow))} {unit}/s"
    longer = f"{text}, peak {compact(peak)}"
    return longer if compact(peak) != compact(now) and len(longer) <= room else text


def has_traffic(report: CapacityReport) -> bool:
    """Whether anything was asked of the table in the window."""
    return (
        bool(report.operations)
        or bool(report.throttles)
        or any(
            any(flow.consumed) or any(flow.throttled)
            for resource in report.resources
            for flow in (resource.reads, resource.writes)
        )
    )


def episodes(marks: Iterable[ThrottleMark]) -> list[Episode]:
    """Refusals by their reason, the newest first. Shares and sizes in words differ from stretch to
    stretch and do not make another reason."""
    found: dict[tuple[str | None, str, str, str], Episode] = {}
    for mark in sorted(marks, key=lambda mark: mark.at_s):
        place = (mark.index, mark.kind, mark.reason, _FIGURES.sub("", mark.words))
        known = found.get(place)
        if known is None:
            found[place] = Episode(
                mark.at_s, mark.at_s, mark.index, mark.kind, mark.reason, mark.words, mark.requests
            )
        else:
            found[place] = replace(
                known,
                last_s=mark.at_s,
                words=mark.words,
                requests=known.requests + mark.requests,
            )
    return sorted(found.values(), key=lambda episode: -episode.last_s)


def episode_text(episode: Episode, report: CapacityReport) -> str:
    """How many were refused, when, and why: `41 writes of by-genre refused, 14:05:12 to 14:05:20:
    …`."""
    count = f"{episode.requests:,} {episode.kind.lower()}{'s' if episode.requests != 1 else ''}"
    where = f" by index {episode.index}" if episode.index else ""
    done = "over the limit" if report.throttling == "warn" else "refused"
    first, last = (clock_text(at_s, report.width_s) for at_s in (episode.first_s, episode.last_s))
    when = first if first == last else f"{first} to {last}"
    return f"{count} {done}{where}, {when}: {episode.words}"


def way_out(episode: Episode, report: CapacityReport) -> str:
    """What helps against it."""
    if episode.reason.endswith("KeyRangeThroughputExceeded"):
        most = _PARTITION_MAX[episode.kind]
        spread = (
            "cache it, or spread it" if episode.kind == "Read" else "spread it (write sharding)"
        )
        return f"{spread}: a partition gives {most} at most, whatever the table has"
    if episode.reason.endswith("MaxOnDemandThroughputExceeded"):
        return "raise the maximum of OnDemandThroughput"
    if episode.reason.endswith("AccountLimitExceeded"):
        return "ask for a higher quota of the account"
    if report.mode != PROVISIONED:
        return "retry with backoff: on demand grows to twice the last peak within 30 minutes"
    unit = unit_of(report, episode.kind)
    return f"a raises its {unit} or goes on demand; retries with backoff ride out what is short"


def clock_text(at_s: int, width_s: int) -> str:
    """Local time of a stretch, with the day where stretches are long."""
    form = "%H:%M:%S" if width_s < 60 else "%H:%M" if width_s < 3_600 else "%d %b %H:%M"
    return time.strftime(form, time.localtime(at_s))


def cost_text(cost: MonthlyCost, report: CapacityReport) -> str:
    """Mode and class, with the units that would be provisioned, or how much more a unit costs."""
    name = f"{MODES.get(cost.mode, cost.mode)}, {CLASSES.get(cost.table_class, cost.table_class)}"
    if cost.provisioned is None:
        told = report.on_demand_ratio and cost.table_class == "STANDARD"
        ratios = f"×{report.on_demand_ratio:.1f} (courses: ×{report.course_ratio:g})"
        return f"{name}: {ratios}" if told else name
    return f"{name}, {cost.provisioned[0]:,} RCU, {cost.provisioned[1]:,} WCU"


def stats_command(table: str, window_s: int) -> str:
    """The command that shows the same on the command line."""
    return f"dyntui stats {table} --window {WINDOW_NAMES[window_s]}"


def load_command(table: str, plan: LoadPlan = SUGGESTED_LOAD, *, clean_up: bool = False) -> str:
    """The command that makes traffic on a table."""
    words = ["dyntui load-test", table]
    words += [
        f"--{kind}-rate {rate:g}"
        for kind, rate in (("read", plan.read_rate), ("write", plan.write_rate))
        if rate
    ]
    words += [f"--keys {plan.keys}", f"--duration {plan.duration_s:g}s"]
    return " ".join([*words, "--clean-up"] if clean_up else words)
