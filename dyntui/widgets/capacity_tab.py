"""The tab on a table's capacity. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.widget import Widget

from dyntui.core.schema import TableInfo
from dyntui.widgets.table_tab import TableTab

if TYPE_CHECKING:
    from dyntui.widgets.capacity_board import CapacityBoard

Json = dict[str, Any]


class CapacityTab(TableTab):
    """Shows what a table's capacity looks like, as long as it is in sight."""

    TITLE = "Capacity"

    @dataclass
    class AlterWanted(Message):
        """The capacity of the table, or of an index of it, is to be altered."""

        index: str | None

    @dataclass
    class CollectionWanted(Message):
        """The items of a partition key are to be shown; `index` is None for the table's own."""

        index: str | None
        key: Json

    _board: CapacityBoard | None = None

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Show another table."""
        self.info = info
        if self._board is not None:
            self._board.show_table(info, index)

    async def table_changed(self, info: TableInfo) -> None:
        """The same table has other settings."""
        self.info = info
        if self._board is not None:
            self._board.table_changed(info)

    @property
    def panels(self) -> Sequence[Widget]:
        """The board, once there is one."""
        return () if self._board is None else (self._board,)

    def reload(self) -> None:
        """Look again, now."""
        if self._board is not None:
            self._board.look()

    def back(self) -> bool:
        """Stop the load test, if one runs."""
        return self._board is not None and self._board.stop_load()

    def focus_content(self) -> None:
        """The board can be scrolled."""
        self._made().focus_content()

    def on_show(self) -> None:
        """It came into sight."""
        self._made().start()

    def on_hide(self) -> None:
        """It went out of sight: nothing is read any more."""
        if self._board is not None:
            self._board.stop()

    def _made(self) -> CapacityBoard:
        if self._board is None:
            from dyntui.widgets.capacity_board import CapacityBoard

            self._board = CapacityBoard(self.session, self.connection)
            self.mount(self._board)
            if self.info is not None:
                self._board.show_table(self.info, None)
        return self._board
