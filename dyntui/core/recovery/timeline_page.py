"""The page on a table's past: the bar, the time under its cursor, and one of three lists below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from dyntui.core.recovery.timeline import SIGNS, Timeline, bar_text
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import Line
from dyntui.core.text.listed import Listed, fitted, list_lines
from dyntui.core.text.time_words import ago_text, iso_text, stretch_text, words_text

EDGE = 1
"""Cells beside the bar, on each side."""
HEAD_ROWS = 7
"""Lines above the list: title, bar, marks, cursor, the time, what is there, the list's head."""
PAST_ROWS = 4
"""Of these, those that stay above the items as they were, which tell the time themselves."""
BAR_ROWS = (1, 2, 3)
CURSOR = "▲"
OTHER = "△"
KINDS = {"backup": "bar", "snapshot": "good", "trash": "mark", "restored": "warn"}


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, and which row of the list each of them belongs to."""

    lines: tuple[Line, ...] = ()
    rows: tuple[int | None, ...] = ()


def bar_width(width: int) -> int:
    """The cells of the bar on a page of such a width."""
    return max(width - 2 * EDGE, 1)


def head_lines(title: str, timeline: Timeline, width: int) -> tuple[Line, ...]:
    """What stands above the list, without the list's head."""
    return (
        _title(title, timeline, width),
        *_bar(timeline, bar_width(width)),
        _time_line(timeline),
        _here(timeline, width),
    )


def page(
    title: str, timeline: Timeline, listed: Listed, working: str, width: int, height: int
) -> Page:
    """A page of exactly as many lines as there is room for."""
    head = [*head_lines(title, timeline, width), ((f" {listed.head}", "bold"),)]
    foot: list[Line] = [((f" {working}", "warn"),)] if working else []
    room = max(height - len(head) - len(foot), 1)
    body, owners = list_lines(listed, room, width)
    blank = room - len(body)
    lines = (*head, *body, *[()] * blank, *foot)
    rows = (*[None] * len(head), *owners, *[None] * (blank + len(foot)))
    return Page(tuple(fitted(line, width) for line in lines), rows)


def _title(title: str, timeline: Timeline, width: int) -> Line:
    """Since when there is a past, and for how long recovery reaches back."""
    window = timeline.window
    parts = [title]
    if window.earliest_s is not None:
        parts.append(f"past of {stretch_text(window.latest_s - window.earliest_s)}")
    if window.recovery_earliest_s is not None:
        reach_s = window.latest_s - window.recovery_earliest_s
        parts.append(f"recovery of {stretch_text(reach_s)} ═")
    elif timeline.no_recovery:
        parts.append(f"point-in-time recovery: {timeline.no_recovery}")
    else:
        parts.append("point-in-time recovery is off")
    left = " · ".join(parts)
    cell_s = (timeline.end_s - timeline.start_s) / bar_width(width)
    right = (
        f"{stretch_text(timeline.end_s - timeline.start_s)} shown, a cell {stretch_text(cell_s)}"
    )
    gap = width - cell_len(left) - cell_len(right) - 2 * EDGE
    if gap < 2:
        return ((f" {left}", "dim"),)
    return ((f" {left}{' ' * gap}{right}", "dim"),)


def _bar(timeline: Timeline, width: int) -> tuple[Line, Line, Line]:
    """The changes in each cell; the windows with the marks on them; the times that are picked."""
    counts = timeline.counts or (0,) * width
    here = timeline.cell(timeline.cursor_s, width)
    there = None if timeline.other_s is None else timeline.cell(timeline.other_s, width)
    first, last = sorted((here or 0, width if there is None else there))
    between = range(first, last + 1) if there is not None and here is not None else range(0)
    density = [
        (text, "chosen" if cell == here else "over" if cell in between else "bar")
        for cell, text in enumerate(bar_text(counts)[:width])
    ]
    floor = [_floor(timeline, cell, width) for cell in range(width)]
    for mark in timeline.marks:
        cell = timeline.cell(mark.at_s, width)
        if cell is not None:
            floor[cell] = (SIGNS[mark.kind], KINDS[mark.kind])
    return (
        ((" ", ""), *_joined(density)),
        ((" ", ""), *_joined(floor)),
        ((" ", ""), *_joined(_scale(timeline, width, here, there))),
    )


def _floor(timeline: Timeline, cell: int, width: int) -> tuple[str, str]:
    """A double line where point-in-time recovery reaches, a single one where the past does."""
    since_s = timeline.window.recovery_earliest_s
    covered = since_s is not None and timeline.time_of(cell, width) > since_s
    return ("═", "bar") if covered else ("─", "rule")


def _scale(
    timeline: Timeline, width: int, here: int | None, there: int | None
) -> list[tuple[str, str]]:
    """The times at both ends, where the cursor does not cover them."""
    cells = [(" ", "")] * width
    ends_now = timeline.end_s >= timeline.window.latest_s
    picked = [(there, OTHER), (here, CURSOR)]
    start, end = words_text(timeline.start_s)[4:], words_text(timeline.end_s)[4:]
    for text, first in (
        (start, 0),
        ("now", width - 3) if ends_now else (end, width - len(end)),
    ):
        place = range(first - 1, first + len(text) + 1)
        if first >= 0 and not any(cell in place for cell, _ in picked):
            cells[first : first + len(text)] = [(character, "dim") for character in text]
    for cell, sign in picked:
        if cell is not None:
            cells[cell] = (sign, "chosen")
    return cells


def _joined(cells: Iterable[tuple[str, str]]) -> Line:
    """Neighbours of one kind in one piece."""
    pieces: list[tuple[str, str]] = []
    for text, kind in cells:
        if pieces and pieces[-1][1] == kind:
            pieces[-1] = (pieces[-1][0] + text, kind)
        else:
            pieces.append((text, kind))
    return tuple(pieces)


def _time_line(timeline: Timeline) -> Line:
    """The cursor's time in words and as commands take it."""
    at_s = timeline.cursor_s
    ago = "now" if timeline.at_now else ago_text(timeline.window.latest_s - at_s, units=1)
    return (
        (f" {CURSOR} ", "chosen"),
        (words_text(at_s), "bold"),
        (f" · {ago} · ", ""),
        (iso_text(at_s), "dim"),
    )


def _here(timeline: Timeline, width: int) -> Line:
    """The second time, or else the marks in the cursor's cell, or else what the cell counts."""
    if timeline.other_s is not None:
        apart = stretch_text(abs(timeline.cursor_s - timeline.other_s))
        return (
            (f" {OTHER} ", "chosen"),
            (words_text(timeline.other_s), ""),
            (f" · {apart} from {CURSOR}", "dim"),
        )
    cells = bar_width(width)
    marks = timeline.marks_here(cells)
    if marks:
        pieces: list[tuple[str, str]] = []
        for mark in marks:
            pieces += [(f" {SIGNS[mark.kind]} ", KINDS[mark.kind]), (mark.text, "")]
        return tuple(pieces)
    here = timeline.cell(timeline.cursor_s, cells)
    count = timeline.counts[here] if here is not None and here < len(timeline.counts) else 0
    said = "no changes" if not count else counted(count, "change")
    return ((f"   {said} in this cell", "dim"),)


def pair_text(timeline: Timeline) -> str:
    """The two times that are compared, by their signs on the bar."""
    if timeline.other_s is None:
        return f"{CURSOR} → now"
    first, last = (OTHER, CURSOR) if timeline.other_s <= timeline.cursor_s else (CURSOR, OTHER)
    return f"{first} → {last}"
