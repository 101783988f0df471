"""The tab on a table's capacity. What it shows is imported and made when it is first looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from dyntui.widgets.table_board import BoardTab

if TYPE_CHECKING:
    from dyntui.widgets.capacity_board import CapacityBoard


class CapacityTab(BoardTab):
    """Shows what a table's capacity looks like, as long as it is in sight."""

    TITLE = "Capacity"

    @dataclass
    class AlterWanted(Message):
        """The capacity of the table, or of an index of it, is to be altered."""

        index: str | None

    def make_board(self) -> CapacityBoard:
        """The board."""
        from dyntui.widgets.capacity_board import CapacityBoard

        return CapacityBoard(self.session, self.connection)
