"""The first line: where one is, what the session has read and written, what is running."""

from __future__ import annotations

from typing import Literal

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from dyntui.core.tables.cost import units_text

Kind = Literal["local", "remote", "service"]


class HeaderLine(Widget):
    """One line, drawn anew when one of its parts changes."""

    DEFAULT_CSS = """
    HeaderLine {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
    }
    """

    place: reactive[str] = reactive("")
    kind: reactive[Kind] = reactive("local")
    read_only: reactive[bool] = reactive(False)
    read_units: reactive[float] = reactive(0.0)
    write_units: reactive[float] = reactive(0.0)
    busy: reactive[str] = reactive("")

    def banner(self) -> Text:
        """Where one is, so that it stands out where that is not this machine; the service is
        somebody's data and bill."""
        if self.kind == "local":
            return Text(f"  {self.place}")
        colours = self.app.theme_variables
        colour = colours["error" if self.kind == "service" else "warning"]
        return Text(f" {self.place} ", style=f"bold {colours['panel']} on {colour}")

    def render(self) -> Text:
        """The whole line; the middle gives way where the window is narrow."""
        colours = self.app.theme_variables
        left = Text.assemble(("dyntui", f"bold {colours['accent']}"), no_wrap=True)
        right = Text()
        if self.busy:
            right.append(f"● {self.busy}   ", style=colours["warning"])
        read, written = units_text(self.read_units), units_text(self.write_units)
        right.append(f"read {read} RCU  written {written} WCU", style=colours["secondary"])
        width = self.content_size.width
        if self.read_only:
            left.append("  ")
            left.append(" READ-ONLY ", style=f"bold {colours['panel']} on {colours['success']}")
        place = self.banner()
        if self.kind != "local":
            left.append("  ")
            # Where one is counts for more than what is running.
            right.truncate(max(width - left.cell_len - place.cell_len - 2, 0), overflow="ellipsis")
        room = width - left.cell_len - right.cell_len - 2
        place.truncate(max(room, 0), overflow="ellipsis")
        left.append_text(place)
        left.append(" " * max(1, width - left.cell_len - right.cell_len))
        left.append_text(right)
        left.truncate(width, overflow="ellipsis")
        return left


class PlaceLine(Widget):
    """The banner of the first line again, for what covers that."""

    DEFAULT_CSS = """
    PlaceLine { height: 1; background: $panel; padding: 0 1; }
    """

    def __init__(self, header: HeaderLine) -> None:
        super().__init__()
        self._header = header

    def on_mount(self) -> None:
        """The account becomes known later."""
        self.watch(self._header, "place", self._place_changed)

    def _place_changed(self) -> None:
        self.refresh()

    def render(self) -> Text:
        """The banner."""
        banner = self._header.banner()
        banner.truncate(self.content_size.width, overflow="ellipsis")
        return banner
