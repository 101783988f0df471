"""The history of one item: who changed it, when, why, which attributes; and back again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.connect import Connection
from dyntui.core.recovery.timeline_lists import change_row
from dyntui.core.recovery.timeline_texts import history_command
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.change_text import change_json, key_text
from dyntui.core.text.formats import dynamodb_json
from dyntui.core.text.item_text import value_text
from dyntui.core.text.listed import Listed
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered_rows import FilteredRows
from dyntui.widgets.rows_view import RowsView
from engine.client.changes import Changes
from engine.client.history import Change

Json = dict[str, Any]

CHANGES_MAX = 1_000
NOTHING = "Nothing is known of changes of this item: none was made in the time that is kept."


@dataclass(frozen=True, slots=True)
class HistoryLeft:
    """How a history was left: whether a change was undone, and as of when the table is to be
    browsed, if it is."""

    undone: bool
    at_s: float | None = None


class HistoryScreen(Drawer[HistoryLeft], FilteredRows):
    """Shows the changes of one item, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("history")
    AUTO_FOCUS = "RowsView"

    def __init__(self, connection: Connection, info: TableInfo, key: Json) -> None:
        super().__init__()
        self._connection = connection
        self._info = info
        self._key = key
        self._changes: list[Change] = []
        self._undone = False

    def title_text(self) -> Text:
        """Which item."""
        return Text(f"History · {self._info.name} · {key_text(self._key)}")

    def compose_body(self) -> ComposeResult:
        """The changes."""
        yield RowsView()

    def on_mount(self) -> None:
        """Read them."""
        self._read()

    def _read(self) -> None:
        try:
            tools = self._connection.tools
        except ConnectError as error:
            self._list(str(error))
            return
        self._list("reading…")
        which = Changes(key=self._key)

        def done(changes: list[Change]) -> None:
            self._changes = changes
            self._list(NOTHING)

        self.run_job(
            f"history of {self._info.name}",
            lambda _: tools.history(self._info.name, which, CHANGES_MAX),
            done,
            self.show_error,
            group="history",
        )

    def _list(self, empty: str) -> None:
        rows = tuple(map(change_row, self._changes))
        self.filtered_list.show_list(Listed("", rows, 0, empty))

    @property
    def _change(self) -> Change | None:
        chosen = self.filtered_list.chosen
        return None if chosen is None else self._changes[chosen]

    def action_browse(self) -> None:
        """Browse the table as of the chosen change."""
        if self._change is not None:
            self.dismiss(HistoryLeft(self._undone, self._change.at_s))

    def action_undo(self) -> None:
        """Undo the chosen change."""
        from dyntui.screens.undo import UndoScreen, UndoWanted

        change = self._change
        if change is None:
            return

        def closed(undone: bool | None) -> None:
            if undone:
                self._undone = True
                self._read()

        wanted = UndoWanted(Changes(seqs=(change.seq,)), f"change {change.seq}")
        self.app.push_screen(UndoScreen(self._connection, self._info.name, wanted), closed)

    def action_copy(self) -> None:
        """Copy the changes as JSON."""
        self.copy(dynamodb_json([change_json(change) for change in self._changes]), "the changes")

    def action_copy_as(self) -> None:
        """Copy the command that shows them."""
        key = [value_text(value) for value in self._key.values()]
        self.copy(history_command(self._info.name, None, key), "the command")

    def action_close(self) -> None:
        """Back; first to all changes, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss(HistoryLeft(self._undone))
