"""A table's past as a bar: how many changes there were when, marks on it, times picked on it.

Times are seconds since the epoch; a cell of the bar is an equal part of what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import log2

from engine.client.history import Window

SIGNS = {"backup": "◆", "snapshot": "●", "trash": "✕", "restored": "⟲"}
"""The kinds of marks, with the sign of each."""
BARS = "▁▂▃▄▅▆▇█"
SPAN_MIN_S = 1.0
ZOOM = 4
MICROSECOND_S = 1e-6


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the past with a name: a backup, a snapshot, …; `ref` is its ARN or its name."""

    at_s: float
    kind: str
    text: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is shown of a table's past, and where the cursor stands.

    `start_s` to `end_s` are shown, within `window`. `other_s` is the second time, where one is
    kept. `counts` are the changes in each cell. `no_recovery` says why nobody knows whether the
    table can be restored.
    """

    window: Window
    start_s: float
    end_s: float
    cursor_s: float
    other_s: float | None = None
    counts: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = field(default=())
    no_recovery: str = ""

    @classmethod
    def whole(cls, window: Window) -> Timeline:
        """All of a window, with the cursor at its end."""
        start_s = window.latest_s if window.earliest_s is None else window.earliest_s
        end_s = max(window.latest_s, start_s + SPAN_MIN_S)
        return cls(window, start_s, end_s, window.latest_s)

    @property
    def earliest_s(self) -> float:
        """Where the window begins."""
        return self.end_s if self.window.earliest_s is None else self.window.earliest_s

    @property
    def at_now(self) -> bool:
        """Whether the cursor stands at the end of the window."""
        return self.cursor_s >= self.window.latest_s

    @property
    def pair(self) -> tuple[float, float]:
        """The two times that are compared, the earlier first; now is the second if none is kept."""
        other_s = self.window.latest_s if self.other_s is None else self.other_s
        first_s, last_s = sorted((self.cursor_s, other_s))
        return first_s, last_s

    @property
    def recoverable(self) -> bool:
        """Whether point-in-time recovery reaches the cursor's time."""
        first_s, last_s = self.window.recovery_earliest_s, self.window.recovery_latest_s
        return first_s is not None and last_s is not None and first_s <= self.cursor_s <= last_s

    def renewed(self, window: Window) -> Timeline:
        """The same, some time later: what stood at its end stands there again."""
        fresh = Timeline.whole(window)
        follows = self.end_s >= self.window.latest_s
        start_s = fresh.start_s if self.start_s <= self.earliest_s else self.start_s
        end_s = fresh.end_s if follows else self.end_s
        if fresh.start_s <= start_s <= end_s - SPAN_MIN_S:
            fresh = replace(fresh, start_s=start_s, end_s=end_s)
        cursor_s = window.latest_s if self.at_now else self.cursor_s
        return replace(
            fresh, cursor_s=cursor_s, other_s=self.other_s, counts=self.counts, marks=self.marks
        ).at(cursor_s)

    def at(self, when_s: float) -> Timeline:
        """With the cursor at a time, as near as the window has it; it is shown."""
        when_s = min(max(when_s, self.earliest_s), self.window.latest_s)
        moved = replace(self, cursor_s=when_s)
        if self.start_s <= when_s <= self.end_s:
            return moved
        return moved.spanning(self.end_s - self.start_s)

    def moved(self, cells: int, width: int) -> Timeline:
        """With the cursor so many cells of a bar on."""
        return self.at(self.cursor_s + cells * (self.end_s - self.start_s) / max(width, 1))

    def zoomed(self, inwards: bool) -> Timeline:
        """A shorter or a longer stretch around the cursor."""
        span_s = self.end_s - self.start_s
        return self.spanning(span_s / ZOOM if inwards else span_s * ZOOM)

    def spanning(self, span_s: float) -> Timeline:
        """A stretch of such a length around the cursor, as far as the window has it."""
        last_s = max(self.window.latest_s, self.earliest_s + SPAN_MIN_S)
        span_s = min(max(span_s, SPAN_MIN_S), last_s - self.earliest_s)
        start_s = min(max(self.cursor_s - span_s / 2, self.earliest_s), last_s - span_s)
        return replace(self, start_s=start_s, end_s=start_s + span_s)

    def cell(self, at_s: float, width: int) -> int | None:
        """The cell of a bar that a time is in; None where it is not shown."""
        if not self.start_s <= at_s <= self.end_s:
            return None
        return min(int((at_s - self.start_s) * width / (self.end_s - self.start_s)), width - 1)

    def time_of(self, cell: int, width: int) -> float:
        """The end of a cell: all that it counts has happened by then."""
        return self.start_s + (self.end_s - self.start_s) * (cell + 1) / width

    def mark_after(self) -> Mark | None:
        """The next mark after the cursor."""
        found = (mark for mark in self.marks if mark.at_s > self.cursor_s)
        return min(found, key=lambda mark: mark.at_s, default=None)

    def mark_before(self) -> Mark | None:
        """The last mark before the cursor."""
        found = (mark for mark in self.marks if mark.at_s < self.cursor_s)
        return max(found, key=lambda mark: mark.at_s, default=None)

    def marks_here(self, width: int) -> list[Mark]:
        """The marks in the cursor's cell."""
        here = self.cell(self.cursor_s, width)
        return [mark for mark in self.marks if self.cell(mark.at_s, width) == here]


def bar_text(counts: Sequence[int]) -> str:
    """A bar for each count: its height goes with the logarithm, so that one change is seen."""
    most = max(counts, default=0)
    if not most:
        return " " * len(counts)
    scale = (len(BARS) - 1) / max(log2(most), 1)
    return "".join(BARS[round(log2(count) * scale)] if count else " " for count in counts)


Density = Callable[[float, float, int], Sequence[int]]
"""How many changes there were in each of so many parts of a stretch; `LocalTools.density`."""
SEARCH_PARTS = 64
SEARCH_SPAN_S = 8 * MICROSECOND_S


def first_change_s(density: Density, after_s: float, until_s: float) -> tuple[float, float] | None:
    """A stretch of a few microseconds with the first change of a longer one; None: there is none.

    Costs by the changes of the parts that are looked into, of which each has a 64th of the one
    before.
    """
    start_s, end_s = after_s, until_s
    while end_s > start_s:
        parts = density(start_s, end_s, SEARCH_PARTS)
        first = next((number for number, count in enumerate(parts) if count), None)
        if first is None:
            return None
        width_s = (end_s - start_s) / SEARCH_PARTS
        # Sums of fractions err: a neighbour's edge more costs nothing.
        end_s = min(start_s + (first + 1) * width_s + MICROSECOND_S, end_s)
        start_s = max(start_s + first * width_s - MICROSECOND_S, after_s)
        if end_s - start_s <= SEARCH_SPAN_S:
            return start_s, end_s
    return None
