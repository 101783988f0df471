"""Which changes of a stream are shown: by their event, and by the item's key."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from dyntui.core.browse.plan import PlanError, key_value
from dyntui.core.streams.tail import EVENTS, Wanted
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.item_text import value_text
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.toggle import Toggle

KINDS = {"S": "text", "N": "number", "B": "base64"}


class FilterChangesScreen(Drawer[Wanted | None]):
    """Gives which changes are wanted, None for no other than before."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sift")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    FilterChangesScreen #sift-form { height: auto; padding: 1 1 0 1; }
    """

    def __init__(self, info: TableInfo, wanted: Wanted) -> None:
        super().__init__()
        self._info = info
        self._wanted = wanted
        self._fields = {
            name: Input(
                value_text(wanted.key[name]) if name in wanted.key else "",
                placeholder=f"any {KINDS[info.attribute_types[name]]}",
                compact=True,
            )
            for name in info.key_names
        }
        self._toggles = {
            event: Toggle(event, not wanted.events or event in wanted.events, compact=True)
            for event in EVENTS
        }

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"Which changes · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """A field for each attribute of the key, and the events."""
        with Vertical(id="sift-form"):
            for name, field in self._fields.items():
                yield FormRow(name, field)
            for place, toggle in enumerate(self._toggles.values()):
                yield FormRow("" if place else "Events", toggle)

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Show what is filled in."""
        events = frozenset(event for event, toggle in self._toggles.items() if toggle.value)
        try:
            key = {
                name: key_value(self._info, name, field.value)
                for name, field in self._fields.items()
                if field.value
            }
        except PlanError as error:
            self.show_error(error.message)
            return
        if not events:
            self.show_error("At least one event is shown.")
            return
        self.dismiss(Wanted(frozenset() if len(events) == len(EVENTS) else events, key))
