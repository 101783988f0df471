"""Tallies: what one request has consumed so far, and what refused it.

Whoever carries out a request, or a part of it, does so in one go in one thread, which knows by
`current` on whose tally it works. What is done again (an outdated catalog, a failed group of
writes) begins its tally anew, so that nothing counts twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from engine.capacity.refusals import Kind, Refusal
from engine.storage.catalog import Table

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Draw:
    """Units that a request draws from a table (`index` None) or a global index of it, at a key."""

    index: str | None
    key: bytes
    units: float


Charge = tuple[Table, Kind, Sequence[Draw], int, int]
"""What was drawn, and how many items of how many bytes were read or written for it."""


class Tally:
    """What a request has consumed so far."""

    __slots__ = ("charges", "operation", "refusals", "started_s")

    def __init__(self, operation: str, started_s: float) -> None:
        self.operation = operation
        self.started_s = started_s
        self.charges: list[Charge] = []
        self.refusals: list[tuple[Table, Refusal]] = []


class _Current(threading.local):
    """The tally on which a thread works; None outside of requests."""

    tally: Tally | None = None


current = _Current()


def tallied(tally: Tally, work: Callable[P, T]) -> Callable[P, T]:
    """Work that begins a tally anew each time that it is done, in whatever thread."""

    def attempt(*arguments: P.args, **named: P.kwargs) -> T:
        current.tally = tally
        if tally.charges or tally.refusals:
            tally.charges, tally.refusals = [], []
        return work(*arguments, **named)

    return attempt
