"""Undoing changes: what will happen is shown before, what was refused after."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.connection.connect import Connection
from dyntui.core.recovery.undo_preview import UndoPreview, undo_preview
from dyntui.core.recovery.undoing import UndoWanted, undo_all
from dyntui.core.text.amounts import counted
from dyntui.core.text.change_text import key_text
from dyntui.core.text.listed import Listed, Row
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered_rows import LOOKS_ONLY, FilteredRows
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.rows_view import RowsView
from engine.client.history import Undone
from engine.client.protocol import Context


class UndoScreen(Drawer[bool], FilteredRows):
    """Undoes changes of a table; gives whether any was."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("undo")
    FILTER_HINT = LOOKS_ONLY
    AUTO_FOCUS = "RowsView"
    DEFAULT_CSS = """
    UndoScreen #undo-about { padding: 0 1; height: auto; background: $surface; color: $text-muted; }
    """

    def __init__(self, connection: Connection, table: str, wanted: UndoWanted) -> None:
        super().__init__()
        self._connection = connection
        self._table = table
        self._wanted = wanted
        self._preview: UndoPreview | None = None
        self._undone: list[Undone] | None = None
        self._stopped = False

    def title_text(self) -> Text:
        """What is undone."""
        return Text(f"Undo · {self._table} · {self._wanted.name}")

    def compose_body(self) -> ComposeResult:
        """What it does, and to which items."""
        yield Static(id="undo-about")
        yield RowsView()

    def on_mount(self) -> None:
        """Look at what would be done."""
        self._say("looking at what would be done…")
        tools, table, wanted = self._connection.tools, self._table, self._wanted
        self.run_job(
            f"looking at changes of {table}",
            lambda _: undo_preview(tools, table, wanted.which, only_last=wanted.only_last),
            self._previewed,
            self.show_error,
            group="preview",
        )

    def _say(self, text: str) -> None:
        self.query_one("#undo-about", Static).update(Text(text))

    def _previewed(self, preview: UndoPreview) -> None:
        self._preview = preview
        least = "" if preview.exact else "more than "
        stay = sum(item.refusal is not None for item in preview.items)
        said = (
            f"{least}{counted(preview.changes, 'change')} of "
            f"{counted(len(preview.items), 'item')} will be undone by new "
            "writes, which draw capacity, are logged, and can be undone too."
        )
        if stay:
            said += f" {stay:,} of the items will stay as they are: others changed them since."
        if not preview.changes:
            said = "There are no such changes."
        self._say(said)
        rows = tuple(item.row for item in preview.items)
        self.filtered_list.show_list(Listed("", rows, 0))

    def action_submit(self) -> None:
        """Undo them."""
        if self._preview is None or not self._preview.changes or self.job_running:
            return
        if self._undone is not None:
            self.dismiss(self._any_undone)
            return
        connection, table, wanted = self._connection, self._table, self._wanted

        def work(cancelled: Cancelled) -> list[Undone]:
            by = Context(origin="person", cancelled=cancelled)
            return undo_all(connection, table, wanted.which, only_last=wanted.only_last, context=by)

        self.run_job(f"undoing changes of {table}", work, self._done, self.show_error, group="undo")
        self._say(with_keys("undoing… {undo.close} stops it"))

    def _done(self, undone: list[Undone]) -> None:
        self._undone = undone
        refused = [one for one in undone if one.refusal is not None]
        count = len(undone) - len(refused)
        said = f"{counted(count, 'item is', 'items are')} as before"
        if not refused:
            self.notify(said)
            self.dismiss(self._any_undone)
            return
        self._say(f"{said}, {len(refused):,} left as they are:")
        rows = tuple(_refused(one) for one in refused)
        self.filtered_list.show_list(Listed("", rows, 0))

    @property
    def _any_undone(self) -> bool:
        return self._stopped or any(one.refusal is None for one in self._undone or ())

    def action_copy_as(self) -> None:
        """Copy the command that does the same."""
        self.copy(self._wanted.command(self._table), "the command")

    def action_close(self) -> None:
        """Stop what runs, or go back; first to all items, where a filter leaves some out."""
        if not self.job_running and self.close_filter():
            return
        if not self.cancel_jobs() or self._preview is None:
            self.dismiss(self._any_undone)
        else:
            self._stopped = True
            self._say("Stopped: what was undone by then stays undone.")


def _refused(one: Undone) -> Row:
    return Row((("✗ ", "mark"), (key_text(one.key), "bold"), (f"  {one.refusal}", "")))
