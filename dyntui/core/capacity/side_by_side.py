"""Lines cut and filled to a width, so that two columns of them stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from dyntui.core.text.chart import Line
from dyntui.core.text.formats import ELLIPSIS, shortened

GAP = 2
"""Cells between two columns."""


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two columns of lines; the left one is `width` cells wide."""
    count = max(len(left), len(right))
    return [
        (*filled(left[row] if row < len(left) else (), width), (" " * GAP, ""),
         *(right[row] if row < len(right) else ()))
        for row in range(count)
    ]  # fmt: skip


def filled(line: Line, width: int) -> Line:
    """A line cut, or filled with blanks, to a width."""
    pieces = []
    room = width
    for text, kind in line:
        if room <= 0:
            break
        pieces.append((text[:room], kind))
        room -= len(text)
    if room > 0:
        pieces.append((" " * room, ""))
    return tuple(pieces)


def heading(text: str, width: int, kind: str = "bold") -> Line:
    """A line that parts what follows from what was."""
    shown = shortened(f" {text} ", width)
    return ((shown, kind), ("─" * (width - len(shown)), "rule"))


def in_cells(text: str, cells: int) -> str:
    """A text of any characters in exactly so many cells."""
    wide = cell_len(text)
    if wide > cells:
        return set_cell_size(text, max(cells - 1, 0)) + ELLIPSIS
    return text + " " * (cells - wide)
