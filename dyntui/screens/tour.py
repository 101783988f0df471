"""The tour: the app's own screen on sample data in memory, with a strip that leads through it.

What is tried there stays there; leaving the tour leads back to where one came from.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.lessons.tour import STOPS, TABLE, Stop
from dyntui.screens.browser import BrowserScreen
from dyntui.widgets.tour_bar import TourBar
from engine import Engine
from engine.clock import Clock


class TourScreen(BrowserScreen):
    """Browses the tour's tables; closes its engine when it is left."""

    PLACE = "tour · sample data in memory"

    def __init__(self, engine: Engine, clock: Clock) -> None:
        connection = Connection(engine, engine, engine.region, None)
        super().__init__(
            Session(connection.client, engine.region, clock, connection.asking),
            connection,
            self.PLACE,
        )
        self._engine = engine
        self._stop = -1
        self._statement_shown = False

    def compose(self) -> ComposeResult:
        """The browser, and the strip."""
        yield from super().compose()
        yield TourBar()

    def on_unmount(self) -> None:
        """Nothing of the tour is kept."""
        self._engine.close()

    @property
    def _bar(self) -> TourBar:
        return self.query_one(TourBar)

    def panels(self) -> Sequence[Widget]:
        """The browser's panels, and the strip."""
        return (*super().panels(), self._bar)

    async def _tables_loaded(self) -> None:
        if self._stop >= 0:
            await super()._tables_loaded()
            return
        self._to_show = TABLE
        await super()._tables_loaded()
        await self._go_to(0)

    @on(TourBar.Asked)
    async def _asked(self, message: TourBar.Asked) -> None:
        message.stop()
        if not message.by or self._stop + message.by >= len(STOPS):
            self.dismiss()
        elif self._stop + message.by >= 0:
            await self._go_to(self._stop + message.by)

    async def _go_to(self, number: int) -> None:
        self._stop = number
        stop = STOPS[number]
        self._bar.show_stop(number)
        if stop.place:
            await self._show_place_of(stop)
        else:
            await self._show_tab_of(stop)
        self._bar.focus()

    async def _show_tab_of(self, stop: Stop) -> None:
        if self._shown != TABLE and TABLE in self._infos:
            await self.open_table(TABLE)
        self._main.choose(stop.tab, focus=False)
        if stop.key:
            await self._main.items.show_collection(stop.index, stop.key)

    async def _show_place_of(self, stop: Stop) -> None:
        if stop.place == "partiql":
            place = await self._main.show_partiql()
            if not self._statement_shown:
                place.open_text(stop.statement)
                self._statement_shown = True
        elif stop.place == "transfers":
            await self._show_transfers()
        elif stop.place == "security":
            await self._main.show_security()
        else:
            await self._main.show_learn()

    def action_back(self) -> None:
        """Step back; where there is nothing to step back from, to the strip, whose Esc leaves."""
        focused = self.focused
        super().action_back()
        if self.focused is focused:
            self._bar.focus()

    def action_tour(self) -> None:
        """It is at work already."""
        self._bar.focus()
