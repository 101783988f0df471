"""Long work in small steps that say a line each, so that a kill may come between any two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.operations import jobs, restore_job
from tests.engine.storage.writers import say

STEP = 20
"""Rows or items."""


def tell_steps() -> None:
    """Let jobs, and restores within them, say a line for each small step."""
    restore_job._STEP_ITEMS = STEP
    step = jobs.Running.step

    def told(self: jobs.Running, work: Any, state: Any) -> None:
        step(self, work, state)
        say("step")

    jobs.Running.step = told  # type: ignore[method-assign]


def telling(rows: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The same rows; a line is said before each small step of them."""

    def told(*arguments: Any) -> Iterator[Any]:
        for number, row in enumerate(rows(*arguments)):
            if number % STEP == 0:
                say("rows")
            yield row

    return told
