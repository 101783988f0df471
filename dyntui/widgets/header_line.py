"""The first line: where one is, what the session has read and written, what is running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from dyntui.core.browse.trail import BETWEEN, Crumb, cut_trail
from dyntui.core.connection.place_text import fitted_place
from dyntui.core.tables.cost import units_text

GAP = 2
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

    ALLOW_SELECT = False
    place: reactive[str] = reactive("")
    trail: reactive[tuple[Crumb, ...]] = reactive(())
    kind: reactive[Kind] = reactive("local")
    read_only: reactive[bool] = reactive(False)
    read_units: reactive[float] = reactive(0.0)
    write_units: reactive[float] = reactive(0.0)
    busy: reactive[str] = reactive("")

    @dataclass
    class CrumbChosen(Message):
        """A part of where one is was clicked on, by its number from the outermost."""

        number: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._spots: list[tuple[int, int, int]] = []

    def render(self) -> Text:
        """The whole line.

        In a narrow window the units are told in short, then what lies furthest out of where one is
        gives way, then what is running; never what is not on this machine.
        """
        left, texts, outer = self._left(), [crumb.text for crumb in self.trail], 0
        if self.place and self.kind == "local":
            texts, outer = [self.place, *texts], 1
        else:
            left.append("  ")
        width = self.content_size.width
        whole = sum(map(cell_len, texts)) + cell_len(BETWEEN) * max(len(texts) - 1, 0)
        right = self._right(short=False)
        if left.cell_len + whole + right.cell_len + GAP > width:
            right = self._right(short=True)
            kept = min(whole, max(width // 2, 1))
            right.truncate(max(width - left.cell_len - kept - GAP, 0), overflow="ellipsis")
        room = max(width - left.cell_len - right.cell_len - GAP, 0)
        if len(texts) == outer:
            texts = [fitted_place(text, room) for text in texts]
        self._add_trail(left, texts, outer, room)
        left.append(" " * max(1, width - left.cell_len - right.cell_len))
        left.append_text(right)
        left.truncate(width, overflow="ellipsis")
        return left

    def _left(self) -> Text:
        """The name, READ-ONLY, and a place that is not on this machine."""
        colours = self.app.theme_variables
        left = Text.assemble(("dyntui", f"bold {colours['accent']}"), "  ", no_wrap=True)
        if self.read_only:
            left.append(" READ-ONLY ", style=f"bold {colours['panel']} on {colours['success']}")
            left.append("  ")
        if self.kind != "local":
            # It stands out; the service is somebody's data and bill.
            banner = colours["error" if self.kind == "service" else "warning"]
            left.append(f" {self.place} ", style=f"bold {colours['panel']} on {banner}")
        return left

    def _right(self, *, short: bool) -> Text:
        """What is running, and the units of this session."""
        colours = self.app.theme_variables
        right = Text(no_wrap=True)
        if self.busy:
            right.append(f"● {self.busy}   ", style=colours["warning"])
        read, written = units_text(self.read_units), units_text(self.write_units)
        text = f"{read} RCU  {written} WCU" if short else f"read {read} RCU  written {written} WCU"
        right.append(text, style=colours["secondary"])
        return right

    def _add_trail(self, line: Text, texts: list[str], outer: int, room: int) -> None:
        """Write where one is at the end of the line, and remember where each part stands.

        `outer` parts lie outside of the trail.
        """
        colours = self.app.theme_variables
        self._spots = []
        start_of_trail = line.cell_len
        for text, number in cut_trail(texts, room):
            start = line.cell_len
            if number is None:
                line.append(text, style=colours["secondary"])
                continue
            line.append(text, style="bold" if number >= outer else "")
            self._spots.append((start, line.cell_len, number - outer))
        line.truncate(start_of_trail + room, overflow="ellipsis")

    def on_click(self, event: events.Click) -> None:
        """Go where the part that was clicked on leads."""
        offset = event.get_content_offset(self)
        for start, end, number in self._spots:
            if offset is not None and start <= offset.x < end and number >= 0:
                self.post_message(self.CrumbChosen(number))
