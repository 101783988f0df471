"""What a table's capacity looks like, live: read in a thread, drawn where it has changed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from dyntui.core.browse.trail import Crumb
from dyntui.core.capacity.page import KEYS_MAX, Page, View, capacity_page
from dyntui.core.capacity.words import (
    WINDOWS,
    clock_text,
    stats_command,
)
from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.chart import Line
from dyntui.core.text.formats import dynamodb_json
from dyntui.core.text.pace import REST_S, Pace
from dyntui.core.text.pictures import save_picture
from dyntui.widgets.bindings import bindings
from dyntui.widgets.capacity_tab import CapacityTab
from dyntui.widgets.copied import copy_text
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import Leads, Moved
from dyntui.widgets.lines_view import LinesView
from dyntui.widgets.messages import error_text
from dyntui.widgets.table_board import TableBoard
from engine.client.capacity import CapacityReport, HotKey
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.core.capacity.load_run import LoadRun

FIRST_WINDOW_S = 600
LIVE = "● live"
MARGIN = 2


class CapacityView(LinesView):
    """The lines; its keys act on the board."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("capacity")

    def action_ask(self, what: str) -> None:
        """Have the board do something."""
        self.query_ancestor(CapacityBoard).ask(what)


class CapacityBoard(TableBoard):
    """Reads reports while it is in sight, more often while something moves, and shows them."""

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self._report: CapacityReport | None = None
        self._view = View(FIRST_WINDOW_S, state=LIVE)
        self._key: HotKey | None = None
        self._page = Page()
        self._said: tuple[str, ...] = ()
        self._pace = Pace()
        self._timer: Timer | None = None
        self._paused = False
        self._load: LoadRun | None = None

    def compose(self) -> ComposeResult:
        """One view."""
        yield CapacityView(id="capacity")

    @property
    def _lines(self) -> CapacityView:
        return self.query_one(CapacityView)

    @property
    def panels(self) -> tuple[CapacityView, ...]:
        """The view."""
        return tuple(self.query(CapacityView))

    def focus_content(self) -> None:
        """The view; at once, or as soon as it is there."""
        self.call_later(lambda: self._lines.focus())

    # When to read.

    def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Another table: nothing is known of it yet."""
        self._report = None
        self._go_on()
        self._view = replace(self._view, resource=0, key=0)
        self._say()
        super().show_table(info, index)

    def stop(self) -> None:
        """It is out of sight."""
        super().stop()
        self._wait(None)

    def back(self) -> bool:
        """Stop the load test, if one runs."""
        return self.stop_load()

    def look(self) -> None:
        """Read now, unless it is out of sight or paused."""
        self._wait(None)
        info = self._info
        if info is None or not self._in_sight or self._paused or not self.query(CapacityView):
            return
        try:
            tools = self._connection.tools
        except ConnectError as error:
            self._say(str(error), "CloudWatch has the figures that the service keeps of a table.")
            return
        window_s, clock = self._view.window_s, self._session.clock

        def work(_: Cancelled) -> tuple[CapacityReport, float]:
            before = clock.monotonic_s()
            report = tools.capacity_report(info.name, window_s)
            return report, clock.monotonic_s() - before

        def done(answer: tuple[CapacityReport, float]) -> None:
            report, spent_s = answer
            if info is self._info and window_s == self._view.window_s and not self._paused:
                self._report = report
                self._draw()
                self._wait(self._pace.next_s(report, spent_s))

        # Without a name: it is no work that one waits for.
        self.run_job("", work, done, self._failed, group="capacity")

    @property
    def waits(self) -> bool:
        """Whether it will read again by itself."""
        return self._timer is not None

    def _wait(self, seconds: float | None) -> None:
        """Read again after a while; None is not by itself."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if seconds is not None and self._in_sight:
            self._timer = self.set_timer(seconds, self.look)

    def _failed(self, error: ApiError) -> None:
        self._report = None
        self._say(error_text(self.app, error).plain)
        self._wait(REST_S)

    # Drawing.

    @on(LinesView.Resized)
    def _resized(self) -> None:
        if self._report is None:
            self._say(*self._said)
        else:
            self._draw()

    def _draw(self) -> None:
        report = self._report
        if report is None:
            return
        resource = min(self._view.resource, len(report.resources) - 1)
        self._view = replace(self._view, resource=resource, key=self._key_number(report, resource))
        view = self._view
        if self._load is not None and not self._paused:
            view = replace(view, state=f"● {self._load.state_text()}")
        self._page = capacity_page(report, view, *self._lines.room)
        self._lines.show(self._page.lines)

    def _key_number(self, report: CapacityReport, resource: int) -> int:
        """Where the key under the cursor stands now: the order changes under it."""
        chosen = self._key
        keys = report.resources[resource].hot_keys[:KEYS_MAX]
        return next(
            (
                number
                for number, key in enumerate(keys)
                if chosen and (key.key, key.kind) == (chosen.key, chosen.kind)
            ),
            0,
        )

    def _say(self, *texts: str) -> None:
        """Sentences in place of a page."""
        self._said = texts
        for view in self.query(CapacityView):
            lines: list[Line] = []
            for text in texts:
                wrapped = textwrap.wrap(text, max(1, view.room[0] - 2 * MARGIN))
                lines += [(), *(((" " * MARGIN + line, ""),) for line in wrapped)]
            self._page = Page(lines)
            view.show(lines)

    # What keys and clicks do.

    def ask(self, what: str) -> None:
        """Do one of the actions of the context `capacity`."""
        actions: dict[str, Callable[[], None]] = {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "open": self._open_key,
            "shorter": lambda: self._zoom(-1),
            "longer": lambda: self._zoom(1),
            "next": lambda: self._turn(1),
            "previous": lambda: self._turn(-1),
            "pause": self._pause,
            "alter": self._alter,
            "copy": self._copy_figures,
            "copy_as": self._copy_command,
            "picture": self._save_picture,
            "load": self._ask_load,
        }
        actions[what]()

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The index that is looked at."""
        return () if self._index is None else (Crumb(self._index),)

    def _alter(self) -> None:
        self.post_message(CapacityTab.AlterWanted(self._index))

    @property
    def _index(self) -> str | None:
        """The index that is looked at, None for the table."""
        report = self._report
        return None if report is None else report.resources[self._view.resource].index

    @on(LinesView.Clicked)
    def _clicked(self, message: LinesView.Clicked) -> None:
        message.stop()
        for spot in self._page.spots:
            if spot.row == message.row and spot.start <= message.cell < spot.end:
                if spot.what == "window":
                    self._choose_window(list(WINDOWS)[spot.number])
                elif spot.what == "resource":
                    self._choose_resource(spot.number)
                else:
                    self._choose_key(spot.number)
                return

    def _zoom(self, step: int) -> None:
        windows = list(WINDOWS)
        place = windows.index(self._view.window_s) + step
        if 0 <= place < len(windows):
            self._choose_window(windows[place])

    def _choose_window(self, window_s: int) -> None:
        self._view = replace(self._view, window_s=window_s)
        self._go_on()
        self.look()

    def _turn(self, step: int) -> None:
        if self._report is not None:
            self._choose_resource((self._view.resource + step) % len(self._report.resources))

    def _choose_resource(self, number: int) -> None:
        self._view = replace(self._view, resource=number, key=0)
        self._key = None
        self.post_message(Moved())
        self._draw()

    def _move(self, step: int) -> None:
        """Move among the top keys, or scroll where there are none."""
        keys = self._keys
        if not keys:
            self._lines.scroll_relative(y=step, animate=False)
            return
        self._choose_key(min(max(self._view.key + step, 0), len(keys) - 1))

    def _choose_key(self, number: int) -> None:
        self._key = self._keys[number]
        self._draw()
        for spot in self._page.spots:
            if (spot.what, spot.number) == ("key", number):
                self._lines.reveal(spot.row)

    @property
    def _keys(self) -> tuple[HotKey, ...]:
        """The top keys of what is looked at, as far as they are shown."""
        if self._report is None:
            return ()
        shown = sum(spot.what == "key" for spot in self._page.spots)
        return self._report.resources[self._view.resource].hot_keys[:shown]

    def _open_key(self) -> None:
        """Show the items of the key under the cursor."""
        keys = self._keys
        if keys and self._info is not None:
            key = dict(keys[self._view.key].item_key)
            self.post_message(Leads(self._info.name, index=self._index, item=key))

    def _pause(self) -> None:
        if self._paused:
            self._go_on()
            self.look()
            return
        self._paused = True
        self._wait(None)
        now_s = self._session.clock.now_us() // 1_000_000
        self._view = replace(self._view, state=f"‖ paused {clock_text(now_s, 1)}")
        self._draw()

    def _go_on(self) -> None:
        self._paused = False
        self._view = replace(self._view, state=LIVE)

    # Traffic.

    def _ask_load(self) -> None:
        """Ask for traffic, or stop what runs."""
        if self.stop_load() or self._info is None or self._connection.local_tools is None:
            return
        from dyntui.screens.load_test import Load, LoadTestScreen

        info = self._info

        def closed(load: Load | None) -> None:
            if load is not None:
                from dyntui.core.capacity.load_run import LoadRun

                run = LoadRun(self._connection, info, load.plan, clean_up=load.clean_up)
                self._start_load(run)

        self.app.push_screen(LoadTestScreen(info), closed)

    def _start_load(self, run: LoadRun) -> None:
        self._load = run

        def work(cancelled: Cancelled) -> None:
            run.work(cancelled, lambda: self.post_progress(self._draw))

        def done(_: None) -> None:
            self._load = None
            self.notify(run.summary_text(), markup=False)
            self.look()

        def failed(error: ApiError) -> None:
            self._load = None
            text = f"Load test of {run.table}: {error_text(self.app, error).plain}"
            self.notify(text, severity="error", markup=False)

        self.run_job(f"load test of {run.table}", work, done, failed, group="load")

    def stop_load(self) -> bool:
        """Stop the load test; whether one ran."""
        if self._load is None:
            return False
        self._load.stop()
        return True

    # Copies.

    def _copy_figures(self) -> None:
        """The report as JSON."""
        if self._report is not None:
            text = dynamodb_json(asdict(self._report))
            copy_text(self, text, f"Copied the report as JSON: {len(text):,} characters")

    def _copy_command(self) -> None:
        if self._info is not None:
            command = stats_command(self._info.name, self._view.window_s)
            copy_text(self, command, f"Copied: {command}")

    def _save_picture(self) -> None:
        """The whole screen as SVG, in the folder that the app was started in."""
        if self._info is None:
            return
        picture = self.app.export_screenshot(title=f"capacity of {self._info.name}")
        try:
            path = save_picture(picture, self._info.name, self._session.clock.now_us())
        except OSError as error:
            self.notify(f"✗ {error.strerror}: {error.filename}", severity="error", markup=False)
        else:
            self.notify(f"Saved {path}", markup=False)
