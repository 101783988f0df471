"""Steps as lines of text with kinds, for a terminal and for the app alike."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len

from dyntui.core.text.chart import Line, bar_chart, compact, gauge
from dyntui.core.text.fitted_json import fitted_json
from dyntui.core.text.formats import printable
from dyntui.core.text.text_table import table_line, table_widths
from dyntui.lessons.lesson import Lesson
from dyntui.lessons.page import Bars, Block, Chart, Claim, Exchange, Hint, Prose, Run, Table

WIDTH_MAX = 100
CHART_ROWS = 5
TEXT_MAX = 48
LIST_SHOWN = 2
ANSWER_ROWS_MAX = 14
_INDENT = "  "


def step_lines(
    run: Run, number: int, width: int, chosen: int = -1, parameter: int = -1
) -> list[Line]:
    """The lines of step `number` (from 0).

    The request number `chosen` of it is marked, and so is the parameter number `parameter`.
    """
    step = run.steps[number]
    width = max(20, min(width, WIDTH_MAX))
    place = f"{number + 1} of {len(run.steps)}"
    lines: list[Line] = [((step.title, "bold"), (f"  {place}", "dim"))]
    if run.lesson.parameters:
        lines += _wrapped(parameters_text(run, parameter), width, "dim")
    exchanges = 0
    before: Block | None = None
    for block in step.blocks:
        if not (isinstance(block, Hint | Claim) and type(before) is type(block)):
            lines.append(())
        marked = isinstance(block, Exchange) and exchanges == chosen
        exchanges += isinstance(block, Exchange)
        lines += _block(block, width, marked)
        before = block
    return lines


def parameters_text(run: Run, marked: int = -1) -> str:
    """What the parameters are set to; number `marked` is the one that a key changes."""
    return " · ".join(
        ("▸ " if number == marked else "") + parameter.text(run.values[parameter.name])
        for number, parameter in enumerate(run.lesson.parameters)
    )


def intro_lines(lesson: Lesson, width: int) -> list[Line]:
    """What a lesson is about, before it is begun."""
    width = max(20, min(width, WIDTH_MAX))
    lines: list[Line] = [((lesson.title, "bold"),), (), *_wrapped(lesson.teaches, width), ()]
    for parameter in lesson.parameters:
        stops = ", ".join(parameter.stops)
        text = f"{parameter.title} can be changed: {stops} {parameter.unit}".rstrip()
        lines += _wrapped(text, width, "dim")
    if lesson.parameters:
        lines.append(())
    lines += _led("app     ", "Enter begins it; T is a tour of the app", width, "chosen")
    return [*lines, *_led("CLI     ", f"dyntui learn {lesson.name}", width, "chosen")]


def lesson_lines(run: Run, width: int) -> Iterator[Line]:
    """A whole lesson, a step after the other."""
    yield ((run.lesson.title, "bold"),)
    yield from _wrapped(run.lesson.teaches, width, "dim")
    for number in range(len(run.steps)):
        yield ()
        yield from step_lines(run, number, width)


def plain(line: Line) -> str:
    """A line without its kinds."""
    return "".join(text for text, _ in line).rstrip()


def _block(block: Block, width: int, marked: bool) -> list[Line]:
    match block:
        case Prose(text):
            return _wrapped(text, width)
        case Exchange():
            return _exchange(block, width, marked)
        case Table(heads, rows):
            return _table(heads, rows, width)
        case Bars():
            return _bars(block, width)
        case Chart():
            return _chart(block, width)
        case Hint(way, text):
            return _led(f"{way:<8}", text, width, "chosen")
        case Claim(text, holds):
            return _led("✓ " if holds else "✗ ", text, width, "good" if holds else "mark")


def _wrapped(text: str, width: int, kind: str = "") -> list[Line]:
    return [((line, kind),) for line in textwrap.wrap(text, width)]


def _led(head: str, text: str, width: int, kind: str) -> list[Line]:
    """A text with a head before its first line."""
    rows = textwrap.wrap(text, width - cell_len(head)) or [""]
    blank = " " * cell_len(head)
    return [((head if n == 0 else blank, kind), (row, "")) for n, row in enumerate(rows)]


def _exchange(exchange: Exchange, width: int, marked: bool) -> list[Line]:
    request = exchange.request
    head = "▸ " if marked else _INDENT
    lines: list[Line] = [((head, "chosen"), (request.operation, "chosen"))]
    lines += _json(request.members, width)
    if exchange.error:
        lines += _led("✗ ", exchange.error, width, "mark")
    if exchange.answer:
        lines += [((_INDENT + "answer", "dim"),), *_json(exchange.answer, width)]
    return lines


def _json(value: Any, width: int) -> list[Line]:
    rows = fitted_json(shortened(value), width=width - len(_INDENT)).split("\n")
    left = len(rows) - ANSWER_ROWS_MAX
    if left > 1:
        rows = [*rows[:ANSWER_ROWS_MAX], f"… {left} lines more"]
    return [((_INDENT + printable(row), "dim"),) for row in rows]


def shortened(value: Any) -> Any:
    """A request or answer without its bulk: long texts and lists are cut, and say so."""
    if isinstance(value, dict):
        return {name: shortened(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        shown = [shortened(element) for element in value[:LIST_SHOWN]]
        left = len(value) - LIST_SHOWN
        if left == 1:
            return [*shown, shortened(value[LIST_SHOWN])]
        return [*shown, f"… {left} more"] if left > 0 else shown
    if isinstance(value, str) and len(value) > TEXT_MAX and len(set(value)) == 1:
        return f"{value[:3]}… {len(value):,} characters"
    return value


def _table(heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], width: int) -> list[Line]:
    widths = table_widths([heads, *rows], [width] * len(heads))
    right = [
        column > 0 and all(row[column][:1].isdigit() or not row[column] for row in rows)
        for column in range(len(heads))
    ]
    texts = [table_line(row, widths, right).rstrip("\n") for row in (heads, *rows)]
    return [((text[:width], "" if number else "bold"),) for number, text in enumerate(texts)]


def _bars(bars: Bars, width: int) -> list[Line]:
    most = max((value for _, value in bars.rows), default=0.0)
    name_cells = max((cell_len(name) for name, _ in bars.rows), default=0)
    room = max(10, min(40, width - name_cells - len(bars.unit) - 12))
    lines: list[Line] = []
    for name, value in bars.rows:
        here = name in bars.marked
        bar = gauge(value / most if most else 0.0, room)
        lines.append(
            (
                (f"{name}{' ' * (name_cells - cell_len(name))}  ", ""),
                (bar, "over" if here else "bar"),
                (f" {compact(value)} {bars.unit}", ""),
                (" ✗" if here else "", "mark"),
            )
        )
    return lines


def _chart(chart: Chart, width: int) -> list[Line]:
    drawn = bar_chart(
        chart.values, chart.throttled, chart.limit, first=0, width=width, height=CHART_ROWS
    )
    return [((chart.title, "dim"),), *drawn]
