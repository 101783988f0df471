"""A table's stream or Time to Live turned on or off, with the request shown before it is sent."""

from __future__ import annotations

import shlex
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from dyntui.core.requests import Request
from dyntui.core.session import Session
from dyntui.core.stream_lines import due_text
from dyntui.core.stream_tail import VIEWS
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.text_view import TextView

VIEW_TEXTS = {
    "NEW_AND_OLD_IMAGES": "the item before and after",
    "NEW_IMAGE": "the item after",
    "OLD_IMAGE": "the item before",
    "KEYS_ONLY": "only its key",
}
STREAM_ON = "It has the changes from then on, each for 24 hours. What it shows cannot be changed."
STREAM_OFF = (
    "Changes go to no stream any more. What it holds can be read for 24 hours; turning on makes a "
    "new one. Programs that follow it read no further."
)
EXPIRY_ON = (
    "Items whose time is over are deleted from then on, also those that are there already: the "
    "attribute is a number of seconds since 1970, and in the past by five years at most."
)
EXPIRE_NOW = (
    "They are deleted now, which happens by itself some time later; one whose time was changed "
    "meanwhile stays."
)
EXPIRY_OFF = "Items stay from then on, also those that have expired and are not deleted yet."


class TurnScreen(Drawer[bool]):
    """Sends one request; gives whether it was sent and not refused."""

    CAPTION = "the request"
    LACKS = "the attribute is missing"
    """What is shown in place of the request where something is missing."""
    QUESTION = "Which attribute says when an item expires?"
    """What is asked for where something is missing, and the request was to be sent."""
    BINDINGS: ClassVar[list[BindingType]] = bindings("turn")
    AUTO_FOCUS = "#turned, TextView"
    DEFAULT_CSS = """
    TurnScreen {
        #turn-body { height: auto; padding: 1 2 0 2; }
        #turn-about { margin-bottom: 1; }
        FormRow Select { width: 1fr; }
    }
    """

    def __init__(self, session: Session, table: str, about: str) -> None:
        super().__init__()
        self._session = session
        self._table = table
        self._about = about

    def request(self) -> Request | None:
        """The request that the fields say, None where something is missing."""
        raise NotImplementedError

    def fields(self) -> list[Widget]:
        """What is filled in."""
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        """What will be, the fields, the request."""
        with Vertical(id="turn-body"):
            yield Static(self._about, id="turn-about", markup=False)
            yield from self.fields()
        yield Static(self.CAPTION, classes="caption")
        yield TextView(json=True)

    def on_mount(self) -> None:
        """The request for what is filled in at first."""
        self.show_fields()

    @on(Input.Changed)
    @on(Select.Changed)
    def show_fields(self) -> None:
        """Show the request for what is filled in."""
        view, request = self.query_one(TextView), self.request()
        if request is None:
            view.show(f"… {self.LACKS}", json=False)
        else:
            view.show_request(request)

    def action_submit(self) -> None:
        """Send the request."""
        request = self.request()
        if request is None:
            self.show_error(self.QUESTION)
        else:
            self.send(self._session, request, lambda _: self._sent(), outlives=True)

    def _sent(self) -> None:
        if self.is_current:
            self.dismiss(True)

    def action_copy_as(self) -> None:
        """Copy the request."""
        request = self.request()
        if request is not None:
            self.app.push_screen(CopyAsScreen(request, self._session.region))

    def action_close(self) -> None:
        """Back; what was sent goes on."""
        self.dismiss(self.job_running)


class CommandScreen(TurnScreen):
    """Asks whether something is to be done that a command does too; sends nothing itself."""

    CAPTION = "the command that does the same"

    def __init__(self, session: Session, table: str, title: str, about: str, *command: str) -> None:
        super().__init__(session, table, about)
        self._title = title
        self._command = shlex.join(["dyntui", *command, table])

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"{self._title} · {self._table}")

    def fields(self) -> list[Widget]:
        """None."""
        return []

    def request(self) -> None:
        """No operation of DynamoDB does it."""

    def show_fields(self) -> None:
        """Show the command."""
        self.query_one(TextView).show(self._command, json=False)

    def action_submit(self) -> None:
        """Have it done."""
        self.dismiss(True)

    def action_copy_as(self) -> None:
        """Copy the command."""
        self.copy(self._command, "the command")


class ExpireScreen(CommandScreen):
    """Asks whether what has expired is to be deleted now."""

    def __init__(self, session: Session, table: str, due: int) -> None:
        about = f"{due_text(due)}. {EXPIRE_NOW}"
        super().__init__(session, table, "Delete what has expired", about, "ttl", "run")


class TurnStreamScreen(TurnScreen):
    """Turns a table's stream on, or off."""

    def __init__(self, session: Session, table: str, *, on: bool) -> None:
        super().__init__(session, table, STREAM_ON if on else STREAM_OFF)
        self._on = on

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Stream {'on' if self._on else 'off'} · {self._table}")

    def fields(self) -> list[Widget]:
        """The view."""
        if not self._on:
            return []
        choices = [(f"{VIEW_TEXTS[view]}: {view}", view) for view in VIEWS]
        select = Select(choices, value=VIEWS[0], allow_blank=False, id="turned", compact=True)
        return [FormRow("A record has", select)]

    def request(self) -> Request:
        """UpdateTable."""
        specification: dict[str, object] = {"StreamEnabled": self._on}
        if self._on:
            specification["StreamViewType"] = str(self.query_one("#turned", Select).value)
        members = {"TableName": self._table, "StreamSpecification": specification}
        return Request("UpdateTable", members)


class TurnExpiryScreen(TurnScreen):
    """Turns a table's Time to Live on, or off where items expire by an attribute."""

    def __init__(self, session: Session, table: str, expires_by: str | None) -> None:
        super().__init__(session, table, EXPIRY_ON if expires_by is None else EXPIRY_OFF)
        self._expires_by = expires_by

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Time to Live {'on' if self._expires_by is None else 'off'} · {self._table}")

    def fields(self) -> list[Widget]:
        """The attribute."""
        if self._expires_by is not None:
            return []
        return [FormRow("Attribute", Input(placeholder="expires", id="turned", compact=True))]

    def request(self) -> Request | None:
        """UpdateTimeToLive."""
        name = self._expires_by or self.query_one("#turned", Input).value
        if not name:
            return None
        specification = {"AttributeName": name, "Enabled": self._expires_by is None}
        members = {"TableName": self._table, "TimeToLiveSpecification": specification}
        return Request("UpdateTimeToLive", members)
