"""Rows in a grid that are filtered and sorted here, as far as they are in memory."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from dyntui.core.browse.columns import Columns
from dyntui.core.browse.found_rows import NO_LENS, FoundRows, Lens
from dyntui.core.connection.pages import PageSource, Rows
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.quick_filter import QuickFilter
from dyntui.widgets.rows_host import RowsHost

LOOKING = "looking"


class LensHost(RowsHost):
    """A `RowsHost` whose rows can be looked at through a `Lens`.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    _lens = NO_LENS

    def _begin(
        self, title: str, source: PageSource, columns: Columns, row: int = 0, column: int = 0
    ) -> None:
        self._drop_lens()
        super()._begin(title, source, columns, row, column)

    def _draw(self, source: PageSource) -> None:
        if self._lens == NO_LENS:
            super()._draw(source)
        else:
            self._drawn = source
            self._look(self._lens)

    def _look(self, lens: Lens) -> None:
        """Show the rows through another lens."""
        self._lens = lens
        source = self._source
        if source is None:
            return
        if lens == NO_LENS:
            self.stop_job(LOOKING)
            self._show_rows(source)
            return

        def work(cancelled: Cancelled) -> FoundRows:
            return FoundRows(source, lens, cancelled)

        def done(found: FoundRows) -> None:
            if self._lens is lens and self._source is source:
                self._show_rows(found)

        self.run_job("filtering rows", work, done, self._show_error, group=LOOKING)

    def _show_rows(self, rows: Rows) -> None:
        self._grid.show_rows(rows, wanting=not self._stopped)
        self._show_status()
        self._show_item()

    def find(self) -> None:
        """Let the person type what the rows are to hold."""
        self.query(QuickFilter).remove()
        self.mount(QuickFilter(self._lens.words), after=self._grid)

    def _sort(self) -> None:
        """Sort by the column under the cursor."""
        column = self._grid.column
        if column is not None:
            self._look(self._lens.sorted_on(column.name))

    def _drop_lens(self) -> bool:
        """Show all rows as they were read; whether they were not."""
        self.query(QuickFilter).remove()
        if self._lens == NO_LENS:
            return False
        self._look(NO_LENS)
        return True

    @on(QuickFilter.Changed)
    def _words_changed(self, message: QuickFilter.Changed) -> None:
        message.stop()
        if message.words.split() != self._lens.words.split():
            self._look(replace(self._lens, words=message.words))

    @on(QuickFilter.Left)
    def _filter_left(self, message: QuickFilter.Left) -> None:
        message.stop()
        self.query(QuickFilter).remove()
        if not message.kept:
            self._look(replace(self._lens, words=""))
        self._grid.focus()

    @property
    def _looked_at(self) -> str:
        """What the lens shows, in words; empty without one."""
        rows = self._grid.source
        if not isinstance(rows, FoundRows):
            return ""
        count, lens = rows.rows_known, rows.lens
        text = f"row {self._grid.cursor_row + 1:,}" if count else "none"
        if lens.words.strip():
            text += f" of {count:,}" if count else ""
            text += f" that hold{'s' if count == 1 else ''} “{lens.words.strip()}”,"
        text += f" of the {rows.held:,} rows in memory"
        if lens.attribute:
            arrow = "↓" if lens.descending else "↑"
            text += f", sorted here by {lens.attribute} {arrow}"
        return text
