"""A text in a room that may be too narrow for it."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from dyntui.core.text.formats import ELLIPSIS


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text[: width + 1], max(width - 1, 0)).rstrip() + ELLIPSIS
