"""A list of rows of which one is chosen, with more lines below that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on

from dyntui.core.text.listed import Listed, fitted, holding, list_lines, moved
from dyntui.widgets.lines_view import LinesView


class RowsView(LinesView):
    """Shows as much of a list as there is room for, with all of the chosen row; where it is
    filtered, only the rows that hold some words."""

    listed = Listed("")
    """The rows that are shown."""
    _whole = Listed("")
    _numbers: Sequence[int] = ()
    _words = ""
    _none_held = ""

    def show_list(self, listed: Listed) -> None:
        """Show another list; `chosen` is a row of the whole of it."""
        self._whole = listed
        self.listed, self._numbers = holding(listed, self._words, self._none_held)
        self._draw()

    def hold(self, words: str, none_held: str) -> None:
        """Show only rows that hold some words; `none_held` stands where there are none."""
        chosen = self.chosen
        self._words, self._none_held = words, none_held
        self.show_list(self._whole if chosen is None else replace(self._whole, chosen=chosen))

    @property
    def chosen(self) -> int | None:
        """Which row of the whole list is chosen; None where none is shown."""
        number = self.listed.chosen
        return self._numbers[number] if number < len(self._numbers) else None

    def move(self, step: int) -> None:
        """Choose another row."""
        self.listed = moved(self.listed, step)
        self._draw()

    def action_page_down(self) -> None:
        """Choose the row a page below."""
        self.move(self.room[1])

    def action_page_up(self) -> None:
        """Choose the row a page above."""
        self.move(-self.room[1])

    def action_scroll_home(self) -> None:
        """Choose the first row."""
        self.move(-len(self.listed.rows))

    def action_scroll_end(self) -> None:
        """Choose the last row."""
        self.move(len(self.listed.rows))

    @on(LinesView.Resized)
    def _draw(self) -> None:
        width, height = self.room
        lines, self._owners = list_lines(self.listed, height, width)
        self.show([fitted(line, width) for line in lines])

    @on(LinesView.Clicked)
    def _clicked(self, message: LinesView.Clicked) -> None:
        message.stop()
        row = self._owners[message.row] if message.row < len(self._owners) else None
        if row is not None:
            self.move(row - self.listed.chosen)
