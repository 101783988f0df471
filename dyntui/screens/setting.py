"""One setting of a table changed: what to know, its fields, its requests, what that costs."""

from __future__ import annotations

import shlex
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from dyntui.core.connection.session import Session
from dyntui.core.tables.definition import NotationError
from dyntui.core.tables.provision_cost import provision_change
from dyntui.core.tables.requests import Request, as_json
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.table_tab import TableTab
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle

UNCHANGED = "Nothing is changed yet."


class SettingScreen(Drawer[bool]):
    """Sends what the fields say, one request after the other.

    Gives whether anything was sent and not refused. The table is described anew then.
    """

    TITLE = ""
    CAPTION = "the request"
    BINDINGS: ClassVar[list[BindingType]] = bindings("setting")
    AUTO_FOCUS = "#setting-fields Input, #setting-fields Select, #setting-fields Toggle, TextView"
    DEFAULT_CSS = """
    SettingScreen {
        #setting-about { padding: 1 2; height: auto; }
        #setting-fields { height: auto; padding: 0 2; }
        FormRow Select { width: 1fr; }
        #setting-cost { height: auto; padding: 0 2 1 2; color: $warning; display: none;
            &.-shown { display: block; } }
    }
    """

    def __init__(self, session: Session, info: TableInfo, about: str) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._about = about

    def title_text(self) -> Text:
        """What is changed, and of which table."""
        return Text(f"{self.TITLE} · {self._info.name}")

    def fields(self) -> Sequence[Widget]:
        """What is filled in."""
        return ()

    @abstractmethod
    def requests(self) -> list[Request]:
        """What the fields say, none for no change; raises `NotationError` where something is
        missing or wrong."""

    def compose_body(self) -> ComposeResult:
        """What to know, the fields, the bill, the requests."""
        yield Static(self._about, id="setting-about", markup=False)
        with Vertical(id="setting-fields"):
            yield from self.fields()
        yield Static(id="setting-cost")
        yield Static(self.CAPTION, classes="caption")
        yield TextView()

    def on_mount(self) -> None:
        """The request for what is filled in at first, or was typed before and not sent."""
        self._first = self._filled
        for field in self._inputs:
            field.value = self._session.drafts.get(self._place, {}).get(field.id or "", field.value)
        self.show_fields()

    @property
    def _place(self) -> str:
        """Under which name what is typed is kept."""
        return self.title_text().plain

    @property
    def _inputs(self) -> Sequence[Input | Select[str] | Toggle]:
        return [
            w for w in self.query("#setting-fields *") if isinstance(w, Input | Select | Toggle)
        ]

    @property
    def _filled(self) -> dict[str, str | bool]:
        """What stands in the fields, by their ids."""
        return {
            field.id or "": field.value if isinstance(field, Toggle) else str(field.value)
            for field in self._inputs
        }

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, _: Message) -> None:
        self.show_fields()

    def show_fields(self) -> None:
        """Show the requests for what is filled in, and what they do to the bill."""
        view, cost = self.query_one(TextView), None
        try:
            requests = self.requests()
        except NotationError as error:
            view.show(f"… {error}", json=False)
        else:
            members = [one.members for one in requests if one.operation == "UpdateTable"]
            cost = provision_change(self._info, members, self._session.region)
            if len(requests) == 1:
                view.show_request(requests[0])
            else:
                text = "\n\n".join(map(as_json, requests))
                view.show(text or UNCHANGED, json=bool(text))
        line = self.query_one("#setting-cost", Static)
        line.set_class(cost is not None, "-shown")
        line.update(Text(cost or ""))

    @on(Input.Submitted)
    def _next_field(self) -> None:
        """Enter goes to the next field: Ctrl+S sends."""
        self.focus_next()

    def action_submit(self) -> None:
        """Send the requests."""
        try:
            requests = self.requests()
        except NotationError as error:
            self.show_error(str(error))
            return
        if not requests:
            self.show_error(UNCHANGED)
            return
        first, *following = requests
        # Filling an index of a large table takes long, and must not stop with this drawer.
        self.send(self._session, first, lambda _: self._sent(), outlives=True, following=following)

    def _sent(self) -> None:
        self._session.drafts.pop(self._place, None)
        self.app.notify(f"Altered {self._info.name}", markup=False)
        self._say_altered()
        if self.is_current:
            self.dismiss(True)

    def _say_altered(self) -> None:
        self.app.screen_stack[0].post_message(TableTab.Altered(self._info.name))

    def action_copy_as(self) -> None:
        """Copy the requests."""
        try:
            requests = self.requests()
        except NotationError as error:
            self.show_error(str(error))
            return
        if requests:
            self.app.push_screen(CopyAsScreen(requests[0], self._session.region, *requests[1:]))
        else:
            self.show_error(UNCHANGED)

    def action_close(self) -> None:
        """Back; what was sent goes on, what was typed and not sent is kept."""
        self._session.drafts.pop(self._place, None)
        if self.job_running:
            self._say_altered()
        elif self._filled != self._first:
            self._session.drafts[self._place] = self._filled
            self.app.notify("What you typed is kept: the same setting goes on with it.")
        self.dismiss(self.job_running)


class CommandScreen(SettingScreen):
    """Asks whether something is to be done that a command does too; sends nothing itself."""

    CAPTION = "the command that does the same"

    def __init__(
        self, session: Session, info: TableInfo, title: str, about: str, *command: str
    ) -> None:
        super().__init__(session, info, about)
        self._title = title
        self._command = shlex.join(["dyntui", *command, info.name])

    def title_text(self) -> Text:
        """What is done, and to which table."""
        return Text(f"{self._title} · {self._info.name}")

    def requests(self) -> list[Request]:
        """None: no operation of DynamoDB does it."""
        return []

    def show_fields(self) -> None:
        """Show the command."""
        self.query_one(TextView).show(self._command, json=False)

    def action_submit(self) -> None:
        """Have it done."""
        self.dismiss(True)

    def action_copy_as(self) -> None:
        """Copy the command."""
        self.copy(self._command, "the command")


def choice(choices: Sequence[tuple[str, str]], value: str, name: str) -> Select[str]:
    """A choice among (text, value)."""
    return Select(choices, value=value, allow_blank=False, id=name, compact=True)


def number_row(label: str, value: int | None, name: str, *, empty: str = "") -> FormRow:
    """A row for a number; `empty` stands there while none does."""
    text = "" if value is None else str(value)
    return FormRow(label, Input(text, placeholder=empty, id=name, compact=True))
