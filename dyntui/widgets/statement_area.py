"""The editor for PartiQL: coloured, with completion of what may stand at the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message

from dyntui.core.statements.completion import Completion
from dyntui.core.statements.spans import spans
from dyntui.widgets.bindings import bindings
from dyntui.widgets.coloured_area import ColouredArea, in_bytes
from dyntui.widgets.completion_list import CompletionList

INDENT = "  "


class StatementArea(ColouredArea):
    """Edits statements. While the list of completions is open, it gets the keys that move in it."""

    LANGUAGE = "partiql"
    BINDINGS: ClassVar[list[BindingType]] = bindings("statement")

    @dataclass
    class CompletionWanted(Message):
        """The person wants to know what may stand at an offset of the text."""

        text: str
        offset: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self.completion_list = CompletionList()

    def token_styles(self, colours: dict[str, str]) -> dict[str, Style]:
        """The colours of PartiQL's tokens."""
        return {
            "keyword": Style(color=colours["primary"], bold=True),
            "function": Style(color=colours["primary"]),
            "name": Style(color=colours["accent"]),
            "string": Style(color=colours["success"]),
            "number": Style(color=colours["warning"]),
            "parameter": Style(color=colours["warning"], bold=True),
            "comment": Style(color=colours["secondary"], italic=True),
            "error": Style(color=colours["error"], underline=True),
        }

    def _build_highlight_map(self) -> None:
        """Colour the whole text: a string or a comment may go over several lines."""
        self._line_cache.clear()
        self._highlights.clear()
        lines = self.document.lines
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        row = 0
        for span in spans("\n".join(lines)):
            while starts[row + 1] <= span.start:
                row += 1
            for place in range(row, len(lines)):
                if starts[place] >= span.end:
                    break
                part = (max(span.start - starts[place], 0), span.end - starts[place], span.kind)
                self._highlights[place] += in_bytes(lines[place], [part])
        self.refresh()

    # Offsets: where the cursor stands in the text as a whole.

    @property
    def statements(self) -> str:
        """The text, its lines ended by a line feed each."""
        return "\n".join(self.document.lines)

    @property
    def offset_of_cursor(self) -> int:
        """How many characters stand before the cursor."""
        return self.offset_at(self.cursor_location)

    def offset_at(self, location: tuple[int, int]) -> int:
        """How many characters stand before a row and column."""
        row, column = location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    def location_at(self, offset: int) -> tuple[int, int]:
        """Row and column of an offset."""
        before = self.statements[:offset]
        return before.count("\n"), len(before) - before.rfind("\n") - 1

    def go_to(self, offset: int) -> None:
        """Put the cursor on an offset, and the focus here."""
        self.move_cursor(self.location_at(offset))
        self.focus()

    # Completion.

    def action_complete(self) -> None:
        """Take what the list shows; without a list, ask for one, or indent where a line begins."""
        if self.completion_list.is_open:
            self._take()
            return
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        if self.selection.is_empty and not before.strip() and self.statements.strip():
            self.insert(INDENT)
        else:
            self._want()

    def _want(self) -> None:
        self.post_message(self.CompletionWanted(self.statements, self.offset_of_cursor))

    def offer(self, offset: int, completions: list[Completion], *, typing: bool) -> None:
        """Show completions that were found for an offset, unless the cursor has left it.

        One that is the only one is taken at once, unless the person is `typing` on.
        """
        if offset != self.offset_of_cursor:
            return
        self.completion_list.show(completions, self)
        if len(completions) == 1 and not typing:
            self._take()

    def _take(self) -> None:
        chosen = self.completion_list.chosen
        self.completion_list.close()
        if chosen is not None:
            start = self.location_at(chosen.start)
            end = self.cursor_location
            self.replace(chosen.text, start, end, maintain_selection_offset=False)

    async def _on_key(self, event: events.Key) -> None:
        """Enter takes a completion while the list is open, and is a new line otherwise; Alt with a
        letter is a key of its own."""
        if event.key == "enter" and self.completion_list.is_open:
            event.stop()
            event.prevent_default()
            self._take()
        elif event.key.startswith("alt+"):
            # A terminal gives the letter too, which is not meant to be typed.
            event.prevent_default()

    def action_cursor_down(self, select: bool = False) -> None:
        """Down, in the list where it is open."""
        if self.completion_list.is_open:
            self.completion_list.action_cursor_down()
        else:
            super().action_cursor_down(select)

    def action_cursor_up(self, select: bool = False) -> None:
        """Up, in the list where it is open."""
        if self.completion_list.is_open:
            self.completion_list.action_cursor_up()
        else:
            super().action_cursor_up(select)

    async def action_leave(self) -> None:
        """Close the list, or step back."""
        if self.completion_list.is_open:
            self.completion_list.close()
        else:
            await self.run_action("screen.back")

    def on_text_area_changed(self) -> None:
        """While the list is open, it follows what is typed."""
        if self.completion_list.is_open:
            self._want()

    def on_blur(self) -> None:
        """The list goes with the focus."""
        self.completion_list.close()
