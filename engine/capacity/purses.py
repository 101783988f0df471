"""Purses: the units that a process may spend without asking the others.

The buckets of a Region belong to all its processes. Each borrows at most a second's worth at a time
into a purse of its own, and leaves as much for the others. So together they stay within the table's
capacity, and a request mostly costs a comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from engine.capacity.buckets import Bucket, Supply

T = TypeVar("T")

_LENT_US = 1_000_000
_RETRY_US = 10_000
_NOTHING = 1e-9
"""What sums of fractions may be off by: so little is no unit that is left."""


class States(Protocol):
    """What the processes of a Region have in common; `MeterFile` is it for a folder."""

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """Replace a state, None at first, by what `work` makes of it; nobody comes between."""
        ...

    def read_state(self, name: str) -> Any:
        """A state as it is; None where there is none."""
        ...

    def forget_states(self, prefix: str) -> None:
        """Forget the states whose names begin so."""
        ...


class MemoryStates:
    """The states of a Region that only one process uses."""

    def __init__(self) -> None:
        self._states: dict[str, Any] = {}

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """See `States.update_state`."""
        self._states[name], result = work(self._states.get(name))
        return result

    def read_state(self, name: str) -> Any:
        """See `States.read_state`."""
        return self._states.get(name)

    def forget_states(self, prefix: str) -> None:
        """See `States.forget_states`."""
        for name in [name for name in self._states if name.startswith(prefix)]:
            del self._states[name]


class Purse:
    """What one process may spend of one bucket; after a second the rest is brought back."""

    __slots__ = (
        "_lent_until_us",
        "_name",
        "_refused_until_us",
        "_since_us",
        "_states",
        "_supply",
        "units",
    )

    def __init__(
        self, states: States, name: str, supply: Callable[[int], Supply], since_us: int
    ) -> None:
        """`name` is that of the bucket among the states, which began to fill at `since_us`.

        `supply` gives what fills it at a time.
        """
        self._states = states
        self._since_us = since_us
        self._name = name
        self._lent_until_us = 0
        self._refused_until_us = 0
        self._supply = supply
        self.units = 0.0

    def has_any(self, now_us: int) -> bool:
        """Whether a request is let in."""
        if self.units > _NOTHING and now_us < self._lent_until_us:
            return True
        if now_us < self._refused_until_us:
            return False
        self.units, wait_s = self._borrow(now_us)
        if self.units > _NOTHING:
            self._lent_until_us = now_us + _LENT_US
            return True
        # Others may have paid in meanwhile, so it asks again before the wait is over.
        wait_us = min(wait_s, 1.0) * 1_000_000
        self._refused_until_us = now_us + max(round(wait_us), _RETRY_US)
        return False

    def balance(self, now_us: int) -> float:
        """What is left in the bucket and here; what other processes have borrowed is not seen."""
        supply, state = self._supply(now_us), self._states.read_state(self._name)
        bucket = Bucket.new(supply, self._since_us) if state is None else Bucket(*state)
        bucket.refill(supply, now_us)
        return bucket.units + self.units

    def close(self) -> None:
        """Bring back what is left, or pay what is owed."""
        units, self.units = self.units, 0.0

        def work(state: Any) -> tuple[Any, None]:
            left, at_us = state or (0.0, 0)
            return (left + units, at_us), None

        if units:
            self._states.update_state(self._name, work)

    def _borrow(self, now_us: int) -> tuple[float, float]:
        """Units from the bucket, and seconds to wait where it has none; see `Bucket.lend`."""
        supply, debt = self._supply(now_us), -self.units

        def work(state: Any) -> tuple[Any, tuple[float, float]]:
            bucket = Bucket.new(supply, self._since_us) if state is None else Bucket(*state)
            lent = bucket.lend(supply, now_us, debt)
            wait_s = 0.0 if lent > 0 else bucket.wait_s(supply)
            return (bucket.units, bucket.at_us), (lent, wait_s)

        return self._states.update_state(self._name, work)
