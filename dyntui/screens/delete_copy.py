"""Deleting a backup or a snapshot: its name is typed out before anything happens."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.core.text.time_words import words_text
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings


class DeleteCopyScreen(Drawer[bool]):
    """Gives whether the copy is to be deleted."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("typed")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    DeleteCopyScreen {
        #drawer { border-left: vkey $error; }
        #delete-body { padding: 1 2; height: auto; }
        #delete-body Static, Label { margin-bottom: 1; }
        #delete-warning { color: $error; text-style: bold; }
        Input { width: 60; background: $panel; }
    }
    """

    def __init__(self, copy: KeptCopy) -> None:
        super().__init__()
        self._copy = copy

    def title_text(self) -> Text:
        """Which copy."""
        return Text(f"Delete · {self._copy.kind} {self._copy.name}")

    def compose_body(self) -> ComposeResult:
        """What is lost, and the field for the name."""
        copy = self._copy
        lost = (
            f"▲ {copy.kind} {copy.name} of {words_text(copy.at_s)} ({bytes_text(copy.size_bytes)})"
        )
        with Vertical(id="delete-body"):
            yield Static(Text(f"{lost} will be gone for good."), id="delete-warning")
            if copy.kind == "trash":
                yield Static(
                    "It is what is left of a table that was dropped, emptied or replaced: its "
                    "items cannot be brought back then."
                )
            if len(copy.tables) > 1:
                yield Static(
                    Text(f"It holds {counted(len(copy.tables), 'table')}: {', '.join(copy.tables)}")
                )
            yield Label(f"Type {copy.name} to delete it, then Ctrl+S:", markup=False)
            yield Input(placeholder=copy.name, compact=True)

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Delete it, if its name is there."""
        if self.query_one(Input).value == self._copy.name:
            self.dismiss(True)
        else:
            self.show_error(f"The name does not match the {self._copy.kind}'s.")

    def action_close(self) -> None:
        """Back; nothing is deleted."""
        self.dismiss(False)
