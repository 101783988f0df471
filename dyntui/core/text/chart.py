"""Charts of bars in block characters, as lines of text with what each piece of them is.

A line is a row of pieces: a text, and a kind that a face has a colour for. No kind is told by its
colour alone: a limit is a dashed line, what was refused a cross of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from math import ceil, floor, log10

Line = tuple[tuple[str, str], ...]
"""Texts, each with its kind: "" is ordinary text."""

BARS = " ▁▂▃▄▅▆▇█"
EIGHTHS = 8
LIMIT = "╌"
MARK = "✗"
LABEL_CELLS = 6
HEADROOM = 1.2
"""How far above the limit a chart reaches at least."""
LIMIT_TO_PEAK_MAX = 8
"""A limit so far above all bars is left out, so that the bars can be seen."""
STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def in_columns(
    values: Sequence[float],
    first: int,
    columns: int,
    combine: Callable[[Sequence[float]], float],
) -> list[float | None]:
    """A series in so many columns, the newest at the right; None where it does not reach back.

    `first` is the number of the first value since the epoch: a column takes up the same values
    however far the series has moved on, so that its height does not tremble.
    """
    each = ceil(len(values) / columns)
    taken: list[float] = []
    if not values:
        pass
    elif each == 1:
        wide = columns // len(values)
        taken = [value for value in values for _ in range(wide)][-columns:]
    else:
        numbered = enumerate(values, first)
        taken = [
            combine([value for _, value in group])
            for _, group in groupby(numbered, key=lambda pair: pair[0] // each)
        ][-columns:]
    missing: list[float | None] = [None] * (columns - len(taken))
    return [*missing, *taken]


def bar_chart(
    values: Sequence[float],
    throttled: Sequence[int],
    limit: float | None,
    *,
    first: int,
    width: int,
    height: int,
) -> list[Line]:
    """`height` lines of bars under their limit, and one with a cross below each throttled bar.

    A bar of several values is as high as the highest of them.
    """
    columns = width - LABEL_CELLS
    bars = [value or 0.0 for value in in_columns(values, first, columns, max)]
    marks = in_columns(throttled, first, columns, sum)
    peak = max(values, default=0.0)
    if limit is not None and limit > LIMIT_TO_PEAK_MAX * peak > 0:
        limit = None
    top = step_above(max(peak, limit * HEADROOM if limit else 0.0, 1.0))
    limit_row = -1 if limit is None else min(height - 1, floor(limit / top * height))
    heights = [_eighths(value, top, height) for value in bars]
    lines = []
    for row in range(height - 1, -1, -1):
        label = _label(row, height, limit_row, top, limit)
        lines.append(_line(label, [_cell(filled, row, limit_row) for filled in heights]))
    lines.append(_line("", [(MARK, "mark") if mark else (" ", "") for mark in marks]))
    return lines


def sparkline(values: Sequence[float], limit: float | None, first: int, width: int) -> str:
    """A series on one line, its height to the limit where it has one that is near."""
    peak = max(values, default=0.0)
    top = max(peak, limit if limit and limit <= LIMIT_TO_PEAK_MAX * peak else 0.0, 1.0)
    columns = in_columns(values, first, width, max)
    return "".join(
        " " if value is None else "▁" if value == 0 else BARS[max(1, _eighths(value, top, 1))]
        for value in columns
    )


def gauge(part: float, cells: int) -> str:
    """How full something is, 0 to 1."""
    filled = round(min(max(part, 0.0), 1.0) * cells)
    return "█" * filled + "░" * (cells - filled)


def step_above(value: float) -> float:
    """A round number that is at least `value`: scales change in steps."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in STEPS if step * power >= value * (1 - 1e-9))


def compact(number: float) -> str:
    """A number in at most five characters: `0.5`, `38`, `1,200`, `40k`, `1.2M`."""
    if number == int(number) and number < 10_000:
        return f"{number:,.0f}"
    if number < 100:
        return f"{number:.1f}"
    if number < 10_000:
        return f"{number:,.0f}"
    unit, name = (1e3, "k") if number < 999_500 else (1e6, "M")
    scaled = number / unit
    return f"{scaled:.1f}{name}" if scaled < 10 and scaled != int(scaled) else f"{scaled:.0f}{name}"


def _eighths(value: float, top: float, height: int) -> int:
    """How high a bar is; what is there at all can be seen."""
    return max(1, round(value / top * height * EIGHTHS)) if value > 0 else 0


def _cell(filled: int, row: int, limit_row: int) -> tuple[str, str]:
    here = min(max(filled - row * EIGHTHS, 0), EIGHTHS)
    if here:
        return BARS[here], "over" if -1 < limit_row < row else "bar"
    return (LIMIT, "limit") if row == limit_row else (" ", "")


def _label(row: int, height: int, limit_row: int, top: float, limit: float | None) -> str:
    """What stands left of a row: the limit, the scale's ends."""
    if limit is not None and row == limit_row:
        return compact(limit)
    if row == height - 1:
        return compact(top)
    return "0" if row == 0 else ""


def _line(label: str, cells: Sequence[tuple[str, str]]) -> Line:
    pieces = [(f"{label:>{LABEL_CELLS - 1}} ", "dim")]
    for kind, group in groupby(cells, key=lambda cell: cell[1]):
        pieces.append(("".join(text for text, _ in group), kind))
    return tuple(pieces)
