"""What a load test counts: requests, units, refusals and latencies."""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import dataclass, field

from dyntui.core.connection.pages import consumed_units
from engine.client.protocol import Json
from engine.errors import ApiError

_STEPS_PER_DOUBLING = 8


@dataclass(slots=True)
class Latencies:
    """How long requests took, in steps of a twelfth, so that any number of them fits."""

    _counts: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        """Add one."""
        self._counts[round(math.log2(max(seconds, 1e-6)) * _STEPS_PER_DOUBLING)] += 1

    def percentile_ms(self, part: float) -> float | None:
        """How many milliseconds a part (0 to 1) of them did not exceed; None without any."""
        wanted = part * sum(self._counts.values())
        passed = 0
        for step in sorted(self._counts):
            passed += self._counts[step]
            if passed >= wanted:
                return float(2.0 ** (step / _STEPS_PER_DOUBLING) * 1_000)
        return None


@dataclass(slots=True)
class Figures:
    """The reads, or the writes, of a load test. `left_alone`: writes that met an item which no load
    test had written; `throttled` counts by reason and resource."""

    requests: int = 0
    units: float = 0.0
    left_alone: int = 0
    throttled: Counter[str] = field(default_factory=Counter)
    latencies: Latencies = field(default_factory=Latencies)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def refused(self) -> int:
        """How many requests were throttled."""
        return self.throttled.total()

    def answered(self, answer: Json, seconds: float) -> None:
        """Count a request that was answered."""
        with self._lock:
            self.requests += 1
            self.units += consumed_units(answer)
            self.latencies.add(seconds)

    def throttled_by(self, error: ApiError) -> None:
        """Count a request that was throttled."""
        with self._lock:
            self.requests += 1
            self.throttled[reason_of(error)] += 1

    def met_foreign(self) -> None:
        """Count a write that left an item alone."""
        with self._lock:
            self.requests += 1
            self.left_alone += 1


def reason_of(error: ApiError) -> str:
    """Why a request was throttled, in the API's words, and what by: `TableRead… of orders`."""
    given = error.members.get("ThrottlingReasons") or error.members.get("throttlingReasons") or ()
    for entry in given:
        resource = str(entry.get("resource", "")).rpartition(":")[2].removeprefix("table/")
        return f"{entry.get('reason')} of {resource.replace('/index/', ', index ')}"
    return error.code
