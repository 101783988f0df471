"""Making a backup of a table, or a snapshot of it or of all tables."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Select, Static

from dyntui.core.recovery.keeping import KINDS, Keep, Kind
from dyntui.core.text.moments import local_time
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.text_view import TextView

ABOUT = (
    "Either is one file, as of this instant, compressed and encrypted; making it draws no "
    "capacity. A backup is DynamoDB's, and brings back keys, indexes and throughput; a snapshot "
    "brings back all settings, too, and can take the place of what is there."
)
_ODD = re.compile(r"[^a-zA-Z0-9_.-]")


class KeepScreen(Drawer[Keep | None]):
    """Gives what is to be made, None for nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("keep")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    KeepScreen {
        #keep-form { height: auto; padding: 1 1 0 1; }
        #keep-about { padding: 1 1; color: $text-muted; }
    }
    """

    def __init__(self, table: str, now_s: float, *, is_remote: bool) -> None:
        super().__init__()
        self._table = table
        self._name = f"{_ODD.sub('_', table)}-{local_time(now_s):%Y%m%dT%H%M%S}"
        self._kinds: list[Kind] = ["backup"] if is_remote else list(KINDS)

    def title_text(self) -> Text:
        """Of which table."""
        return Text(f"Keep a copy · {self._table}")

    def compose_body(self) -> ComposeResult:
        """Kind, name, what it is, the command."""
        with Vertical(id="keep-form"):
            choices = [(KINDS[kind], kind) for kind in self._kinds]
            yield FormRow(
                "What", Select(choices, value="backup", allow_blank=False, id="kind", compact=True)
            )
            yield FormRow("Name", Input(self._name, id="keep-name", compact=True))
        yield Static(ABOUT, id="keep-about")
        yield Static("the command", classes="caption")
        yield TextView(json=False)

    @property
    def _keep(self) -> Keep:
        chosen = self.query_one(Select).value
        kind = next(kind for kind in self._kinds if kind == chosen)
        return Keep(kind, self.query_one(Input).value.strip())

    @on(Input.Changed)
    @on(Select.Changed)
    def _show_command(self) -> None:
        self.query_one(TextView).text = self._keep.command(self._table)

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Make it."""
        if self._keep.name:
            self.dismiss(self._keep)
        else:
            self.show_error("Give it a name.")

    def action_copy_as(self) -> None:
        """Copy the command."""
        self.copy(self._keep.command(self._table), "the command")
