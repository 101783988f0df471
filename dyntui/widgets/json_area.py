"""An editor for JSON, coloured line by line as the lines are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from rich.style import Style

from dyntui.core.text.json_tokens import json_tokens
from dyntui.widgets.coloured_area import ColouredArea, Highlight, in_bytes
from dyntui.widgets.text_view import token_styles


class _LazyHighlights(defaultdict[int, list[Highlight]]):
    """The highlights of a line are found when the line is drawn, however long the text is."""

    def __init__(self, line: Callable[[int], str]) -> None:
        super().__init__()
        self._line = line

    def __bool__(self) -> bool:
        return True

    def __missing__(self, row: int) -> list[Highlight]:
        self[row] = highlights = json_highlights(self._line(row))
        return highlights


def json_highlights(line: str) -> list[Highlight]:
    """The tokens of one line of JSON."""
    return in_bytes(line, json_tokens(line))


class JsonArea(ColouredArea):
    """Edits JSON."""

    LANGUAGE = "json"

    def on_mount(self) -> None:
        """Find the highlights of a line when it is drawn."""
        self._highlights = _LazyHighlights(self._line_text)

    def token_styles(self, colours: dict[str, str]) -> dict[str, Style]:
        """The colours of JSON's tokens."""
        return token_styles(colours)

    def _line_text(self, row: int) -> str:
        return self.document.get_line(row) if row < self.document.line_count else ""

    def _build_highlight_map(self) -> None:
        self._line_cache.clear()
        self._highlights.clear()
        # Another text of the same size would not be drawn otherwise.
        self.refresh()
