"""Rows of a form: a label, and a field beside it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Label

from dyntui.core.tables.definition import NotationError


class FormRow(Horizontal):
    """A labelled field; `provisioned` says that it is for tables of that billing mode only."""

    DEFAULT_CSS = """
    FormRow {
        height: auto;
        margin-bottom: 1;
        Label { width: 16; color: $text-muted; }
        Input, TextArea { width: 1fr; background: $panel; }
        TextArea { padding: 0; &:focus { background: $panel-lighten-1; } }
        Input:focus { background: $panel-lighten-1; }
        Select { width: 26; }
        SelectCurrent { background: $panel; }
        &.-unused { display: none; }
    }
    """

    def __init__(self, label: str, field: Widget, *, provisioned: bool = False) -> None:
        super().__init__(classes="-provisioned" if provisioned else None)
        self._label = label
        self._field = field

    def compose(self) -> ComposeResult:
        """Label and field."""
        yield Label(self._label)
        yield self._field

    @staticmethod
    def show_units(parent: DOMNode, provisioned: bool) -> None:
        """Show the rows below `parent` that only the provisioned billing mode has, or hide them."""
        for row in parent.query("FormRow.-provisioned"):
            row.set_class(not provisioned, "-unused")


def parse_units(text: str) -> int | None:
    """Capacity units that were typed, None where nothing was; raises NotationError."""
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise NotationError(f"{text!r} is no number of capacity units")
    return int(text)
