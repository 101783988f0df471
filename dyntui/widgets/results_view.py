"""The rows of a statement, the line on them, the panel for one of them, and the messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.browse.columns import Columns
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.meant_table import table_hint
from dyntui.core.connection.pages import PageSource
from dyntui.core.connection.session import Session
from dyntui.core.statements.asked import Ready, key_roles
from dyntui.core.statements.result_rows import RowReader, row_reader
from dyntui.core.statements.session import result_columns
from dyntui.core.tables.cost import units_text
from dyntui.core.text.amounts import counted
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.item_grid import ItemGrid, ResultGrid
from dyntui.widgets.item_panel import ItemPanel, RowPanel
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import Leads
from dyntui.widgets.lens_host import LensHost
from dyntui.widgets.message_list import MessageList, Messages, Told
from dyntui.widgets.messages import error_text
from dyntui.widgets.text_line import TextLine
from engine.errors import ApiError

Json = dict[str, Any]

MILLISECONDS = 1_000


class ResultsView(Vertical, LensHost):
    """Runs one statement at a time, and shows its rows as they are scrolled to."""

    DEFAULT_CSS = """
    ResultsView {
        height: 1fr;
        #status { height: auto; max-height: 3; padding: 0 1; background: $panel; }
        ItemPanel { height: 50%; display: none; border-top: solid $border-blurred; }
        ItemPanel:focus-within { border-top: solid $border; }
        &.-panel ItemPanel { display: block; }
        Messages { display: none; }
        &.-messages { ItemGrid, ItemPanel { display: none; } Messages { display: block; } }
    }
    """

    @dataclass
    class Done(Message):
        """A statement has given its first rows."""

        ready: Ready

    @dataclass
    class Failed(Message):
        """A statement was refused."""

        ready: Ready
        error: ApiError

    @dataclass
    class Asked(Message):
        """Something is to be done outside of the results: `form` or `copy_as`."""

        what: str

    class PanelChanged(Message):
        """The panel was opened or closed."""

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(id="results")
        self.session = session
        self._connection = connection
        self.ready: Ready | None = None
        self._reader: RowReader | None = None
        self._start_s = 0.0
        self._taken_s: float | None = None

    def compose(self) -> ComposeResult:
        """Grid or messages, line, panel."""
        yield ResultGrid(id="rows")
        yield Messages()
        yield TextLine(id="status")
        yield RowPanel(id="row")

    @property
    def messages(self) -> Messages:
        """The messages."""
        return self.query_one(Messages)

    @property
    def row_count(self) -> int:
        """How many rows are known."""
        return self._grid.row_count

    def say_hint(self) -> None:
        """Nothing was run yet."""
        self._say(
            Text(
                with_keys(
                    "{partiql.run} runs the statement under the cursor, {partiql.run_all} "
                    "all of them."
                )
            )
        )

    # Running.

    def run(self, ready: Ready) -> None:
        """Run a statement as far as it fills the grid."""
        self._close_panel()
        self.remove_class("-messages")
        self.ready, self.info = ready, ready.info
        self._reader = row_reader(self.session, ready.prepared, ready.parameters)
        self._start_s, self._taken_s = self.session.clock.monotonic_s(), None
        self.ask_expiry(ready.attributes_of)
        source = PageSource(self._reader, self._page_rows)
        columns = Columns(key_roles(ready), named=result_columns(ready.prepared) or ())
        self._begin(_title(ready), source, columns)

    @property
    def _is_write(self) -> bool:
        return self.ready is not None and not self.ready.prepared.is_read

    def _read(self, first: int, last: int, row: int | None = None, column: int = 0) -> None:
        """A write is sent when it begins, and not again where one moves on: it may have been
        carried out though it was stopped or failed."""
        if row is not None or not self._is_write:
            super()._read(first, last, row, column)

    def _end(self) -> None:
        """Read to the very last row; ask first where that is a full scan of a large table."""
        if self.ready is not None and not self._is_write:
            self._ask_first(self.ready.end_risk, self.ready, self._read_to_end)

    def _began(self) -> None:
        self._taken_s = self.session.clock.monotonic_s() - self._start_s
        self._show_status()
        if self.ready is not None:
            self._tell_outcome(self.ready)
            self.post_message(self.Done(self.ready))

    def _read_failed(self, error: ApiError) -> None:
        super()._read_failed(error)
        if self.ready is not None and self._taken_s is None:
            self.post_message(self.Failed(self.ready, error))
            self._tell_refusal(self.ready, error)

    def _tell_refusal(self, ready: Ready, error: ApiError) -> None:
        """Say how a statement was refused; where its table is none, also which one was meant."""

        def work(_: Cancelled) -> str:
            return table_hint(self._connection, error, (ready.prepared.source.table,))

        def done(meant: str) -> None:
            outcome = error_text(self.app, error, meant)
            self.messages.tell(Told(ready.text, outcome))
            if self.ready is ready:
                self._say(outcome)

        self.run_job("", work, done, lambda _: done(""), group="refusal")

    def _tell_outcome(self, ready: Ready) -> None:
        told = Told(
            ready.text, self._outcome(ready), ready, self._source, self._reader, self._columns
        )
        self.messages.tell(told)

    def refuse(self, text: str, outcome: Text) -> None:
        """Say what is wrong with a statement, with no rows of another one above it."""
        self.ready = self._source = self._reader = None
        self._close_panel()
        self._drop_lens()
        self._show_nothing(Columns(()))
        self._say(outcome)
        self.messages.tell(Told(text, outcome))

    def refuse_error(self, text: str, error: ApiError) -> None:
        """Say how a statement was refused."""
        self.refuse(text, error_text(self.app, error))

    def stop(self) -> bool:
        """Stop reading; whether anything was being read. What was read stays."""
        first = self._taken_s is None
        if not self._stop():
            return False
        if self.ready is not None and first:
            self._tell_outcome(self.ready)
        return True

    def show_again(self, told: Told) -> None:
        """Show the rows of a statement that was run before."""
        self.remove_class("-messages")
        if told.ready is None or told.source is None or told.columns is None:
            self._say(told.outcome)
            return
        self.cancel_jobs()
        self.ready, self.info = told.ready, told.ready.info
        self._source, self._columns, self._title = told.source, told.columns, _title(told.ready)
        self._reader, self._taken_s = told.reader, None
        self.ask_expiry(told.ready.attributes_of)
        self._drop_lens()
        self._draw(told.source)
        self._show_status()
        self._grid.focus()

    # The line.

    def _show_status(self) -> None:
        if self._source is not None:
            self._say(self._status())

    def _status(self) -> Text:
        """Where the cursor stands among the rows, and what they cost."""
        source, ready = self._source, self.ready
        if source is None or ready is None:
            return Text()
        unit = ready.unit
        if ready.prepared.is_read or source.rows_known:
            text = self._rows_said(unit)
        else:
            done = "writing…" if self._taken_s is None else f"{ready.prepared.verb} done"
            text = Text(f"{done} · {units_text(source.units)} {unit}")
        return text.append_text(self._remarks(ready))

    def _outcome(self, ready: Ready) -> Text:
        """How many rows there are, and what they cost so far."""
        source = self._source
        rows = source.rows_known if source is not None else 0
        units = units_text(source.units if source is not None else 0)
        least = "" if source is None or source.complete else "at least "
        text = Text(f"{least}{counted(rows, 'row')} · {units} {ready.unit}")
        if not ready.prepared.is_read and not rows:
            text = Text(f"{ready.prepared.verb} done · {units} {ready.unit}")
        return text.append_text(self._remarks(ready))

    def _remarks(self, ready: Ready) -> Text:
        """How long it took, what was done here, whether it was stopped."""
        text = Text()
        if self._taken_s is not None:
            text.append(f" · {self._taken_s * MILLISECONDS:,.0f} ms")
        if ready.prepared.done_here and self._reader is not None:
            here, asked = ", ".join(ready.prepared.done_here), self._reader.requests
            text.append(f" · {here} done here, {counted(asked, 'request')}")
        if self._stopped or (self._reader is not None and self._reader.stopped):
            text.append(" · stopped", style=self.app.theme_variables["warning"])
        return text

    # Looking.

    @on(ItemGrid.Asked)
    @on(ItemPanel.Asked)
    def _grid_asked(self, message: ItemGrid.Asked | ItemPanel.Asked) -> None:
        message.stop()
        actions: dict[str, Callable[[], object]] = {
            "open": self._open_row,
            "close": self._leave_panel,
            "value": self._show_cell,
            "copy_cell": self._copy_cell,
            "copy_row": self._copy_row,
            "copy_as": lambda: self.post_message(self.Asked("copy_as")),
            "follow": self._follow_row,
            "form": lambda: self.post_message(self.Asked("form")),
            "find": self.find,
            "sort": self._sort,
            "end": self._end,
            "pager": self._page_row,
            "panel_value": self._show_member,
            "panel_copy": self._copy_member,
            "panel_copy_item": self._copy_panel,
        }
        actions[message.what]()

    def _follow_row(self) -> None:
        """The item of the row, in the browser."""
        if self.ready is not None and self._grid.item is not None:
            self.post_message(Leads(self.ready.prepared.source.table, item=self._grid.item))

    def _open_row(self) -> None:
        if self._grid.item is not None:
            self._open_panel(self.info, self._grid.item)

    def _open_panel(self, info: Any, item: Json) -> None:
        super()._open_panel(info, item)
        self.post_message(self.PanelChanged())

    def _close_panel(self) -> None:
        super()._close_panel()
        self.post_message(self.PanelChanged())

    def back(self) -> bool:
        """Stop what runs, or close what is open; whether there was anything."""
        if self.stop():
            return True
        if self.has_class("-panel"):
            self._leave_panel()
        elif self.has_class("-messages"):
            if not self.messages.close_filter():
                self.toggle_messages()
        else:
            return self._drop_lens()
        return True

    def toggle_messages(self) -> None:
        """Messages in place of the rows, or the rows again."""
        self._close_panel()
        self.toggle_class("-messages")
        (self.messages.filtered_list if self.has_class("-messages") else self._grid).focus()

    @on(MessageList.Copied)
    def _message_copied(self, message: MessageList.Copied) -> None:
        message.stop()
        copy_measured(self, message.text, "the message")


def _title(ready: Ready) -> str:
    """What stands in the header while a statement runs."""
    return f"{ready.prepared.verb} {ready.prepared.source.table} ({key_for('browser.back')} stops)"
