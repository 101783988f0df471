"""The whole of one value."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from dyntui.core.tables.cost import item_size
from dyntui.core.text.item_text import value_text
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.elsewhere import page_elsewhere
from dyntui.widgets.item_panel import KINDS
from dyntui.widgets.text_view import TextView

Json = dict[str, Any]


class ValueScreen(Drawer[None]):
    """Shows a value in full, text as it is, anything nested as JSON."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("value")
    AUTO_FOCUS = "TextView"

    def __init__(self, name: str, value: Json) -> None:
        super().__init__()
        self._attribute = name
        self._value = value

    def title_text(self) -> Text:
        """Attribute, type, size."""
        kind = next(iter(self._value))
        size = item_size({self._attribute: self._value})
        return Text(f"{self._attribute}  {kind} {KINDS[kind]} · {size:,} B with its name")

    def compose_body(self) -> ComposeResult:
        """The value."""
        yield TextView(value_text(self._value), json="S" not in self._value)

    def action_copy(self) -> None:
        """Copy the value."""
        self.copy(value_text(self._value), self._attribute)

    def action_pager(self) -> None:
        """Show the value in the pager."""
        page_elsewhere(self.app, value_text(self._value))
