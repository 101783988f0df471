"""Tallies: what one request has consumed so far, and what refused it.

Whoever carries out a request, or a part of it, does so in one go in one thread, which knows by
`current` on whose tally it works. What is done again (an outdated catalog, a failed group of
writes) begins its tally anew, so that nothing counts twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.capacity.draws import Draw
from engine.capacity.refusals import Kind, Refusal
from engine.storage.catalog import Table

S = TypeVar("S")
T = TypeVar("T")


Charge = tuple[Table, Kind, Sequence[Draw], int, int, int]
"""What was drawn, how many items of how many bytes were read or written for it, and when (µs)."""


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


def tallied(tally: Tally, work: Callable[[S], T]) -> Callable[[S], T]:
    """A transaction's work that begins the tally anew each time, in whatever thread it is done."""

    def attempt(transaction: S) -> T:
        current.tally = tally
        if tally.charges or tally.refusals:
            tally.charges, tally.refusals = [], []
        return work(transaction)

    return attempt


def begin_anew() -> None:
    """What this thread has read for its request is read again."""
    tally = current.tally
    if tally is not None:
        tally.charges, tally.refusals = [], []
