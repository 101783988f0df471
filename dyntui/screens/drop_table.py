"""Dropping a table: its name is typed out before anything happens."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.requests import Request
from dyntui.core.schema import TableInfo
from dyntui.core.session import Session
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings


class DropTableScreen(Drawer[str | None]):
    """Drops one table; gives its name once it is gone."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("drop")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    DropTableScreen {
        #drawer { border-left: vkey $error; }
        #drop-body { padding: 1 2; height: 1fr; }
        Static, Label { margin-bottom: 1; }
        #drop-warning { color: $error; text-style: bold; }
        Input { width: 50; background: $panel; }
    }
    """

    def __init__(self, session: Session, info: TableInfo) -> None:
        super().__init__()
        self._session = session
        self._info = info

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"DeleteTable · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """What goes with the table, and the field for its name."""
        info = self._info
        with Vertical(id="drop-body"):
            yield Static(
                f"▲ {info.item_count:,} items ({info.size_bytes:,} B) and "
                f"{len(info.indexes)} indexes go with the table.",
                id="drop-warning",
            )
            if info.deletion_protection:
                yield Static(
                    "Deletion protection is on: DynamoDB will refuse. Alter the table first."
                )
            yield Label(f"Type {info.name} to drop it, then Ctrl+S:", markup=False)
            yield Input(placeholder=info.name, compact=True)

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Drop the table, if its name is there."""
        if self.query_one(Input).value != self._info.name:
            self.show_error("The name does not match the table's.")
            return
        self.show_error("")
        request = Request("DeleteTable", {"TableName": self._info.name})
        self.run_job(
            f"DeleteTable {self._info.name}",
            lambda cancelled: self._session.call(request.operation, request.members, cancelled),
            lambda _: self._dropped(),
            self.show_error,
            group="writing",
        )

    def _dropped(self) -> None:
        self.dismiss(self._info.name)

    def action_close(self) -> None:
        """Back; nothing is dropped."""
        self.dismiss(None)
