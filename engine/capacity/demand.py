"""On-demand capacity: what a table gives at once follows from the traffic that it has had.

It gives at least 4,000 write and 12,000 read units a second, and twice its previous peak. Traffic
beyond raises the peak, but only half an hour later: so long growth beyond twice the peak may be
throttled (the guide's "Initial throughput and previous peak"). The first figures are those of
WarmThroughput, which can be raised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.capacity.buckets import Supply
from engine.capacity.purses import States
from engine.client.protocol import Json

SETTLE_US = 30 * 60 * 1_000_000
WINDOW_US = 60 * 1_000_000
_WINDOW_S = WINDOW_US / 1_000_000
_HEADROOM = 2.0
_KEPT_S = 1.0


@dataclass(slots=True)
class Demand:
    """The traffic of one kind, reads or writes, that an on-demand table has had.

    `peak`: units a second, in the busiest minute that ended half an hour ago or earlier; `minutes`:
    the units of the minutes since, by their number since the Unix epoch.
    """

    peak: float
    minutes: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of_warm(cls, units_s: float) -> Demand:
        """Of a table that gives so many units a second from its beginning."""
        return cls(units_s / _HEADROOM)

    @classmethod
    def from_json(cls, state: Json) -> Demand:
        """The reverse of `to_json`."""
        return cls(state["peak"], {int(minute): units for minute, units in state["minutes"]})

    def to_json(self) -> Json:
        """As it is kept between processes."""
        return {"peak": self.peak, "minutes": list(self.minutes.items())}

    def note(self, units: float, at_us: int) -> None:
        """Count units that were consumed in a minute."""
        minute = at_us // WINDOW_US
        self.minutes[minute] = self.minutes.get(minute, 0.0) + units

    def supply(self, now_us: int) -> Supply:
        """What the table gives now."""
        settled = (now_us - SETTLE_US) // WINDOW_US
        for minute in [minute for minute in self.minutes if minute < settled]:
            self.peak = max(self.peak, self.minutes.pop(minute) / _WINDOW_S)
        return Supply(self.peak * _HEADROOM, _KEPT_S)


class SharedDemand:
    """The traffic of one kind as the processes of a Region bring it together, once a minute."""

    def __init__(self, states: States, name: str, warm_units_s: float) -> None:
        """`name` is that of the traffic among the states."""
        self._states = states
        self._name = name
        self._warm = warm_units_s
        self._units = 0.0
        self._window_us = -1
        self._supply = Supply(warm_units_s, _KEPT_S)

    def note(self, units: float) -> None:
        """Count units that were consumed since `supply` was asked last."""
        self._units += units

    def supply(self, now_us: int) -> Supply:
        """What the table gives now."""
        window_us = now_us - now_us % WINDOW_US
        if window_us == self._window_us:
            return self._supply
        ended_us, units = max(self._window_us, 0), self._units
        self._window_us, self._units = window_us, 0.0

        def work(state: Any) -> tuple[Any, Supply]:
            demand = Demand.of_warm(self._warm) if state is None else Demand.from_json(state)
            demand.peak = max(demand.peak, self._warm / _HEADROOM)
            demand.note(units, ended_us)
            supply = demand.supply(now_us)
            return demand.to_json(), supply

        self._supply = self._states.update_state(self._name, work)
        return self._supply
