"""Which columns are shown, in which order, and which stay in place: seen at once in the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from dyntui.core.browse.column_choice import NO_CHOICE, ColumnChoice
from dyntui.core.browse.columns import Column, Columns
from dyntui.core.text.chart import Line
from dyntui.core.text.listed import Listed, Row
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered_rows import FilteredRows
from dyntui.widgets.rows_view import RowsView

ABOUT = "The key comes first, and stays in place with what is pinned. Kept for this table."


class ColumnsScreen(Drawer[None], FilteredRows):
    """Changes a choice of columns; each change is handed to `changed`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("columns")
    AUTO_FOCUS = "RowsView"
    DEFAULT_CSS = """
    ColumnsScreen #columns-about { padding: 0 1; height: auto; color: $text-muted; }
    ColumnsScreen #drawer { width: 44%; min-width: 52; }
    """

    def __init__(
        self, table: str, columns: Columns, changed: Callable[[ColumnChoice], None], at: str
    ) -> None:
        super().__init__()
        self._table = table
        self._columns = columns
        self._changed = changed
        self._names = self._arranged()
        self._at = self._names.index(at) if at in self._names else 0

    def title_text(self) -> Text:
        """Of which table."""
        return Text(f"Columns · {self._table}", no_wrap=True, overflow="ellipsis")

    def compose_body(self) -> ComposeResult:
        """What holds of them; the columns."""
        yield Static(ABOUT, id="columns-about")
        yield RowsView()

    def on_mount(self) -> None:
        """Show the columns."""
        self._show(self._at)

    def _arranged(self) -> list[str]:
        """The columns in their order."""
        return list(self._columns.choice.arranged(self._columns.others))

    @property
    def _under_cursor(self) -> str | None:
        """The column under the cursor."""
        chosen = self.filtered_list.chosen
        return None if chosen is None else self._names[chosen]

    def _show(self, chosen: int) -> None:
        choice = self._columns.choice
        by_name = {column.name: column for column in self._columns.seen}
        width = max((len(name) for name in self._names), default=0)
        rows = tuple(Row(_line(by_name[name], choice, width)) for name in self._names)
        empty = "No other attributes than the key have been seen."
        self.filtered_list.show_list(Listed("", rows, chosen, empty))

    def _choose(self, choice: ColumnChoice) -> None:
        """Take another choice, with the cursor on the same column."""
        name = self._under_cursor
        self._changed(choice)
        self._names = self._arranged()
        self._show(self._names.index(name) if name in self._names else 0)

    def action_switch(self) -> None:
        """Show or hide the column."""
        if self._under_cursor is not None:
            self._choose(self._columns.choice.toggled(self._under_cursor))

    def action_pin(self) -> None:
        """Pin the column, or let it scroll."""
        if self._under_cursor is not None:
            self._choose(self._columns.choice.pinned_or_not(self._under_cursor))

    def action_earlier(self) -> None:
        """Further to the left."""
        self._move(-1)

    def action_later(self) -> None:
        """Further to the right."""
        self._move(1)

    def _move(self, step: int) -> None:
        if self._under_cursor is not None:
            self._choose(self._columns.choice.moved(self._under_cursor, step, self._columns.others))

    def action_reset(self) -> None:
        """All columns, as they come."""
        self._choose(NO_CHOICE)

    def action_close(self) -> None:
        """Back; first to all columns, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss()


def _line(column: Column, choice: ColumnChoice, width: int) -> Line:
    hidden, pinned = column.name in choice.hidden, column.name in choice.pinned
    return (
        ("[ ] " if hidden else "[x] ", "chosen"),
        (f"{column.name:<{width}}  ", "dim" if hidden else ""),
        ("pinned  " if pinned else "        ", "warn"),
        (f"{column.head[1]}, in {column.seen:,}", "dim"),
    )
