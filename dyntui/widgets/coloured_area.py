"""An editor whose text is coloured by kinds of tokens, in the colours of the app's theme."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from rich.style import Style
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

Highlight = tuple[int, int | None, str]
"""Start and end in a line, as offsets in its UTF-8 bytes (None is the line's end), and kind."""


class ColouredArea(TextArea):
    """A subclass says which colours kinds have, and fills `_highlights`, Textual's map of a line's
    number to its highlights."""

    LANGUAGE = ""
    DEFAULT_CSS = """
    ColouredArea {
        border: none;
        padding: 0;
        background: $surface;
        &:focus { border: none; }
    }
    """

    def on_mount(self) -> None:
        """Colour by the app's theme, now and whenever it changes."""
        self._colour()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._colour())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """F6 and F7, which are Textual's keys for these, are the app's everywhere."""
        if action in ("select_line", "select_all"):
            return False
        return super().check_action(action, parameters)

    @abstractmethod
    def token_styles(self, colours: dict[str, str]) -> dict[str, Style]:
        """The colours of the tokens, by their kind."""

    def _colour(self) -> None:
        styles = self.token_styles(self.app.theme_variables)
        theme = TextAreaTheme(name=f"{self.LANGUAGE}-{self.app.theme}", syntax_styles=styles)
        self.register_theme(theme)
        self.theme = theme.name


def in_bytes(line: str, tokens: Iterable[tuple[int, int, str]]) -> list[Highlight]:
    """Tokens of a line by the offsets that Textual wants."""
    if line.isascii():
        return list(tokens)
    return [(len(line[:start].encode()), len(line[:end].encode()), k) for start, end, k in tokens]
