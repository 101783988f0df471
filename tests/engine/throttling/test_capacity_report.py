"""What an engine tells of capacity, by virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import ApiError, Engine, Settings, VirtualClock
from engine.client.capacity import CapacityReport, OperationFigures
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand
from tests.engine.throttling.provisioned import create

Json = dict[str, Any]
TABLE = "orders"


def put(engine: Engine, number: int, text_bytes: int = 0, **more: Json) -> None:
    """Put an item of about so many bytes."""
    item = {"id": {"S": f"item-{number}"}, "text": {"S": "x" * text_bytes}, **more}
    engine.call("PutItem", {"TableName": TABLE, "Item": item})


def get(engine: Engine, number: int) -> Json:
    """Get an item, strongly consistent."""
    key = {"id": {"S": f"item-{number}"}}
    return engine.call("GetItem", {"TableName": TABLE, "Key": key, "ConsistentRead": True})


def operation(report: CapacityReport, name: str) -> OperationFigures:
    """The figures of one operation."""
    return next(found for found in report.operations if found.operation == name)


def test_units_are_told_second_by_second(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 10)
    for seconds, writes in enumerate((3, 0, 2)):
        for number in range(writes):
            put(engine, number)
        get(engine, seconds)
        if seconds < 2:
            clock.advance(1)
    report = engine.capacity_report(TABLE, 5)
    (table,) = report.resources
    assert table.writes.consumed == (0.0, 0.0, 3.0, 0.0, 2.0)
    assert table.reads.consumed == (0.0, 0.0, 1.0, 1.0, 1.0)
    assert report.since_s + 4 == clock.now_us() // 1_000_000
    assert (table.writes.rate, table.writes.provisioned, table.writes.burst) == (10, 10, 3_000)
    assert (report.mode, report.throttling, report.width_s) == ("PROVISIONED", "enforce", 1)


@pytest.mark.parametrize("throttling", ["enforce", "off"])
def test_the_burst_that_is_left_is_told(throttling: str) -> None:
    clock = VirtualClock()
    with Engine.in_memory(settings=Settings(throttling=throttling), clock=clock) as engine:
        create(engine, 10, 10)
        put(engine, 0)
        get(engine, 0)
        clock.advance(9)
        for number in range(4):
            put(engine, number)
        (table,) = engine.capacity_report(TABLE).resources
        assert table.reads.balance == pytest.approx(99)
        assert table.writes.balance == pytest.approx(95)


def test_what_was_throttled_is_told_with_its_reason(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 100, index_writes=1)
    for number in range(3):
        if number:
            with pytest.raises(ApiError):
                put(engine, number, day={"S": "Monday"})
        else:
            put(engine, number, day={"S": "Monday"})
    report = engine.capacity_report(TABLE, 1)
    table, index = report.resources
    assert (table.index, index.index) == (None, "by-day")
    assert (table.writes.throttled, index.writes.throttled) == ((0,), (2,))
    assert (table.writes.consumed, index.writes.consumed) == ((1.0,), (1.0,))
    (mark,) = report.throttles
    assert (mark.at_s, mark.index, mark.kind) == (clock.now_us() // 1_000_000, "by-day", "Write")
    assert mark.reason == "IndexWriteProvisionedThroughputExceeded"
    assert mark.requests == 2
    assert "by-day" in mark.words
    puts = operation(report, "PutItem")
    assert (puts.requests, puts.throttled, puts.failed) == (3, 2, 0)


def test_operations_tell_sizes_and_failures(engine: Engine) -> None:
    create(engine, 100, 100)
    put(engine, 0, 989)
    put(engine, 1, 1_989)
    with pytest.raises(ApiError):
        engine.call(
            "DeleteItem",
            {
                "TableName": TABLE,
                "Key": {"id": {"S": "item-0"}},
                "ConditionExpression": "attribute_not_exists(id)",
            },
        )
    with pytest.raises(ApiError):
        engine.call("GetItem", {"TableName": TABLE, "Key": {"wrong": {"S": "key"}}})
    report = engine.capacity_report(TABLE)
    puts = operation(report, "PutItem")
    assert (puts.item_bytes_mean, puts.item_bytes_max) == (1_501.0, 2_001)
    assert operation(report, "DeleteItem").failed == 1
    assert operation(report, "GetItem").failed == 1
    assert operation(report, "GetItem").p50_ms is None


def test_latencies_are_those_of_the_clock(tmp_path: Path) -> None:
    class Slow(VirtualClock):
        """A clock on which every request takes a while."""

        def monotonic_s(self) -> float:
            self._elapsed_s += 0.005
            return self._elapsed_s

    # A thread that asked for the time would make a request longer.
    with upkeep_by_hand(), Engine.open(tmp_path, clock=Slow()) as engine:
        create(engine, 100, 100)
        put(engine, 0)
        report = engine.capacity_report(TABLE)
    assert operation(report, "PutItem").p99_ms == pytest.approx(5, rel=0.1)


def test_long_windows_have_wide_stretches(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 10)
    put(engine, 0)
    clock.advance(7_200)
    for window_s, width_s, count in ((3_600, 1, 3_600), (86_400, 60, 1_440), (604_800, 3_600, 168)):
        report = engine.capacity_report(TABLE, window_s)
        consumed = report.resources[0].writes.consumed
        assert (report.width_s, len(consumed)) == (width_s, count)
        assert sum(consumed) == (0.0 if width_s == 1 else 1.0)


@pytest.mark.parametrize("window_s", [0, -1, 35 * 86_400 + 1])
def test_an_impossible_window_is_refused(engine: Engine, window_s: int) -> None:
    create(engine, 10, 10)
    with pytest.raises(ApiError, match="window_s"):
        engine.capacity_report(TABLE, window_s)
    with pytest.raises(ApiError, match="window_s"):
        engine.capacity_overview(window_s)


def test_an_unknown_table_is_refused(engine: Engine) -> None:
    with pytest.raises(ApiError, match="not found"):
        engine.capacity_report("nothing")


def test_costs_are_those_of_a_month_of_it(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 10)
    for number in range(100):
        put(engine, number)
        clock.advance(1)
    report = engine.capacity_report(TABLE, 3_600)
    costs = {(cost.table_class, cost.mode): cost for cost in report.costs}
    standard = costs["STANDARD", "PAY_PER_REQUEST"]
    assert standard.writes == pytest.approx(730 * 3_600 / 1e6 * 0.625)
    assert costs["STANDARD", "PROVISIONED"].provisioned == (1, 1)
    assert report.costs[0].mode == "PROVISIONED"
    assert report.on_demand_ratio == pytest.approx(3.46, abs=0.005)


def test_a_new_table_of_the_same_name_begins_anew(engine: Engine) -> None:
    create(engine, 10, 10)
    put(engine, 0)
    engine.call("DeleteTable", {"TableName": TABLE})
    create(engine, 10, 10)
    assert sum(engine.capacity_report(TABLE).resources[0].writes.consumed) == 0


def test_all_tables_are_told_beside_each_other(engine: Engine) -> None:
    create(engine, 10, 1)
    put(engine, 0)
    with pytest.raises(ApiError):
        put(engine, 1)
    (load,) = engine.capacity_overview()
    assert (load.table, load.mode, load.provisioned) == (TABLE, "PROVISIONED", (10, 1))
    assert (load.reads, load.writes, load.throttled, load.failed) == (0.0, 1.0, 1, 0)
    assert load.requests == 3


def test_figures_of_another_process_are_seen_once_it_has_brought_them_in(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Engine.open(tmp_path, clock=clock) as here:
        create(here, 100, 100)
        with Engine.open(tmp_path, clock=clock) as there:
            put(there, 0)
            assert sum(here.capacity_report(TABLE).resources[0].writes.consumed) == 0
        assert sum(here.capacity_report(TABLE).resources[0].writes.consumed) == 1


def test_prometheus_counts_from_the_beginning(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 1)
    put(engine, 0)
    with pytest.raises(ApiError):
        put(engine, 1)
    clock.advance(40 * 86_400)
    put(engine, 1)
    lines = engine.prometheus().splitlines()
    table = 'region="us-east-1",table_name="orders"'
    put_item = f'{table},operation="PutItem"'
    assert f"dynamodb_consumed_write_capacity_units_total{{{table}}} 2" in lines
    assert f"dynamodb_provisioned_write_capacity_units{{{table}}} 1" in lines
    assert f"dynamodb_requests_total{{{put_item}}} 3" in lines
    assert f"dynamodb_throttled_requests_total{{{put_item}}} 1" in lines
    reason = f'{table},reason="TableWriteProvisionedThroughputExceeded"'
    assert f"dynamodb_write_throttle_events_total{{{reason}}} 1" in lines
    latency = "dynamodb_successful_request_latency_seconds"
    assert f'{latency}_bucket{{{put_item},le="+Inf"}} 2' in lines
    assert f"{latency}_count{{{put_item}}} 2" in lines
    assert f"# TYPE {latency} histogram" in lines


def test_metrics_have_cloudwatchs_names_and_statistics(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 10, index_writes=1)
    now_s = clock.now_us() // 1_000_000
    begin_s = now_s - now_s % 60
    put(engine, 1, 1_500)
    put(engine, 2, day={"S": "Monday"})
    for number in (3, 4):
        with pytest.raises(ApiError):
            put(engine, number, day={"S": "Monday"})
    clock.advance(60)
    get(engine, 1)

    def metric(name: str, width_s: int = 60, **of: str) -> list[tuple[float | None, ...]]:
        points = engine.metrics(TABLE, name, begin_s, begin_s + 7_200, width_s, **of)
        return [(point.at_s - begin_s, point.samples, point.total, point.high) for point in points]

    assert metric("ConsumedWriteCapacityUnits") == [(0, None, 3, None)]
    assert metric("ConsumedWriteCapacityUnits", index="by-day") == [(0, None, 1, None)]
    assert metric("ConsumedReadCapacityUnits", 3_600)[0][1:] == (None, 1, None)
    assert metric("ProvisionedReadCapacityUnits") == [(0, 1, 10, 10), (60, 1, 10, 10)]
    assert metric("WriteThrottleEvents") == []
    assert metric("WriteThrottleEvents", index="by-day") == [(0, 2, 2, 1)]
    assert metric("ThrottledRequests", operation="PutItem") == [(0, 2, 2, 1)]
    assert [samples for _, samples, *_ in metric("SuccessfulRequestLatency")] == [3, 1]
    (read,) = engine.metrics(TABLE, "SuccessfulRequestLatency", begin_s + 60, begin_s + 61)
    assert read.p50 is not None
    assert engine.metrics(TABLE, "ConsumedWriteCapacityUnits", 0, begin_s) == ()


def test_errors_are_metrics_by_their_kind(engine: Engine) -> None:
    create(engine, 10, 10)
    key = {"id": {"S": "item-1"}}
    refused: list[Json] = [
        {"ConditionExpression": "attribute_exists(id)"},
        {"UpdateExpression": "SET text = :none"},
    ]
    for more in refused:
        with pytest.raises(ApiError):
            engine.call("UpdateItem", {"TableName": TABLE, "Key": key, **more})
    for name in ("ConditionalCheckFailedRequests", "UserErrors"):
        (point,) = engine.metrics(TABLE, name, 0, 2e9)
        assert (point.total, point.mean) == (1, 1)
    assert engine.metrics(TABLE, "SystemErrors", 0, 2e9) == ()


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("Consumed", {}, "none of the metrics"),
        ("UserErrors", {"width_s": 2}, "width_s"),
        ("UserErrors", {"until_s": -1}, "no stretch of time"),
        ("UserErrors", {"until_s": float("nan")}, "no stretch of time"),
        ("ReadThrottleEvents", {"index": "by-week"}, "no global secondary index: by-week"),
        ("UserErrors", {"index": "by-day"}, "by operation, not by index"),
        ("ReadThrottleEvents", {"operation": "GetItem"}, "by index, not by operation"),
    ],
)
def test_a_metric_that_is_not_kept_is_refused(
    engine: Engine, name: str, more: Json, said: str
) -> None:
    create(engine, 10, 10, index_writes=1)
    with pytest.raises(ApiError, match=said):
        engine.metrics(**{"table": TABLE, "name": name, "since_s": 0, "until_s": 2e9, **more})
