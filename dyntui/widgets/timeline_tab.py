"""The tab on a table's past. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from dyntui.widgets.table_board import BoardTab

if TYPE_CHECKING:
    from dyntui.widgets.timeline_board import TimelineBoard


class TimelineTab(BoardTab):
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

    def browse_at(self, at_s: float) -> None:
        """Browse the table as of a time."""
        from dyntui.widgets.timeline_board import TimelineBoard

        self._made()
        self.query_one(TimelineBoard).browse_at(at_s)

    def make_board(self) -> TimelineBoard:
        """The board."""
        from dyntui.widgets.timeline_board import TimelineBoard

        return TimelineBoard(self.session, self.connection)
