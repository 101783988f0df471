"""Reading and drawing a table's past: the bar with its cursor, and the list below it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.recovery.timeline import Timeline
from dyntui.core.recovery.timeline_lists import copy_row
from dyntui.core.recovery.timeline_page import (
    BAR_ROWS,
    EDGE,
    PAST_ROWS,
    Page,
    bar_width,
    head_lines,
    page,
    pair_text,
)
from dyntui.core.recovery.timeline_reading import (
    Found,
    ListFound,
    change_after,
    change_before,
    changes_until,
    counts,
    difference,
    find,
    nothing_kept,
)
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.change_text import key_text
from dyntui.core.text.chart import Line
from dyntui.core.text.listed import Listed, Row, fitted
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.lines_view import LinesView
from dyntui.widgets.messages import error_text
from dyntui.widgets.table_board import TableBoard
from engine.client.history import Change, ItemDiff
from engine.client.protocol import LocalTools
from engine.errors import ApiError

Mode = Literal["changes", "diff", "copies"]
Subject = Change | ItemDiff | KeptCopy

LOOKING = "timeline"
COUNTING = "timeline counts"
LISTING = "timeline list"
STEPPING = "timeline step"
NO_CHANGES = "No changes up to then."
READ_ON = "{timeline.down} reads on."
SAME = "The table was the same at both times."
ON_REMOTE = (
    "On a remote the past can only be restored: where point-in-time recovery is on, "
    "{timeline.restore} makes a new "
    "table as of the time under the cursor; {timeline.copies} lists backups. What changed "
    "when is known only where "
    "a change log is: in a data folder."
)
NOTHING_KEPT = (
    "Nothing is kept of this table's past. In a data folder the setting history says for how many "
    "hours; in memory it is kept for tables with point-in-time recovery "
    "({timeline.recovery} turns it on) or a "
    "stream."
)
COPY_KEYS = (
    "{timeline.restore} restores, {timeline.verify} verifies, {timeline.delete} deletes, "
    "{timeline.keep} makes one"
)
NO_COPIES = (
    "There are no backups and snapshots of this table. {timeline.keep} makes one: a "
    "backup of the table, or a "
    "snapshot of several tables as of one instant."
)


class TimelineView(LinesView):
    """The lines; its keys act on the board."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("timeline")

    def action_ask(self, what: str) -> None:
        """Have the board do something."""
        if isinstance(self.parent, TimelineReading):
            self.parent.ask(what)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Down in the list."""
        event.stop()
        self.action_ask("down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Up in the list."""
        event.stop()
        self.action_ask("up")


