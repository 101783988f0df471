"""Emptying a table: its name is typed out before anything happens."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.connection.connect import Connection
from dyntui.core.recovery.emptying import about, command, emptied
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.jobs import Cancelled, Progress
from dyntui.widgets.text_view import TextView
from engine.errors import ApiError


class EmptyTableScreen(Drawer[str | None]):
    """Takes all items out of one table; gives what was done in words, None for nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("truncate")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    EmptyTableScreen {
        #drawer { border-left: vkey $error; }
        #truncate-body { padding: 1 2; height: auto; }
        #truncate-body Static, Label { margin-bottom: 1; }
        #truncate-warning { color: $error; text-style: bold; }
        Input { width: 50; background: $panel; }
    }
    """

    def __init__(self, connection: Connection, info: TableInfo) -> None:
        super().__init__()
        self._connection = connection
        self._info = info
        self._command = command(connection, info)
        self._stopped = False
        self._deleted = 0

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Empty the table · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """What goes and how, the field for the name, the command."""
        info = self._info
        items = f"{counted(info.item_count, 'item')} ({bytes_text(info.size_bytes)})"
        with Vertical(id="truncate-body"):
            yield Static(
                f"▲ {items} {'goes' if info.item_count == 1 else 'go'}; the table stays.",
                id="truncate-warning",
            )
            yield Static(Text(about(self._connection, info)), id="truncate-about")
            yield Label(f"Type {info.name} to empty it, then Ctrl+S:", markup=False)
            yield Input(placeholder=info.name, compact=True)
        yield Static("the command", classes="caption")
        yield TextView(self._command, json=False)

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Empty the table, if its name is there."""
        if self.job_running:
            return
        if self.query_one(Input).value != self._info.name:
            self.show_error("The name does not match the table's.")
            return
        self.show_error("")
        progress = Progress(self, self._show_progress)

        def told(deleted: int, _: int) -> None:
            self._deleted = deleted
            progress.tell()

        def work(cancelled: Cancelled) -> str:
            return emptied(self._connection, self._info, told, lambda: self._stopped or cancelled())

        self.run_job(f"emptying {self._info.name}", work, self._done, self._failed, group="empty")

    def _done(self, said: str) -> None:
        self.dismiss(said)

    def _failed(self, error: ApiError) -> None:
        self._stopped = False
        self._say(about(self._connection, self._info))
        self.show_error(error)

    def _show_progress(self) -> None:
        if self.job_running:
            items = counted(self._info.item_count, "item")
            ending = "stopping" if self._stopped else f"{key_for('truncate.close')} stops it"
            self._say(f"{self._deleted:,} of {items} deleted… {ending}")

    def _say(self, text: str) -> None:
        self.query_one("#truncate-about", Static).update(Text(text))

    def action_copy_as(self) -> None:
        """Copy the command."""
        self.copy(self._command, "the command")

    def action_close(self) -> None:
        """Stop what runs, or go back."""
        if not self.job_running:
            deleted = f"{counted(self._deleted, 'item')} of {self._info.name} deleted"
            self.dismiss(deleted if self._deleted else None)
        elif not self._stopped:
            self._stopped = True
            self._say("stopping…")
