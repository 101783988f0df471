"""The app's main screen: header, list of tables, the table that is shown, footer.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from dyntui.core.connect import ConnectError, Connection, neighbours_with_tables
from dyntui.core.schema import TableInfo
from dyntui.core.session import Session
from dyntui.widgets.bindings import bindings
from dyntui.widgets.capacity_tab import CapacityTab
from dyntui.widgets.empty_state import EmptyState
from dyntui.widgets.footer_line import FooterLine
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.items_tab import ItemsTab
from dyntui.widgets.jobs import Cancelled, JobHost
from dyntui.widgets.main_area import AnyPlace, MainArea
from dyntui.widgets.messages import error_text
from dyntui.widgets.rows_host import RowsHost
from dyntui.widgets.schema_tab import SchemaTab
from dyntui.widgets.stream_tab import StreamTab
from dyntui.widgets.table_list import TableList, TableTree
from dyntui.widgets.timeline_tab import TimelineTab
from dyntui.widgets.transferred import TransferredTo
from engine.errors import ApiError, ResourceNotFoundException

if TYPE_CHECKING:
    from dyntui.widgets.transfers_view import TransfersView
    from engine import Engine

Json = dict[str, Any]

BUSY_SECONDS = 0.25
POLL_SECONDS = 1.0
DESCRIBED_AT_ONCE = 20


class _StoppedError(Exception):
    """The person stopped the load of the sample data."""


class BrowserScreen(Screen[None], JobHost):
    """Browses the tables of one Region."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("browser")
    DEFAULT_CSS = """
    BrowserScreen {
        layers: base overlay;
        #body { height: 1fr; }
        TableList.-closed { display: none; }
        &.-wider TableList { width: 34; }
    }
    BrowserScreen.-narrow {
        TableList { display: none; layer: overlay; dock: left; height: 100%; width: 40; }
        TableList.-open { display: block; }
        ItemsView.-panel QueryForm, ItemsView.-panel #plan, ItemsView.-panel ItemGrid {
            display: none;
        }
        ItemsView.-panel ItemPanel { height: 1fr; border-top: none; }
        PartiqlView.-panel #desk { height: 5; min-height: 5; }
    }
    """

    def __init__(self, session: Session, connection: Connection, place: str) -> None:
        super().__init__()
        self.session = session
        self._connection = connection
        self._place = place
        self._names: list[str] = []
        self._infos: dict[str, TableInfo] = {}
        self._shown: str | None = None
        self._watched: set[str] = set()
        self._draft_table: dict[str, str] = {}
        self._were_running: list[Worker[Any]] = []

    def compose(self) -> ComposeResult:
        """Header, sidebar and main area, footer."""
        yield HeaderLine(id="header")
        with Horizontal(id="body"):
            yield TableList(id="tables")
            yield MainArea(self.session, self._connection)
        yield FooterLine()

    def on_mount(self) -> None:
        """Read which tables there are."""
        header = self.query_one(HeaderLine)
        header.place = self._place
        header.is_service = self._connection.is_service
        self.set_interval(BUSY_SECONDS, self._show_busy)
        self._load_tables()

    @property
    def _list(self) -> TableList:
        return self.query_one(TableList)

    @property
    def _main(self) -> MainArea:
        return self.query_one(MainArea)

    # The list of tables.

    def _load_tables(self, then: str | None = None) -> None:
        """Read names, then counts and schemas; then show table `then`, or the one that is shown
        as it is now, or else the first."""

        def work(cancelled: Cancelled) -> None:
            names = self._list_tables(cancelled)
            self.post_progress(lambda: self._names_read(names))
            infos: dict[str, TableInfo] = {}
            for place, name in enumerate(names, 1):
                if cancelled():
                    return
                infos[name] = self._describe(name, cancelled)
                if place % DESCRIBED_AT_ONCE == 0:
                    self.post_progress(partial(self._infos_read, dict(infos)))
            self.post_progress(lambda: self._infos_read(infos))

        async def done(_: None) -> None:
            await self._tables_loaded(then)

        self.run_job("listing tables", work, done, self._failed, group="tables")

    def _list_tables(self, cancelled: Cancelled) -> list[str]:
        names: list[str] = []
        request: Json = {}
        while not cancelled():
            response = self.session.call("ListTables", request, cancelled)
            names += response["TableNames"]
            if "LastEvaluatedTableName" not in response:
                break
            request = {"ExclusiveStartTableName": response["LastEvaluatedTableName"]}
        return names

    def _describe(self, name: str, cancelled: Cancelled) -> TableInfo:
        response = self.session.call("DescribeTable", {"TableName": name}, cancelled)
        return TableInfo.from_description(response["Table"])

    def _names_read(self, names: list[str]) -> None:
        self._names = names
        self._infos = {name: info for name, info in self._infos.items() if name in names}
        self._list.show(names, self._infos)

    def _infos_read(self, infos: dict[str, TableInfo]) -> None:
        self._infos |= infos
        self._list.show(self._names, self._infos)
        for name, info in infos.items():
            if info.changing and name not in self._watched:
                self._watched.add(name)
                self.set_timer(POLL_SECONDS, partial(self._look_again, name))

    def _look_again(self, name: str) -> None:
        """A table that was changing may be ready."""
        self._watched.discard(name)
        self._describe_again(name)

    async def _tables_loaded(self, then: str | None) -> None:
        if not self._names:
            await self._show_empty()
            return
        if then is None and self._shown in self._names:
            await self._main.table_changed(self._infos[self._shown])
            self._main.shown.reload()
            return
        if self._shown is not None and self._shown not in self._names:
            self.notify(f"{self._shown} was dropped meanwhile", markup=False)
        place = self._main.place
        await self._open(then if then in self._names else self._names[0])
        if place:
            self._main.go_back_to(place)
            self._mark_place()
        elif self.focused is None or not _in_sight(self.focused) or then is not None:
            self._go_to_content()

    async def _show_empty(self) -> None:
        """There are no tables: offer the ways to begin, where no place is shown."""
        self._shown = None
        place = self._main.place
        empty = await self._main.show_empty()
        empty.reset()
        empty.say_neighbours(neighbours_with_tables(self._connection))
        if place:
            self._main.go_back_to(place)
        else:
            self.query_one("#load_samples").focus()

    def _go_to_content(self) -> None:
        """From the list, or wherever one is, to the table."""
        self._list.remove_class("-open")
        self._main.shown.focus_content()

    def _failed(self, error: ApiError) -> None:
        self.notify(error_text(self.app, error).plain, severity="error", markup=False)

    @on(TableList.Opened)
    async def _opened(self, message: TableList.Opened) -> None:
        message.stop()
        if message.table in self._infos:
            await self._open(message.table, message.index)
            self._go_to_content()

    async def _open(self, name: str, index: str | None = None) -> None:
        self._shown = name
        self._list.select(name, index)
        await self._main.show_table(self._infos[name], index)
        self._mark_place()

    def _describe_again(self, name: str) -> None:
        """Read a table's counts and schema anew."""

        async def done(info: TableInfo) -> None:
            self._infos_read({name: info})
            if self._shown == name:
                await self._main.table_changed(info)

        def failed(error: ApiError) -> None:
            if isinstance(error, ResourceNotFoundException):
                self._load_tables()
            else:
                self._failed(error)

        self.run_job(
            f"DescribeTable {name}",
            lambda cancelled: self._describe(name, cancelled),
            done,
            failed,
            group=f"describe {name}",
        )

    # Places.

    @on(TableList.PlaceWanted)
    async def _place_wanted(self, message: TableList.PlaceWanted) -> None:
        message.stop()
        await self.run_action(message.place)

    async def action_partiql(self) -> None:
        """Go to the place for PartiQL, or from it to the table."""
        await self._go_to_place("partiql", self._main.show_partiql)

    async def action_transfers(self) -> None:
        """Go to the exports and imports, or from them to the table."""
        await self._go_to_place("transfers", self._show_transfers)

    async def action_learn(self) -> None:
        """Go to the lessons, or from them to the table."""
        await self._go_to_place("learn", self._main.show_learn)

    def action_tour(self) -> None:
        """The tour of the app, on sample data in memory."""
        from dyntui.lessons.tour import tour_engine

        clock = self.session.clock

        def done(engine: Engine) -> None:
            from dyntui.screens.tour import TourScreen

            self.app.push_screen(TourScreen(engine, clock))

        self.run_job(
            "loading sample data for the tour",
            lambda _: tour_engine(clock),
            done,
            self._failed,
            group="tour",
        )

    async def _go_to_place(self, name: str, show: Callable[[], Awaitable[AnyPlace]]) -> None:
        if not (self._main.place == name and self._main.leave_place()):
            place = await show()
            self._list.remove_class("-open")
            place.focus_content()
        self._mark_place()

    def _mark_place(self) -> None:
        self._list.mark_place(self._main.place)

    @on(TransferredTo)
    def _transferred(self, message: TransferredTo) -> None:
        """An import has put items into a table, or made it."""
        message.stop()
        if message.table in self._infos:
            self._describe_again(message.table)
        else:
            self._load_tables()

    async def action_export_table(self) -> None:
        """The form for an export of the table that is shown."""
        place = await self._show_transfers()
        self._mark_place()
        place.action_export()

    async def action_import_file(self) -> None:
        """The form for an import."""
        place = await self._show_transfers()
        self._mark_place()
        place.action_import_file()

    async def _show_transfers(self) -> TransfersView:
        place = await self._main.show_transfers()
        place.table = self._shown or ""
        return place

    @on(ItemsTab.StatementMade)
    @on(TimelineTab.StatementMade)
    async def _statement_made(
        self, message: ItemsTab.StatementMade | TimelineTab.StatementMade
    ) -> None:
        message.stop()
        place = await self._main.show_partiql()
        self._mark_place()
        place.open_text(message.text)

    # Header.

    def _show_busy(self) -> None:
        """What waits for capacity, or has been running since the last look."""
        running = [worker for worker in self.app.workers if worker.is_running and worker.name]
        long = [worker.name for worker in running if worker in self._were_running]
        self._were_running = running
        self.query_one(HeaderLine).busy = self.session.waiting() or (long[0] if long else "")

    @on(RowsHost.Read)
    def _show_units(self) -> None:
        header = self.query_one(HeaderLine)
        header.read_units = self.session.read_units
        header.write_units = self.session.write_units

    @on(RowsHost.Changed)
    def _changed(self, message: RowsHost.Changed) -> None:
        message.stop()
        self._show_units()
        self._describe_again(message.table)

    # Tables: create, alter, drop, samples.

    @on(TableTree.Asked)
    def _tree_asked(self, message: TableTree.Asked) -> None:
        message.stop()
        self._ask(message.what, message.table)

    @on(SchemaTab.Asked)
    def _schema_asked(self, message: SchemaTab.Asked) -> None:
        message.stop()
        self._ask(message.what, self._shown)

    @on(CapacityTab.AlterWanted)
    def _alter_wanted(self, message: CapacityTab.AlterWanted) -> None:
        message.stop()
        info = self._infos.get(self._shown or "")
        if info is not None:
            self._alter(info, message.index)

    @on(CapacityTab.CollectionWanted)
    async def _collection_wanted(self, message: CapacityTab.CollectionWanted) -> None:
        message.stop()
        self._main.choose(1)
        await self._main.items.show_collection(message.index, message.key)

    @on(TimelineTab.TableMade)
    def _table_made(self, message: TimelineTab.TableMade) -> None:
        message.stop()
        self._load_tables()

    @on(StreamTab.ItemWanted)
    async def _item_wanted(self, message: StreamTab.ItemWanted) -> None:
        message.stop()
        self._main.choose(1)
        await self._main.items.show_collection(None, message.key)

    @on(StreamTab.TableWanted)
    async def _table_wanted(self, message: StreamTab.TableWanted) -> None:
        message.stop()
        if message.table in self._infos:
            await self._open(message.table)
        else:
            self.notify(f"{message.table} was dropped; R reads which tables there are.")

    @on(StreamTab.Altered)
    def _stream_altered(self, message: StreamTab.Altered) -> None:
        message.stop()
        self._describe_again(message.table)

    @on(EmptyState.Chosen)
    def _empty_chosen(self, message: EmptyState.Chosen) -> None:
        message.stop()
        if message.what == "load_samples":
            self.action_load_samples()
        elif message.what == "import_file":
            self.call_later(self.action_import_file)
        elif message.what == "tour":
            self.action_tour()
        else:
            self.action_create_table()

    def _ask(self, what: str, table: str | None) -> None:
        info = self._infos.get(table) if table is not None else None
        if what == "filter":
            self._list.open_filter()
        elif what == "create":
            self.action_create_table()
        elif what == "load_samples":
            self.action_load_samples()
        elif info is None:
            return
        elif what == "alter":
            self._alter(info)
        elif what == "drop":
            self._drop(info)
        elif what == "copy_as":
            self._copy_as(info)

    def _alter(self, info: TableInfo, index: str | None = None) -> None:
        from dyntui.screens.alter_table import AlterTableScreen

        self.app.push_screen(AlterTableScreen(self.session, info, index), self._altered)

    def _drop(self, info: TableInfo) -> None:
        from dyntui.screens.drop_table import DropTableScreen

        self.app.push_screen(DropTableScreen(self.session, info), self._dropped)

    def _copy_as(self, info: TableInfo) -> None:
        from dyntui.core.recreate import create_request
        from dyntui.screens.copy_as import CopyAsScreen

        self.app.push_screen(CopyAsScreen(create_request(info), self.session.region))

    def _altered(self, name: str | None) -> None:
        if name is not None:
            self._describe_again(name)

    def _dropped(self, name: str | None) -> None:
        if name is not None:
            self.notify(f"Dropped {name}", markup=False)
            if self._shown == name:
                self._shown = None
            self._load_tables()

    def action_create_table(self) -> None:
        """The form for a new table."""
        from dyntui.screens.create_table import CreateTableScreen

        def closed(result: str | dict[str, str] | None) -> None:
            self._draft_table = result if isinstance(result, dict) else {}
            if isinstance(result, str):
                self.notify(f"Created {result}", markup=False)
                self._load_tables(result)

        self.app.push_screen(CreateTableScreen(self.session, self._draft_table), closed)

    def action_load_samples(self) -> None:
        """Load the sample tables that are missing."""
        import sample_data

        empty = self.query_one(EmptyState)
        client = self._connection.client
        try:
            tools = self._connection.tools
        except ConnectError as error:
            self.notify(str(error), severity="error", markup=False)
            return

        def work(cancelled: Cancelled) -> None:
            def on_progress(name: str, held: int, count: int) -> None:
                if cancelled():
                    raise _StoppedError
                self.post_progress(lambda: empty.show_progress(name, held, count))

            with suppress(_StoppedError):
                sample_data.load(client, tools, on_progress=on_progress)

        def done(_: None) -> None:
            empty.reset()
            self.notify("The sample data are loaded")
            self._load_tables()

        def failed(error: ApiError) -> None:
            empty.reset()
            self._failed(error)
            self._load_tables()

        self.run_job("loading the sample data", work, done, failed, group="samples")

    # What keys do everywhere on this screen.

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        self._main.choose(number)
        self._mark_place()

    async def action_run(self) -> None:
        """Run the query."""
        if self._main.place:
            if self._main.place == "partiql":
                await self._main.shown.run_action("run")
            return
        if self._main.shown_tab.run_query():
            return
        self._main.choose(1)
        self._mark_place()
        self._main.items.run()

    def action_reload(self) -> None:
        """Read tables and items again."""
        self._load_tables()

    def action_sidebar(self) -> None:
        """Show or hide the list; where it was hidden it gets the focus."""
        tables = self._list
        narrow = self.has_class("-narrow")
        tables.toggle_class("-open" if narrow else "-closed")
        if tables.display:
            tables.table_tree.focus()
        else:
            self._main.shown.focus_content()

    def panels(self) -> Sequence[Widget]:
        """The parts that Ctrl+O goes through, in their order."""
        return (self._list, *self._main.shown.panels)

    def action_jump(self) -> None:
        """Go to the next panel: list, form, grid, item."""
        panels = [panel for panel in self.panels() if _in_sight(panel)]
        here = next((n for n, panel in enumerate(panels) if panel.has_focus_within), -1)
        following = panels[(here + 1) % len(panels)]
        for widget in self.focus_chain:
            if following in widget.ancestors_with_self:
                widget.focus()
                break

    def action_back(self) -> None:
        """Stop what runs, or step back."""
        if self._list.back():
            return
        if self.has_class("-narrow") and self._list.has_class("-open"):
            self.action_sidebar()
        elif self._main.shown.back():
            return
        elif self._main.place:
            self._main.leave_place()
            self._mark_place()
        else:
            self.cancel_jobs()


def _in_sight(panel: Widget) -> bool:
    """Whether a panel and all that it is in are displayed."""
    return all(node.display for node in panel.ancestors_with_self if isinstance(node, Widget))
