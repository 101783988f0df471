"""The two lists of the place for security: keys, and tables with their encryption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.theme import Theme
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from dyntui.widgets.bindings import bindings


@dataclass(frozen=True, slots=True)
class Row:
    """A row of two lines; `colour` is that of the mark, a name of the theme."""

    mark: str
    colour: str
    head: str
    below: str


class SecurityList(OptionList):
    """Rows, of which one is under the cursor; those that stay as they are are not drawn again."""

    DEFAULT_CSS = """
    SecurityList {
        height: 1fr; border: none; padding: 0; background: $surface;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted { background: $boost; color: $foreground; }
        &:focus > .option-list--option-highlighted {
            background: $block-cursor-blurred-background; color: $foreground; }
    }
    """

    @dataclass
    class Asked(Message):
        """Something is to be done; `what` is the name of an action of the list's context."""

        what: str

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._width = 0

    def show(self, rows: Sequence[Row], cursor: int | None, width: int) -> None:
        """Show rows in so many cells, the cursor on one of them."""
        if tuple(rows) != self._rows or width != self._width:
            self._rows, self._width = tuple(rows), width
            self._draw()
        if self.highlighted != cursor:
            self.highlighted = cursor

    def on_mount(self) -> None:
        """Rows have the colours of the theme."""
        self.app.theme_changed_signal.subscribe(self, self._recoloured)

    def _recoloured(self, _: Theme) -> None:
        cursor = self.highlighted
        self._draw()
        self.highlighted = cursor

    def _draw(self) -> None:
        self.clear_options()
        self.add_options([Option(self._prompt(row, self._width)) for row in self._rows])

    def _prompt(self, row: Row, width: int) -> Text:
        colours = self.app.theme_variables
        head = Text(f"{row.mark} ", style=colours[row.colour])
        head.append(row.head, style=colours["foreground"])
        head.truncate(width, overflow="ellipsis")
        below = Text(f"  {row.below}", style=colours["secondary"])
        below.truncate(width, overflow="ellipsis")
        return Text.assemble(head, "\n", below)

    def action_ask(self, what: str) -> None:
        """Have something done."""
        self.post_message(self.Asked(what))


class KeyList(SecurityList):
    """The keys of the Region."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("keys")


class EncryptionList(SecurityList):
    """Tables with their encryption."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sealing")