class TimelineReading(TableBoard, Filtered):
    """Reads a table's past while it is in sight, and shows it."""

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self._timeline: Timeline | None = None
        self._counted: tuple[float, float, int] | None = None
        self._copies: tuple[KeptCopy, ...] = ()
        self._no_copies = ""
        self._mode: Mode = "changes"
        self._found: tuple[tuple[Subject, Row], ...] = ()
        self._shown: tuple[tuple[Subject, Row], ...] = ()
        self._chosen = 0
        self._known: object = None
        self._summary = ""
        self._empty = ""
        self._more = False
        self._reading = False
        self._page = Page()

    def compose(self) -> ComposeResult:
        """One view."""
        yield TimelineView(id="timeline")

    @property
    def _lines(self) -> TimelineView:
        return self.query_one(TimelineView)

    @property
    def _tools(self) -> LocalTools | None:
        return self._connection.local_tools

    @abstractmethod
    def ask(self, what: str) -> None:
        """Do one of the actions of the context `timeline`."""

    # The filter of the list.

    @property
    def filtered_list(self) -> TimelineView:
        """See `Filtered`."""
        return self._lines

    def words_changed(self) -> None:
        """Show what holds the words of what has been read; what was chosen stays it."""
        self._sift()
        self._draw()

    def _sift(self) -> None:
        """Which rows are shown, and which of them is chosen."""
        self._shown = tuple(one for one in self._found if self.held(one[1].text))
        marks = (_mark_of(subject) for subject, _ in self._shown)
        same = (number for number, mark in enumerate(marks) if mark == self._known)
        self._choose_row(next(same, 0))

    # When to read.

    def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Another table: nothing is known of it yet."""
        self._timeline = self._counted = None
        self._copies = ()
        self._mode = "changes"
        self._known = None
        self.close_filter()
        self._take(ListFound((), (), ""))
        for group in (LOOKING, COUNTING, LISTING, STEPPING):
            self.stop_job(group)
        super().show_table(info, index)

    def look(self) -> None:
        """Read the window, what is kept, and the list anew."""
        info, tools = self._info, self._tools
        if info is None or not self._in_sight or not self.query(TimelineView):
            return

        def done(found: Found) -> None:
            before = self._timeline
            timeline = (
                Timeline.whole(found.window) if before is None else before.renewed(found.window)
            )
            self._timeline = replace(timeline, marks=found.marks, no_recovery=found.no_recovery)
            self._copies, self._counted = found.copies, None
            self._no_copies = found.no_copies
            self._read_again()

        def work(cancelled: Cancelled) -> Found:
            return find(self._session, tools, info, cancelled)

        self.run_job("reading the past", work, done, self._failed, group=LOOKING)

    def _moved(self) -> None:
        """The cursor, or what is shown, is another: begin at the top of its list."""
        self._known = None
        self._read_again()

    def _read_again(self) -> None:
        """Read what is missing, and draw it; what was chosen stays chosen where it is there."""
        self._count()
        self._list()
        self._draw()

    def _count(self) -> None:
        """The changes of each cell, where it is another stretch or width than before."""
        info, timeline, tools = self._info, self._timeline, self._tools
        if info is None or timeline is None:
            return
        width = bar_width(self._lines.room[0])
        wanted = (timeline.start_s, timeline.end_s, width)
        if wanted == self._counted:
            return
        self._counted = wanted
        if len(timeline.counts) != width:
            self._timeline = replace(timeline, counts=())

        def done(found: tuple[int, ...]) -> None:
            if self._timeline is not None and self._counted == wanted:
                self._timeline = replace(self._timeline, counts=found)
                self._draw()

        self.run_job(
            f"counting changes of {info.name}",
            lambda _: counts(tools, info.name, timeline, width),
            done,
            self._failed,
            group=COUNTING,
        )

    def _list(self) -> None:
        """The list of the mode, for where the cursor stands."""
        info, timeline, tools = self._info, self._timeline, self._tools
        if info is None or timeline is None:
            return
        if self._mode == "copies":
            rows = tuple(map(copy_row, self._copies))
            empty = f"Backups: {self._no_copies}." if self._no_copies else with_keys(NO_COPIES)
            self._show(self._copies, rows, "", empty)
            return
        if tools is None or timeline.window.earliest_s is None:
            self._show((), (), "", with_keys(ON_REMOTE if tools is None else NOTHING_KEPT))
            return
        name, mode, pair, cursor_s = info.name, self._mode, timeline.pair, timeline.cursor_s
        self._reading = True

        def work(cancelled: Cancelled) -> ListFound:
            if mode == "diff":
                return difference(tools, name, pair, cancelled)
            return changes_until(tools, name, cursor_s)

        title = f"difference of {name}" if mode == "diff" else f"changes of {name}"
        self.run_job(title, work, self._take, self._failed, group=LISTING)

    def _take(self, found: ListFound) -> None:
        self._more = found.more
        empty = SAME if self._mode == "diff" else NO_CHANGES
        self._show(found.subjects, found.rows, found.summary, empty)

    def _show(
        self, subjects: Sequence[Subject], rows: Sequence[Row], summary: str, empty: str
    ) -> None:
        self._found = tuple(zip(subjects, rows, strict=True))
        self._sift()
        self._summary, self._empty, self._reading = summary, empty, False
        self._draw()

    def _read_more(self) -> None:
        """The next page of changes, where the last one that is known is chosen."""
        info, timeline, tools = self._info, self._timeline, self._tools
        last = self._found[-1][0] if self._found else None
        if not (self._more and isinstance(last, Change) and info and timeline and tools):
            return
        self._more = False
        name, until_s, before = info.name, timeline.cursor_s, last.seq

        def done(found: ListFound) -> None:
            if self._found and self._found[-1][0] is last:
                self._found += tuple(zip(found.subjects, found.rows, strict=True))
                self._more = found.more
                self._sift()
                self._draw()

        self.run_job(
            f"changes of {name}",
            lambda _: changes_until(tools, name, until_s, before),
            done,
            self._failed,
            group=LISTING,
        )

    def _failed(self, error: ApiError) -> None:
        text = NOTHING_KEPT if nothing_kept(error) else error_text(self.app, error).plain
        self._more = False
        self._show((), (), "", text)

    # Drawing.

    @on(LinesView.Resized)
    def _resized(self) -> None:
        self._count()
        self._draw()

    def _draw(self) -> None:
        timeline, info = self._timeline, self._info
        for view in self.query(TimelineView):
            width, height = view.room
            if timeline is None or info is None:
                text = self._empty if self._empty and not self._found else "reading…"
                view.show([(), ((f"  {text}", "dim"),)])
            elif self.browsing:
                lines: Sequence[Line] = head_lines(info.name, timeline, width)
                view.show([fitted(line, width) for line in lines[:PAST_ROWS]])
            else:
                rows = tuple(row for _, row in self._shown)
                listed = Listed(self._head(timeline), rows, self._chosen, self._nothing)
                self._page = page(info.name, timeline, listed, self.working_text, width, height)
                view.show(self._page.lines)

    @property
    def working_text(self) -> str:
        """What takes long, in words; empty where nothing does."""
        return ""

    @property
    def _nothing(self) -> str:
        """What stands in place of rows, where there are none."""
        if self._reading:
            return "reading…"
        if not (self._words and self._found):
            return self._empty
        return self.none_held() + (f" {with_keys(READ_ON)}" if self._more else "")

    def _head(self, timeline: Timeline) -> str:
        count = f"{len(self._found)}{'+' if self._more else ''}"
        if self._words:
            count = f"{len(self._shown)} of {count}"
        if self._mode == "copies":
            keys = f" · {with_keys(COPY_KEYS)}" if self._shown else ""
            return f"Backups and snapshots ({count}){keys}"
        if self._mode == "diff":
            said = "reading…" if self._reading else self._summary
            shown = f" ({count} shown)" if self._words else ""
            return f"Difference {pair_text(timeline)}: {said}{shown}"
        return f"Changes up to then, the newest first ({count})"

    # Moving.

    def _go(self, move: Callable[[Timeline], Timeline]) -> None:
        """Another place of the cursor, or another stretch."""
        before = self._timeline
        if before is not None:
            self._timeline = move(before)
            if self._timeline != before:
                self._moved()

    def _go_to(self, at_s: float | None, missing: str = "") -> None:
        if at_s is None:
            self.notify(missing)
        else:
            self._go(lambda timeline: timeline.at(at_s))

    def _step(self, forward: bool) -> None:
        """To the next or the last change."""
        info, timeline, tools = self._info, self._timeline, self._tools
        if info is None or timeline is None or tools is None:
            self._refuse()
            return
        find_change = change_after if forward else change_before
        missing = "There is no change after that" if forward else "There is no change before that"
        self.run_job(
            "looking for a change",
            lambda _: find_change(tools, info.name, timeline),
            lambda at_s: self._go_to(at_s, missing),
            self._failed,
            group=STEPPING,
        )

    def _choose(self, number: int) -> None:
        """Another row of the list."""
        last = max(len(self._shown) - 1, 0)
        self._choose_row(min(max(number, 0), last))
        if self._chosen == last:
            self._read_more()
        self._draw()

    def _choose_row(self, number: int) -> None:
        self._chosen = number
        if self._subject is not None:
            self._known = _mark_of(self._subject)

    @on(LinesView.Clicked)
    def _clicked(self, message: LinesView.Clicked) -> None:
        """A click on the bar moves the cursor, one on the list chooses a row."""
        message.stop()
        if message.row in BAR_ROWS:
            width = bar_width(self._lines.room[0])
            cell = min(max(message.cell - EDGE, 0), width - 1)
            self._go(lambda timeline: timeline.at(timeline.time_of(cell, width)))
        elif not self.browsing and message.row < len(self._page.rows):
            row = self._page.rows[message.row]
            if row is not None:
                self._choose(row)

    def _refuse(self) -> None:
        """Say why something cannot be done on a remote."""
        try:
            _ = self._connection.tools
        except ConnectError as error:
            self.notify(str(error), severity="warning", markup=False)

    @property
    def _subject(self) -> Subject | None:
        """What is chosen in the list."""
        return self._shown[self._chosen][0] if self._chosen < len(self._shown) else None


def _mark_of(subject: Subject) -> object:
    """By what a change, an item or a copy is known again."""
    if isinstance(subject, Change):
        return subject.seq
    return subject.ref if isinstance(subject, KeptCopy) else key_text(subject.key)
