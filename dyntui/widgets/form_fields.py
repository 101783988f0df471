"""Rows of a form: a label, and a field beside it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Label

from dyntui.core.definition import NotationError


class FormRow(Horizontal):
    """A labelled field."""

    DEFAULT_CSS = """
    FormRow {
        height: auto;
        margin-bottom: 1;
        Label { width: 16; color: $text-muted; }
        Input, TextArea { width: 1fr; background: $panel; }
        TextArea { padding: 0; &:focus { background: $panel-lighten-1; } }
        Input:focus { background: $panel-lighten-1; }
        Select { width: 26; }
    }
    """

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__()
        self._label = label
        self._field = field

    def compose(self) -> ComposeResult:
        """Label and field."""
        yield Label(self._label)
        yield self._field


def parse_units(text: str) -> int | None:
    """Capacity units that were typed, None where nothing was; raises NotationError."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise NotationError(f"{text!r} is no number of capacity units")
    return int(text)
