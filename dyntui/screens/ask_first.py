"""What a statement or request will cost, or may change, before it is run all the same."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from dyntui.core.asked import Ready
from dyntui.core.requests import Request
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView


class AskFirstScreen(Drawer[bool]):
    """Shows what is to be run with its risk; gives whether it is to be."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")
    AUTO_FOCUS = "TextView"
    DEFAULT_CSS = """
    AskFirstScreen {
        #drawer { border-left: vkey $warning; }
        #ask-risk { padding: 1 2; color: $warning; text-style: bold; }
    }
    """

    def __init__(self, risk: str, what: Ready | Request) -> None:
        super().__init__()
        self._risk = risk
        self._what = what

    def title_text(self) -> Text:
        """Verb or operation, and table."""
        if isinstance(self._what, Request):
            return Text(f"{self._what.operation} · {self._what.members['TableName']}")
        prepared = self._what.prepared
        return Text(f"{prepared.verb} · {prepared.source.table}")

    def compose_body(self) -> ComposeResult:
        """The risk, and the statement or request."""
        yield Static(Text(f"▲ {self._risk}"), id="ask-risk")
        is_request = isinstance(self._what, Request)
        yield Static("the request" if is_request else "the statement", classes="caption")
        yield TextView(json=is_request)

    def on_mount(self) -> None:
        """Show what would be run."""
        view = self.query_one(TextView)
        if isinstance(self._what, Request):
            view.show_request(self._what)
        else:
            view.text = self._what.text

    def action_run(self) -> None:
        """Run it."""
        self.dismiss(True)

    def action_close(self) -> None:
        """Run nothing."""
        self.dismiss(False)
