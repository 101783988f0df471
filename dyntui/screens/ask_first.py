"""What a statement will cost, or may change, before it is run all the same."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from dyntui.core.asked import Ready
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView


class AskFirstScreen(Drawer[bool]):
    """Shows a statement with its risk; gives whether it is to be run."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")
    AUTO_FOCUS = "TextView"
    DEFAULT_CSS = """
    AskFirstScreen {
        #drawer { border-left: vkey $warning; }
        #ask-risk { padding: 1 2; color: $warning; text-style: bold; }
    }
    """

    def __init__(self, ready: Ready) -> None:
        super().__init__()
        self._ready = ready

    def title_text(self) -> Text:
        """Verb and table."""
        prepared = self._ready.prepared
        return Text(f"{prepared.verb} · {prepared.source.table}")

    def compose_body(self) -> ComposeResult:
        """The risk, and the statement."""
        yield Static(Text(f"▲ {self._ready.risk}"), id="ask-risk")
        yield Static("the statement", classes="caption")
        yield TextView(self._ready.text, json=False)

    def action_run(self) -> None:
        """Run it."""
        self.dismiss(True)

    def action_close(self) -> None:
        """Run nothing."""
        self.dismiss(False)
