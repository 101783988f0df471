"""The tab on a table's streams. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dyntui.widgets.table_board import BoardTab

if TYPE_CHECKING:
    from dyntui.widgets.stream_board import StreamBoard


class StreamTab(BoardTab):
    """Shows a table's changes as they come, as long as it is in sight."""

    TITLE = "Streams"

    def make_board(self) -> StreamBoard:
        """The board."""
        from dyntui.widgets.stream_board import StreamBoard

        return StreamBoard(self.session, self.connection)
