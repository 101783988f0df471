"""Following a value to where it is a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from dyntui.core.browse.following import Place
from dyntui.core.text.formats import cell_text
from dyntui.core.text.listed import Listed, Row
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered_rows import FilteredRows
from dyntui.widgets.rows_view import RowsView
from engine.client.protocol import Json

ABOUT = "Tables and indexes whose partition key this may be, the likeliest first."
EMPTY = "No table and no index has a partition key of this type."
VALUE_CELLS = 60


class FollowScreen(Drawer[Place | None], FilteredRows):
    """Offers places; gives the one that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("follow")
    AUTO_FOCUS = "RowsView"
    DEFAULT_CSS = """
    FollowScreen #follow-about { padding: 0 1; height: auto; color: $text-muted; }
    """

    def __init__(self, name: str, value: Json, places: Sequence[Place], region: str) -> None:
        super().__init__()
        self._name = name
        self._value = value
        self._places = places
        self._region = region

    def title_text(self) -> Text:
        """Which value."""
        value = cell_text(self._value, VALUE_CELLS)
        return Text(f"Follow {self._name} = {value}", no_wrap=True, overflow="ellipsis")

    def compose_body(self) -> ComposeResult:
        """The places."""
        yield Static(ABOUT, id="follow-about")
        yield RowsView()

    def on_mount(self) -> None:
        """Show them."""
        rows = tuple(_row(place) for place in self._places)
        self.filtered_list.show_list(Listed("", rows, 0, EMPTY))

    @property
    def _place(self) -> Place | None:
        chosen = self.filtered_list.chosen
        return None if chosen is None else self._places[chosen]

    def action_go(self) -> None:
        """Read there."""
        if self._place is not None:
            self.dismiss(self._place)

    def action_copy_as(self) -> None:
        """Copy the request."""
        if self._place is not None:
            self.app.push_screen(CopyAsScreen(self._place.request, self._region))

    def action_close(self) -> None:
        """Back; first to all places, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss(None)


def _row(place: Place) -> Row:
    index = f" · {place.index}" if place.index else ""
    return Row(
        (
            (f"{place.request.operation:<8}", "chosen"),
            (f"{place.table}{index}", "bold"),
            (f"  {place.key} = …  {place.reason}", "dim"),
        )
    )
