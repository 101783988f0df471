"""Lists whose rows keep their colours under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.theme import Theme
from textual.widgets.option_list import Option

from dyntui.widgets.option_lines import OptionLines


class QuietList(OptionLines):
    """The cursor is a faint bar below a row."""

    DEFAULT_CSS = """
    QuietList {
        scrollbar-size-vertical: 1;
        & > .option-list--option-highlighted { background: $boost; color: $foreground; }
        &:focus > .option-list--option-highlighted {
            background: $block-cursor-blurred-background; color: $foreground; }
    }
    """


@dataclass(frozen=True, slots=True)
class Row:
    """A row of two lines; `colour` is that of the mark, a name of the theme."""

    mark: str
    colour: str
    head: str
    below: str


class RowList(QuietList):
    """Rows of two lines; those that stay as they are are not drawn again."""

    _rows: tuple[Row, ...] = ()
    _width = 0

    def show(self, rows: Sequence[Row], cursor: int | None, width: int) -> bool:
        """Show rows in so many cells, the cursor on one of them; whether anything is another."""
        before, self._rows = self._rows, tuple(rows)
        changed = self._rows != before or width != self._width
        if len(self._rows) != len(before) or width != self._width:
            self._width = width
            self._draw()
        else:
            for number, (row, old) in enumerate(zip(self._rows, before, strict=True)):
                if row != old:
                    self.replace_option_prompt_at_index(number, self._prompt(row))
        if self.highlighted != cursor:
            self.highlighted = cursor
        return changed

    def on_mount(self) -> None:
        """Rows have the colours of the theme."""
        self.app.theme_changed_signal.subscribe(self, self._recoloured)

    def _recoloured(self, _: Theme) -> None:
        cursor = self.highlighted
        self._draw()
        self.highlighted = cursor

    def _draw(self) -> None:
        self.clear_options()
        self.add_options([Option(self._prompt(row)) for row in self._rows])

    def _prompt(self, row: Row) -> Text:
        colours = self.app.theme_variables
        head = Text(f"{row.mark} ", style=colours[row.colour])
        head.append(row.head, style=colours["foreground"])
        head.truncate(self._width, overflow="ellipsis")
        below = Text(f"  {row.below}", style=colours["secondary"])
        below.truncate(self._width, overflow="ellipsis")
        return Text.assemble(head, "\n", below)
