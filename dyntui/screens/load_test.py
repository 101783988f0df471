"""The form for traffic over a table, with the command that makes the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Select, Static

from dyntui.core.capacity.load_test import LoadPlan
from dyntui.core.capacity.load_test_keys import KEY_ORDERS
from dyntui.core.capacity.words import load_command
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle

RATE_MAX = 10_000
SECONDS_MAX = 3_600
KEYS = {
    "zipf": "a few hot ones",
    "uniform": "all alike",
    "sequential": "one after the other",
}


@dataclass(frozen=True, slots=True)
class Load:
    """The traffic that is wanted, and whether what it wrote is to go afterwards."""

    plan: LoadPlan
    clean_up: bool


class _FieldError(ValueError):
    """What is typed makes no plan; the message is a sentence."""


class LoadTestScreen(Drawer[Load | None]):
    """Gives the traffic that is wanted, None for none."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("load")
    AUTO_FOCUS = "#reads"
    DEFAULT_CSS = """
    LoadTestScreen {
        #load-form { height: auto; padding: 1 1 0 1; }
        #load-about { padding: 0 1 1 1; color: $text-muted; }
    }
    """

    def __init__(self, info: TableInfo) -> None:
        super().__init__()
        self._info = info

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Load test · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """Rates, time, keys; what it does to the table; the command."""
        units = self._info.throughput
        with Vertical(id="load-form"):
            yield FormRow("Reads a second", _input("reads", units.read_units * 2 if units else 50))
            yield FormRow(
                "Writes a second", _input("writes", units.write_units * 2 if units else 50)
            )
            yield FormRow("For seconds", _input("seconds", 60))
            choices = [(f"{order}: {KEYS[order]}", order) for order in KEY_ORDERS]
            yield FormRow(
                "Keys", Select(choices, value="zipf", allow_blank=False, id="keys", compact=True)
            )
            yield FormRow("", Toggle("remove its items afterwards", True, id="clean", compact=True))
        yield Static(
            "Items with keys of their own, marked as such; no other item is replaced. What is "
            "throttled is counted, not tried again.",
            id="load-about",
        )
        yield Static("the command", classes="caption")
        yield TextView(json=False)

    def on_mount(self) -> None:
        """The command for what is filled in at first."""
        self._show_command()

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, _: Message) -> None:
        self._show_command()

    @on(Input.Submitted)
    def _next_field(self) -> None:
        """Enter goes to the next field: Ctrl+S starts."""
        self.focus_next()

    def _load(self) -> Load:
        """What is filled in; raises `_FieldError`."""
        plan = LoadPlan(
            read_rate=self._number("reads", "a rate of reads", RATE_MAX),
            write_rate=self._number("writes", "a rate of writes", RATE_MAX),
            duration_s=self._number("seconds", "a number of seconds", SECONDS_MAX),
            keys=next(
                order for order in KEY_ORDERS if order == self.query_one("#keys", Select).value
            ),
        )
        if plan.read_rate == plan.write_rate == 0:
            raise _FieldError("Give a rate of reads, of writes, or both.")
        if plan.duration_s == 0:
            raise _FieldError("Give how long it is to go on.")
        return Load(plan, self.query_one(Toggle).value)

    def _number(self, field: str, what: str, most: int) -> int:
        text = self.query_one(f"#{field}", Input).value.strip() or "0"
        if not (text.isascii() and text.isdecimal() and int(text) <= most):
            raise _FieldError(f"{text!r} is not {what} from 0 to {most:,}.")
        return int(text)

    def _show_command(self) -> None:
        try:
            load = self._load()
        except _FieldError as error:
            self.query_one(TextView).text = f"… {error}"
        else:
            self.query_one(TextView).text = load_command(
                self._info.name, load.plan, clean_up=load.clean_up
            )

    def action_submit(self) -> None:
        """Start."""
        try:
            self.dismiss(self._load())
        except _FieldError as error:
            self.show_error(str(error))

    def action_copy_as(self) -> None:
        """Copy the command."""
        self.copy(self.query_one(TextView).text, "the command")


def _input(name: str, value: int) -> Input:
    return Input(str(min(value, RATE_MAX)), id=name, compact=True)
