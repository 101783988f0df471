"""The items of a table as they were at a time: the browser's form and grid, reading only."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.browse.plan import PlanError
from dyntui.core.browse.plan_statement import plan_statement
from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.expiry_text import Expiry
from dyntui.core.text.time_words import ago_text, iso_text, short_text, words_text
from dyntui.widgets.bindings import bindings
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.item_panel import ItemPanel, RowPanel
from dyntui.widgets.items_view import ItemsView
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.text_line import TextLine
from engine.client.protocol import Json, PastClient


class PastGrid(ItemGrid, inherit_bindings=False):
    """Shows items that are looked at only."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("past")


class PastItems(ItemsView):
    """Reads a table through a Client of the past; nothing here writes, and nothing is charged."""

    DEFAULT_CSS = """
    PastItems {
        height: 1fr;
        #banner { height: 1; padding: 0 1; background: $warning; color: $background;
            text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    @dataclass
    class HistoryWanted(Message):
        """The history of an item is to be shown."""

        key: Json

    @dataclass
    class StatementMade(Message):
        """The query is to be edited as a statement."""

        text: str

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self._present = session
        self._past: PastClient | None = None
        self._at_s = 0.0

    def compose(self) -> ComposeResult:
        """What time it is; form, plan, grid, status, panel."""
        yield TextLine(id="banner")
        yield QueryForm(id="form")
        yield TextLine(id="plan")
        yield PastGrid(id="grid")
        yield TextLine(id="status")
        yield RowPanel(id="panel")

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """What was read last, and as of when."""
        return (*super().crumbs, Crumb(f"as of {short_text(self._at_s)}"))

    async def show_past(self, info: TableInfo, past: PastClient, at_s: float, now_s: float) -> None:
        """Show a table as of another time; what the form says of the same table stays."""
        self.cancel_jobs()
        self._close_past()
        self._past, self._at_s = past, at_s
        self.session = Session(past, self._present.region, self._present.clock)
        ago = "now" if at_s >= now_s else ago_text(now_s - at_s, units=1)
        self.query_one("#banner", TextLine).say(
            Text(
                f"▲ as of {words_text(at_s)} · {ago} · read only · "
                f"{key_for('browser.back')} goes back"
            )
        )
        if self.info is None or self.info.arn != info.arn:
            await self.show_table(info)
        else:
            self.info = info
            self._close_panel()
            self.ask_expiry(info.name)
            self.run()

    def take_expiry(self, table: str, expiry: Expiry | None) -> None:
        """How far away the dates are is told as of the time whose items are shown."""
        as_of = None if expiry is None else replace(expiry, at_s=self._at_s)
        super().take_expiry(table, as_of)

    def forget(self) -> None:
        """Stop reading, and give the past back."""
        self.cancel_jobs()
        self._close_past()
        self.info = None

    def _close_past(self) -> None:
        if self._past is not None:
            self._past.close()
            self._past = None

    @on(ItemGrid.Asked)
    @on(ItemPanel.Asked)
    def _asked(self, message: ItemGrid.Asked | ItemPanel.Asked) -> None:
        message.stop()
        actions: dict[str, Callable[[], None]] = {
            "open": self._open_item,
            "close": self._leave_panel,
            "value": self._show_cell,
            "history": self._ask_history,
            "copy_cell": self._copy_cell,
            "copy_row": self._copy_row,
            "copy_as": self._copy_command,
            "as_partiql": self._as_partiql,
            "form": self.focus_form,
            "find": self.find,
            "sort": self._sort,
            "end": self._read_to_end,
            "pager": self._page_row,
            "panel_value": self._show_member,
            "panel_copy": self._copy_member,
            "panel_copy_item": self._copy_panel,
        }
        actions[message.what]()

    def _open_item(self) -> None:
        if self._grid.item is not None:
            self._open_panel(self.info, self._grid.item)

    def _ask_history(self) -> None:
        item, info = self._grid.item, self.info
        if item is not None and info is not None:
            self.post_message(self.HistoryWanted({name: item[name] for name in info.key_names}))

    @property
    def _statement(self) -> str | None:
        """What the form says as a statement on the past; None, and told, where it cannot be."""
        if self.info is None:
            return None
        try:
            return plan_statement(self.info, self._form.fields, iso_text(self._at_s))
        except PlanError as error:
            self._say(Text(f"✗ {error.message}"))
            return None

    def _copy_command(self) -> None:
        statement = self._statement
        if statement is not None:
            copy_measured(
                self, shlex.join(["dyntui", "sql", " ".join(statement.split())]), "the command"
            )

    def _as_partiql(self) -> None:
        statement = self._statement
        if statement is not None:
            self.post_message(self.StatementMade(statement))
