"""A report of a throttled table, and a connection that gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dyntui.core.connection.connect import Connection
from engine import Engine
from engine.client.capacity import (
    CapacityReport,
    Flow,
    HotKey,
    MonthlyCost,
    OperationFigures,
    PartitionHeat,
    Resource,
    TableLoad,
    ThrottleMark,
)

WORDS = "partition 2 of 2 is hot: key movie#tt001 takes 71 % of its writes"
REASON = "TableWriteKeyRangeThroughputExceeded"


def report(table: str = "movies", **replaced: Any) -> CapacityReport:
    """Ten minutes of a provisioned table with an index."""
    width, stretches = 60, 10
    idle = Flow((0.0,) * stretches, (0,) * stretches, 5.0, 5.0, 1_500.0, 1_500.0)
    reads = Flow((60.0,) * 5 + (300.0,) * 5, (0,) * stretches, 10.0, 10.0, 750.0, 3_000.0)
    writes = Flow((0.0,) * 8 + (600.0, 1_200.0), (0,) * 8 + (3, 9), 10.0, 10.0, -4.0, 3_000.0)
    heat = (PartitionHeat(1, 0.0, 0.5, 0.2, 0.1, 4_096), PartitionHeat(2, 0.5, 1.0, 0.3, 1.2, 900))
    hot = HotKey("movie#tt001", {"id": {"B": b"\x00\xff"}}, "Write", 1_278.0, 0.71, 2, 2)
    marks = (
        ThrottleMark(1_700_000_540, None, "Write", REASON, WORDS, 9),
        ThrottleMark(1_700_000_480, None, "Write", REASON, WORDS.replace("71", "64"), 3),
    )
    members: dict[str, Any] = {
        "table": table,
        "mode": "PROVISIONED",
        "table_class": "STANDARD",
        "throttling": "enforce",
        "since_s": 1_700_000_000,
        "width_s": width,
        "resources": (
            Resource(None, reads, writes, heat, (hot,)),
            Resource("by-year", idle, idle, heat[:1], ()),
        ),
        "throttles": marks,
        "operations": (
            OperationFigures("PutItem", 1_812, 12, 1, 0.41, 0.9, 7.25, 812.4, 4_000),
            OperationFigures("GetItem", 3_600, 0, 0, None, None, None, None, None),
        ),
        "costs": (
            MonthlyCost("STANDARD", "PAY_PER_REQUEST", 0.16, 1.3, 0.0),
            MonthlyCost("STANDARD", "PROVISIONED", 0.95, 4.75, 0.0, (10, 10)),
        ),
        "priced_region": "us-east-1",
        "priced_as_of": "2026-01",
        "on_demand_ratio": 3.46,
        "course_ratio": 2.5,
    }
    return CapacityReport(**(members | replaced))


class Reporting:
    """Local tools that give reports."""

    def __init__(self, reported: Callable[[str, int], CapacityReport]) -> None:
        self._reported = reported

    def capacity_report(self, table: str, window_s: int = 600) -> CapacityReport:
        """As it was told to."""
        return self._reported(table, window_s)

    def capacity_overview(self, window_s: int = 600) -> tuple[TableLoad, ...]:
        """A provisioned table and one on demand."""
        return (
            TableLoad("movies", "PROVISIONED", 1_800.0, 90.0, (10.0, 5.0), 900, 12, 1, window_s),
            TableLoad("orders", "PAY_PER_REQUEST", 0.0, 0.0, None, 0, 0, 0, window_s),
        )

    def regions_with_tables(self) -> dict[str, int]:
        """None: no hint is to be given."""
        return {}


def reporting(
    engine: Engine, reported: Callable[[str, int], CapacityReport]
) -> Callable[..., Connection]:
    """In place of `connect`: a connection whose tools give reports."""
    tools: Any = Reporting(reported)
    return lambda *_, **__: Connection(engine, tools, "us-east-1", None)
