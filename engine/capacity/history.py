"""The measurements of the past, as somebody who looks again and again reads them.

What was read before is kept, and only what has changed since is read anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.capacity.points import Points
from engine.capacity.stretches import Stretch
from engine.client.windows import WINDOWS

_SERIES_MAX = 8
_KEPT_S = {width_s: kept_s for kept_s, width_s in WINDOWS.items()}


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

        `width_s` is one of those of `WINDOWS`. Raises `InternalServerError` where the file fails.
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
            return {at_s: known[at_s] for at_s in sorted(known) if at_s >= since_s}

    def _read(self, series: _Series, subject: str, width_s: int) -> None:
        """Take over what has changed."""
        for at_s, version, body in self._points.read_points(
            subject, width_s, series.since_s, series.version
        ):
            series.stretches[at_s] = Stretch.decoded(body)
            series.version = max(series.version, version)
        kept_since_s = max(series.stretches, default=0) - _KEPT_S[width_s]
        for at_s in [at_s for at_s in series.stretches if at_s < kept_since_s]:
            del series.stretches[at_s]
        series.since_s = max(series.since_s, kept_since_s)
