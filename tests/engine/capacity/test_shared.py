"""States shared by a file that may fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine.capacity.purses import MemoryStates
from engine.capacity.shared import SharedStates
from engine.errors import InternalServerError

T = TypeVar("T")


class FailingStates(MemoryStates):
    """States of a file that may be on a full disk."""

    full = False

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """As the file does."""
        self._fail()
        return super().update_state(name, work)

    def read_state(self, name: str) -> Any:
        """As the file does."""
        self._fail()
        return super().read_state(name)

    def forget_states(self, prefix: str) -> None:
        """As the file does."""
        self._fail()
        super().forget_states(prefix)

    def _fail(self) -> None:
        if self.full:
            raise InternalServerError("the disk is full")


def take(state: Any) -> tuple[Any, int]:
    """Take one, of ten at first."""
    left = 10 if state is None else state
    return left - 1, left


def test_where_the_file_fails_the_process_counts_by_itself() -> None:
    file = FailingStates()
    states = SharedStates(file)
    assert states.update_state("a", take) == 10
    assert states.read_state("a") == 9
    file.full = True
    assert [states.update_state("a", take) for _ in range(2)] == [10, 9]
    assert states.read_state("a") == 8
    states.forget_states("a")
    assert states.read_state("a") is None
    file.full = False
    assert states.update_state("a", take) == 9
