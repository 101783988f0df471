"""The tab on what can be set of a table. It is imported and made when it is first looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from dyntui.widgets.table_board import BoardTab

if TYPE_CHECKING:
    from dyntui.widgets.settings_board import SettingsBoard


class SettingsTab(BoardTab):
    """Shows a table's settings, and has them changed."""

    TITLE = "Settings"

    @dataclass
    class DropWanted(Message):
        """The table is to be dropped."""

        table: str

    def make_board(self) -> SettingsBoard:
        """The board."""
        from dyntui.widgets.settings_board import SettingsBoard

        return SettingsBoard(self.session, self.connection)
