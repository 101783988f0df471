"""Text below or above a panel that changes often, mostly within one line."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class TextLine(Static):
    """A text. The window is laid out anew only when the number of its lines becomes another."""

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._lines = 0

    def say(self, text: Text) -> None:
        """Show another text."""
        width = max(1, self.content_size.width)
        lines = max(1, len(text.wrap(self.app.console, width)))
        self.update(text, layout=lines != self._lines)
        self._lines = lines

    def on_resize(self) -> None:
        """In another width the text may have another number of lines."""
        self._lines = 0
