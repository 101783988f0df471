"""Where measurements are kept: by second for an hour, by minute for a day, by hour for 35 days.

And once more without end, as counters that only grow.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.client.windows import WINDOWS
from engine.storage.meter_file import Point, PointChange

COUNTER_S = 0
"""The width of what counts from the beginning on; it begins at 0."""
WIDTHS_S = (*WINDOWS.values(), COUNTER_S)


def start_of(at_s: int, width_s: int) -> int:
    """When the stretch of a width begins in which a time lies."""
    return at_s - at_s % width_s if width_s else 0


def width_for(window_s: int) -> int:
    """The width of the stretches in which a window is told; the widest where none reaches."""
    return next((width for kept, width in WINDOWS.items() if window_s <= kept), 3_600)


class Points(Protocol):
    """What keeps them; `MeterFile` does for a folder, with the same methods."""

    def update_points(self, changes: Sequence[PointChange]) -> None:
        """Change points, all at once."""

    def read_points(
        self, subject: str, width_s: int, since_s: int, newer_than: int = 0
    ) -> list[Point]:
        """The points of a width from a time on, in order, that changed after a version."""

    def trim_points(self, before_s: Mapping[int, int]) -> None:
        """Forget the points that begin before a time, which is given by their width."""

    def forget_points(self, subject: str) -> None:
        """Forget all that was measured of a subject."""

    def mark(self, name: str) -> int:
        """A number that processes tell each other; 0 at first."""

    def set_mark(self, name: str, value: int) -> None:
        """Tell the others a number."""


class MemoryPoints:
    """The points of a Region that only one process uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: dict[tuple[str, int], dict[int, Point]] = {}
        self._marks: dict[str, int] = {}
        self._version = 0

    def update_points(self, changes: Sequence[PointChange]) -> None:
        """See `Points.update_points`."""
        with self._lock:
            self._version += 1
            for subject, width_s, at_s, work in changes:
                series = self._series.setdefault((subject, width_s), {})
                known = series.get(at_s)
                body = work(None if known is None else known.body)
                series[at_s] = Point(at_s, self._version, body)

    def read_points(
        self, subject: str, width_s: int, since_s: int, newer_than: int = 0
    ) -> list[Point]:
        """See `Points.read_points`."""
        with self._lock:
            points = sorted(self._series.get((subject, width_s), {}).values())
        first = bisect_left(points, (since_s,))
        return [point for point in points[first:] if point.version > newer_than]

    def trim_points(self, before_s: Mapping[int, int]) -> None:
        """See `Points.trim_points`."""
        with self._lock:
            for (_, width_s), series in self._series.items():
                if width_s in before_s:
                    for at_s in [at_s for at_s in series if at_s < before_s[width_s]]:
                        del series[at_s]

    def forget_points(self, subject: str) -> None:
        """See `Points.forget_points`."""
        with self._lock:
            for width_s in WIDTHS_S:
                self._series.pop((subject, width_s), None)

    def mark(self, name: str) -> int:
        """See `Points.mark`."""
        return self._marks.get(name, 0)

    def set_mark(self, name: str, value: int) -> None:
        """See `Points.set_mark`."""
        self._marks[name] = value
