"""Following values from table to table, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on

from dyntui.core.plan import QueryFields
from dyntui.core.schema import TableInfo
from dyntui.widgets.items_tab import ItemsTab
from dyntui.widgets.jobs import JobHost
from dyntui.widgets.main_area import MainArea

TRAIL_MAX = 50


@dataclass(frozen=True, slots=True)
class Step:
    """What was shown: a table, its query form, the cell under the cursor."""

    table: str
    fields: QueryFields
    row: int
    column: int


class FollowHost(JobHost):
    """A screen that shows tables, and can go back to what it showed before.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    _infos: dict[str, TableInfo]
    _shown: str | None
    _trail: tuple[Step, ...] = ()

    @property
    def _main(self) -> MainArea:
        return self.query_one(MainArea)

    async def _open(self, name: str, index: str | None = None) -> None:
        """Show a table."""
        raise NotImplementedError

    @on(ItemsTab.FollowWanted)
    def _follow_wanted(self, message: ItemsTab.FollowWanted) -> None:
        from dyntui.core.following import Place, places
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

    @on(ItemsTab.QueryWanted)
    async def _query_wanted(self, message: ItemsTab.QueryWanted) -> None:
        message.stop()
        if self._shown is not None:
            await self._follow(self._shown, message.fields)

    async def _follow(self, table: str, fields: QueryFields) -> None:
        """Show what a query finds, and remember from where one came."""
        items = self._main.items
        if self._shown is not None:
            step = Step(self._shown, items.fields, *items.cursor)
            self._trail = (*self._trail[-TRAIL_MAX + 1 :], step)
        await self._show_query(table, fields)

    async def _show_query(self, table: str, fields: QueryFields, *cursor: int) -> None:
        if table != self._shown:
            await self._open(table)
        self._main.choose(1)
        await self._main.items.show_query(fields, *cursor)

    async def action_return(self) -> None:
        """Back to where the last value was followed from."""
        while self._trail:
            *trail, step = self._trail
            self._trail = tuple(trail)
            if step.table in self._infos:
                await self._show_query(step.table, step.fields, step.row, step.column)
                return
        self.notify("Nothing was followed: F on a value does that.")
