"""Turning point-in-time recovery of a table on or off, and saying how far it reaches back."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from dyntui.core.requests import Request, as_aws_cli, as_json
from dyntui.core.session import Session
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle

DAYS_MAX = 35
ABOUT = (
    "While it is on, the table can be restored as of any second of the last days, from the moment "
    "when it is turned on. Where it is turned off, that window is given up, and begins anew."
)


class RecoveryScreen(Drawer[bool]):
    """Gives whether anything was changed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("recovery")
    AUTO_FOCUS = "Toggle"
    DEFAULT_CSS = """
    RecoveryScreen {
        #recovery-form { height: auto; padding: 1 1 0 1; }
        #recovery-about { padding: 1 1; color: $text-muted; }
    }
    """

    def __init__(self, session: Session, table: str, *, is_on: bool) -> None:
        super().__init__()
        self._session = session
        self._table = table
        self._is_on = is_on

    def title_text(self) -> Text:
        """Of which table."""
        return Text(f"Point-in-time recovery · {self._table} · {'on' if self._is_on else 'off'}")

    def compose_body(self) -> ComposeResult:
        """On or off, the days, the request."""
        with Vertical(id="recovery-form"):
            yield FormRow("", Toggle("on", not self._is_on, id="recovery-on", compact=True))
            yield FormRow("Days", Input(str(DAYS_MAX), id="recovery-days", compact=True))
        yield Static(ABOUT, id="recovery-about")
        yield Static("the request", classes="caption")
        yield TextView()

    @property
    def _request(self) -> Request | None:
        """The request; None where the days are none."""
        specification: dict[str, bool | int] = {
            "PointInTimeRecoveryEnabled": self.query_one(Toggle).value
        }
        text = self.query_one(Input).value.strip()
        if self.query_one(Toggle).value:
            if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= DAYS_MAX):
                return None
            specification["RecoveryPeriodInDays"] = int(text)
        members = {"TableName": self._table, "PointInTimeRecoverySpecification": specification}
        return Request("UpdateContinuousBackups", members)

    def on_mount(self) -> None:
        """The request for what is filled in at first."""
        self._show_request()

    @on(Toggle.Changed)
    @on(Input.Changed)
    def _changed(self, _: Message) -> None:
        self._show_request()

    def _show_request(self) -> None:
        request = self._request
        text = f"… days from 1 to {DAYS_MAX}" if request is None else as_json(request)
        self.query_one(TextView).show(text, json=request is not None)

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Send the request."""
        request = self._request
        if request is None:
            self.show_error(f"Give a number of days from 1 to {DAYS_MAX}.")
        else:
            self.send(self._session, request, lambda _: self._sent())

    def _sent(self) -> None:
        self.dismiss(True)

    def action_copy_as(self) -> None:
        """Copy the request as a command."""
        if self._request is not None:
            self.copy(as_aws_cli(self._request, self._session.region), "the command")

    def action_close(self) -> None:
        """Back; nothing is changed."""
        self.dismiss(False)
