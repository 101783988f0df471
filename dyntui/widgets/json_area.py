"""An editor for JSON, coloured line by line as the lines are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from dyntui.core.json_tokens import json_tokens
from dyntui.widgets.text_view import token_styles

_Highlights = list[tuple[int, int | None, str]]


class _LazyHighlights(defaultdict[int, _Highlights]):
    """The highlights of a line are found when the line is drawn, however long the text is."""

    def __init__(self, line: Callable[[int], str]) -> None:
        super().__init__()
        self._line = line

    def __bool__(self) -> bool:
        return True

    def __missing__(self, row: int) -> _Highlights:
        self[row] = highlights = json_highlights(self._line(row))
        return highlights


def json_highlights(line: str) -> _Highlights:
    """Start, end (offsets in UTF-8 bytes) and kind of each token of one line of JSON."""
    if line.isascii():
        return list(json_tokens(line))
    return [
        (len(line[:start].encode()), len(line[:end].encode()), kind)
        for start, end, kind in json_tokens(line)
    ]


class JsonArea(TextArea):
    """Edits JSON."""

    DEFAULT_CSS = """
    JsonArea {
        border: none;
        padding: 0;
        background: $surface;
        &:focus { border: none; }
    }
    """

    def on_mount(self) -> None:
        """Colour by the app's theme, now and whenever it changes."""
        self._highlights = _LazyHighlights(self._line_text)
        self._colour()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._colour())

    def _line_text(self, row: int) -> str:
        return self.document.get_line(row) if row < self.document.line_count else ""

    def _build_highlight_map(self) -> None:
        self._line_cache.clear()
        self._highlights.clear()
        # Another text of the same size would not be drawn otherwise.
        self.refresh()

    def _colour(self) -> None:
        styles = token_styles(self.app.theme_variables)
        theme = TextAreaTheme(name=f"json-{self.app.theme}", syntax_styles=styles)
        self.register_theme(theme)
        self.theme = theme.name
