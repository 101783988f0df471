"""What something will cost, or may change, before it is done all the same."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Label, Static

from dyntui.core.statements.asked import Ready
from dyntui.core.tables.requests import Request
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView


class AskFirstScreen(Drawer[bool]):
    """Shows what is to be run with its risk; gives whether it is to be.

    What is neither a statement nor a request is a title. Where `typed` is given, the yes is that
    name, typed out.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")
    AUTO_FOCUS = "Input, TextView"
    DEFAULT_CSS = """
    AskFirstScreen {
        #drawer { border-left: vkey $warning; }
        #ask-risk { padding: 1 2; color: $warning; text-style: bold; }
        #ask-label { padding: 0 2; }
        Input { width: 50; margin: 0 2 1 2; background: $panel; }
    }
    """

    def __init__(self, risk: str, what: Ready | Request | str, typed: str | None = None) -> None:
        super().__init__()
        self._risk = risk
        self._what = what
        self._typed = typed

    def title_text(self) -> Text:
        """Verb or operation, and table."""
        if isinstance(self._what, str):
            return Text(self._what)
        if isinstance(self._what, Request):
            return Text(f"{self._what.operation} · {self._what.members['TableName']}")
        prepared = self._what.prepared
        return Text(f"{prepared.verb} · {prepared.source.table}")

    def compose_body(self) -> ComposeResult:
        """The risk, the field for the name, and the statement or request."""
        yield Static(Text(f"▲ {self._risk}"), id="ask-risk")
        if self._typed is not None:
            label = f"Type {self._typed} to run it, then Ctrl+S:"
            yield Label(label, id="ask-label", markup=False)
            yield Input(placeholder=self._typed, compact=True)
        if isinstance(self._what, str):
            return
        is_request = isinstance(self._what, Request)
        yield Static("the request" if is_request else "the statement", classes="caption")
        yield TextView(json=is_request)

    def on_mount(self) -> None:
        """Show what would be run."""
        if isinstance(self._what, Request):
            self.query_one(TextView).show_request(self._what)
        elif not isinstance(self._what, str):
            self.query_one(TextView).text = self._what.text

    @on(Input.Submitted)
    def action_run(self) -> None:
        """Run it, if the name that is asked for is there."""
        if self._typed is None or self.query_one(Input).value == self._typed:
            self.dismiss(True)
        else:
            self.show_error("The name does not match the table's.")

    def action_close(self) -> None:
        """Run nothing."""
        self.dismiss(False)
