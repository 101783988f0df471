"""The text of one cell of the grid, cut to its column."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from dyntui.core.browse.columns import Column
from dyntui.core.text.cut_text import cut
from dyntui.core.text.formats import bytes_text

Json = dict[str, Any]

LONG_VALUE = 99


def head_segments(column: Column, gap: int, style: Style, dim: Style) -> list[Segment]:
    """A column's name and, dim beside it, its role and the types seen; as wide as the column."""
    name, beside = column.head
    room = column.width - cell_len(beside) - 1
    if cell_len(name) > room:
        name = cut(name, max(room, 1))
    blank = max(0, column.width - cell_len(name) - cell_len(beside))
    before, between = (blank - 1, 1) if column.is_number else (0, blank)
    return [
        Segment(" " * (max(0, before) + 1), dim),
        Segment(name, style),
        Segment(" " * between, dim),
        Segment(set_cell_size(beside, min(cell_len(beside), column.width)), dim),
        Segment(" " * (gap - 1), dim),
    ]


def value_segments(
    value: Json | None,
    column: Column,
    gap: int,
    style: Style,
    dim: Style,
    sealed: str | None = None,
) -> list[Segment]:
    """A value, numbers on the right; where it does not fit, cut and followed by its length.

    `sealed` is shown in place of a value that is sealed.
    """
    if value is None:
        return [Segment(" " * (column.width + gap), style)]
    if sealed is not None:
        text = set_cell_size(cut(sealed, column.width), column.width)
        return [Segment(" ", style), Segment(text, dim), Segment(" " * (gap - 1), dim)]
    kind = next(iter(value))
    text = column.text(value)
    beside = ""
    if cell_len(text) > column.width:
        beside = _length(value, kind)
        text = cut(text, column.width - cell_len(beside))
    text_style = dim if kind == "NULL" else style
    blank = " " * (column.width - cell_len(text) - cell_len(beside))
    if kind == "N":
        return [
            Segment(" " + blank, style),
            Segment(text, text_style),
            Segment(beside + " " * (gap - 1), dim),
        ]
    return [
        Segment(" ", style),
        Segment(text, text_style),
        Segment(blank, style),
        Segment(beside + " " * (gap - 1), dim),
    ]


def _length(value: Json, kind: str) -> str:
    """The size of a text or binary value that is much longer than what is seen of it."""
    content = value[kind]
    if kind in ("S", "B") and len(content) > LONG_VALUE:
        return f"  {bytes_text(len(content.encode()) if kind == 'S' else len(content))}"
    return ""
