"""Finding one's way on the main screen: from panel to panel, by letters, back and on again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen
from textual.widget import Widget

from dyntui.core.actions.spoken_keys import key_for, letter_for
from dyntui.core.browse.query_fields import QueryFields
from dyntui.core.browse.trail import Crumb, table_crumb
from dyntui.core.browse.visits import Visit, Visits
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.choice import Choice
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.leads import ITEMS, Leads, Moved
from dyntui.widgets.moving import in_sight
from dyntui.widgets.table_list import TableList

if TYPE_CHECKING:
    from dyntui.screens.jump import Target
    from dyntui.widgets.items_view import ItemsView
    from dyntui.widgets.main_area import MainArea
    from dyntui.widgets.marked_items import MarkedItems


class Navigation(Screen[None]):
    """A screen with the list of tables and the main area.

    A handler of a message from the main area is found by its name, so that the app begins without
    the area's imports.
    """

    _main: MainArea

    def __init__(self) -> None:
        super().__init__()
        self._infos: dict[str, TableInfo] = {}
        self._shown: str | None = None
        self._index: str | None = None
        self._query = QueryFields()
        self._visits = Visits()
        self._under_way = False

    @abstractmethod
    async def open_table(self, name: str, index: str | None = None) -> None:
        """Show a table, or an index of it."""

    @property
    def _list(self) -> TableList:
        return self.query_one(TableList)

    @property
    def _visit(self) -> Visit:
        """What is shown; what was read only where it is in sight."""
        tab, place = self._main.tab, self._main.place
        query = self._query if tab == ITEMS and not place else None
        return Visit(self._shown, self._index, tab, place, query)

    @property
    def trail(self) -> tuple[Crumb, ...]:
        """Where one is, from the outermost part to the innermost."""
        main = self._main
        if main.place:
            return main.shown.crumbs
        return () if self._shown is None else (table_crumb(self._shown), *main.shown.crumbs)

    @on(Moved)
    def _moved(self, message: Moved) -> None:
        message.stop()
        self._list.mark_place(self._main.place)
        self._arrived()

    def on_items_view_ran(self, message: ItemsView.Ran) -> None:
        """A query that was run is a visit, as what it is run on is."""
        message.stop()
        if message.table == self._shown:
            self._index, self._query = message.fields.index, message.fields
            self._arrived()

    def _arrived(self) -> None:
        """Show where one is, and note it, unless one is still on the way."""
        self._show_trail()
        if not self._under_way:
            self._visits.arrived(self._visit)

    def _show_trail(self) -> None:
        self.query_one(HeaderLine).trail = self.trail

    @asynccontextmanager
    async def _on_the_way(self) -> AsyncIterator[None]:
        """What is shown meanwhile is no visit; what is shown at the end is one."""
        before, self._under_way = self._under_way, True
        try:
            yield
        finally:
            self._under_way = before
            self._arrived()

    @on(HeaderLine.CrumbChosen)
    async def _crumb_chosen(self, message: HeaderLine.CrumbChosen) -> None:
        """A click on a part of where one is leads there: what is further in is left."""
        message.stop()
        trail = self.trail
        if message.number >= len(trail) - 1:
            return
        visit = trail[message.number].visit
        if visit is None:
            self._main.shown.back()
        elif self._is_there(visit):
            self._visits.left(self._main.items.cursor)
            await self._show(visit)

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
        panels = [panel for panel in self.panels() if in_sight(panel)]
        here = next((n for n, panel in enumerate(panels) if panel.has_focus_within), -1)
        self._focus_panel(panels[(here + 1) % len(panels)])

    def _focus_panel(self, panel: Widget) -> None:
        """Give the focus to the first of a panel that takes it."""
        for widget in self.focus_chain:
            if panel in widget.ancestors_with_self:
                widget.focus()
                break

    def action_jump_to(self) -> None:
        """Show a letter on each panel, tab and place, and go where one is typed."""
        from dyntui.screens.jump import JumpScreen, lettered

        targets = lettered(self._targets())

        def chosen(letter: str | None) -> None:
            if letter is not None:
                targets[letter].go()

        self.app.push_screen(JumpScreen(targets), chosen)

    def _targets(self) -> list[Target]:
        """Where one can jump to: what is in sight."""
        from dyntui.screens.jump import Target

        found = [
            Target(panel.region, partial(self._focus_panel, panel))
            for panel in self.panels()
            if in_sight(panel) and panel.region
        ]
        for choice in self.query(Choice):
            if in_sight(choice) and choice.region:
                letter = letter_for(choice.action) if choice.action else ""
                found.append(Target(choice.region, choice.on_click, letter))
        return found

    async def action_previous(self) -> None:
        """Back to what was shown before."""
        await self._step(-1)

    async def action_following(self) -> None:
        """On again to what was shown after it."""
        await self._step(1)

    async def _step(self, by: int) -> None:
        visit = self._visits.step(by, lambda one: bool(one.place) or self._is_there(one))
        if visit is None:
            self.notify("There is nothing " + ("before" if by < 0 else "after") + " this")
            return
        await self._show(visit)

    def _is_there(self, visit: Visit) -> bool:
        """Whether there still are the table, and the index, that were shown; or still no table."""
        if visit.table is None:
            return not self._infos
        info = self._infos.get(visit.table or "")
        names = () if info is None else (None, *(index.name for index in info.indexes))
        return visit.index in names

    async def _show(self, visit: Visit) -> None:
        table, query = visit.table, visit.query
        is_other = (table, visit.index) != (self._shown, self._index)
        async with self._on_the_way():
            if table is None or not self._is_there(visit):
                pass
            elif query is not None and (is_other or query != self._query):
                await self._show_query(table, query, *visit.cursor)
            elif is_other:
                await self.open_table(table, visit.index)
            if visit.place:
                self._main.go_back_to(visit.place)
                self._main.shown.focus_content()
            elif table is None:
                self._main.leave_place()
            else:
                self._main.choose(visit.tab)

    # Following a value to where it leads.

    def on_marked_items_follow_wanted(self, message: MarkedItems.FollowWanted) -> None:
        """Ask where a value is to lead."""
        from dyntui.core.browse.following import Place, places
        from dyntui.screens.follow import FollowScreen

        message.stop()
        name, value = message.name, message.value
        infos = sorted(self._infos.values(), key=lambda info: info.name)
        found = places(infos, self._shown or "", name, value)

        def closed(place: Place | None) -> None:
            if place is not None:
                self.run_worker(self._follow(place.table, place.fields), group="follow")

        region = self._main.items.session.region
        self.app.push_screen(FollowScreen(name, value, found, region), closed)

    async def on_marked_items_query_wanted(self, message: MarkedItems.QueryWanted) -> None:
        """Show what a query of this table finds."""
        message.stop()
        if self._shown is not None:
            await self._follow(self._shown, message.fields)

    @on(Leads)
    async def _led(self, message: Leads) -> None:
        """Go from what is looked at to the table, or the items, that it leads to."""
        from dyntui.core.browse.following import key_fields

        message.stop()
        info = self._infos.get(message.table)
        if info is None:
            reload = key_for("browser.reload")
            said = f"{message.table} is not there; {reload} reads which tables there are."
            self.notify(said, severity="warning", markup=False)
            return
        if message.item:
            fields = key_fields(info, message.index, message.item)
            if fields is None:
                self.notify(
                    f"The key of {info.name} is not in it: {', '.join(info.key_names)}",
                    markup=False,
                )
                return
            await self._follow(info.name, fields)
            return
        async with self._on_the_way():
            if info.name != self._shown:
                await self.open_table(info.name)
            self._main.choose(message.tab)
        if message.at_s is not None:
            self._main.timeline.browse_at(message.at_s)

    async def _follow(self, table: str, fields: QueryFields) -> None:
        """Show what a query finds; one can go back to what is shown now."""
        self._visits.left(self._main.items.cursor)
        await self._show_query(table, fields)

    async def _show_query(self, table: str, fields: QueryFields, *cursor: int) -> None:
        async with self._on_the_way():
            if table != self._shown:
                await self.open_table(table)
            self._index, self._query = fields.index, fields.said
            self._main.choose(ITEMS)
            await self._main.items.show_query(fields, *cursor)
