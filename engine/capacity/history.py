"""The measurements of the past, as somebody who looks again and again reads them.

What was read before is kept, and only what has changed since is read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.capacity.points import Points
from engine.capacity.stretches import Stretch

_SERIES_MAX = 8


class _Series:
    """The stretches of one subject and width that were read so far, from `since_s` on."""

    def __init__(self, since_s: int) -> None:
        self.since_s = since_s
        self.version = 0
        self.stretches: dict[int, Stretch] = {}


class History:
    """What is kept of the points of a Region, for one who looks; safe to use from threads."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._lock = threading.Lock()
        self._series: OrderedDict[tuple[str, int], _Series] = OrderedDict()

    def stretches(self, subject: str, width_s: int, since_s: int) -> dict[int, Stretch]:
        """The stretches from a time on, by when they begin, in order; not to be changed.

        Raises `InternalServerError` where the file fails.
        """
        with self._lock:
            series = self._series.pop((subject, width_s), None)
            if series is None or since_s < series.since_s:
                series = _Series(since_s)
            self._series[subject, width_s] = series
            while len(self._series) > _SERIES_MAX:
                self._series.popitem(last=False)
            self._read(series, subject, width_s)
            known = series.stretches
            for at_s in [at_s for at_s in known if at_s < since_s]:
                del known[at_s]
            series.since_s = since_s
            return {at_s: known[at_s] for at_s in sorted(known)}

    def _read(self, series: _Series, subject: str, width_s: int) -> None:
        """Take over what has changed."""
        for at_s, version, body in self._points.read_points(
            subject, width_s, series.since_s, series.version
        ):
            series.stretches[at_s] = Stretch.decoded(body)
            series.version = max(series.version, version)
