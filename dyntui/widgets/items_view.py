"""The items of a table, as far as they are read: form, plan, grid, status, item panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from dyntui.core.columns import Columns
from dyntui.core.pages import GONE, PageSource
from dyntui.core.plan import Plan, PlanError, make_plan
from dyntui.core.schema import TableInfo
from dyntui.widgets.field_editor import FieldEditor
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.messages import error_text, plan_text, rows_text
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.table_tab import TableTab
from dyntui.widgets.text_line import TextLine
from engine.errors import ApiError

Json = dict[str, Any]

READING = "reading"
ENDING = "reading to the end"
SPARE_ROWS = 4


class ItemsView(TableTab):
    """Reads the items of one table."""

    TITLE = "Items"
    DEFAULT_CSS = """
    ItemsView {
        #plan { height: auto; max-height: 2; padding: 0 1; background: $surface;
            color: $text-muted;
            &.-heavy { color: $warning; }
            &.-error { color: $error; } }
        #status { height: auto; max-height: 3; padding: 0 1; background: $panel; }
        ItemPanel { height: 40%; display: none; border-top: solid $border-blurred; }
        ItemPanel:focus-within { border-top: solid $border; }
        &.-panel ItemPanel { display: block; }
    }
    """

    class Read(Message):
        """Something was read: the session's units are others now."""

    def compose(self) -> ComposeResult:
        """Form, plan, grid, status, panel."""
        yield QueryForm(id="form")
        yield TextLine(id="plan")
        yield ItemGrid(id="grid")
        yield TextLine(id="status")
        yield ItemPanel(id="panel")

    def on_mount(self) -> None:
        """Nothing is shown yet."""
        self._plan: Plan | None = None
        self._source: PageSource | None = None
        self._columns = Columns(())

    @property
    def _form(self) -> QueryForm:
        return self.query_one(QueryForm)

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

    # Showing a table.

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Show the first items of a table, or of one of its indexes."""
        self.cancel_jobs()
        self.info = info
        self._close_panel()
        self._close_field()
        self._grid.show(None, Columns(()))
        await self._form.show(info)
        if index is not None:
            await self._form.choose_index(index)
        self._say(Text(""))
        # How many rows make a page is known once the grid has its place.
        self.call_after_refresh(self.run)

    async def table_changed(self, info: TableInfo) -> None:
        """Other counts change the plan's estimates; other keys or indexes start the form anew."""
        known, self.info = self.info, info
        if known is None or known.keys_of_all != info.keys_of_all:
            await self._form.show(info)
        self._show_plan()

    def reload(self) -> None:
        """Read again, and go back to where the cursor stood."""
        self.run(self._grid.cursor_row, self._grid.cursor_column)

    @property
    def panels(self) -> Sequence[Widget]:
        """Form, grid, item panel."""
        return (self._form, self._grid, self._panel)

    def focus_content(self) -> None:
        """The grid is where one begins, or the panel that stands in its place."""
        if self.has_class("-panel") and self.screen.has_class("-narrow"):
            self._panel.focus_content()
        else:
            self._grid.focus()

    def focus_form(self) -> None:
        """Go to the form."""
        self._form.focus_first()

    # Plan and run.

    @on(QueryForm.Changed)
    @on(ItemGrid.Resized)
    def _show_plan(self) -> Plan | None:
        """The line under the form: what would be run, and at what cost."""
        line = self.query_one("#plan", TextLine)
        if self.info is None:
            return None
        try:
            plan = make_plan(self.info, self._form.fields, self._page_rows)
        except PlanError as error:
            line.set_classes("-error")
            line.say(Text(f"✗ {error.message}"))
            return None
        line.set_class(plan.heavy, "-heavy")
        line.set_class(False, "-error")
        line.say(plan_text(plan))
        return plan

    @on(QueryForm.Submitted)
    def _submitted(self) -> None:
        self.run()
        self._grid.focus()

    def run(self, row: int = 0, column: int = 0) -> None:
        """Read what the form says, from its beginning as far as `row`; the rows that are there
        stay until the first of the new ones have come."""
        plan = self._show_plan()
        if plan is None or self.info is None:
            return
        self._plan = plan
        target = self.info.index(self._form.fields.index) if self._form.fields.index else self.info
        keys = [(name, "PK") for name in target.partition_keys]
        keys += [(name, "SK") for name in target.sort_keys]
        self._columns = Columns(keys)
        self.workers.cancel_group(self, ENDING)
        self._source = PageSource(
            self.session, plan.operation, plan.request.members, self._page_rows
        )
        self._read(0, max(row, self._grid.visible_rows - 1), row, column)

    def _read(self, first: int, last: int, row: int | None = None, column: int = 0) -> None:
        """Read rows in a thread; then put the cursor on `row`, if one is given."""
        source, plan = self._source, self._plan
        if source is None or plan is None or self.info is None:
            return

        def work(cancelled: Cancelled) -> None:
            source.ensure(first, last, cancelled, lambda: self.post_progress(self._rows_read))

        def done(_: None) -> None:
            self._rows_read()
            if row is not None:
                self._grid.move_to(row, column)
                self._show_item()

        self.run_job(
            f"{plan.operation} {self.info.name}", work, done, self._read_failed, group=READING
        )
        self._show_status()

    def _read_to_end(self) -> None:
        source, info = self._source, self.info
        if source is None or info is None:
            return

        def work(cancelled: Cancelled) -> None:
            source.ensure_end(cancelled, lambda: self.post_progress(self._rows_read))

        def done(_: None) -> None:
            self._rows_read()
            self._grid.move_to(source.rows_known - 1)

        self.run_job(
            f"reading all of {info.name} (Esc stops)", work, done, self._read_failed, group=ENDING
        )

    def _rows_read(self) -> None:
        """More rows are known: take up their attributes, draw them."""
        source = self._source
        if source is None:
            return
        for page in source.take_fresh():
            self._columns.observe(item for item in page if item is not GONE)
        if self._grid.source is not source:
            self._grid.show(source, self._columns)
        self._grid.rows_changed()
        self._show_status()
        self.post_message(self.Read())

    def _read_failed(self, error: ApiError) -> None:
        """The error stands where the status does, and no rows of another request above it."""
        if self._grid.source is not self._source:
            self._grid.show(None, self._columns)
        self._show_error(error)

    def _show_error(self, error: ApiError) -> None:
        self._say(error_text(self.app, error))

    def _show_status(self) -> None:
        if self._source is not None:
            row, left_out = self._grid.cursor_row, self._columns.left_out
            self._say(rows_text(self._source, row, self.job_running, left_out))

    def _say(self, text: Text) -> None:
        self.query_one("#status", TextLine).say(text)

    @on(ItemGrid.RowsWanted)
    def _rows_wanted(self, message: ItemGrid.RowsWanted) -> None:
        message.stop()
        self._read(message.first, message.last)

    @on(ItemGrid.CursorMoved)
    def _cursor_moved(self, message: ItemGrid.CursorMoved) -> None:
        message.stop()
        self._show_status()
        self._show_item()

    # The item panel.

    def _show_item(self) -> None:
        """Where the panel is open, show the item under the cursor."""
        if self.has_class("-panel") and self._grid.item is not None and self.info is not None:
            self._panel.show(self.info, self._grid.item)

    def _open_panel(self, info: TableInfo, item: Json) -> None:
        self.add_class("-panel")
        self._panel.show(info, item)
        self._panel.focus_content()

    def _close_panel(self) -> None:
        self.remove_class("-panel")

    def _close_field(self) -> None:
        """Edit no value."""
        self.query(FieldEditor).remove()

    def back(self) -> bool:
        """Stop what runs, close what is open, or leave the form; whether there was anything."""
        if self.query(FieldEditor):
            self._close_field()
        elif self.cancel_jobs():
            self._rows_read()
        elif self.has_class("-panel"):
            self._close_panel()
        elif not self._form.has_focus_within:
            return False
        self.focus_content()
        return True
