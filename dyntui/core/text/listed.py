"""A list as lines: rows, of which one is chosen and shows more below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size

from dyntui.core.text.chart import Line
from dyntui.core.text.formats import printable
from dyntui.core.text.held_words import holds

CHOSEN = "▸ "
DETAILS_MAX = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list, and the lines that are shown below it while it is chosen."""

    line: Line
    details: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        """What stands in the row and below it."""
        return "\n".join("".join(text for text, _ in line) for line in (self.line, *self.details))


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: its head, its rows, which one is chosen; `empty` stands where there are none."""

    head: str
    rows: Sequence[Row] = ()
    chosen: int = 0
    empty: str = ""


def moved(listed: Listed, step: int) -> Listed:
    """With another row chosen, as far as there are any."""
    return replace(listed, chosen=min(max(listed.chosen + step, 0), max(len(listed.rows) - 1, 0)))


def holding(listed: Listed, words: str, empty: str) -> tuple[Listed, tuple[int, ...]]:
    """The rows that hold some words, and which rows of the list they are.

    The chosen row stays chosen where it is among them. `empty` stands where none is.
    """
    numbers = tuple(n for n, row in enumerate(listed.rows) if holds(words, row.text))
    rows = tuple(listed.rows[number] for number in numbers)
    chosen = numbers.index(listed.chosen) if listed.chosen in numbers else 0
    return Listed(listed.head, rows, chosen, empty if words.strip() else listed.empty), numbers


def list_lines(listed: Listed, room: int, width: int) -> tuple[list[Line], list[int | None]]:
    """As much of a list as there is room for, with the chosen row; and each line's row.

    Of what stands below the chosen row as much is shown as there is room for.
    """
    lines: list[Line] = []
    if not listed.rows:
        lines += [((f"  {text}", "dim"),) for text in _wrapped(listed.empty, width - 3)]
        return lines[:room], []
    owners: list[int | None] = []
    first = max(listed.chosen - room, 0)
    head = end = 0
    for number, row in enumerate(listed.rows[first : listed.chosen + room + 1], first):
        chosen = number == listed.chosen
        head = len(lines) if chosen else head
        lines.append(_chosen(row.line) if chosen else (("  ", ""), *row.line))
        if chosen:
            details = row.details[:DETAILS_MAX]
            lines += [(("    ", ""), *detail) for detail in details]
            if len(row.details) > DETAILS_MAX:
                lines.append(((f"    {len(row.details) - DETAILS_MAX} more", "dim"),))
            end = len(lines)
        owners += [number] * (len(lines) - len(owners))
    top = min(max(end - room, 0), head)
    return lines[top : top + room], owners[top : top + room]


def _chosen(line: Line) -> Line:
    return ((CHOSEN, "chosen"), *((text, kind or "chosen") for text, kind in line))


def fitted(line: Line, width: int) -> Line:
    """A line cut where it is too wide, with an ellipsis; what could steer a terminal is escaped."""
    line = tuple((printable(text), kind) for text, kind in line)
    total = sum(cell_len(text) for text, _ in line)
    if total <= width:
        return line
    pieces: list[tuple[str, str]] = []
    left = width - 1
    for text, kind in line:
        cells = cell_len(text)
        if cells > left:
            pieces.append((set_cell_size(text, left) + "…", kind))
            break
        pieces.append((text, kind))
        left -= cells
    return tuple(pieces)


def _wrapped(text: str, width: int) -> list[str]:
    """Sentences broken at blanks."""
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
