"""What the app paints, in letters only: each symbol gives way to its stand-in."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from dyntui.core.text.symbols import plain

UNKNOWN = "?"


class AsciiFilter(LineFilter):
    """Translates the symbols of `dyntui.core.text.symbols`, cell by cell.

    Other characters, those of values, stay where the terminal can show them (`keeps_values`);
    where it cannot, a question mark stands for each cell of them.
    """

    def __init__(self, *, keeps_values: bool = True) -> None:
        super().__init__()
        self._keeps_values = keeps_values

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of a line, translated."""
        del background
        return [
            segment if segment.text.isascii() else segment._replace(text=self._text(segment.text))
            for segment in segments
        ]

    def _text(self, text: str) -> str:
        text = plain(text)
        if self._keeps_values or text.isascii():
            return text
        return "".join(c if c.isascii() else UNKNOWN * cell_len(c) for c in text)
