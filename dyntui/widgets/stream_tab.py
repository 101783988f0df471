"""The tab on a table's streams. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.widget import Widget

from dyntui.core.schema import TableInfo
from dyntui.widgets.table_tab import TableTab

if TYPE_CHECKING:
    from dyntui.widgets.stream_board import StreamBoard

Json = dict[str, Any]


class StreamTab(TableTab):
    """Shows a table's changes as they come, as long as it is in sight."""

    TITLE = "Streams"

    @dataclass
    class ItemWanted(Message):
        """The item of a change is to be shown."""

        key: Json

    @dataclass
    class TableWanted(Message):
        """Another table is to be shown, in this tab."""

        table: str

    @dataclass
    class Altered(Message):
        """The table's stream or Time to Live is another, or items were deleted."""

        table: str

    _board: StreamBoard | None = None

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:  # noqa: ARG002
        """Show another table."""
        self.info = info
        if self._board is not None:
            self._board.show_table(info)

    async def table_changed(self, info: TableInfo) -> None:
        """The same table has other settings."""
        self.info = info
        if self._board is not None:
            self._board.table_changed(info)

    @property
    def panels(self) -> Sequence[Widget]:
        """List and change, once there are any."""
        return () if self._board is None else self._board.panels

    def reload(self) -> None:
        """Look again, now."""
        if self._board is not None:
            self._board.reload()

    def back(self) -> bool:
        """From the change to the list, from shards and streams to the changes."""
        return self._board is not None and self._board.back()

    def focus_content(self) -> None:
        """The list."""
        self._made().focus_content()

    def on_show(self) -> None:
        """It came into sight."""
        self._made().start()

    def on_hide(self) -> None:
        """It went out of sight: nothing is read any more."""
        if self._board is not None:
            self._board.stop()

    def _made(self) -> StreamBoard:
        if self._board is None:
            from dyntui.widgets.stream_board import StreamBoard

            self._board = StreamBoard(self.session, self.connection)
            self.mount(self._board)
            if self.info is not None:
                self._board.show_table(self.info)
        return self._board
