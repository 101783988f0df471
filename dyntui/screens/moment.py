"""Typing a time to go to."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from dyntui.core.text.moments import MomentError, moment
from dyntui.core.text.time_words import ago_text, iso_text, words_text
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from engine.client.history import Window

FORMS = (
    "10 minutes ago, 2h ago, 1 day 6 hours ago, now\n"
    "2026-11-29, 2026-11-29 14:05, 2026-11-29T14:05:30Z\n"
    "seconds since the epoch"
)


class MomentScreen(Drawer[float | None]):
    """Gives the time that is typed, None for none."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("moment")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    MomentScreen {
        #moment-body { padding: 1 2; height: auto; }
        #moment-body Static { margin-top: 1; }
        #moment-forms { color: $text-muted; }
        Input { background: $panel; }
    }
    """

    def __init__(self, table: str, window: Window) -> None:
        super().__init__()
        self._table = table
        self._window = window

    def title_text(self) -> Text:
        """Of which table."""
        return Text(f"Go to a time · {self._table}")

    def compose_body(self) -> ComposeResult:
        """The field, what it means, how a time is written."""
        with Vertical(id="moment-body"):
            yield Input(placeholder="10 minutes ago", compact=True)
            yield Static(id="moment-meant")
            yield Static(FORMS, id="moment-forms")

    def _meant(self) -> float:
        """The time; raises `MomentError` where it is none, or is out of the window."""
        text = self.query_one(Input).value
        at_s = moment(text, self._window.latest_s)
        earliest_s = self._window.earliest_s
        if at_s > self._window.latest_s:
            raise MomentError(f"{words_text(at_s)} has not come yet")
        if earliest_s is not None and at_s < earliest_s:
            raise MomentError(
                f"{words_text(at_s)} is before what is kept: that begins at "
                f"{words_text(earliest_s)}"
            )
        return at_s

    @on(Input.Changed)
    def _show_meant(self) -> None:
        meant = self.query_one("#moment-meant", Static)
        try:
            at_s = self._meant()
        except MomentError as error:
            meant.update(Text(f"… {error}" if self.query_one(Input).value else ""))
        else:
            ago = ago_text(self._window.latest_s - at_s)
            meant.update(Text(f"{words_text(at_s)} · {ago} · {iso_text(at_s)}"))

    @on(Input.Submitted)
    def action_go(self) -> None:
        """Go there."""
        try:
            self.dismiss(self._meant())
        except MomentError as error:
            self.show_error(str(error))
