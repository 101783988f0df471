"""The request that a query form makes, written anew as one types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from dyntui.core.browse.request_forms import FORMS
from dyntui.widgets.choice import Choice
from dyntui.widgets.text_view import TextView


class RequestPanel(Vertical):
    """Shows what `written` gives for the chosen form."""

    DEFAULT_CSS = """
    RequestPanel {
        height: 9; border-top: solid $border-blurred; background: $surface;
        Horizontal { height: 1; }
        Choice { margin: 0; }
    }
    """

    @dataclass
    class FormChosen(Message):
        """Another form is shown."""

        form: str

    def __init__(self, written: Callable[[str], str], form: str) -> None:
        super().__init__(id="request")
        self._written = written
        self.form = form

    def compose(self) -> ComposeResult:
        """The forms' names, and the text."""
        with Horizontal():
            for form, name in FORMS.items():
                yield Choice(form, name)
        yield TextView(json=False)

    def on_mount(self) -> None:
        """Show the form."""
        self._choose(self.form)

    def next_form(self) -> None:
        """Show the next form."""
        names = list(FORMS)
        self._choose(names[(names.index(self.form) + 1) % len(names)])

    def refresh_text(self) -> None:
        """Write the request anew."""
        text = self._written(self.form)
        is_json = self.form == "json" and text.startswith("{")
        self.query_one(TextView).show(text, json=is_json)

    def _choose(self, form: str) -> None:
        self.form = form
        Choice.mark(self, form)
        self.refresh_text()
        self.post_message(self.FormChosen(form))

    @on(Choice.Chosen)
    def _chosen(self, message: Choice.Chosen) -> None:
        message.stop()
        self._choose(message.value)
