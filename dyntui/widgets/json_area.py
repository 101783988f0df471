"""A text area for JSON, coloured line by line as the lines are shown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from rich.style import Style
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

_TOKEN = re.compile(
    r"""
      (?<=\{)(?P<type>"(?:[SNBML]|SS|NS|BS|BOOL|NULL)")(?=\s*:)
    | (?P<name>"(?:[^"\\]|\\.)*")(?=\s*:)
    | (?P<string>"(?:[^"\\]|\\.)*"?)
    | (?P<number>-?\d[\d.eE+-]*)
    | (?P<constant>\b(?:true|false|null)\b)
    """,
    re.VERBOSE,
)
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
    ascii_only = line.isascii()
    found: _Highlights = []
    for match in _TOKEN.finditer(line):
        start, end = match.span()
        if not ascii_only:
            start, end = len(line[:start].encode()), len(line[:end].encode())
        found.append((start, end, str(match.lastgroup)))
    return found


class JsonArea(TextArea):
    """Shows or edits JSON."""

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
        colours = self.app.theme_variables
        theme = TextAreaTheme(
            name=f"json-{self.app.theme}",
            syntax_styles={
                "name": Style(color=colours["accent"]),
                "type": Style(color=colours["secondary"]),
                "string": Style(color=colours["foreground"]),
                "number": Style(color=colours["primary"]),
                "constant": Style(color=colours["warning"]),
            },
        )
        self.register_theme(theme)
        self.theme = theme.name


class JsonView(JsonArea):
    """Only shows; the arrow keys scroll."""

    def __init__(self, text: str = "", *, soft_wrap: bool = True, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(
            text,
            id=id,
            soft_wrap=soft_wrap,
            read_only=True,
            show_cursor=False,
            show_line_numbers=False,
            highlight_cursor_line=False,
        )
        self.match_cursor_bracket = False
