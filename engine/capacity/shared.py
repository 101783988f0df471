"""States that a process shares with others as long as that works.

Capacity is no data. Where its file fails, as on a full disk, a process goes on by itself: no
request is refused for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from engine.capacity.purses import MemoryStates, States
from engine.errors import ApiError

T = TypeVar("T")


class SharedStates:
    """The states of a Region's file; where it fails, those of this process."""

    def __init__(self, file: States) -> None:
        self._file = file
        self._own = MemoryStates()

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """See `States.update_state`; `work` is done again where the file fails."""
        try:
            return self._file.update_state(name, work)
        except ApiError:
            return self._own.update_state(name, work)

    def read_state(self, name: str) -> Any:
        """See `States.read_state`."""
        try:
            return self._file.read_state(name)
        except ApiError:
            return self._own.read_state(name)

    def forget_states(self, prefix: str) -> None:
        """See `States.forget_states`."""
        self._own.forget_states(prefix)
        with suppress(ApiError):
            self._file.forget_states(prefix)
