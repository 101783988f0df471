"""A list of options to choose from, in a window of any size."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from textual.widgets import OptionList


class OptionLines(OptionList):
    """Textual's list, which has no lines to page by where the window leaves it no room."""

    DEFAULT_CSS = """
    OptionLines {
        height: 1fr; border: none; padding: 0; background: $surface;
        &:focus { border: none; }
        & > .option-list--option { padding: 0 1; }
    }
    """

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        with suppress(KeyError):
            super()._move_page(direction)
