"""The strip above the footer in which the tour says what there is to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.lessons.tour import STOPS
from dyntui.widgets.bindings import bindings


class TourBar(Static, can_focus=True):
    """Title and text of a stop; its keys go on, back, or leave the tour."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tour")
    DEFAULT_CSS = """
    TourBar {
        height: auto; padding: 0 1; background: $panel; color: $foreground;
        border-top: solid $border-blurred;
        &:focus { border-top: solid $border; }
    }
    """

    @dataclass
    class Asked(Message):
        """The person wants to go `by` so many stops, or to leave (0)."""

        by: int

    def show_stop(self, number: int) -> None:
        """Say what there is at a stop."""
        stop = STOPS[number]
        accent = self.app.theme_variables["accent"]
        self.update(
            Text.assemble(
                (f"Tour {number + 1} of {len(STOPS)} · {stop.title}", f"bold {accent}"),
                f"\n{with_keys(stop.text)}",
            )
        )

    def action_next(self) -> None:
        """The next stop."""
        self.post_message(self.Asked(1))

    def action_previous(self) -> None:
        """The stop before."""
        self.post_message(self.Asked(-1))

    def action_leave(self) -> None:
        """Back to one's own tables."""
        self.post_message(self.Asked(0))
