"""The items of a table, as far as they are read: form, plan, grid, status, item panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from dyntui.core.browse.column_choice import ColumnBook, column_book
from dyntui.core.browse.columns import Columns
from dyntui.core.browse.plan import Plan, PlanError, make_plan
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.browse.request_forms import FORMS, told
from dyntui.core.browse.trail import Crumb, query_crumbs
from dyntui.core.connection.pages import OperationReader, PageSource
from dyntui.core.security.crypto_place import config_of
from dyntui.core.tables.cost import scan_question
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import IndexInfo, TableInfo
from dyntui.core.text.item_text import value_text
from dyntui.widgets.field_editor import FieldEditor
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.lens_host import LensHost
from dyntui.widgets.messages import plan_text
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.request_panel import RequestPanel
from dyntui.widgets.table_tab import TableTab
from dyntui.widgets.text_line import TextLine

Json = dict[str, Any]


class ItemsView(TableTab, LensHost):
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

    @dataclass
    class Ran(Message):
        """What a form says of a table is read."""

        table: str
        fields: QueryFields

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
        self._wanted: Request | None = None
        self._to_run = False
        self._ran = QueryFields()
        self._request_form = next(iter(FORMS))

    @cached_property
    def _book(self) -> ColumnBook:
        """The columns that were chosen; opened with the first table, after the first paint."""
        return column_book(self.connection)

    @property
    def _form(self) -> QueryForm:
        return self.query_one(QueryForm)

    # Showing a table.

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Show the first items of a table, or of one of its indexes."""
        self.cancel_jobs()
        self.info = info
        self._ran = QueryFields(index)
        self._close_panel()
        self._close_field()
        self._read_config(info)
        self._drop_lens()
        self._show_nothing(Columns(()))
        await self._form.show(info)
        if index is not None:
            await self._form.choose_index(index)
        self._say(Text(""))
        self._columns = Columns(())
        self.ask_expiry(info.name)
        # How many rows make a page is known once the grid has its place.
        self._to_run = True
        self.call_after_refresh(self._run_first)

    def _run_first(self) -> None:
        """Read what the form says of a table that was just shown, unless that was done already."""
        if self._to_run:
            self.run()

    def _read_config(self, info: TableInfo) -> None:
        """How the table's items are sealed, if a configuration is here."""
        config = config_of(info)
        self._panel.config = config
        self._grid.seal_place = None if config is None else config.place

    async def table_changed(self, info: TableInfo) -> None:
        """Other counts change the plan's estimates; other keys or indexes start the form anew."""
        known, self.info = self.info, info
        self._read_config(info)
        if known is None or known.keys_of_all != info.keys_of_all:
            await self._form.show(info)
        self._show_plan()
        self._show_status()

    async def show_collection(self, index: str | None, key: Json) -> None:
        """Show the items of a partition key of the table, or of an index."""
        terms = {name: KeyTerm(value_text(value)) for name, value in key.items()}
        await self.show_query(QueryFields(index, terms))

    async def show_query(self, fields: QueryFields, row: int = 0, column: int = 0) -> None:
        """Show what somebody else has filled in, with the cursor on a cell."""
        if self.info is not None:
            self._to_run = False
            await self._form.show(self.info)
            await self._form.fill(fields)
            self.run(row, column)

    @property
    def fields(self) -> QueryFields:
        """What the form says."""
        return self._form.fields

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cell under the cursor."""
        return self._grid.cursor_row, self._grid.cursor_column

    def reload(self) -> None:
        """Read again, and go back to where the cursor stood."""
        self.run(self._grid.cursor_row, self._grid.cursor_column)

    @property
    def panels(self) -> Sequence[Widget]:
        """Form, grid, item panel."""
        return (self._form, self._grid, self._panel)

    def focus_content(self) -> None:
        """The grid, or the panel that stands in its place."""
        LensHost.focus_content(self)

    def focus_form(self) -> None:
        """Go to the form."""
        self._form.focus_first()

    # Plan and run.

    @on(QueryForm.Changed)
    def _form_changed(self) -> None:
        self._show_plan()
        for panel in self.query(RequestPanel):
            panel.refresh_text()

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

    def _request_text(self, form: str) -> str:
        """The request of the form as it is filled in."""
        if self.info is None:
            return ""
        return told(self.info, self._form.fields, form, self.session.region, self._page_rows)

    def toggle_request(self) -> None:
        """Show the request as one types, or hide it."""
        if self.query(RequestPanel):
            self.query(RequestPanel).remove()
        else:
            self.mount(RequestPanel(self._request_text, self._request_form), after="#plan")

    def next_request_form(self) -> None:
        """Show the request in the next form; the first time in the one that was there."""
        if self.query(RequestPanel):
            self.query_one(RequestPanel).next_form()
        else:
            self.toggle_request()

    @on(RequestPanel.FormChosen)
    def _form_chosen(self, message: RequestPanel.FormChosen) -> None:
        message.stop()
        self._request_form = message.form

    @on(QueryForm.Submitted)
    def _submitted(self) -> None:
        self.run()
        self._grid.focus()

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """What was read last."""
        if self.info is None:
            return ()
        return query_crumbs(self.info, self._ran)

    def run(self, row: int = 0, column: int = 0) -> None:
        """Read what the form says, from its beginning as far as `row`.

        A filter over all of a large table is asked about, once.
        """
        self._to_run = False
        plan = self._show_plan()
        if plan is None or self.info is None:
            return
        filters = "FilterExpression" in plan.request.members
        risk = self._risk(plan) if filters and plan.request != self._wanted else None
        self._ask_first(risk, plan.request, lambda: self._run(plan, row, column))

    def _risk(self, plan: Plan) -> str | None:
        """What reading all that is planned takes, where that is a scan of a large table."""
        if plan.operation != "Scan" or self.info is None:
            return None
        index = self._index_of(plan)
        return scan_question(self.info, index, self.connection.ask_above_bytes)

    def _index_of(self, plan: Plan) -> IndexInfo | None:
        """The index that a plan reads; None for the table, or where it was removed meanwhile."""
        name = plan.request.members.get("IndexName")
        indexes = self.info.indexes if self.info is not None else ()
        return next((index for index in indexes if index.name == name), None)

    def _end(self) -> None:
        """Read to the very last row; ask first where that is a full scan of a large table."""
        plan, source = self._plan, self._source
        if plan is not None and source is not None:
            risk = None if source.complete else self._risk(plan)
            self._ask_first(risk, plan.request, self._read_to_end)

    def _run(self, plan: Plan, row: int, column: int) -> None:
        if self.info is None:
            return
        self._plan = plan
        self._wanted = plan.request
        fields = self._ran = self._form.fields.said
        self.post_message(self.Ran(self.info.name, fields))
        target = self.info.index(fields.index) if fields.index else self.info
        keys = [(name, "PK") for name in target.partition_keys]
        keys += [(name, "SK") for name in target.sort_keys]
        reader = OperationReader(self.session, plan.operation, plan.request.members)
        title = f"{plan.operation} {self.info.name}"
        source = PageSource(reader, self._page_rows)
        columns = Columns(keys, self._book.choice(self.info.name))
        self._begin(title, source, columns, row, column)

    @property
    def _estimate(self) -> int | None:
        """DescribeTable's count, which is of use where all is read and nothing left out."""
        plan = self._plan
        if plan is None or plan.operation != "Scan" or self.info is None:
            return None
        if "FilterExpression" in plan.request.members:
            return None
        return (self._index_of(plan) or self.info).item_count

    def _close_field(self) -> None:
        """Edit no value."""
        self.query(FieldEditor).remove()

    def back(self) -> bool:
        """Stop what runs, close what is open, or leave the form; whether there was anything."""
        if self.query(FieldEditor):
            self._close_field()
        elif self._stop():
            pass
        elif self.has_class("-panel"):
            self._close_panel()
        elif self._drop_lens():
            pass
        elif not self._form.has_focus_within:
            return False
        self.focus_content()
        return True
