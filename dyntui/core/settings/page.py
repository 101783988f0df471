"""The rows of a table's settings as lines: a heading a group, values below each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.settings.rows import Row
from dyntui.core.text.chart import Line
from dyntui.core.text.formats import printable

MARK_CELLS = 2
NAME_CELLS = 21
VALUE_CELLS_MIN = 10
NOTHING = "No setting has that in its name or value. {browser.back} shows all again."


@dataclass(frozen=True, slots=True)
class SettingPage:
    """The lines, and for each the row that it belongs to; None for what belongs to none."""

    lines: tuple[Line, ...]
    rows: tuple[int | None, ...]

    def first_line(self, row: int) -> int:
        """Where a row begins; its group's heading where it is the group's first."""
        line = self.rows.index(row)
        return line - 1 if line and self.rows[line - 1] is None else line

    def last_line(self, row: int) -> int:
        """Where a row ends."""
        return len(self.rows) - 1 - self.rows[::-1].index(row)


def setting_page(rows: Sequence[Row], chosen: int, width: int) -> SettingPage:
    """Lay rows out in so many cells; long values go on below themselves."""
    lines: list[Line] = []
    places: list[int | None] = []
    if not rows:
        return SettingPage(((), ((f"  {with_keys(NOTHING)}", "dim"),)), (None, None))
    group = ""
    for number, row in enumerate(rows):
        if row.group != group:
            group = row.group
            lines.append(((f" {group} ", "bold"), ("─" * max(0, width - len(group) - 3), "rule")))
            places.append(None)
        of_row = _row_lines(row, number == chosen, width)
        lines += of_row
        places += [number] * len(of_row)
    return SettingPage(tuple(lines), tuple(places))


def _row_lines(row: Row, is_chosen: bool, width: int) -> list[Line]:
    mark = ("▸ ", "chosen") if is_chosen else ("  ", "")
    name = printable(row.name)
    room = max(width - MARK_CELLS - NAME_CELLS, VALUE_CELLS_MIN)
    pieces = textwrap.wrap(printable(row.value), room) or [""]
    kind = "bold" if is_chosen else "" if row.change is not None else "dim"
    first: list[Line] = []
    if len(name) >= NAME_CELLS:
        first.append((mark, (name, "bold" if is_chosen else "limit")))
        mark, name = ("  ", ""), ""
    head: Line = (mark, (f"{name:<{NAME_CELLS}}", "bold" if is_chosen else "limit"))
    blank = " " * (MARK_CELLS + NAME_CELLS)
    following: list[Line] = [((blank, ""), (piece, kind)) for piece in pieces[1:]]
    return [*first, (*head, (pieces[0], kind)), *following]
