"""On-demand capacity: what a table gives at once follows from the traffic that it has had.

It gives at least 4,000 write and 12,000 read units a second, and twice its previous peak. Traffic
beyond raises the peak, but only half an hour later: so long growth beyond twice the peak may be
throttled (the guide's "Initial throughput and previous peak").
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from engine.capacity.buckets import Supply
from engine.client.protocol import Json

INITIAL_READ_UNITS = 12_000.0
INITIAL_WRITE_UNITS = 4_000.0
SETTLE_US = 30 * 60 * 1_000_000
WINDOW_US = 60 * 1_000_000
_HEADROOM = 2.0
_KEPT_S = 1.0


@dataclass(slots=True)
class Demand:
    """The traffic of one kind, reads or writes, that an on-demand table has had.

    `peak`: units a second, in the busiest minute that ended half an hour ago or earlier. Minutes
    since then that were busier wait in `rising` (end in µs, units a second), each busier than the
    one before.
    """

    peak: float
    window_us: int = 0
    window_units: float = 0.0
    rising: deque[tuple[int, float]] = field(default_factory=deque)

    @classmethod
    def of_reads(cls, provision: float = 0.0) -> Demand:
        """Of a new table, or one that has had a provision of so many units."""
        return cls(max(INITIAL_READ_UNITS / _HEADROOM, provision))

    @classmethod
    def of_writes(cls, provision: float = 0.0) -> Demand:
        """Of a new table, or one that has had a provision of so many units."""
        return cls(max(INITIAL_WRITE_UNITS / _HEADROOM, provision))

    @classmethod
    def from_json(cls, state: Json) -> Demand:
        """The reverse of `to_json`."""
        rising = deque((int(end), float(rate)) for end, rate in state["rising"])
        return cls(state["peak"], state["window_us"], state["window_units"], rising)

    def to_json(self) -> Json:
        """As it is kept between processes."""
        return {
            "peak": self.peak,
            "window_us": self.window_us,
            "window_units": self.window_units,
            "rising": list(self.rising),
        }

    def note(self, units: float, now_us: int) -> None:
        """Count units that were consumed."""
        start = now_us - now_us % WINDOW_US
        if start > self.window_us:
            self._end_window()
            self.window_us, self.window_units = start, 0.0
        self.window_units += units

    def _end_window(self) -> None:
        rate = self.window_units / (WINDOW_US / 1_000_000)
        if rate > self.peak and (not self.rising or rate > self.rising[-1][1]):
            self.rising.append((self.window_us + WINDOW_US, rate))

    def supply(self, now_us: int, units_max: float | None = None) -> Supply:
        """What the table gives now; `units_max` is the maximum that its owner has set."""
        while self.rising and self.rising[0][0] + SETTLE_US <= now_us:
            self.peak = max(self.peak, self.rising.popleft()[1])
        rate = self.peak * _HEADROOM
        return Supply(rate if units_max is None else min(rate, units_max), _KEPT_S)
