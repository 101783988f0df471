"""What a folder without tables shows: the ways to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Center, Vertical
from textual.message import Message
from textual.widgets import Button, ProgressBar, Static

from dyntui.widgets.bindings import bindings


class EmptyState(Vertical):
    """Offers the sample data and the form for a table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("empty")
    DEFAULT_CSS = """
    EmptyState {
        align: center middle;
        background: $surface;
        #empty-box { width: 64; max-width: 100%; height: auto; padding: 1 2; }
        #empty-title { text-style: bold; color: $accent; margin-bottom: 1; }
        Static { margin-bottom: 1; }
        #empty-neighbours { display: none; color: $warning; &.-shown { display: block; } }
        Button.-style-default {
            width: 30; height: 3; margin-bottom: 1; border: none;
            background: $panel; color: $foreground;
            &:focus { background: $accent; color: $background; text-style: bold; }
        }
        ProgressBar { display: none; }
        #empty-progress { display: none; color: $text-muted; }
        &.-loading ProgressBar { display: block; }
        &.-loading #empty-progress { display: block; }
        &.-loading Button { display: none; }
        &.-tight Button.-style-default { height: 1; }
    }
    """
    TIGHT_BELOW = 28

    @dataclass
    class Chosen(Message):
        """The person chose a way to begin: `load_samples`, `create_table`, `import_file`
        or `tour`."""

        what: str

    def compose(self) -> ComposeResult:
        """What is the matter, and the ways to begin."""
        with Center(), Vertical(id="empty-box"):
            yield Static("No tables here yet", id="empty-title")
            yield Static(
                "Load thousands of real films, flights, earthquakes, airports and days of "
                "weather, each with keys and indexes to try things on; or begin with a "
                "table of your own, or with a file that holds one."
            )
            yield Static(id="empty-neighbours")
            yield Button("Load the sample data", id="load_samples")
            yield Button("Create a table", id="create_table")
            yield Button("Import a file", id="import_file")
            yield Button("Take the tour", id="tour")
            yield ProgressBar(show_eta=False)
            yield Static(id="empty-progress")

    def on_resize(self) -> None:
        """In a low window the buttons are low, too."""
        self.set_class(self.size.height < self.TIGHT_BELOW, "-tight")

    def say_neighbours(self, text: str) -> None:
        """Where else in this folder there are tables; nothing for an empty text."""
        line = self.query_one("#empty-neighbours", Static)
        line.set_class(bool(text), "-shown")
        line.update(Text(text))

    def focus_content(self) -> None:
        """Go to the first way to begin."""
        self.query(Button).first().focus()

    def action_choose(self, what: str) -> None:
        """Begin in one of the ways."""
        self.post_message(self.Chosen(what))

    def action_next(self) -> None:
        """Go to the next button."""
        self.screen.focus_next(Button)

    def action_previous(self) -> None:
        """Go to the previous button."""
        self.screen.focus_previous(Button)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Chosen(str(event.button.id)))

    def show_progress(self, text: str, done: int, total: int) -> None:
        """How far loading is."""
        self.add_class("-loading")
        self.query_one(ProgressBar).update(total=total or None, progress=done)
        self.query_one("#empty-progress", Static).update(Text(text))

    def reset(self) -> None:
        """Offer the ways to begin again."""
        self.remove_class("-loading")
