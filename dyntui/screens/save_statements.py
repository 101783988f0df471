"""Saving what is in the editor under a name."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.user.query_book import file_name
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings


class SaveScreen(Drawer[str | None]):
    """Asks for a name; gives it, or None. One of `taken` is replaced, which is said."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("save")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    SaveScreen {
        Vertical { padding: 1 2; height: auto; }
        Label { margin-bottom: 1; }
        Input { width: 62; background: $panel; }
        #save-note { margin-top: 1; color: $warning; }
    }
    """

    def __init__(self, name: str, taken: tuple[str, ...]) -> None:
        super().__init__()
        self._suggested = name
        self._taken = taken

    def title_text(self) -> Text:
        """What is done."""
        return Text("Save the statements of this tab")

    def compose_body(self) -> ComposeResult:
        """A field for the name."""
        with Vertical(id="save-body"):
            yield Label("Name:")
            yield Input(self._suggested, placeholder="films by genre", compact=True)
            yield Static(id="save-note")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        replaced = file_name(event.value) in self._taken
        self.query_one("#save-note", Static).update("It takes the place of the one of this name.")
        self.query_one("#save-note").display = replaced

    @on(Input.Submitted)
    def action_save(self) -> None:
        """Give the name."""
        name = file_name(self.query_one(Input).value)
        if name:
            self.dismiss(name)
        else:
            self.show_error("a name has letters or digits")
