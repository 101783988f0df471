"""The metrics of a table by CloudWatch's names, stretch by stretch, with its statistics."""

from __future__ import annotations

from collections.abc import Callable

from engine.capacity.histogram import middle, percentile
from engine.capacity.points import start_of
from engine.capacity.refusals import Kind
from engine.capacity.stretches import OperationSum, Stretch
from engine.client.capacity import Datapoint
from engine.client.windows import WINDOWS
from engine.errors import ValidationException
from engine.operations.region import Region
from engine.storage.catalog import Table

_LATENCY = "SuccessfulRequestLatency"
_ERRORS = {
    "ConditionalCheckFailedRequests": "ConditionalCheckFailedException",
    "SystemErrors": "InternalServerError",
    "TransactionConflict": "TransactionConflictException",
}
_END_S = 2**62
_Take = Callable[[int, Stretch, str], Datapoint | None]
_TakeOperation = Callable[[int, OperationSum], Datapoint | None]


def metrics(
    region: Region,
    table_name: str,
    name: str,
    since_s: float,
    until_s: float,
    width_s: int,
    index: str | None,
    operation: str | None,
) -> tuple[Datapoint, ...]:
    """See `LocalTools.metrics`."""
    if name not in _OF_TABLE and name not in _OF_OPERATION:
        known = ", ".join(sorted((*_OF_TABLE, *_OF_OPERATION)))
        raise ValidationException(f"name: {name!r} is none of the metrics {known}")
    if width_s not in WINDOWS.values():
        raise ValidationException(f"width_s: {width_s} is not one of {[*WINDOWS.values()]}")
    if not 0 <= since_s <= until_s <= _END_S:
        raise ValidationException(f"since_s, until_s: {since_s} to {until_s} is no stretch of time")
    table = region.database.read(lambda _, catalog: region.known_table(catalog, table_name))
    _check_dimensions(table, name, index, operation)
    region.metrics.flush()
    found = []
    first_s = start_of(int(since_s), width_s)
    for at_s, _, body in region.metrics.points.read_points(table.table_id, width_s, first_s):
        if at_s < until_s:
            point = _datapoint(at_s, Stretch.decoded(body), name, index or "", operation)
            found += [point] if point is not None else []
    return tuple(found)


def _check_dimensions(table: Table, name: str, index: str | None, operation: str | None) -> None:
    """A metric has the one dimension that it is counted by."""
    if index is not None and all(index != known.name for known in table.global_indexes):
        raise ValidationException(f"The table has no global secondary index: {index}")
    if index is not None and name in _OF_OPERATION:
        raise ValidationException(f"{name} is counted by operation, not by index")
    if operation is not None and name in _OF_TABLE:
        raise ValidationException(f"{name} is counted by index, not by operation")


def _datapoint(
    at_s: int, stretch: Stretch, name: str, index: str, operation: str | None
) -> Datapoint | None:
    """What a stretch has of a metric; None where it has nothing."""
    if name in _OF_TABLE:
        return _OF_TABLE[name](at_s, stretch, index)
    whole = OperationSum()
    for of_name, figures in stretch.operations.items():
        if operation in (None, of_name):
            whole.merge(figures)
    return _OF_OPERATION[name](at_s, whole)


# What each is taken from.


def _consumed(kind: Kind) -> _Take:
    def take(at_s: int, stretch: Stretch, index: str) -> Datapoint | None:
        units = (stretch.reads if kind is Kind.READ else stretch.writes).get(index)
        return Datapoint(at_s, units) if units else None

    return take


def _provisioned(kind: Kind) -> _Take:
    def take(at_s: int, stretch: Stretch, index: str) -> Datapoint | None:
        units = stretch.provisions.get(index)
        given = None if units is None else units[kind is Kind.WRITE]
        return None if given is None else Datapoint(at_s, given, 1, given, given)

    return take


def _throttled(kind: Kind) -> _Take:
    def take(at_s: int, stretch: Stretch, index: str) -> Datapoint | None:
        requests = (
            found.requests
            for (of_index, of_kind, _), found in stretch.throttled.items()
            if (of_index, of_kind) == (index, kind)
        )
        return _events(at_s, sum(requests))

    return take


def _latency(at_s: int, figures: OperationSum) -> Datapoint | None:
    steps = figures.steps
    if not steps:
        return None
    low, high = (middle(number) / 1_000 for number in (min(steps), max(steps)))
    p50, p90, p99 = (_ms(percentile(steps, part)) for part in (0.5, 0.9, 0.99))
    return Datapoint(at_s, figures.seconds * 1_000, figures.succeeded, low, high, p50, p90, p99)


def _ms(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1_000


def _failed(code: str) -> _TakeOperation:
    return lambda at_s, figures: _events(at_s, figures.errors.get(code, 0))


def _user_errors(at_s: int, figures: OperationSum) -> Datapoint | None:
    others = _ERRORS.values()
    return _events(at_s, sum(count for code, count in figures.errors.items() if code not in others))


def _events(at_s: int, count: int) -> Datapoint | None:
    """So many events, each of which counts as 1."""
    return Datapoint(at_s, count, count, 1, 1) if count else None


_OF_TABLE: dict[str, _Take] = {
    "ConsumedReadCapacityUnits": _consumed(Kind.READ),
    "ConsumedWriteCapacityUnits": _consumed(Kind.WRITE),
    "ProvisionedReadCapacityUnits": _provisioned(Kind.READ),
    "ProvisionedWriteCapacityUnits": _provisioned(Kind.WRITE),
    "ReadThrottleEvents": _throttled(Kind.READ),
    "WriteThrottleEvents": _throttled(Kind.WRITE),
}
_OF_OPERATION: dict[str, _TakeOperation] = {
    _LATENCY: _latency,
    "ThrottledRequests": lambda at_s, figures: _events(at_s, figures.throttled),
    "UserErrors": _user_errors,
    **{name: _failed(code) for name, code in _ERRORS.items()},
}
