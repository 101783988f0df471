"""What a folder without tables shows: the ways to begin."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.message import Message
from textual.widgets import Button, ProgressBar, Static


class EmptyState(Vertical):
    """Offers the sample data and the form for a table."""

    DEFAULT_CSS = """
    EmptyState {
        align: center middle;
        background: $surface;
        #empty-box { width: 64; max-width: 100%; height: auto; padding: 1 2; }
        #empty-title { text-style: bold; color: $accent; margin-bottom: 1; }
        Static { margin-bottom: 1; }
        Button { width: 40; margin-bottom: 1; }
        ProgressBar { display: none; }
        #empty-progress { display: none; color: $text-muted; }
        &.-loading ProgressBar { display: block; }
        &.-loading #empty-progress { display: block; }
        &.-loading Button { display: none; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The person chose a way to begin: `load_samples` or `create_table`."""

        what: str

    def compose(self) -> ComposeResult:
        """What is the matter, and two buttons."""
        with Center(), Vertical(id="empty-box"):
            yield Static("No tables here yet", id="empty-title")
            yield Static(
                "Load thousands of real films, flights, earthquakes, airports and days of "
                "weather, each with keys and indexes to try things on; or begin with a "
                "table of your own."
            )
            yield Button("Load the sample data", id="load_samples", variant="primary")
            yield Button("Create a table", id="create_table")
            yield ProgressBar(show_eta=False)
            yield Static(id="empty-progress")

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
