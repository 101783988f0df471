"""Two pieces of work in turn, so that what disturbs the machine disturbs both."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison: seconds of each round of a subject and of its floor."""

    subject_s: tuple[float, ...]
    floor_s: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios, subject to floor."""
        pairs = zip(self.subject_s, self.floor_s, strict=True)
        return median(subject / floor for subject, floor in pairs)

    @property
    def ratio_of_sums(self) -> float:
        """The ratio of all rounds together, stalls included."""
        return sum(self.subject_s) / sum(self.floor_s)

    def detail(self, calls: int) -> str:
        """The medians per call, subject / floor; `calls` is how many a round makes."""
        subject, floor = (median(side) / calls * 1e6 for side in (self.subject_s, self.floor_s))
        return f"{subject:.1f} / {floor:.1f} µs"

    def detail_ms(self) -> str:
        """The medians of whole rounds, subject / floor, in milliseconds."""
        return f"{median(self.subject_s) * 1e3:.0f} / {median(self.floor_s) * 1e3:.0f} ms"


def compare(
    subject: Work, floor: Work, rounds: int, clock: Callable[[], float] = perf_counter
) -> Pair:
    """Run both in alternating order, `rounds` times after one round that does not count.

    `clock`: `process_time` where neither waits, and others keep the machine busy.

    What was made in preparation is kept from Python's garbage collector: it belongs to neither.
    """
    subject()
    floor()
    subject_s, floor_s = [], []
    gc.collect()
    gc.freeze()
    try:
        for number in range(rounds):
            if number % 2:
                floor_s.append(seconds(floor, clock))
                subject_s.append(seconds(subject, clock))
            else:
                subject_s.append(seconds(subject, clock))
                floor_s.append(seconds(floor, clock))
    finally:
        gc.unfreeze()
    return Pair(tuple(subject_s), tuple(floor_s))


def seconds(work: Work, clock: Callable[[], float] = perf_counter) -> float:
    """How long a piece of work takes."""
    start = clock()
    work()
    return clock() - start
