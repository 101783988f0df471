"""The first line: where one is, what the session has read and written, what is running."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from dyntui.core.cost import units_text


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
    is_service: reactive[bool] = reactive(False)
    read_units: reactive[float] = reactive(0.0)
    write_units: reactive[float] = reactive(0.0)
    busy: reactive[str] = reactive("")

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
        # The service itself is somebody's data and bill.
        place = Text("  " + self.place, style=f"bold {colours['error']}" if self.is_service else "")
        room = width - left.cell_len - right.cell_len - 2
        place.truncate(max(room, 0), overflow="ellipsis")
        left.append_text(place)
        left.append(" " * max(1, width - left.cell_len - right.cell_len))
        left.append_text(right)
        left.truncate(width, overflow="ellipsis")
        return left
