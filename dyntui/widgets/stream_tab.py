"""The tab on a table's streams. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

from dyntui.widgets.table_board import BoardTab

if TYPE_CHECKING:
    from dyntui.widgets.stream_board import StreamBoard

Json = dict[str, Any]


class StreamTab(BoardTab):
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

    def make_board(self) -> StreamBoard:
        """The board."""
        from dyntui.widgets.stream_board import StreamBoard

        return StreamBoard(self.session, self.connection)
