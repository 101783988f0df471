"""The line above the editor: its tabs by their names, and a mark for a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from dyntui.core.text.cut_text import cut

NAME_CELLS_MAX = 24
TITLE = "PartiQL"


class StatementTabs(Widget):
    """One line; a click chooses a tab, or makes a new one."""

    DEFAULT_CSS = """
    StatementTabs { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """

    @dataclass
    class Chosen(Message):
        """A tab by its number from 0; None is a new one."""

        number: int | None

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._current = 0
        self._spots: list[tuple[int, int, int | None]] = []

    def show(self, names: Sequence[str], current: int) -> None:
        """Show other tabs."""
        self._names, self._current = tuple(names), current
        self.refresh()

    def render(self) -> Text:
        """Title and tabs; those before the one in front give way where the line is too short."""
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(TITLE, style=f"bold {self.app.theme_variables['foreground']}")
        line.append("  ")
        labels = [f" {n} {cut(name, NAME_CELLS_MAX)} " for n, name in enumerate(self._names, 1)]
        first = 0
        while first < self._current and self._width(labels[first:]) > self.content_size.width:
            first += 1
        self._spots = []
        for number in range(first, len(labels)):
            style = self._chosen_style if number == self._current else Style.null()
            self._add(line, labels[number], number, style)
        self._add(line, " + ", None, Style(color=self.app.theme_variables["accent"]))
        return line

    @property
    def _chosen_style(self) -> Style:
        colours = self.app.theme_variables
        return Style(color=colours["accent"], bgcolor=colours["surface"], bold=True)

    @staticmethod
    def _width(labels: Sequence[str]) -> int:
        return len(TITLE) + sum(len(label) for label in labels) + 6

    def _add(self, line: Text, label: str, number: int | None, style: Style) -> None:
        start = line.cell_len
        line.append(label, style=style)
        self._spots.append((start, line.cell_len, number))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked on."""
        offset = event.get_content_offset(self)
        for start, end, number in self._spots:
            if offset is not None and start <= offset.x < end:
                self.post_message(self.Chosen(number))
