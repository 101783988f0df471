"""The place for PartiQL: the editor's desk, and the rows of what is run.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.statements.asked import Ready, make_ready, parameter_labels
from dyntui.core.statements.script import Piece, pieces
from dyntui.core.statements.statements import fault_place
from dyntui.widgets.bindings import bindings
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.message_list import MessageList, Told
from dyntui.widgets.results_view import ResultsView
from dyntui.widgets.statement_desk import StatementDesk
from engine.errors import ApiError
from engine.partiql.faults import StatementError

Json = dict[str, Any]

_PLACE = re.compile(r"at (\d+):(\d+):\d+$")
"""Where the service says that a statement is wrong: line, column and length."""


class PartiqlView(StatementDesk):
    """Runs the statements of the text that is edited, one after another."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("partiql")

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self._queue: list[Piece] = []
        self._at: Piece | None = None
        self._ran: Ready | None = None
        self._typed_values: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """The desk, and the results below it."""
        yield from super().compose()
        yield ResultsView(self.session, self._connection)

    def on_mount(self) -> None:
        """Say how one begins."""
        self._results.say_hint()

    @property
    def _results(self) -> ResultsView:
        return self.query_one(ResultsView)

    # What the main area asks of whatever it shows.

    @property
    def panels(self) -> Sequence[Widget]:
        """Editor, results."""
        return (self._area, self._results)

    def focus_content(self) -> None:
        """The editor is where one begins."""
        self._area.focus()

    def reload(self) -> None:
        """Tables may be others now."""
        self._names.forget()
        self._explain_panel.forget()

    def back(self) -> bool:
        """Stop what runs, close what is open, go to the editor; whether there was anything."""
        if self._results.back() or self.cancel_jobs():
            self._queue.clear()
        elif self._area.has_focus:
            return False
        else:
            self._area.focus()
        return True

    # Running.

    def action_run(self) -> None:
        """Run what is selected, or the statement under the cursor."""
        area = self._area
        if not area.selection.is_empty:
            start, end = sorted(map(area.offset_at, area.selection))
            inside = pieces(area.statements[start:end])
            self._start([_moved(piece, start) for piece in inside])
        else:
            piece = self._piece
            self._start([] if piece is None else [piece])

    def action_run_all(self) -> None:
        """Run all statements, one after another."""
        self._start(pieces(self._area.statements))

    def _start(self, queue: list[Piece]) -> None:
        self._results.stop()
        self._area.completion_list.close()
        self._queue, self._ran = queue, None
        if queue:
            self._keep()
            self._run_next()

    def _run_next(self) -> None:
        """Ask for the values of parameters, where there are any; then look at the statement."""
        if not self._queue:
            return
        piece = self._at = self._queue.pop(0)
        labels = parameter_labels(piece.text)
        if not labels:
            self._check(piece, {})
            return
        from dyntui.screens.parameters import ParametersScreen

        def closed(values: dict[str, Json] | None) -> None:
            if values is None:
                self._queue.clear()
            else:
                self._values |= values
                self._check(piece, values)

        screen = ParametersScreen(piece.text, labels, self._typed_values)
        self.app.push_screen(screen, closed)

    def _check(self, piece: Piece, values: dict[str, Json]) -> None:
        def failed(error: ApiError) -> None:
            self._queue.clear()
            self._results.refuse_error(piece.text, error)

        self._book.remember(piece.text)
        self._make_ready(piece, values, self._ask_or_run, failed)

    def _make_ready(
        self,
        piece: Piece,
        values: dict[str, Json],
        then: Callable[[Ready], None],
        failed: Callable[[ApiError], None],
    ) -> None:
        """Read a statement beside the screen, and go on with it."""

        def work(_: Cancelled) -> Ready | StatementError:
            try:
                return make_ready(piece.text, values, self._connection, self._names)
            except StatementError as error:
                return error

        def done(found: Ready | StatementError) -> None:
            if isinstance(found, StatementError):
                self._malformed(piece, found)
            else:
                then(found)

        self.run_job("", work, done, failed, group="checking")

    def _ask_or_run(self, ready: Ready) -> None:
        """Run a statement, unless it is costly and the person does not want it then."""
        if ready.risk is None:
            self._run(ready)
            return
        from dyntui.screens.ask_first import AskFirstScreen

        def closed(wanted: bool | None) -> None:
            if wanted:
                self._run(ready)
            else:
                self._queue.clear()

        prepared = ready.prepared
        typed = None if prepared.is_read else prepared.source.table
        self.app.push_screen(AskFirstScreen(ready.risk, ready, typed), closed)

    def _run(self, ready: Ready) -> None:
        self._ran = ready
        self._results.run(ready)

    def _malformed(self, piece: Piece, error: StatementError) -> None:
        """Say what is wrong, and put the cursor there."""
        self._queue.clear()
        text = Text("✗ ", style=f"bold {self.app.theme_variables['error']}")
        text.append(error.message.rstrip(), style="not bold")
        text.append(f" ({fault_place(piece.text, error)})", style="not bold")
        self._results.refuse(piece.text, text)
        self._area.go_to(piece.start + min(error.offset, len(piece.text)))

    @on(ResultsView.Done)
    def _done(self, message: ResultsView.Done) -> None:
        message.stop()
        # Others may have been asked for since: this one's end is not theirs.
        if message.ready is self._ran:
            self._go_on(message.ready)
        if not message.ready.prepared.is_read:
            self._explain_panel.forget()
            self.post_message(self._results.Changed(message.ready.prepared.source.table))

    def _go_on(self, ready: Ready) -> None:
        if self._queue:
            self._run_next()
        elif ready.prepared.is_read and self._results.row_count:
            self._results.focus_content()

    @on(ResultsView.Failed)
    def _failed(self, message: ResultsView.Failed) -> None:
        """Put the cursor where the service says that the statement is wrong."""
        message.stop()
        if message.ready is not self._ran:
            return
        self._queue.clear()
        place = _PLACE.search(message.error.message)
        if place is not None and self._at is not None:
            lines = self._at.text.split("\n")
            row, column = int(place[1]) - 1, int(place[2]) - 1
            before = sum(len(line) + 1 for line in lines[:row])
            self._area.go_to(self._at.start + before + column)

    # Everything else.

    @on(ResultsView.PanelChanged)
    def _panel_changed(self, message: ResultsView.PanelChanged) -> None:
        message.stop()
        self.set_class(self._results.has_class("-panel"), "-panel")

    @on(ResultsView.Asked)
    def _asked(self, message: ResultsView.Asked) -> None:
        message.stop()
        if message.what == "form":
            self._area.focus()
        elif self._results.ready is not None:
            self._copy_request(self._results.ready)

    @on(MessageList.Wanted)
    def _message_wanted(self, message: MessageList.Wanted) -> None:
        message.stop()
        self._show_told(message.told)

    def _show_told(self, told: Told) -> None:
        """Go to a statement, where it still stands in the editor, and show its rows."""
        place = self._area.statements.find(told.text)
        if place >= 0:
            self._area.move_cursor(self._area.location_at(place))
        self._results.show_again(told)

    def action_messages(self) -> None:
        """Messages, or the rows again."""
        self._results.toggle_messages()

    def action_copy_as(self) -> None:
        """Copy the request of the statement under the cursor."""
        piece = self._piece
        if piece is None:
            return

        def failed(error: ApiError) -> None:
            self._results.refuse_error(piece.text, error)

        self._make_ready(piece, self._values, self._copy_request, failed)

    def _copy_request(self, ready: Ready) -> None:
        from dyntui.screens.copy_as import CopyAsScreen

        self.app.push_screen(CopyAsScreen(ready.request, self.session.region))


def _moved(piece: Piece, by: int) -> Piece:
    """A statement of a part of the text, with its place in the whole."""
    return replace(
        piece,
        start=piece.start + by,
        end=piece.end + by,
        region_start=piece.region_start + by,
        region_end=piece.region_end + by,
    )
