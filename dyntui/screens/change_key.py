"""A change of a key: what it does, its fields, the command that does the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, Static

from dyntui.core.security.key_changes import KeyChange
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.text_view import TextView
from engine.client.keys import KeyTools


class ChangeKeyScreen(Drawer[str | dict[str, str]]):
    """Makes one change; gives what to say of it once it is made, or what was typed and not done.

    `draft` is what was typed before; secrets and confirmations are never kept.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("key")
    AUTO_FOCUS = "Input, TextView"
    DEFAULT_CSS = """
    ChangeKeyScreen {
        #key-body { padding: 1 2 0 2; height: auto; }
        #key-about, #key-typed { margin-bottom: 1; }
        #typed { width: 60; background: $panel; margin-bottom: 1; }
        &.-grave #drawer { border-left: vkey $error; }
        &.-grave #key-about { color: $error; text-style: bold; }
    }
    """

    def __init__(self, change: KeyChange, keys: KeyTools, draft: Mapping[str, str]) -> None:
        super().__init__()
        self._draft = draft
        self._change = change
        self._keys = keys
        self.set_class(change.is_grave, "-grave")

    def title_text(self) -> Text:
        """What is changed."""
        return Text(self._change.title)

    def compose_body(self) -> ComposeResult:
        """What it does, the fields, the command."""
        change = self._change
        with Vertical(id="key-body"):
            mark = "▲ " if change.is_grave else ""
            yield Static(f"{mark}{change.about}", id="key-about", markup=False)
            for field in change.fields:
                box = Input(
                    self._draft.get(field.name, field.start),
                    placeholder=field.hint,
                    password=field.is_secret,
                    id=field.name,
                    compact=True,
                )
                yield FormRow(field.label, box)
            if change.typed:
                text = f"Type {change.typed} to do it, then Ctrl+S:"
                yield Label(text, id="key-typed", markup=False)
                yield Input(placeholder=change.typed, compact=True, id="typed")
        yield Static("the command that does the same", classes="caption")
        yield TextView(json=False)

    def on_mount(self) -> None:
        """The command for what is filled in at first."""
        self._show_command()

    @property
    def _values(self) -> dict[str, str]:
        names = [field.name for field in self._change.fields]
        return {name: self.query_one(f"#{name}", Input).value for name in names}

    @on(Input.Changed)
    def _show_command(self) -> None:
        self.query_one(TextView).show(self._change.command(self._values), json=False)

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and does it where there is none."""
        event.stop()
        if event.input is self.query(Input).last():
            self.action_submit()
        else:
            self.focus_next()

    def action_submit(self) -> None:
        """Make the change, if what is to be typed is there."""
        change = self._change
        if self.job_running:
            return
        if change.typed and self.query_one("#typed", Input).value != change.typed:
            self.show_error("What is typed is not the key's name.")
            return
        self.show_error("")
        values = self._values
        self.run_job(
            change.title,
            lambda _: change.run(self._keys, values),
            self._done,
            self.show_error,
            group="writing",
            outlives=True,
        )

    def _done(self, said: str) -> None:
        if self.is_current:
            self.dismiss(said)

    def action_copy_as(self) -> None:
        """Copy the command."""
        self.copy(self._change.command(self._values), "the command")

    def action_close(self) -> None:
        """Back; what is typed is kept."""
        secrets = {field.name for field in self._change.fields if field.is_secret}
        self.dismiss({name: text for name, text in self._values.items() if name not in secrets})
