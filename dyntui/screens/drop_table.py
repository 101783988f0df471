"""Dropping a table: its name is typed out before anything happens."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.connection.session import Session
from dyntui.core.tables.requests import Request, as_json
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView


class DropTableScreen(Drawer[str | None]):
    """Drops one table; gives its name once it is gone."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("drop")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    DropTableScreen {
        #drawer { border-left: vkey $error; }
        #drop-body { padding: 1 2; height: auto; }
        #drop-body Static, Label { margin-bottom: 1; }
        #drop-warning { color: $error; text-style: bold; }
        Input { width: 50; background: $panel; }
    }
    """

    def __init__(self, session: Session, info: TableInfo) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._request = Request("DeleteTable", {"TableName": info.name})

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"DeleteTable · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """What goes with the table, and the field for its name."""
        info = self._info
        with Vertical(id="drop-body"):
            yield Static(f"▲ {_what_goes(info)} with the table.", id="drop-warning")
            if info.deletion_protection:
                yield Static(
                    "Deletion protection is on: DynamoDB will refuse. Turn it off in the settings."
                )
            yield Label(f"Type {info.name} to drop it, then Ctrl+S:", markup=False)
            yield Input(placeholder=info.name, compact=True)
        yield Static("the request", classes="caption")
        yield TextView(as_json(self._request))

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Drop the table, if its name is there."""
        if self.query_one(Input).value != self._info.name:
            self.show_error("The name does not match the table's.")
            return
        self.show_error("")
        self.send(self._session, self._request, lambda _: self._dropped())

    def _dropped(self) -> None:
        self.dismiss(self._info.name)


def _what_goes(info: TableInfo) -> str:
    """All that is lost, in words."""
    items = counted(info.item_count, "item")
    text = f"{items} ({bytes_text(info.size_bytes)})"
    if info.indexes:
        count = len(info.indexes)
        text += f" and {counted(count, 'index', 'indexes')}"
    return f"{text} {'go' if info.indexes or info.item_count != 1 else 'goes'}"
