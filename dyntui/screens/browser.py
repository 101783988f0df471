"""The app's main screen: header, list of tables, the table that is shown, footer.

Its first frame has only what `compose` says; the main area is imported and mounted once that is
painted (`_furnish`), and drawers when they are first opened. Whatever the screen is told meanwhile
waits, as its messages come one after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.worker import Worker

from dyntui.core.browse.query_fields import QueryFields
from dyntui.core.connection.connect import Connection, neighbours_with_tables
from dyntui.core.connection.listed_tables import denied_text, descriptions
from dyntui.core.connection.place_text import account_of, place_text
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.table_work import TableWork
from dyntui.widgets.bindings import bindings
from dyntui.widgets.footer_line import FooterLine
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.moving import in_sight
from dyntui.widgets.table_list import TableList, TableTree
from dyntui.widgets.transferred import TransferredTo
from engine.errors import ApiError, ResourceNotFoundException

if TYPE_CHECKING:
    from dyntui.widgets.capacity_tab import CapacityTab
    from dyntui.widgets.empty_state import EmptyState
    from dyntui.widgets.items_tab import ItemsTab
    from dyntui.widgets.main_area import AnyPlace
    from dyntui.widgets.rows_host import RowsHost
    from dyntui.widgets.security_board import SecurityBoard
    from dyntui.widgets.settings_tab import SettingsTab
    from dyntui.widgets.table_tab import TableTab
    from dyntui.widgets.timeline_tab import TimelineTab
    from dyntui.widgets.transfers_view import TransfersView
    from engine import Engine
    from engine.client.remote import RemoteClient

Json = dict[str, Any]

BUSY_SECONDS = 0.25
POLL_SECONDS = 1.0
DESCRIBED_AT_ONCE = 20


class UnitsCounted(Message, bubble=False):
    """Requests have consumed units."""


class BrowserScreen(TableWork):
    """Browses the tables of one Region; `whole` is set once there is an area to show them in."""

    # The content has it, once there is any.
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = bindings("browser")
    DEFAULT_CSS = """
    BrowserScreen {
        layers: base overlay;
        #body { height: 1fr; }
        TableList.-closed { display: none; }
        &.-wider TableList { width: 34; }
    }
    /* In a low window an item is worth more than a second line about the items. */
    BrowserScreen.-low ItemsView {
        #plan, #status { max-height: 1; }
    }
    BrowserScreen.-narrow {
        TableList { display: none; layer: overlay; dock: left; height: 100%; width: 40; }
        TableList.-open { display: block; }
        ItemsView.-panel QueryForm, ItemsView.-panel #plan, ItemsView.-panel ItemGrid,
        ItemsView.-panel RequestPanel {
            display: none;
        }
        ItemsView.-panel ItemPanel { height: 1fr; border-top: none; }
        PartiqlView.-panel #desk { height: 5; min-height: 5; }
    }
    """

    def __init__(self, session: Session, connection: Connection, place: str) -> None:
        super().__init__(session, connection)
        self.whole = asyncio.Event()
        self._place = place
        self._names: list[str] = []
        self._to_show: str | None = None
        self._watched: set[str] = set()
        self._were_running: list[Worker[Any]] = []
        self._units_told = False

    def compose(self) -> ComposeResult:
        """Header, sidebar, footer: all that the first frame shows."""
        yield HeaderLine(id="header")
        with Horizontal(id="body"):
            yield TableList(id="tables")
        yield FooterLine()

    def on_mount(self) -> None:
        """Say where one is, and do all else once the window is painted."""
        header = self.query_one(HeaderLine)
        header.place = self._place
        header.read_only = bool(self._connection.read_only)
        if self._connection.remote is not None:
            header.kind = "service" if self._connection.is_service else "remote"
            self._find_account(self._connection.remote)
        self.session.asking.on_units = self._tell_units
        self.set_interval(BUSY_SECONDS, self._show_busy)
        self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        """Put the main area into the window, and read meanwhile which tables there are."""
        self.load_tables()

        from dyntui.widgets.main_area import MainArea

        self._main = MainArea(self.session, self._connection)
        await self.query_one("#body").mount(self._main)
        self.whole.set()

    def _find_account(self, remote: RemoteClient) -> None:
        """Put the account's number into the banner; where it cannot be had, that is said."""
        if not remote.is_service:
            return

        def done(account: str) -> None:
            self.query_one(HeaderLine).place = place_text(self._connection, account)

        client = self._connection.client
        self.run_job("", lambda _: account_of(remote, client), done, self._failed, group="account")

    # The list of tables.

    def load_tables(self, then: str | None = None) -> None:
        """Read names, then counts and schemas; then show table `then`, or the one that is shown
        as it is now, or else the first.

        Table `then` is shown by the next load where this one is stopped by it."""
        if then is not None:
            self._to_show = then

        denied: list[str] = []

        def work(cancelled: Cancelled) -> dict[str, TableInfo]:
            names = self._list_tables(cancelled)
            self.post_progress(lambda: self._names_read(names))
            infos: dict[str, TableInfo] = {}
            wanted = takewhile(lambda _: not cancelled(), names)
            ask = partial(self.session.call, cancelled=cancelled)
            for place, described in enumerate(descriptions(ask, wanted, denied.append), 1):
                info = TableInfo.from_description(described)
                infos[info.name] = info
                if place % DESCRIBED_AT_ONCE == 0:
                    self.post_progress(partial(self._infos_read, dict(infos)))
            return infos

        async def done(infos: dict[str, TableInfo]) -> None:
            self._names = list(infos)
            self._infos = {}
            self._infos_read(infos)
            if denied:
                self.notify(denied_text(denied), severity="warning", markup=False)
            await self._tables_loaded()

        self.run_job("listing tables", work, done, self._failed, group="tables")

    def _list_tables(self, cancelled: Cancelled) -> list[str]:
        return list(takewhile(lambda _: not cancelled(), self.session.table_names(cancelled)))

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

    async def _tables_loaded(self) -> None:
        then, self._to_show = self._to_show, None
        if not self._names:
            await self._show_empty()
            return
        if then is None and self._shown in self._names:
            await self._main.table_changed(self._infos[self._shown])
            self._main.shown.reload()
            self._main.items.ask_expiry(self._shown)
            return
        if self._shown is not None and self._shown not in self._names:
            self.notify(f"{self._shown} was dropped meanwhile", markup=False)
        place = self._main.place
        name = then if then in self._names else self._names[0]
        await self.open_table(name, behind=bool(place))
        if not place and (self.focused is None or not in_sight(self.focused) or then is not None):
            self._go_to_content()

    async def _show_empty(self) -> None:
        """There are no tables: offer the ways to begin, where no place is shown."""
        self._shown = None
        place = self._main.place
        empty = await self._main.show_empty(behind=bool(place))
        self._arrived()
        empty.reset()
        empty.say_neighbours(neighbours_with_tables(self._connection))
        if not place:
            empty.focus_content()

    def _go_to_content(self) -> None:
        """From the list, or wherever one is, to the table."""
        self._list.remove_class("-open")
        self._main.shown.focus_content()

    @on(TableList.Opened)
    async def _opened(self, message: TableList.Opened) -> None:
        message.stop()
        if message.table in self._infos:
            await self.open_table(message.table, message.index)
            self._go_to_content()

    async def open_table(
        self, name: str, index: str | None = None, *, behind: bool = False
    ) -> None:
        """Show a table, or an index of it; or have it ready `behind` the place that is shown."""
        # Whoever goes to a table waits for no other any more.
        self._shown, self._to_show = name, None
        self._index = index
        self._query = QueryFields(index)
        self._list.select(name, index)
        await self._main.show_table(self._infos[name], index, behind=behind)

    def _describe_again(self, name: str) -> None:
        """Read a table's counts and schema anew."""

        async def done(info: TableInfo) -> None:
            self._infos_read({name: info})
            if self._shown == name:
                await self._main.table_changed(info)

        def failed(error: ApiError) -> None:
            if isinstance(error, ResourceNotFoundException):
                self.load_tables()
            else:
                self._failed(error)

        self.run_job(
            f"DescribeTable {name}",
            lambda cancelled: self._describe(name, cancelled),
            done,
            failed,
            group=f"describe {name}",
        )

    def on_rows_host_expiry_wanted(self, message: RowsHost.ExpiryWanted) -> None:
        """Ask by which attribute the items of a table expire, so that its values are dates."""
        from dyntui.core.text.expiry_text import Expiry

        message.stop()
        rows, table = message.rows, message.table

        def done(answer: Json) -> None:
            attribute = answer["TimeToLiveDescription"].get("AttributeName")
            expiry = None if attribute is None else Expiry(attribute, self.session.clock)
            rows.take_expiry(table, expiry)

        # Without a name: it is no work that one waits for. Who may not ask this sees numbers.
        self.run_job(
            "",
            lambda _: self.session.call("DescribeTimeToLive", {"TableName": table}),
            done,
            lambda _: None,
            group=f"expiry for {rows.css_identifier}",
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

    async def action_security(self) -> None:
        """Go to the keys and what is encrypted, or from them to the table."""
        await self._go_to_place("security", self._main.show_security)

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
            drop=lambda engine: engine.close(),
        )

    async def _go_to_place(self, name: str, show: Callable[[], Awaitable[AnyPlace]]) -> None:
        if not (self._main.place == name and self._main.leave_place()):
            place = await show()
            self._list.remove_class("-open")
            place.focus_content()

    @on(TransferredTo)
    def _transferred(self, message: TransferredTo) -> None:
        """An import has put items into a table, or made it."""
        message.stop()
        if message.table in self._infos:
            self._describe_again(message.table)
        else:
            self.load_tables()

    def on_security_board_table_changed(self, message: SecurityBoard.TableChanged) -> None:
        """A table has another key, a configuration that seals its items, or sealed items."""
        message.stop()
        if message.table in self._infos:
            self._describe_again(message.table)
        if message.table == self._shown:
            self._main.items.reload()

    async def action_export_table(self) -> None:
        """The form for an export of the table that is shown."""
        await self._export(self._shown or "")

    async def _export(self, table: str) -> None:
        place = await self._show_transfers()
        place.table = table
        place.action_export()

    async def action_import_file(self) -> None:
        """The form for an import."""
        place = await self._show_transfers()
        place.action_import_file()

    async def _show_transfers(self) -> TransfersView:
        place = await self._main.show_transfers()
        place.table = self._shown or ""
        return place

    async def on_items_tab_statement_made(self, message: ItemsTab.StatementMade) -> None:
        """A query is to be edited as a statement."""
        message.stop()
        await self._edit_statement(message.text)

    async def on_timeline_tab_statement_made(self, message: TimelineTab.StatementMade) -> None:
        """What is looked at of the past is to be edited as a statement."""
        message.stop()
        await self._edit_statement(message.text)

    async def _edit_statement(self, text: str) -> None:
        place = await self._main.show_partiql()
        place.open_text(text)

    # Header.

    def _show_busy(self) -> None:
        """What waits for capacity or has been running since the last look, and the units so far."""
        running = [worker for worker in self.app.workers if worker.is_running and worker.name]
        long = [worker.name for worker in running if worker in self._were_running]
        self._were_running = running
        self.query_one(HeaderLine).busy = self.session.waiting() or (long[0] if long else "")

    def _tell_units(self) -> None:
        """From a request's thread: have the units shown, once for all that come until then."""
        if not self._units_told:
            self._units_told = True
            with suppress(RuntimeError):
                # Raised where the app has ended.
                self.post_message(UnitsCounted())

    @on(UnitsCounted)
    def _show_units(self) -> None:
        self._units_told = False
        header = self.query_one(HeaderLine)
        header.read_units = self.session.asking.read_units
        header.write_units = self.session.asking.write_units

    def on_rows_host_changed(self, message: RowsHost.Changed) -> None:
        """Show what a table holds now."""
        message.stop()
        self._describe_again(message.table)

    # Tables: create, alter, drop, samples.

    @on(TableTree.Asked)
    async def _tree_asked(self, message: TableTree.Asked) -> None:
        message.stop()
        await self._ask(message.what, message.table)

    def on_settings_tab_drop_wanted(self, message: SettingsTab.DropWanted) -> None:
        """Ask whether the table is to be dropped."""
        message.stop()
        if message.table in self._infos:
            self._drop(self._infos[message.table])

    def on_capacity_tab_alter_wanted(self, message: CapacityTab.AlterWanted) -> None:
        """The form for another capacity."""
        message.stop()
        from dyntui.screens.set_capacity import CapacityScreen, IndexCapacityScreen

        info = self._infos.get(self._shown or "")
        if info is None:
            return
        if message.index is None:
            self.app.push_screen(CapacityScreen(self.session, info))
        elif message.index in {index.name for index in info.global_indexes}:
            self.app.push_screen(IndexCapacityScreen(self.session, info, message.index))
        else:
            # Capacity is asked for more often than the table is described.
            self.notify(
                f"The indexes of {info.name} have changed, and are read again", markup=False
            )
            self._describe_again(info.name)

    def on_timeline_tab_table_made(self, message: TimelineTab.TableMade) -> None:
        """Show a table that was made from the past."""
        message.stop()
        self.load_tables()

    def on_table_tab_altered(self, message: TableTab.Altered) -> None:
        """Describe a table anew."""
        message.stop()
        self._describe_again(message.table)
        if message.table == self._shown:
            self._main.items.ask_expiry(message.table)

    def on_empty_state_chosen(self, message: EmptyState.Chosen) -> None:
        """Begin in one of the ways that there are without tables."""
        message.stop()
        if message.what == "load_samples":
            self.action_load_samples()
        elif message.what == "import_file":
            self.call_later(self.action_import_file)
        elif message.what == "tour":
            self.action_tour()
        else:
            self.action_create_table()

    async def _ask(self, what: str, table: str | None) -> None:
        info = self._infos.get(table) if table is not None else None
        if what == "filter":
            self._list.action_filter()
        elif what == "create":
            self.action_create_table()
        elif what == "load_samples":
            self.action_load_samples()
        elif info is None:
            return
        elif what == "alter":
            await self.open_table(info.name)
            self._main.choose(2)
            self._go_to_content()
        elif what == "drop":
            self._drop(info)
        elif what == "truncate":
            self._truncate(info)
        elif what == "export":
            await self._export(info.name)
        elif what == "copy_as":
            self._copy_as(info)

    # What keys do everywhere on this screen.

    def action_tab(self, number: int) -> None:
        """Show a tab."""
        self._main.choose(number)

    async def action_run(self) -> None:
        """Run the query."""
        if self._main.place:
            if self._main.place == "partiql":
                await self._main.shown.run_action("run")
            return
        if self._main.shown_tab.run_query():
            return
        self._main.choose(1)
        self._main.items.run()

    def action_request(self) -> None:
        """Show the request as one types, or hide it."""
        self._items_shown().toggle_request()

    def action_request_form(self) -> None:
        """Show the request in the next form."""
        self._items_shown().next_request_form()

    def _items_shown(self) -> ItemsTab:
        """The tab of items, which is shown if it is not."""
        if self._main.place or self._main.shown_tab is not self._main.items:
            self.action_tab(1)
        return self._main.items

    def action_reload(self) -> None:
        """Read tables and items again."""
        self.load_tables()

    def action_back(self) -> None:
        """Stop what runs, or step back."""
        if self._list.has_focus_within and self._list.back():
            return
        if self.has_class("-narrow") and self._list.has_class("-open"):
            self.action_sidebar()
        elif self._main.shown.back():
            return
        elif self._main.place:
            self._main.leave_place()
        elif not self._list.back() and not self.stop_load():
            self.cancel_jobs()
