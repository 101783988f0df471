"""One scalar value edited in its place: a line between grid and status."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label, Select

from dyntui.core.browse.writes import Change, Path, applied, path_text, value_at
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.bindings import bindings

Json = dict[str, Any]

KINDS = (
    ("S string", "S"),
    ("N number", "N"),
    ("B base64", "B"),
    ("BOOL", "BOOL"),
    ("NULL", "NULL"),
    ("remove", "remove"),
)


class FieldEditor(Horizontal):
    """Attribute, type and value; Enter reviews, Esc leaves."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("field")
    DEFAULT_CSS = """
    FieldEditor {
        height: 1; background: $panel; padding: 0 1;
        #field-name { color: $accent; text-style: bold; padding: 0 1 0 0; }
        Select { width: 14; }
        Input { width: 1fr; background: $surface; }
        #field-hint { color: $text-muted; max-width: 50%; padding: 0 0 0 1;
            &.-wrong { color: $error; } }
    }
    """

    class Submitted(Message):
        """The value is to be written: `changed` is the item with it."""

        def __init__(self, info: TableInfo, item: Json, changed: Json) -> None:
            super().__init__()
            self.info = info
            self.item = item
            self.changed = changed

    class Closed(Message):
        """The person left the value as it is."""

    def __init__(self, info: TableInfo, item: Json, path: Path) -> None:
        """Edit the value at a path of an item; one that it lacks begins as empty text."""
        super().__init__()
        self._info = info
        self._item = item
        self._path = path

    def compose(self) -> ComposeResult:
        """Name, type, value, what is wrong with it."""
        kind, content = next(iter((value_at(self._item, self._path) or {"S": ""}).items()))
        text: Any = {"BOOL": str(content).lower(), "NULL": ""}.get(kind, content)
        if isinstance(text, bytes):
            text = base64.b64encode(text).decode("ascii")
        yield Label(path_text(self._path), id="field-name", markup=False)
        yield Select(KINDS, value=kind, allow_blank=False, compact=True, id="field-kind")
        yield Input(text, compact=True, id="field-value")
        yield Label("Enter reviews", id="field-hint", markup=False)

    def on_mount(self) -> None:
        """Let the person type."""
        self.query_one("#field-value", Input).focus()

    def refuse(self, problem: str) -> None:
        """Say what is wrong with the value."""
        hint = self.query_one("#field-hint", Label)
        hint.add_class("-wrong")
        hint.update(problem)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_review()

    def action_review(self) -> None:
        """Have the write shown."""
        item, path = self._item, self._path
        kind = str(self.query_one("#field-kind", Select).value)
        try:
            value = _value(kind, self.query_one("#field-value", Input).value)
            if value is None and isinstance(path[-1], int):
                raise ValueError("an element of a list: e edits the list")
        except ValueError as error:
            self.refuse(str(error))
            return
        change = Change(path, value_at(item, path), value)
        self.post_message(self.Submitted(self._info, item, applied(item, (change,))))

    def action_close(self) -> None:
        """Leave the value as it is."""
        self.post_message(self.Closed())


def _value(kind: str, text: str) -> Json | None:
    """The attribute value that a typed text stands for, None to remove it; raises ValueError."""
    if kind == "remove":
        return None
    if kind == "NULL":
        return {"NULL": True}
    if kind == "BOOL":
        if text.lower() not in ("true", "false"):
            raise ValueError("true or false")
        return {"BOOL": text.lower() == "true"}
    if kind == "B":
        try:
            return {"B": base64.b64decode(text, validate=True)}
        except ValueError:
            raise ValueError("this is not base64 text") from None
    return {kind: text.strip() if kind == "N" else text}
