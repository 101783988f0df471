"""The metrics of a table by CloudWatch's names, stretch by stretch, with its statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.capacity.histogram import percentile
from engine.capacity.points import start_of
from engine.capacity.refusals import Kind
from engine.capacity.stretches import OperationSum, Stretch, Sum
from engine.client.capacity import WINDOWS, Datapoint
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
_Take = Callable[[Stretch, str], Sum | None]
_TakeOperation = Callable[[OperationSum], Sum]


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
        counted = _OF_TABLE[name](stretch, index)
        steps: Mapping[int, int] = {}
    else:
        whole = OperationSum()
        for of_name, figures in stretch.operations.items():
            if operation in (None, of_name):
                whole.merge(figures)
        counted = _OF_OPERATION[name](whole)
        steps = whole.steps if name == _LATENCY else {}
    if counted is None or not counted.samples:
        return None
    p50, p90, p99 = (_ms(percentile(steps, part)) for part in (0.5, 0.9, 0.99))
    return Datapoint(at_s, counted.samples, counted.total, counted.low, counted.high, p50, p90, p99)


def _ms(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1_000


# What each is taken from.


def _consumed(kind: Kind) -> _Take:
    def take(stretch: Stretch, index: str) -> Sum | None:
        return (stretch.reads if kind is Kind.READ else stretch.writes).get(index)

    return take


def _provisioned(kind: Kind) -> _Take:
    def take(stretch: Stretch, index: str) -> Sum | None:
        units = stretch.provisions.get(index)
        given = None if units is None else units[kind is Kind.WRITE]
        return None if given is None else Sum(1, given, given, given)

    return take


def _throttled(kind: Kind) -> _Take:
    def take(stretch: Stretch, index: str) -> Sum:
        return _events(
            sum(
                found.requests
                for (of_index, of_kind, _), found in stretch.throttled.items()
                if (of_index, of_kind) == (index, kind)
            )
        )

    return take


def _failed(code: str) -> _TakeOperation:
    return lambda figures: _events(figures.errors.get(code, 0))


def _user_errors(figures: OperationSum) -> Sum:
    others = _ERRORS.values()
    return _events(sum(count for code, count in figures.errors.items() if code not in others))


def _events(count: int) -> Sum:
    """So many events, each of which counts as 1."""
    return Sum(count, count, 1, 1) if count else Sum()


_OF_TABLE: dict[str, _Take] = {
    "ConsumedReadCapacityUnits": _consumed(Kind.READ),
    "ConsumedWriteCapacityUnits": _consumed(Kind.WRITE),
    "ProvisionedReadCapacityUnits": _provisioned(Kind.READ),
    "ProvisionedWriteCapacityUnits": _provisioned(Kind.WRITE),
    "ReadThrottleEvents": _throttled(Kind.READ),
    "WriteThrottleEvents": _throttled(Kind.WRITE),
}
_OF_OPERATION: dict[str, _TakeOperation] = {
    _LATENCY: lambda figures: figures.latency,
    "ThrottledRequests": lambda figures: _events(figures.throttled),
    "UserErrors": _user_errors,
    **{name: _failed(code) for name, code in _ERRORS.items()},
}
