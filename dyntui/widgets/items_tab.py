"""The items of a table: form, plan, grid, item panel; and what is done with the items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from dyntui.core.columns import Columns
from dyntui.core.formats import dynamodb_json, plain_json
from dyntui.core.item_text import value_text
from dyntui.core.pages import GONE, PageSource
from dyntui.core.plan import Plan, PlanError, make_plan
from dyntui.core.schema import TableInfo
from dyntui.core.writes import Write, change_item, delete_item
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.editor import EditorScreen, Mode
from dyntui.screens.review import ReviewScreen
from dyntui.screens.value import ValueScreen
from dyntui.widgets.field_editor import FieldEditor
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.messages import error_text, plan_text, rows_text
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.table_tab import TableTab
from engine.errors import ApiError

Json = dict[str, Any]

READING = "reading"
FETCHING = "fetching"
SPARE_ROWS = 4
SCALARS = ("S", "N", "B", "BOOL", "NULL")


class ItemsTab(TableTab):
    """Browses and changes the items of one table."""

    TITLE = "Items"
    DEFAULT_CSS = """
    ItemsTab {
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

    class Wrote(Message):
        """An item of the table was written: counts and sizes are others now."""

    def compose(self) -> ComposeResult:
        """Form, plan, grid, status, panel."""
        yield QueryForm(id="form")
        yield Static(id="plan")
        yield ItemGrid(id="grid")
        yield FieldEditor(id="field")
        yield Static(id="status")
        yield ItemPanel(id="panel")

    def on_mount(self) -> None:
        """Nothing is shown yet."""
        self._plan: Plan | None = None
        self._source: PageSource | None = None
        self._observed = 0
        self._drafts: dict[tuple[str, str, str], str] = {}

    @property
    def _form(self) -> QueryForm:
        return self.query_one(QueryForm)

    @property
    def _grid(self) -> ItemGrid:
        return self.query_one(ItemGrid)

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
        self.query_one(FieldEditor).close()
        await self._form.show(info)
        if index is not None:
            await self._form.choose_index(index)
        self.run()

    async def table_changed(self, info: TableInfo) -> None:
        """Other counts change the plan's estimates; another schema starts the form anew."""
        if self.info is not None and self.info.indexes != info.indexes:
            known = {index.name for index in self.info.indexes}
            if known != {index.name for index in info.indexes}:
                self.info = info
                await self._form.show(info)
        self.info = info
        self._show_plan()

    def reload(self) -> None:
        """Read again, and go back to where the cursor stood."""
        row, column = self._grid.cursor_row, self._grid.cursor_column
        self.run(row, column)

    @property
    def panels(self) -> Sequence[Widget]:
        """Form, grid, item panel."""
        return (self._form, self._grid, self.query_one(ItemPanel))

    def focus_content(self) -> None:
        """The grid is where one begins."""
        self._grid.focus()

    def focus_form(self) -> None:
        """Go to the form."""
        self._form.focus_first()

    # Plan and run.

    @on(QueryForm.Changed)
    def _show_plan(self) -> Plan | None:
        """The line under the form: what would be run, and at what cost."""
        line = self.query_one("#plan", Static)
        if self.info is None:
            return None
        try:
            plan = make_plan(self.info, self._form.fields, self._page_rows)
        except PlanError as error:
            line.set_classes("-error")
            line.update(Text(f"✗ {error.message}"))
            return None
        line.set_class(plan.heavy, "-heavy")
        line.set_class(False, "-error")
        line.update(plan_text(plan))
        return plan

    @on(QueryForm.Submitted)
    def _submitted(self) -> None:
        self.run()
        self._grid.focus()

    def run(self, row: int = 0, column: int = 0) -> None:
        """Read what the form says, from its beginning as far as `row`."""
        plan = self._show_plan()
        if plan is None or self.info is None:
            return
        self._plan = plan
        target = self.info.index(self._form.fields.index) if self._form.fields.index else self.info
        keys = [(name, "PK") for name in target.partition_keys]
        keys += [(name, "SK") for name in target.sort_keys]
        self._source = PageSource(
            self.session, plan.operation, plan.request.members, self._page_rows
        )
        self._observed = 0
        self._grid.show(None, Columns(keys))
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

        self.run_job(
            f"{plan.operation} {self.info.name}", work, done, self._read_failed, group=READING
        )
        self._show_status()

    def _rows_read(self) -> None:
        """More rows are known: take up their attributes, draw them."""
        source = self._source
        if source is None:
            return
        fresh = (source.row(number) for number in range(self._observed, source.rows_known))
        self._grid.columns.observe(item for item in fresh if item)
        self._observed = source.rows_known
        if self._grid.source is not source:
            self._grid.show(source, self._grid.columns)
        self._grid.rows_changed()
        self._show_status()
        self.post_message(self.Read())

    class Read(Message):
        """Something was read: the session's units are others now."""

    def _read_failed(self, error: ApiError) -> None:
        self._show_error(error)

    def _show_error(self, error: ApiError) -> None:
        self.query_one("#status", Static).update(error_text(self.app, error))

    def _show_status(self) -> None:
        if self._source is not None:
            text = rows_text(self._source, self._grid.cursor_row, self.job_running)
            self.query_one("#status", Static).update(text)

    @on(ItemGrid.RowsWanted)
    def _rows_wanted(self, message: ItemGrid.RowsWanted) -> None:
        message.stop()
        self._read(message.first, message.last)

    @on(ItemGrid.CursorMoved)
    def _cursor_moved(self, message: ItemGrid.CursorMoved) -> None:
        message.stop()
        self._show_status()
        if self.has_class("-panel") and self._grid.item is not None and self.info is not None:
            self.query_one(ItemPanel).show(self.info, self._grid.item)

    def back(self) -> bool:
        """Stop what runs, close what is open, or leave the form; whether there was anything."""
        field = self.query_one(FieldEditor)
        if field.is_open:
            field.close()
        elif self.cancel_jobs():
            self._rows_read()
        elif self.has_class("-panel"):
            self._close_panel()
        elif self._form.has_focus_within:
            pass
        else:
            return False
        self._grid.focus()
        return True

    # What is done with the item under the cursor.

    @on(ItemGrid.Asked)
    def _grid_asked(self, message: ItemGrid.Asked) -> None:
        message.stop()
        self.ask(message.what)

    @on(ItemPanel.Asked)
    def _panel_asked(self, message: ItemPanel.Asked) -> None:
        message.stop()
        self.ask(message.what)

    def ask(self, what: str) -> None:
        """Do one of the actions of the contexts `items` and `item`."""
        actions: dict[str, Callable[[], None]] = {
            "open": self._open_panel,
            "close": self._leave_panel,
            "value": self._show_value,
            "edit": lambda: self._with_item(self._edit),
            "edit_value": lambda: self._with_item(self._edit_value),
            "duplicate": lambda: self._with_item(self._duplicate),
            "delete": lambda: self._with_item(self._delete),
            "create": self._create,
            "copy_cell": self._copy_cell,
            "copy_row": self._copy_row,
            "copy_as": self._copy_as,
            "form": self.focus_form,
            "end": self._read_to_end,
        }
        actions[what]()

    def _with_item(self, use: Callable[[TableInfo, Json], None]) -> None:
        """Read the item under the cursor as it is now, and go on with it."""
        info, row = self.info, self._grid.item
        if info is None or row is None:
            return
        key = {name: row[name] for name in info.key_names}
        request = {"TableName": info.name, "Key": key, "ConsistentRead": True}

        def done(response: Json) -> None:
            self.post_message(self.Read())
            if "Item" in response:
                self._show_status()
                use(info, response["Item"])
            else:
                self.query_one("#status", Static).update(
                    Text("✗ The item has been deleted meanwhile. R reads again.")
                )

        self.run_job(
            f"GetItem {info.name}",
            lambda cancelled: self.session.call("GetItem", request, cancelled),
            done,
            self._show_error,
            group=FETCHING,
        )

    def _open_panel(self) -> None:
        if self._plan is not None and self._plan.partial:
            self._with_item(self._fill_panel)
        elif self._grid.item is not None and self.info is not None:
            self._fill_panel(self.info, self._grid.item)

    def _fill_panel(self, info: TableInfo, item: Json) -> None:
        self.add_class("-panel")
        panel = self.query_one(ItemPanel)
        panel.show(info, item)
        panel.focus_content()

    def _close_panel(self) -> None:
        self.remove_class("-panel")

    def _leave_panel(self) -> None:
        self._close_panel()
        self._grid.focus()

    def _show_value(self) -> None:
        column, item = self._grid.column, self._grid.item
        if column is not None and item is not None and column.name in item:
            self.app.push_screen(ValueScreen(column.name, item[column.name]))

    def _copy_cell(self) -> None:
        column, item = self._grid.column, self._grid.item
        if column is not None and item is not None and column.name in item:
            self._copy(value_text(item[column.name]), column.name)

    def _copy_row(self) -> None:
        if self._grid.item is not None:
            self._copy(plain_json(self._grid.item), "the item")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {what}: {len(text):,} characters", markup=False)

    def _copy_as(self) -> None:
        plan = self._show_plan()
        if plan is not None:
            self.app.push_screen(CopyAsScreen(plan.request, self.session.region))

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
            f"reading all of {info.name} (Esc stops)", work, done, self._show_error, group=READING
        )

    # Writing.

    def _create(self) -> None:
        if self.info is not None:
            start: Json = {
                name: {self.info.attribute_types[name]: ""} for name in self.info.key_names
            }
            self._open_editor(self.info, "create", start, None)

    def _duplicate(self, info: TableInfo, item: Json) -> None:
        self._open_editor(info, "duplicate", item, None)

    def _edit(self, info: TableInfo, item: Json) -> None:
        self._open_editor(info, "edit", item, item)

    def _open_editor(self, info: TableInfo, mode: Mode, start: Json, old: Json | None) -> None:
        """The editor, with what was typed before and not written."""
        key = {} if mode == "create" else {name: start[name] for name in info.key_names}
        place = (info.name, mode, dynamodb_json(key, indent=False))
        editor = EditorScreen(self.session, info, mode, start, old, self._drafts.get(place))

        def closed(result: Write | str | None) -> None:
            self._drafts.pop(place, None)
            if isinstance(result, str):
                self._drafts[place] = result
                self.notify("What you typed is kept: the same key goes on with it.")
            elif result is not None:
                self._written(result)

        self.app.push_screen(editor, closed)

    def _edit_value(self, info: TableInfo, item: Json) -> None:
        column = self._grid.column
        if column is None:
            return
        kind = next(iter(item.get(column.name, {"S": ""})))
        if column.name in info.key_names:
            self.notify("A key cannot be changed: O makes an item with another key.")
        elif kind in SCALARS:
            self.query_one(FieldEditor).open(info, item, column.name)
        else:
            self._edit(info, item)

    @on(FieldEditor.Submitted)
    def _field_submitted(self, message: FieldEditor.Submitted) -> None:
        message.stop()
        field = self.query_one(FieldEditor)
        try:
            write = change_item(message.info, message.item, message.changed)
        except ApiError as error:
            field.refuse(error.message)
            return
        if not write.changes:
            self.back()
            return
        self._review(message.info, write, field.close)

    @on(FieldEditor.Closed)
    def _field_closed(self, message: FieldEditor.Closed) -> None:
        message.stop()
        self._grid.focus()

    def _delete(self, info: TableInfo, item: Json) -> None:
        self._review(info, delete_item(info, item), lambda: None)

    def _review(self, info: TableInfo, write: Write, after: Callable[[], None]) -> None:
        def closed(written: Write | None) -> None:
            if written is not None:
                after()
                self._written(written)

        self.app.push_screen(ReviewScreen(self.session, info, write), closed)

    def _written(self, write: Write) -> None:
        """Show a write that DynamoDB has taken."""
        units = sum(write.units.values())
        past = {"create": "Created", "change": "Changed", "delete": "Deleted"}[write.kind]
        self.notify(f"{past}: {write.request.operation}, {units:,} WCU")
        source, item = self._source, self._grid.item
        partial_rows = self._plan is not None and self._plan.partial
        if source is None or item is None or write.kind == "create" or partial_rows:
            self.reload()
        else:
            source.replace(self._grid.cursor_row, GONE if write.new is None else write.new)
            if write.new is not None:
                self._grid.columns.observe([write.new])
            self._grid.rows_changed()
            if write.new is not None and self.has_class("-panel") and self.info is not None:
                self.query_one(ItemPanel).show(self.info, write.new)
        self._grid.focus()
        self.post_message(self.Wrote())
