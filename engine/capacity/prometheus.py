"""Prometheus: what was measured since the beginning, in its text format 0.0.4.

Names are CloudWatch's in Prometheus' way: ConsumedReadCapacityUnits is counted as
`dynamodb_consumed_read_capacity_units_total`.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.capacity.histogram import upper
from engine.capacity.stretches import OperationSum, Stretch

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_LATENCY = "dynamodb_successful_request_latency_seconds"
_FAMILIES = {
    "dynamodb_consumed_read_capacity_units_total": ("counter", "Read units that were consumed."),
    "dynamodb_consumed_write_capacity_units_total": ("counter", "Write units that were consumed."),
    "dynamodb_provisioned_read_capacity_units": ("gauge", "Read units a second, provisioned."),
    "dynamodb_provisioned_write_capacity_units": ("gauge", "Write units a second, provisioned."),
    "dynamodb_read_throttle_events_total": ("counter", "Reads that were throttled, by reason."),
    "dynamodb_write_throttle_events_total": ("counter", "Writes that were throttled, by reason."),
    "dynamodb_requests_total": ("counter", "Requests, however they ended."),
    "dynamodb_throttled_requests_total": ("counter", "Requests with a part that was throttled."),
    "dynamodb_errors_total": ("counter", "Requests that failed, but for throttling, by error."),
    "dynamodb_items_total": ("counter", "Items that were read or written."),
    "dynamodb_item_bytes_total": ("counter", "Bytes of the items that were read or written."),
    _LATENCY: ("histogram", "How long requests took that succeeded."),
}
# Every fourth step of the histogram, which grows by a fifth from step to step: 0.1 ms to 18 s.
_BUCKET_STEPS = range(24, 96, 4)
Labels = Mapping[str, str]


class Exposition:
    """The metrics of any number of tables and Regions, as one text."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {name: [] for name in _FAMILIES}

    def add(
        self, table: Labels, counted: Stretch, provisions: Mapping[str, tuple[float, float]]
    ) -> None:
        """Add a table; `table` are its labels, `provisions` by index ("" is the table)."""
        for kind, flows in (("read", counted.reads), ("write", counted.writes)):
            self._add_flows(f"dynamodb_consumed_{kind}_capacity_units_total", table, flows)
        for index, units in provisions.items():
            labels = _of_index(table, index)
            for kind, given in zip(("read", "write"), units, strict=True):
                self._add(f"dynamodb_provisioned_{kind}_capacity_units", labels, given)
        for (index, kind, reason), throttled in counted.throttled.items():
            labels = {**_of_index(table, index), "reason": reason}
            name = f"dynamodb_{kind.lower()}_throttle_events_total"
            self._add(name, labels, throttled.requests)
        for name, operation in counted.operations.items():
            self._add_operation({**table, "operation": name}, operation)

    def _add_flows(self, name: str, table: Labels, flows: Mapping[str, float]) -> None:
        for index, units in flows.items():
            self._add(name, _of_index(table, index), units)

    def _add_operation(self, labels: Labels, counted: OperationSum) -> None:
        self._add("dynamodb_requests_total", labels, counted.requests)
        self._add("dynamodb_throttled_requests_total", labels, counted.throttled)
        self._add("dynamodb_items_total", labels, counted.items)
        self._add("dynamodb_item_bytes_total", labels, counted.item_bytes)
        for code, count in counted.errors.items():
            self._add("dynamodb_errors_total", {**labels, "error": code}, count)
        for last in _BUCKET_STEPS:
            below = sum(count for at, count in counted.steps.items() if at <= last)
            bucket = {**labels, "le": f"{upper(last) / 1e6:.6g}"}
            self._add(_LATENCY, bucket, below, "_bucket")
        self._add(_LATENCY, {**labels, "le": "+Inf"}, counted.succeeded, "_bucket")
        self._add(_LATENCY, labels, counted.seconds, "_sum")
        self._add(_LATENCY, labels, counted.succeeded, "_count")

    def _add(self, family: str, labels: Labels, value: float, suffix: str = "") -> None:
        shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        self._lines[family].append(f"{family}{suffix}{{{shown}}} {_number(value)}")

    def text(self) -> str:
        """All of it; families that have nothing are left out."""
        parts = []
        for name, (kind, what) in _FAMILIES.items():
            if self._lines[name]:
                parts += [f"# HELP {name} {what}", f"# TYPE {name} {kind}", *self._lines[name]]
        return "".join(f"{line}\n" for line in parts)


def _of_index(table: Labels, index: str) -> Labels:
    return {**table, "global_secondary_index_name": index} if index else table


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 9))


def _escaped(text: str) -> str:
    """A label's value: backslashes, quotes and line feeds cannot stand for themselves."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
