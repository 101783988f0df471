"""How often what moves is looked at: ten times a second while it does, once where it rests."""

from __future__ import annotations

from engine.client.capacity import CapacityReport

FAST_S = 0.1
REST_S = 1.0
TAIL = 2
"""The newest stretches, of which the last may not be over yet."""
SPARED = 8
"""A look that takes long is followed by a pause so many times as long."""

_Tail = tuple[tuple[float, ...], ...]


class Pace:
    """Says when to look again, from what was seen the last time."""

    def __init__(self) -> None:
        self._tail: _Tail | None = None

    def next_s(self, report: CapacityReport, spent_s: float) -> float:
        """Seconds until the next look; `spent_s` is what this one took."""
        tail = _tail(report)
        moves = tail != self._tail and any(map(any, tail))
        self._tail = tail
        return max(FAST_S if moves else REST_S, spent_s * SPARED)


def _tail(report: CapacityReport) -> _Tail:
    """What was consumed and refused just now, of the table and each index."""
    return tuple(
        series[-TAIL:]
        for resource in report.resources
        for flow in (resource.reads, resource.writes)
        for series in (flow.consumed, flow.throttled)
    )
