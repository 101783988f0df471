"""Rows in a grid, read as they come into view, with a line on them and a panel for one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual import on
from textual.message import Message

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.browse.columns import Columns
from dyntui.core.connection.pages import GONE, PageSource
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.expiry_text import Expiry
from dyntui.core.text.formats import plain_json
from dyntui.core.text.item_text import value_text
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.elsewhere import page_elsewhere
from dyntui.widgets.item_grid import LOOK_AHEAD_ROWS, ItemGrid
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.jobs import Cancelled, JobHost, Progress
from dyntui.widgets.messages import error_text, rows_text
from dyntui.widgets.text_line import TextLine
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.core.statements.asked import Ready

Json = dict[str, Any]

READING = "reading"
ENDING = "reading to the end"
SPARE_ROWS = 4


class RowsHost(JobHost):
    """A widget that holds a grid, the line `#status`, and an item panel, which is seen while the
    widget has the class `-panel`.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    @dataclass
    class Changed(Message):
        """Items of a table were written: counts and sizes are others now."""

        table: str

    @dataclass
    class ExpiryWanted(Message):
        """By which attribute the items of a table expire is to be told to `rows.take_expiry`."""

        rows: RowsHost
        table: str

    info: TableInfo | None = None
    """The table whose items the rows are, or None where they are of none."""
    _source: PageSource | None = None
    _drawn: PageSource | None = None
    """The source of which the grid shows rows."""
    _title = ""
    _stopped = False
    _under_way: tuple[int, int] | None = None
    """The first and last row that are being read."""
    _columns = Columns(())
    _expiry: Expiry | None = None
    _expiry_of: str | None = None
    """The table whose items the rows show, which expire by `_expiry`."""

    @property
    def _grid(self) -> ItemGrid:
        return self.query_one(ItemGrid)

    @property
    def _panel(self) -> ItemPanel:
        return self.query_one(ItemPanel)

    @property
    def _page_rows(self) -> int:
        """A page fills the grid, and a little more where the window grows by a line or two."""
        return self._grid.visible_rows + SPARE_ROWS

    # Reading.

    def _begin(
        self, title: str, source: PageSource, columns: Columns, row: int = 0, column: int = 0
    ) -> None:
        """Read another source from its beginning as far as `row`; the rows that are there stay
        until the first of the new ones have come. `title` stands in the header meanwhile."""
        self.stop_job(ENDING)
        columns.take_expiry(self._expiry)
        self._title, self._source, self._columns = title, source, columns
        self._read(0, max(row, self._grid.visible_rows - 1 + LOOK_AHEAD_ROWS), row, column)

    def _read(self, first: int, last: int, row: int | None = None, column: int = 0) -> None:
        """Read rows in a thread; then put the cursor on `row`, if one is given."""
        source = self._source
        if source is None:
            return
        self._stopped = False
        self._under_way = (first, last)

        def work(cancelled: Cancelled) -> None:
            source.ensure(first, last, cancelled, Progress(self, self._rows_read).tell)

        def done(_: None) -> None:
            self._under_way = None
            self._rows_read()
            if row is not None:
                self._grid.move_to(row, column)
                self._show_item()
                self._began()

        self.run_job(self._title, work, done, self._read_failed, group=READING)
        self._show_status()

    def ask_expiry(self, table: str | None) -> None:
        """Have values of the attribute by which items of a table expire shown as dates; None where
        the rows are of no table."""
        if table != self._expiry_of:
            self._show_expiry(None)
        self._expiry_of = table
        if table is not None:
            # Straight to who asks: what is posted for a parent does not go on beyond it.
            self.screen.post_message(self.ExpiryWanted(self, table))

    def take_expiry(self, table: str, expiry: Expiry | None) -> None:
        """Items of a table expire by an attribute, or never (None)."""
        if table == self._expiry_of:
            self._show_expiry(expiry)

    def _show_expiry(self, expiry: Expiry | None) -> None:
        self._expiry = expiry
        self._columns.take_expiry(expiry)
        self._panel.take_expiry(expiry)
        self._grid.rows_changed(wanting=False)
        self._show_item()

    def _ask_first(self, risk: str | None, what: Ready | Request, then: Callable[[], None]) -> None:
        """Go on, but where there is a risk only if the person wants it."""
        if risk is None:
            then()
            return
        from dyntui.screens.ask_first import AskFirstScreen

        def closed(wanted: bool | None) -> None:
            if wanted:
                then()

        self.app.push_screen(AskFirstScreen(risk, what), closed)

    def _read_to_end(self) -> None:
        source = self._source
        if source is None:
            return
        self._stopped = False

        def work(cancelled: Cancelled) -> None:
            source.ensure_end(cancelled, Progress(self, self._rows_read).tell)

        def done(_: None) -> None:
            self._rows_read()
            self._grid.move_to(source.rows_known - 1)

        title = f"{self._title} to its end ({key_for('browser.back')} stops)"
        self.run_job(title, work, done, self._read_failed, group=ENDING)

    def _rows_read(self) -> None:
        """More rows are known: take up their attributes, draw them."""
        source = self._source
        if source is None:
            return
        for page in source.take_fresh():
            self._columns.observe(item for item in page if item is not GONE)
        self._draw(source)
        self._show_status()

    def _draw(self, source: PageSource) -> None:
        """Have the grid show what is known of a source, from its top where it is another one."""
        wanting = not self._stopped
        if self._drawn is not source:
            self._drawn = source
            self._grid.show(source, self._columns, wanting=wanting)
        elif self._grid.source is not source:
            self._grid.show_rows(source, wanting=wanting)
        self._grid.rows_read(wanting=wanting)

    @property
    def _looked_at(self) -> str:
        """Which rows are shown, in words, where they are not those of the source."""
        return ""

    @property
    def _estimate(self) -> int | None:
        """About how many rows there are in all, where that is known."""
        return None

    def cancel_jobs(self) -> bool:
        """Stop this widget's jobs; whether there was one."""
        self._under_way = None
        return super().cancel_jobs()

    def _began(self) -> None:
        """The first rows of a source are shown."""

    def _stop(self) -> bool:
        """Stop reading; whether anything was being read. It goes on where one moves on."""
        if not self.cancel_jobs():
            return False
        self._stopped = True
        self._rows_read()
        return True

    def _read_failed(self, error: ApiError) -> None:
        """The error stands where the status does, above it what had come before, and no rows of
        another request.

        What failed is not tried again before one moves on.
        """
        self._under_way = None
        self._stopped = True
        if self._source is not None and self._source.rows_known:
            self._rows_read()
        elif self._drawn is not self._source:
            self._show_nothing(self._columns)
        self._show_error(error)

    def _show_nothing(self, columns: Columns) -> None:
        """No rows."""
        self._drawn = None
        self._grid.show(None, columns)

    def _show_error(self, error: ApiError) -> None:
        self._say(error_text(self.app, error))

    def _show_status(self) -> None:
        if self._source is not None:
            self._say(self._rows_said("RCU"))

    def _rows_said(self, unit: str) -> Text:
        """Which rows are shown, how many there are, what they cost."""
        if self._source is None:
            return Text()
        return rows_text(
            self._source,
            self._grid.cursor_row,
            self.job_running,
            self._columns.left_out,
            unit,
            looked_at=self._looked_at,
            estimate=self._estimate,
        )

    def _say(self, text: Text) -> None:
        self.query_one("#status", TextLine).say(text)

    @on(ItemGrid.RowsWanted)
    def _rows_wanted(self, message: ItemGrid.RowsWanted) -> None:
        message.stop()
        first, last = self._under_way or (0, -1)
        if not first <= message.first <= message.last <= last:
            self._read(message.first, message.last)

    @on(ItemGrid.CursorMoved)
    def _cursor_moved(self, message: ItemGrid.CursorMoved) -> None:
        message.stop()
        self._show_status()
        self._show_item()

    # The item panel.

    def _show_item(self) -> None:
        """Where the panel is open, show the item under the cursor."""
        if self.has_class("-panel") and self._grid.item is not None:
            self._panel.show(self.info, self._grid.item)

    def _open_panel(self, info: TableInfo | None, item: Json) -> None:
        self.add_class("-panel")
        self._panel.show(info, item)
        self._panel.focus_content()

    def _close_panel(self) -> None:
        self.remove_class("-panel")

    def _leave_panel(self) -> None:
        self._close_panel()
        self._grid.focus()

    def focus_content(self) -> None:
        """The grid is where one begins, or the panel that stands in its place."""
        if self.has_class("-panel") and self.screen.has_class("-narrow"):
            self._panel.focus_content()
        else:
            self._grid.focus()

    # Looking and copying.

    def _cell(self) -> tuple[str, Json] | None:
        """Name and value under the cursor, where there is a value."""
        column, item = self._grid.column, self._grid.item
        if column is None or item is None or column.name not in item:
            return None
        return column.name, item[column.name]

    def _show_cell(self) -> None:
        cell = self._cell()
        if cell is not None:
            self._show_value(*cell)

    def _show_member(self) -> None:
        member = self._panel.member
        if member is not None:
            self._show_value(member.name, member.value)

    def _show_value(self, name: str, value: Json) -> None:
        from dyntui.screens.value import ValueScreen

        self.app.push_screen(ValueScreen(name, value))

    def _copy_cell(self) -> None:
        cell = self._cell()
        if cell is not None:
            copy_measured(self, value_text(cell[1]), cell[0])

    def _copy_row(self) -> None:
        if self._grid.item is not None:
            copy_measured(self, plain_json(self._grid.item), "the item")

    def _page_row(self) -> None:
        if self._grid.item is not None:
            page_elsewhere(self.app, plain_json(self._grid.item))

    def _copy_member(self) -> None:
        member = self._panel.member
        if member is None:
            self._copy_panel()
        else:
            copy_measured(self, value_text(member.value), member.name or "the value")

    def _copy_panel(self) -> None:
        copy_measured(self, self._panel.text, "the item")
