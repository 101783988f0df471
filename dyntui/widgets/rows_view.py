"""A list of rows of which one is chosen, with more lines below that one."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from dyntui.core.text.listed import Listed, fitted, list_lines, moved
from dyntui.widgets.lines_view import LinesView


class RowsView(LinesView):
    """Shows as much of a list as there is room for, with all of the chosen row."""

    listed = Listed("")

    def show_list(self, listed: Listed) -> None:
        """Show another list."""
        self.listed = listed
        self._draw()

    def move(self, step: int) -> None:
        """Choose another row."""
        self.show_list(moved(self.listed, step))

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
            self.show_list(replace(self.listed, chosen=row))
