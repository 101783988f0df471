"""The main area: a table's name, the names of its tabs, and the tab that is shown; or a place that
is about no table alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher, Static

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.widgets.capacity_tab import CapacityTab
from dyntui.widgets.choice import Choice
from dyntui.widgets.facts import Facts
from dyntui.widgets.items_tab import ItemsTab
from dyntui.widgets.leads import Moved
from dyntui.widgets.settings_tab import SettingsTab
from dyntui.widgets.stream_tab import StreamTab
from dyntui.widgets.table_tab import TableTab
from dyntui.widgets.timeline_tab import TimelineTab

if TYPE_CHECKING:
    from dyntui.widgets.empty_state import EmptyState
    from dyntui.widgets.learn_view import LearnView
    from dyntui.widgets.partiql_view import PartiqlView
    from dyntui.widgets.security_view import SecurityView
    from dyntui.widgets.transfers_view import TransfersView

    Place = PartiqlView | TransfersView | SecurityView | LearnView

TABS: tuple[type[TableTab], ...] = (ItemsTab, SettingsTab, CapacityTab, TimelineTab, StreamTab)
"""The tabs in their order; the number of a tab is its key."""

AnyPlace = TypeVar("AnyPlace", "PartiqlView", "TransfersView", "SecurityView", "LearnView")


class MainArea(Vertical):
    """Shows one table in one of the tabs, or the empty state."""

    DEFAULT_CSS = """
    MainArea {
        width: 1fr;
        #area-head { height: 1; background: $panel; padding: 0 1; }
        #area-title {
            width: auto; max-width: 28%; text-style: bold; margin-right: 2;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        ContentSwitcher { height: 1fr; }
    }
    """

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(id="main")
        self._session = session
        self._connection = connection
        self._tabs = [
            tab(session, connection, id=f"tab-{number}") for number, tab in enumerate(TABS, 1)
        ]
        self._current = 1
        self._has_table = False
        self._places: dict[str, Place] = {}
        self.empty: EmptyState | None = None

    def compose(self) -> ComposeResult:
        """The head, and the tabs one above the other."""
        with Horizontal(id="area-head"):
            yield Static(id="area-title")
            for number, tab in enumerate(TABS, 1):
                action = f"browser.tab_{number}"
                yield Choice(str(number), f"{key_for(action)} {tab.TITLE}", action)
            yield Facts(id="area-facts")
        with ContentSwitcher(initial="nothing"):
            yield Vertical(id="nothing")
            yield from self._tabs

    @property
    def shown(self) -> TableTab | Place:
        """The place that is shown; the tab that is, or was before the empty state."""
        return self._places.get(self.place) or self.shown_tab

    @property
    def shown_tab(self) -> TableTab:
        """The tab that is shown, or was before another place."""
        return self._tabs[self._current - 1]

    @property
    def tab(self) -> int:
        """The number of the tab that is shown, or was before another place."""
        return self._current

    @property
    def place(self) -> str:
        """The id of the place that is shown, empty where a table is."""
        current = self.query_one(ContentSwitcher).current or ""
        return current if current in self._places else ""

    async def show_partiql(self) -> PartiqlView:
        """Show the place for PartiQL."""
        from dyntui.widgets.partiql_view import PartiqlView

        return await self._show_place("partiql", PartiqlView)

    async def show_transfers(self) -> TransfersView:
        """Show the place for exports and imports."""
        from dyntui.widgets.transfers_view import TransfersView

        return await self._show_place("transfers", TransfersView)

    async def show_learn(self) -> LearnView:
        """Show the place for lessons."""
        from dyntui.widgets.learn_view import LearnView

        return await self._show_place("learn", LearnView)

    async def show_security(self) -> SecurityView:
        """Show the place for keys and what is encrypted."""
        from dyntui.widgets.security_view import SecurityView

        return await self._show_place("security", SecurityView)

    async def _show_place(self, name: str, kind: type[AnyPlace]) -> AnyPlace:
        """Show a place, which is made when it is first wanted."""
        switcher = self.query_one(ContentSwitcher)
        place = self._places.get(name)
        if not isinstance(place, kind):
            place = kind(self._session, self._connection)
            self._places[name] = place
            # Else it may be laid out below what is still shown, and lose the focus as it moves.
            place.display = False
            await switcher.mount(place)
        else:
            place.reload()
        self.go_back_to(name)
        return place

    def go_back_to(self, place: str) -> None:
        """Show a place again that was shown before."""
        self.query_one("#area-head").display = False
        self.query_one(ContentSwitcher).current = place
        self.post_message(Moved())

    def leave_place(self) -> bool:
        """Go back to the table, or to the empty state; whether there is one."""
        if self._has_table:
            self._switch()
            self.shown.focus_content()
            return True
        if self.empty is not None:
            self.query_one(ContentSwitcher).current = "empty"
            self.empty.focus_content()
            self.post_message(Moved())
            return True
        return False

    @property
    def items(self) -> ItemsTab:
        """The tab of items."""
        return self.query_one(ItemsTab)

    @property
    def timeline(self) -> TimelineTab:
        """The tab of the past."""
        return self.query_one(TimelineTab)

    def on_mount(self) -> None:
        """Until the tables are known there is nothing to show."""
        self.show_nothing()

    def show_nothing(self) -> None:
        """Neither table nor empty state."""
        self._show_head(False)
        self.query_one(ContentSwitcher).current = "nothing"

    async def show_empty(self, *, behind: bool) -> EmptyState:
        """There are no tables, which is said `behind` the place that is shown."""
        self._show_head(False)
        switcher = self.query_one(ContentSwitcher)
        if self.empty is None:
            from dyntui.widgets.empty_state import EmptyState

            self.empty = EmptyState(id="empty")
            self.empty.display = False
            await switcher.mount(self.empty)
        if not behind:
            switcher.current = "empty"
        return self.empty

    def _show_head(self, shown: bool) -> None:
        """Name and tabs stand there only with a table."""
        self._has_table = shown
        self.query_one("#area-head").display = shown and not self.place

    async def show_table(
        self, info: TableInfo, index: str | None = None, *, behind: bool = False
    ) -> None:
        """Show a table in all tabs; an index of it among the items.

        Where that is `behind` the place that is shown, this stays, and so does the focus.
        """
        self._show_head(True)
        self.query_one("#area-title", Static).update(Text(info.name))
        self._show_facts(info)
        if index is not None:
            self._current = 1
        if not behind:
            self._switch()
        for tab in self._tabs:
            await tab.show_table(info, index)
        self.post_message(Moved())

    async def table_changed(self, info: TableInfo) -> None:
        """The table that is shown has another schema, count or size."""
        self._show_facts(info)
        for tab in self._tabs:
            await tab.table_changed(info)

    def _show_facts(self, info: TableInfo) -> None:
        parts = [counted(info.item_count, "item"), bytes_text(info.size_bytes)]
        if info.changing or info.status != "ACTIVE":
            # What is under way stands first: in a narrow window the rest gives way.
            parts.insert(0, info.status if info.status != "ACTIVE" else "an index is changing")
        self.query_one("#area-facts", Facts).tell(parts)

    def choose(self, number: int, *, focus: bool = True) -> None:
        """Show another tab, and go there unless the focus is to stay where it is."""
        if self._has_table:
            self._current = number
            self._switch()
            if focus:
                self.shown.focus_content()

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """A click on a tab's name."""
        message.stop()
        self.choose(int(message.value))

    def _switch(self) -> None:
        self.query_one(ContentSwitcher).current = f"tab-{self._current}"
        head: Any = self.query_one("#area-head")
        head.display = True
        Choice.mark(head, str(self._current))
        self.post_message(Moved())
