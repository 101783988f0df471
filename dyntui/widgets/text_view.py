"""A text that is looked at, of any length: only the lines in view are drawn."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dyntui.core.tables.requests import Request, as_json
from dyntui.core.text.formats import printable
from dyntui.core.text.json_tokens import Token, json_tokens

TAB_CELLS = 4
_COLUMN = re.compile(r"\S(?:.*?\S)?  +")


class TextView(ScrollView, can_focus=True):
    """Shows a text, broken at blanks where it is too wide; JSON is coloured.

    Characters that steer a terminal are shown escaped. In `columns` of names and texts, with two
    blanks or more between them, what is broken goes on below its text.
    """

    DEFAULT_CSS = """
    TextView {
        height: 1fr; padding: 0 1; background: $surface; color: $foreground;
        scrollbar-size: 0 1;
    }
    """

    def __init__(
        self,
        text: str = "",
        *,
        json: bool = True,
        columns: bool = False,
        id: str | None = None,  # noqa: A002  Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._text = text
        self._json = json
        self._columns = columns
        self._request: Request | None = None
        self._lines: list[str] = []
        self._rows: list[tuple[int, int, int]] = []
        self._tokens: dict[int, list[Token]] = {}
        self._width = 0

    @property
    def text(self) -> str:
        """The text as it was given."""
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        self.show(text, json=self._json)

    def show(self, text: str, *, json: bool) -> None:
        """Show another text, JSON or not, from its beginning."""
        if (text, json) != (self._text, self._json) or self._request is not None:
            self._text, self._json, self._request = text, json, None
            self.scroll_to(0, 0, animate=False)
            self._lay_out()

    def show_request(self, request: Request) -> None:
        """Show a request, its JSON laid out for the width that there is."""
        if request != self._request:
            self._request, self._json = request, True
            self._text = as_json(request)
            self.scroll_to(0, 0, animate=False)
            self._lay_out()

    def on_resize(self) -> None:
        """Break the lines anew."""
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    def _lay_out(self) -> None:
        """Break the text into rows: a line, and where in it a row starts and ends."""
        width = self._width = self.scrollable_content_region.width
        if width <= 0:
            return
        if self._request is not None:
            self._text = as_json(self._request, width)
        self._lines = [printable(line.expandtabs(TAB_CELLS)) for line in self._text.split("\n")]
        self._rows = [
            (number, start, end)
            for number, line in enumerate(self._lines)
            for start, end in pairwise(row_starts(line, width, self._indent(line)))
        ]
        self._tokens.clear()
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def _indent(self, line: str) -> int:
        """How far in the rows of a line stand that go on with it."""
        named = _COLUMN.match(line) if self._columns else None
        return named.end() if named is not None and named.end() < self._width // 2 else 0

    def render_line(self, y: int) -> Strip:
        """One line of the viewport."""
        place = self.scroll_offset.y + y
        base = self.rich_style
        if place >= len(self._rows):
            return Strip.blank(self._width, base)
        number, start, end = self._rows[place]
        indent = self._indent(self._lines[number]) if start else 0
        segments = [Segment(" " * indent, base)] + [
            Segment(text, base + self._style(kind) if kind else base)
            for text, kind in self._pieces(number, start, end)
        ]
        return Strip(segments).adjust_cell_length(self._width, base)

    def _pieces(self, number: int, start: int, end: int) -> list[tuple[str, str]]:
        """A row's texts with the kinds of their tokens."""
        line = self._lines[number]
        if not self._json:
            return [(line[start:end], "")]
        tokens = self._tokens.get(number)
        if tokens is None:
            tokens = self._tokens[number] = json_tokens(line)
        pieces, place = [], start
        first = max(0, bisect_right(tokens, start, key=lambda token: token[0]) - 1)
        for token_start, token_end, kind in tokens[first:]:
            if token_start >= end:
                break
            if token_end <= place:
                continue
            pieces.append((line[place : max(place, token_start)], ""))
            pieces.append((line[max(place, token_start) : min(token_end, end)], kind))
            place = min(token_end, end)
        pieces.append((line[place:end], ""))
        return pieces

    def _style(self, kind: str) -> Style:
        return token_styles(self.app.theme_variables)[kind]


def row_starts(line: str, width: int, indent: int = 0) -> list[int]:
    """Where the rows of a line start, and at last its end; broken at blanks where there are any.

    All rows but the first have `indent` cells less.
    """
    starts, start, length = [0], 0, len(line)
    narrow = line.isascii()
    while start < length:
        end = start + width if narrow else _end_in_cells(line, start, width)
        if end < length:
            blank = line.rfind(" ", start + 1, end)
            end = blank + 1 if blank > start + width // 2 else max(end, start + 1)
        start = min(end, length)
        if len(starts) == 1:
            width -= indent
        starts.append(start)
    return starts if length else [0, 0]


def _end_in_cells(line: str, start: int, width: int) -> int:
    """Where a row that starts at `start` and has `width` cells must end at the latest."""
    end, cells = start, 0
    while end < len(line) and cells <= width:
        cells += get_character_cell_size(line[end])
        end += 1
    while cell_len(line[start:end]) > width and end > start + 1:
        end -= 1
    return end


def token_styles(colours: dict[str, str]) -> dict[str, Style]:
    """The colours of JSON's tokens, by their kind."""
    return {
        "name": Style(color=colours["accent"]),
        "type": Style(color=colours["secondary"]),
        "string": Style(color=colours["foreground"]),
        "number": Style(color=colours["primary"]),
        "constant": Style(color=colours["warning"]),
    }
