"""The tab on a table's past. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from dyntui.core.schema import TableInfo
from dyntui.widgets.table_tab import TableTab

if TYPE_CHECKING:
    from dyntui.widgets.timeline_board import TimelineBoard


class TimelineTab(TableTab):
    """Shows what a table's past looks like, as long as it is in sight."""

    TITLE = "Timeline"

    @dataclass
    class TableMade(Message):
        """There is another table, or another one of that name."""

        name: str

    @dataclass
    class StatementMade(Message):
        """What is looked at is to be edited as a statement."""

        text: str

    _board: TimelineBoard | None = None

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:  # noqa: ARG002
        """Show another table."""
        self.info = info
        if self._board is not None:
            self._board.show_table(info)

    async def table_changed(self, info: TableInfo) -> None:
        """The same table has other settings, or other counts."""
        self.info = info
        if self._board is not None:
            self._board.table_changed(info)

    @property
    def panels(self) -> Sequence[Widget]:
        """The parts of the board, once there is one."""
        return () if self._board is None else self._board.panels

    def reload(self) -> None:
        """Look again, now."""
        if self._board is not None:
            self._board.look()

    def run_query(self) -> bool:
        """Run the form of the items as they were, where they are shown."""
        return self._board is not None and self._board.run_query()

    def back(self) -> bool:
        """Leave what was opened last, or stop what runs; whether there was anything."""
        return self._board is not None and self._board.back()

    def focus_content(self) -> None:
        """The bar is where one begins."""
        self._made().focus_content()

    def on_show(self) -> None:
        """It came into sight."""
        self._made().start()

    def on_hide(self) -> None:
        """It went out of sight: nothing is read any more."""
        if self._board is not None:
            self._board.stop()

    def _made(self) -> TimelineBoard:
        if self._board is None:
            from dyntui.widgets.timeline_board import TimelineBoard

            self._board = TimelineBoard(self.session, self.connection)
            self.mount(self._board)
            if self.info is not None:
                self._board.show_table(self.info)
        return self._board
