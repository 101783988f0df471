"""Restoring a table: under which name, by which means, with the request that does it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.recovery.restore_plan import RestorePlan
from dyntui.core.tables.requests import as_json
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView

NO_COMMAND = "There is no command that does the same"


class RestoreScreen(Drawer[str | None]):
    """Gives the name under which the table is wanted, None if it is not."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("restore")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    RestoreScreen {
        #restore-body { padding: 1 2; height: auto; }
        #restore-body Static, Label { margin-bottom: 1; }
        #restore-about { color: $text-muted; }
        Input { width: 60; background: $panel; }
    }
    """

    def __init__(self, plan: RestorePlan, tables: frozenset[str]) -> None:
        super().__init__()
        self._plan = plan
        self._tables = tables

    def title_text(self) -> Text:
        """Which table, and from what."""
        return Text(f"Restore · {self._plan.table} · {self._plan.source}")

    def compose_body(self) -> ComposeResult:
        """The name, what will be done, the request or the command."""
        with Vertical(id="restore-body"):
            yield Label("Into a new table of this name:")
            yield Input(self._plan.target, compact=True)
            yield Static(Text(self._plan.about), id="restore-about")
            yield Static("It goes on while you do other things; the timeline shows how far it is.")
        yield Static("", id="restore-caption", classes="caption")
        yield TextView()

    @on(Input.Changed)
    def _show_request(self) -> None:
        name = self.query_one(Input).value
        request = self._plan.request(name)
        caption, view = self.query_one("#restore-caption", Static), self.query_one(TextView)
        if request is not None:
            caption.update("the request")
            view.show(as_json(request), json=True)
        else:
            command = self._plan.command(name)
            caption.update("the command" if command else "what is done")
            read = f"Scan {self._plan.table}, {self._plan.source}"
            view.show(
                command or f"CreateTable {name}\n{read}\nput its items into {name}", json=False
            )

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Begin, where the name can be one."""
        name, plan = self.query_one(Input).value.strip(), self._plan
        replaces = plan.way == "snapshot" and name == plan.table
        if not name:
            self.show_error("Give the new table a name.")
        elif name in self._tables and not replaces:
            self.show_error(f"There is a table {name} already: give another name.")
        else:
            self.dismiss(name)

    def action_copy_as(self) -> None:
        """Copy the command that does the same."""
        command = self._plan.command(self.query_one(Input).value)
        if command is None:
            self.show_error(NO_COMMAND)
        else:
            self.copy(command, "the command")
