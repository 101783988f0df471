"""Lines of text with kinds, drawn anew only where they have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dyntui.core.text.chart import Line

COLOURS = {
    "dim": "secondary",
    "rule": "border-blurred",
    "bar": "primary",
    "over": "warning",
    "limit": "secondary",
    "mark": "error",
    "chosen": "accent",
    "good": "success",
    "warn": "warning",
}
BOLD = ("bold", "mark", "chosen")


class LinesView(ScrollView, can_focus=True):
    """Shows lines, and scrolls where there are more than fit."""

    DEFAULT_CSS = """
    LinesView {
        height: 1fr; background: $surface; color: $foreground;
        overflow-x: hidden; scrollbar-size: 0 1;
    }
    """

    @dataclass
    class Clicked(Message):
        """A cell of a line was clicked on."""

        row: int
        cell: int

    @dataclass
    class Resized(Message):
        """The lines have another width or height to fit in."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._styles: dict[str, Style] = {}
        self._theme = ""

    @property
    def room(self) -> tuple[int, int]:
        """Cells a line, beside a scrollbar, and lines at once."""
        size = self.size
        return max(size.width - 1, 1), max(size.height, 1)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines; those that are the same are not drawn again."""
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.virtual_size = Size(self.room[0], len(lines))
            self.refresh()
            return
        top = self.scroll_offset.y
        width = self.size.width
        changed = [
            Region(0, row - top, width, 1)
            for row, (old, new) in enumerate(zip(before, lines, strict=True))
            if old != new and 0 <= row - top < self.size.height
        ]
        if changed:
            self.refresh(*changed)

    def reveal(self, row: int) -> None:
        """Scroll until a line is in sight."""
        top, height = round(self.scroll_target_y), self.size.height
        if not top <= row < top + height:
            self.scroll_to(y=row - height + 1 if row >= top + height else row, animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the viewport."""
        base, width = self.rich_style, self.size.width
        row = self.scroll_offset.y + y
        if row >= len(self._lines):
            return Strip.blank(width, base)
        self._take_theme()
        pieces = [
            Segment(text, base + self._styles[kind] if kind else base)
            for text, kind in self._lines[row]
        ]
        cells = sum(cell_len(text) for text, _ in self._lines[row])
        return Strip(pieces, cells).adjust_cell_length(width, base)

    def _take_theme(self) -> None:
        """The colours of the theme, read again when it is another."""
        if self._theme != self.app.theme:
            self._theme = self.app.theme
            colours = self.app.theme_variables
            self._styles = {
                kind: Style(color=colours[name], bold=kind in BOLD or None)
                for kind, name in COLOURS.items()
            }
            self._styles["bold"] = Style(bold=True)

    def on_resize(self) -> None:
        """Whoever made the lines makes them anew."""
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """Say where."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.post_message(self.Clicked(offset.y + self.scroll_offset.y, offset.x))
