"""A table's settings: a row each, and below them what to know before one is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.settings.page import SettingPage, setting_page
from dyntui.core.settings.rows import Row, rows_with, setting_rows
from dyntui.core.settings.table_settings import TableSettings, read_settings
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.setting_choice import adding_screen, changing_screen, removing_screen
from dyntui.widgets.bindings import bindings
from dyntui.widgets.copied import copy_text
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.lines_view import LinesView
from dyntui.widgets.messages import error_text
from dyntui.widgets.settings_tab import SettingsTab
from dyntui.widgets.table_board import TableBoard
from engine.errors import ApiError

LOOK_AGAIN_S = 1.0
READING = Text("reading…")
UNCHANGEABLE = "Nothing changes that."
NOT_REMOVED = (
    "{settings.remove} removes an index or a tag: choose one first. {settings.drop} "
    "drops the table."
)


class SettingsView(LinesView):
    """The rows; its keys act on the board."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")

    def action_ask(self, what: str) -> None:
        """Have the board do something."""
        self.query_ancestor(SettingsBoard).ask(what)


class SettingsBoard(TableBoard, Filtered):
    """Reads the settings while it is in sight, and has them changed in drawers."""

    DEFAULT_CSS = """
    SettingsBoard {
        #settings-note { height: auto; max-height: 4; padding: 0 1; background: $panel;
            color: $text-muted; }
    }
    """

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self._settings: TableSettings | None = None
        self._problem: ApiError | None = None
        self._rows: Sequence[Row] = ()
        self._chosen = 0
        self._page = SettingPage((), ())
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The rows, what to know."""
        yield SettingsView(id="settings")
        yield Static(id="settings-note")

    @property
    def _view(self) -> SettingsView:
        return self.query_one(SettingsView)

    @property
    def filtered_list(self) -> SettingsView:
        """See `Filtered`."""
        return self._view

    def words_changed(self) -> None:
        """Show the settings that hold the words, the first of them chosen; without words all, and
        the same one stays chosen."""
        if self._words:
            self._chosen, self._rows = 0, ()
        self._draw()
        self._reveal()

    @property
    def panels(self) -> Sequence[Widget]:
        """The rows."""
        return tuple(self.query(SettingsView))

    def focus_content(self) -> None:
        """The rows."""
        self.call_later(lambda: self._view.focus())

    # Reading.

    def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Another table, from its first setting."""
        self._settings, self._problem, self._chosen = None, None, 0
        super().show_table(info, index)
        self._draw()

    def stop(self) -> None:
        """Out of sight: nothing is read any more."""
        super().stop()
        self._look_later(False)

    def look(self) -> None:
        """Read the settings anew."""
        self._look_later(False)
        info, tools, call = self._info, self._connection.local_tools, self._session.call
        if info is None or not self._in_sight or not self.query(SettingsView):
            return

        def work(cancelled: Cancelled) -> TableSettings:
            return read_settings(lambda name, request: call(name, request, cancelled), info, tools)

        def done(settings: TableSettings) -> None:
            if self._info is info:
                self._settings, self._problem = settings, None
                self._draw()
                self._look_later(settings.in_motion)

        self.run_job(f"settings of {info.name}", work, done, self._failed, group="settings")

    def _look_later(self, again: bool) -> None:
        """Look again after a while, where something is under way."""
        if self._timer is not None:
            self._timer.stop()
        wanted = again and self._in_sight
        self._timer = self.set_timer(LOOK_AGAIN_S, self.look) if wanted else None

    def _failed(self, error: ApiError) -> None:
        self._problem = error
        self._draw()

    # Drawing.

    @on(LinesView.Resized)
    def _resized(self, message: LinesView.Resized) -> None:
        """A note of more lines leaves fewer for the rows: the chosen one stays in sight."""
        message.stop()
        self._draw()
        self._reveal()

    def _draw(self) -> None:
        """Show the rows that the filter leaves, and the note on the chosen one."""
        if not self.query("#settings-note"):
            return
        note = self.query_one("#settings-note", Static)
        if self._problem is not None:
            note.update(error_text(self.app, self._problem))
            return
        before = self._row
        settings = self._settings
        rows = () if settings is None else setting_rows(settings)
        self._rows = rows_with(rows, self._words)
        same = (n for n, row in enumerate(self._rows) if before and _same(row, before))
        self._chosen = next(same, min(self._chosen, max(len(self._rows) - 1, 0)))
        self._page = setting_page(self._rows, self._chosen, self._view.room[0])
        self._view.show(self._page.lines if settings is not None else ())
        row = self._row
        note.update(READING if settings is None else Text("" if row is None else row.note))

    @property
    def _row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._chosen] if self._chosen < len(self._rows) else None

    # What keys and clicks do.

    def ask(self, what: str) -> None:
        """Do one of the actions of the context `settings`."""
        page = max(1, self._view.room[1] - 1)
        actions: dict[str, Callable[[], None]] = {
            "up": lambda: self._choose(self._chosen - 1),
            "down": lambda: self._choose(self._chosen + 1),
            "page_up": lambda: self._choose(self._chosen - page),
            "page_down": lambda: self._choose(self._chosen + page),
            "first": lambda: self._choose(0),
            "last": lambda: self._choose(len(self._rows) - 1),
            "change": self._change,
            "add": self._add,
            "remove": self._remove,
            "drop": self._drop,
            "filter": self.action_filter,
            "copy": self._copy_value,
            "copy_as": self._copy_as,
        }
        actions[what]()

    def _choose(self, number: int) -> None:
        if self._rows:
            self._chosen = min(max(number, 0), len(self._rows) - 1)
            self._draw()
            self._reveal()

    def _reveal(self) -> None:
        """Scroll until the chosen row is in sight."""
        if self._rows:
            self._view.reveal(self._page.last_line(self._chosen))
            self._view.reveal(self._page.first_line(self._chosen))

    @on(LinesView.Clicked)
    def _clicked(self, message: LinesView.Clicked) -> None:
        """A click chooses a row; on the one that is chosen it opens it."""
        message.stop()
        if message.row >= len(self._page.rows):
            return
        number = self._page.rows[message.row]
        if number is None:
            return
        if number == self._chosen:
            self._change()
        else:
            self._choose(number)

    def _change(self) -> None:
        row, settings = self._row, self._settings
        if row is None or settings is None:
            return
        screen = changing_screen(self._session, settings, row)
        if screen is None:
            self.notify(f"{UNCHANGEABLE} {row.note}", markup=False)
        else:
            self.app.push_screen(screen)

    def _add(self) -> None:
        row, settings = self._row, self._settings
        if settings is not None:
            self.app.push_screen(adding_screen(self._session, settings, row))

    def _remove(self) -> None:
        row, settings = self._row, self._settings
        if row is None or settings is None:
            return
        screen = removing_screen(self._session, settings, row)
        if screen is None:
            self.notify(with_keys(NOT_REMOVED))
        else:
            self.app.push_screen(screen)

    def _drop(self) -> None:
        if self._info is not None:
            self.post_message(SettingsTab.DropWanted(self._info.name))

    def _copy_value(self) -> None:
        row = self._row
        if row is not None:
            copy_text(self, row.value, f"Copied {row.name.strip()}: {row.value}")

    def _copy_as(self) -> None:
        row = self._row
        if row is not None:
            self.app.push_screen(CopyAsScreen(row.described, self._session.region))

    def back(self) -> bool:
        """Show all again, where a filter leaves some out; whether it did."""
        return self.close_filter()


def _same(one: Row, other: Row) -> bool:
    """Whether two rows are about the same setting."""
    return (one.group, one.name, one.subject) == (other.group, other.name, other.subject)
