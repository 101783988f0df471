"""The line in which words are typed that rows in memory must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from dyntui.widgets.bindings import bindings

IN_MEMORY = "rows in memory; no request is sent"


class QuickFilter(Horizontal):
    """Words; Enter keeps the filter, Esc shows all rows again."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("find")
    DEFAULT_CSS = """
    QuickFilter {
        height: 1; background: $panel; padding: 0 1;
        Label { color: $accent; text-style: bold; padding: 0 1 0 0; }
        Input { width: 1fr; background: $surface; }
        .hint { color: $text-muted; text-style: none; padding: 0 0 0 1; }
    }
    """

    @dataclass
    class Changed(Message):
        """Other words were typed."""

        words: str

    @dataclass
    class Left(Message):
        """The person goes back to the rows; `kept` says whether the filter stays."""

        kept: bool

    def __init__(self, words: str, hint: str = IN_MEMORY) -> None:
        super().__init__()
        self._words = words
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Sign, words, what they are about."""
        yield Label("/")
        yield Input(self._words, placeholder="words that a row holds", compact=True)
        yield Label(self._hint, classes="hint")

    def on_mount(self) -> None:
        """Let the person type."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the filter."""
        self.post_message(self.Left(True))

    def action_close(self) -> None:
        """Show all rows."""
        self.post_message(self.Left(False))
