"""Items that are read again from time to time, with what has changed in them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.timer import Timer
from textual.widgets import Input

from dyntui.core.browse.marks import Key, Marks, key_of
from dyntui.core.browse.refreshing import NO_NEWS, ROWS_MAX, Reading, news, next_interval_s
from dyntui.core.connection.pages import OperationReader, PageSource
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.items_view import ItemsView
from dyntui.widgets.jobs import Cancelled
from engine.client.protocol import Json
from engine.errors import ApiError

REFRESHING = "refreshing"


class FreshItems(ItemsView):
    """Reads the rows in sight again, as long as nobody types and nothing lies over them."""

    def on_mount(self) -> None:
        """Nothing is read again by itself to begin with."""
        self._interval_s = 0
        self._timer: Timer | None = None

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Show the first items of a table, or of one of its indexes."""
        await super().show_table(info, index)
        self._grid.marks, self._grid.key_names = Marks(info.key_names), info.key_names

    def _next_interval(self) -> None:
        """Read again at the next interval, or never."""
        self._refresh_every(next_interval_s(self._interval_s))
        self._show_status()

    def _refresh_every(self, interval_s: int) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._interval_s = interval_s
        self._timer = self.set_interval(interval_s, self.refresh_rows) if interval_s else None
        self._grid.news = NO_NEWS
        self._grid.refresh()

    @property
    def _waits(self) -> bool:
        """Whether the rows are not looked at, something is being typed, or read already."""
        typing = isinstance(self.screen.focused, Input)
        seen = all(node.display for node in self.ancestors_with_self if hasattr(node, "display"))
        return typing or not seen or self.app.screen is not self.screen or self.job_running

    @property
    def _last_in_sight(self) -> int:
        return self._grid.scroll_offset.y + self._grid.visible_rows

    def refresh_rows(self) -> None:
        """Read the rows again from the first one as far as they are in sight."""
        plan, source, info = self._plan, self._source, self.info
        last = self._last_in_sight
        if plan is None or source is None or info is None or self._waits or last > ROWS_MAX:
            self._show_status()
            return
        reader = OperationReader(self.session, plan.operation, plan.request.members)
        fresh = PageSource(reader, self._page_rows)

        def work(cancelled: Cancelled) -> None:
            fresh.ensure(0, last, cancelled)

        def done(_: None) -> None:
            # Where one has moved on, or more is being read, they are read again the next time.
            moved_on = self._last_in_sight > last or self.job_running
            if self._source is source and not moved_on:
                self._show_fresh(source, fresh, info)

        self.run_job(f"{self._title} again", work, done, self._refresh_failed, group=REFRESHING)

    def _show_fresh(self, source: PageSource, fresh: PageSource, info: TableInfo) -> None:
        before = Reading([item for _, item in source.held()], source.complete)
        after = Reading([item for _, item in fresh.held()], fresh.complete)
        found = news(before, after, info.key_names)
        item = self._grid.item
        self._source = self._drawn = fresh
        self._rows_read()
        if item is not None and self._grid.source is fresh:
            self._stay_on(key_of(item, info.key_names), after.rows, info.key_names)
        self._grid.news = found
        self._grid.refresh()
        self._show_item()
        self._show_status()

    def _stay_on(self, key: Key, rows: Sequence[Json], key_names: Sequence[str]) -> None:
        """Keep the cursor on its item, where that is among the rows still."""
        for row, item in enumerate(rows):
            if key_of(item, key_names) == key:
                self._grid.move_to(row)
                return

    def _refresh_failed(self, error: ApiError) -> None:
        """An error ends it, rather than come again and again."""
        self._refresh_every(0)
        self._show_error(error)

    def _rows_said(self, unit: str) -> Text:
        text = super()._rows_said(unit)
        marked = len(self._grid.marks or ())
        if marked:
            text.append(f" · {marked:,} marked", style="bold")
        if self._interval_s and self._source is not None:
            text.append(f" · every {self._interval_s} s: ")
            if self._last_in_sight > ROWS_MAX:
                text.append(f"waits, as this is below row {ROWS_MAX:,}")
            else:
                text.append(str(self._grid.news))
        return text
