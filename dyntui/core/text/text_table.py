"""Tables of text, whose columns are as wide as what stands in them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from dyntui.core.text.formats import ELLIPSIS
from dyntui.core.text.symbols import drawn

_GAP = "  "


def rows_text(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """A small table: nothing in it is cut. `right` says which columns stand on the right."""
    widths = table_widths([heads, *rows], [sys.maxsize] * len(heads))
    lines = (table_line(row, widths, right) for row in rows)
    return table_line(heads, widths, right) + rule_line(widths) + "".join(lines)


def table_widths(rows: Iterable[Sequence[str]], limits: Sequence[int]) -> list[int]:
    """The width of each column in terminal cells, at most its limit."""
    from rich.cells import cell_len

    widths = [0] * len(limits)
    for row in rows:
        for place, (text, limit) in enumerate(zip(row, limits, strict=True)):
            if widths[place] < limit:
                widths[place] = min(limit, max(widths[place], cell_len(text[: limit + 1])))
    return widths


def rule_line(widths: Sequence[int]) -> str:
    """The line below the heads of a table."""
    return drawn(_GAP.join("─" * width for width in widths)) + "\n"


def table_line(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    """One line of a table; numbers stand on the right."""
    cells = (
        _fit(text, width, right=right)
        for text, width, right in zip(row, widths, numeric, strict=True)
    )
    return _GAP.join(cells).rstrip() + "\n"


def _fit(text: str, width: int, *, right: bool) -> str:
    """The text in exactly `width` cells, cut with an ellipsis where it is longer."""
    from rich.cells import cell_len, set_cell_size

    length = cell_len(text[: width + 1])
    if length > width:
        text, length = set_cell_size(text, width - 1) + drawn(ELLIPSIS), width
    blanks = " " * (width - length)
    return blanks + text if right else text + blanks
