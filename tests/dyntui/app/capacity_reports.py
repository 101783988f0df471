"""Reports of capacity as a script says them, and an engine's tools that give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sin
from typing import Any, cast

from engine import Engine
from engine.client.capacity import (
    CapacityReport,
    Flow,
    HotKey,
    MonthlyCost,
    OperationFigures,
    PartitionHeat,
    Resource,
    ThrottleMark,
)
from engine.client.protocol import LocalTools

START_S = 1_699_999_800
STRETCHES = 600
BURST_S = 300

COSTS = (
    MonthlyCost("STANDARD", "PROVISIONED", 4.745, 9.49, 0.0, (50, 20)),
    MonthlyCost("STANDARD_INFREQUENT_ACCESS", "PROVISIONED", 5.84, 11.826, 0.0, (50, 20)),
    MonthlyCost("STANDARD", "PAY_PER_REQUEST", 10.2, 21.35, 0.0),
    MonthlyCost("STANDARD_INFREQUENT_ACCESS", "PAY_PER_REQUEST", 12.65, 26.64, 0.0),
)
OPERATIONS = (
    OperationFigures("PutItem", 11_340, 41, 2, 0.31, 0.55, 1.9, 812.0, 4_096),
    OperationFigures("GetItem", 18_200, 0, 0, 0.08, 0.11, 0.4, 640.0, 4_096),
    OperationFigures("Query", 912, 0, 0, 0.62, 1.4, 14.2, 12_600.0, 91_000),
)


def wave(mean: float, swing: float, *, stretches: int = STRETCHES) -> tuple[float, ...]:
    """Traffic that rises and falls, the same every time."""
    return tuple(
        round(max(0.0, mean + swing * sin(number / 60) + 2 * sin(number)), 1)
        for number in range(stretches)
    )


def flow(
    consumed: Sequence[float],
    provisioned: float | None,
    balance: float | None = None,
    throttled: Sequence[int] | None = None,
    rate: float = 0.0,
) -> Flow:
    """Reads or writes; a burst of 300 s where they are provisioned."""
    burst = None if provisioned is None else provisioned * BURST_S
    return Flow(
        tuple(consumed),
        tuple(throttled or [0] * len(consumed)),
        provisioned or rate,
        provisioned,
        burst if balance is None else balance,
        burst,
    )


def hot_key(number: int, share: float, kind: str = "Write") -> HotKey:
    """A film that takes much."""
    name = f"film-{number:04}"
    return HotKey(name, {"id": {"S": name}}, kind, 9_000 * share, share, 1 + number % 4, 4)


def _partitions(*writes: float) -> tuple[PartitionHeat, ...]:
    count = len(writes)
    return tuple(
        PartitionHeat(number + 1, number / count, (number + 1) / count, 0.2, heat, 4_000_000)
        for number, heat in enumerate(writes)
    )


def throttled_report(table: str = "films") -> CapacityReport:
    """Provisioned, with a hot key that was refused, and an index that holds up its table."""
    refused = [5 if 420 <= second < 428 else 0 for second in range(STRETCHES)]
    at_index = [1 if second in (300, 301) else 0 for second in range(STRETCHES)]
    writes = [20.0 if 380 <= s < 450 else units for s, units in enumerate(wave(11, 6))]
    hot = "partition 3 of 4 is hot: key film-0002 takes {} % of its writes"
    marks = [
        ThrottleMark(START_S + second, None, "Write", "TableWriteKeyRangeThroughputExceeded",
                     hot.format(69 + second % 3), 5)
        for second in range(420, 428)
    ]  # fmt: skip
    marks += [
        ThrottleMark(START_S + second, "by-genre", "Write",
                     "IndexWriteProvisionedThroughputExceeded",
                     "by-genre is provisioned with 10 WCU and its burst is used up", 1)
        for second in (300, 301)
    ]  # fmt: skip
    resources = (
        Resource(
            None,
            flow(wave(30, 14), 50, 11_400.0),
            flow(writes, 20, -3.0, refused),
            _partitions(0.3, 0.1, 1.04, 0.2),
            (hot_key(2, 0.71), hot_key(17, 0.09), hot_key(40, 0.04, "Read")),
        ),
        Resource(
            "by-genre",
            flow([0.0] * STRETCHES, 5),
            flow(wave(6, 3), 10, 210.0, at_index),
            _partitions(0.6),
            (HotKey("Drama", {"genre": {"S": "Drama"}}, "Write", 1_900.0, 0.45, 1, 1),),
        ),
    )
    return CapacityReport(
        table, "PROVISIONED", "STANDARD", "enforce", START_S, 1, resources, tuple(marks),
        OPERATIONS, COSTS, "us-east-1", "2024-11-01", 3.46, 2.5,
    )  # fmt: skip


def quiet_report(table: str = "films") -> CapacityReport:
    """Provisioned, and nothing was asked of it."""
    nothing = [0.0] * STRETCHES
    resource = Resource(None, flow(nothing, 50), flow(nothing, 20), _partitions(0.0), ())
    costs = (MonthlyCost("STANDARD", "PAY_PER_REQUEST", 0.0, 0.0, 0.0), *COSTS[:1])
    return replace(
        throttled_report(table), resources=(resource,), throttles=(), operations=(), costs=costs,
        throttling="off",
    )  # fmt: skip


def on_demand_report(table: str = "films") -> CapacityReport:
    """On demand, with a global index, nothing refused."""
    resources = tuple(
        Resource(
            index,
            flow(wave(900, 500), None, rate=12_000),
            flow(wave(2_400, 900), None, rate=4_000),
            _partitions(0.5, 0.55, 0.7, 0.6),
            (hot_key(7, 0.02),) if index is None else (),
        )
        for index in (None, "by-genre")
    )
    return replace(
        throttled_report(table), mode="PAY_PER_REQUEST", resources=resources, throttles=(),
        operations=tuple(replace(one, throttled=0) for one in OPERATIONS),
    )  # fmt: skip


class ScriptedTools:
    """An engine's tools, whose reports are those of a script, the last one again and again."""

    def __init__(self, engine: Engine, *reports: CapacityReport | Exception) -> None:
        self._engine = engine
        self._reports = list(reports)
        self.asked: list[tuple[str, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def capacity_report(self, table: str, window_s: int = 600) -> CapacityReport:
        """The next report, or error."""
        self.asked.append((table, window_s))
        report = self._reports.pop(0) if len(self._reports) > 1 else self._reports[0]
        if isinstance(report, Exception):
            raise report
        return replace(report, table=table)

    @property
    def tools(self) -> LocalTools:
        """As a connection takes them."""
        return cast(LocalTools, self)
