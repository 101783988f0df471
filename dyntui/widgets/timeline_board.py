"""What is done with a table's past: looked at, browsed, compared, undone, copied as text.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual import on
from textual.widget import Widget

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.browse.trail import Crumb
from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.recovery.timeline import Timeline
from dyntui.core.recovery.timeline_page import HEAD_ROWS
from dyntui.core.recovery.timeline_texts import (
    copy_command,
    diff_command,
    history_command,
    past_selects,
    text_lines,
)
from dyntui.core.recovery.undoing import UndoWanted
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.time_words import iso_text
from dyntui.widgets.copied import copy_text
from dyntui.widgets.leads import Leads, Moved
from dyntui.widgets.past_items import PastItems
from dyntui.widgets.rows_host import RowsHost
from dyntui.widgets.timeline_tab import TimelineTab
from dyntui.widgets.timeline_view import Mode, TimelineView
from dyntui.widgets.timeline_work import TimelineWork
from engine.client.changes import Changes
from engine.client.history import Change, ItemDiff
from engine.client.protocol import Json, LocalTools, PastClient

BROWSING = "timeline browse"
CHOOSE = (
    "Choose a change: {browser.back} leads back to them, {timeline.undo_range} undoes all between "
    "the times"
)


class TimelineBoard(TimelineWork):
    """Does what keys and clicks ask for."""

    DEFAULT_CSS = """
    TimelineBoard {
        PastItems { display: none; }
        &.-past { TimelineView { height: 4; } PastItems { display: block; } }
    }
    """
    _wanted_s: float | None = None

    @property
    def panels(self) -> Sequence[Widget]:
        """The bar; the form, grid and panel of the items as they were."""
        items = self.query(PastItems)
        return (*self.query(TimelineView), *(items.first().panels if self.browsing else ()))

    def focus_content(self) -> None:
        """The bar, or the items where they are shown; as soon as they are there."""
        if self.browsing:
            self.query_one(PastItems).focus_content()
        else:
            self.call_later(lambda: self._lines.focus())

    @property
    def browsing(self) -> bool:
        """Whether items as they were stand in place of the list."""
        return self.has_class("-past")

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The items as they were, or the list that stands in place of the changes."""
        if self.browsing:
            return self.query_one(PastItems).crumbs
        named = {"diff": "Difference", "copies": "Backups and snapshots"}
        return (Crumb(named[self._mode]),) if self._mode in named else ()

    def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Another table: its present is shown first."""
        self._leave_past()
        super().show_table(info, index)

    def run_query(self) -> bool:
        """Run the form of the items as they were, where they are shown."""
        if self.browsing:
            self.query_one(PastItems).run()
        return self.browsing

    def back(self) -> bool:
        """Step out of the items, of a list, or stop what runs; whether there was anything."""
        if self.browsing:
            if not self.query_one(PastItems).back():
                self._leave_past()
                self._moved()
                self._lines.focus()
        elif self.close_filter():
            pass
        elif self._mode != "changes":
            self._set_mode("changes")
        elif self.stop_work():
            pass
        elif self._timeline is not None and self._timeline.other_s is not None:
            self._timeline = replace(self._timeline, other_s=None)
            self._draw()
        else:
            return False
        return True

    def ask(self, what: str) -> None:
        """Do one of the actions of the context `timeline`."""
        width = max(self._lines.room[0] - 2, 1)
        rows = max(self._lines.room[1] - HEAD_ROWS - 1, 1)
        moves: dict[str, Callable[[Timeline], Timeline]] = {
            "earlier": lambda timeline: timeline.moved(-1, width),
            "later": lambda timeline: timeline.moved(1, width),
            "second_earlier": lambda timeline: timeline.at(timeline.cursor_s - 1),
            "second_later": lambda timeline: timeline.at(timeline.cursor_s + 1),
            "begin": lambda timeline: timeline.at(timeline.earliest_s),
            "now": lambda timeline: timeline.at(timeline.window.latest_s),
            "zoom_in": lambda timeline: timeline.zoomed(True),
            "zoom_out": lambda timeline: timeline.zoomed(False),
        }
        actions: dict[str, Callable[[], None]] = {
            "previous": lambda: self._step(False),
            "next": lambda: self._step(True),
            "previous_mark": lambda: self._to_mark(False),
            "next_mark": lambda: self._to_mark(True),
            "up": lambda: self._choose(self._chosen - 1),
            "down": lambda: self._choose(self._chosen + 1),
            "page_up": lambda: self._choose(self._chosen - rows),
            "page_down": lambda: self._choose(self._chosen + rows),
            "filter": self._filter,
            "type": self._type_time,
            "hold": self._hold,
            "diff": lambda: self._set_mode("diff"),
            "copies": lambda: self._set_mode("copies"),
            "browse": self._browse,
            "open": self._open,
            "follow": self._follow,
            "undo": self._undo_one,
            "undo_range": self._undo_range,
            "undo_last": self._undo_last,
            "restore": self._restore,
            "recovery": self._ask_recovery,
            "keep": self._keep,
            "verify": self._verify,
            "delete": self._delete,
            "copy": self._copy_list,
            "copy_as": self._copy_command,
            "as_partiql": self._as_partiql,
        }
        if what in moves:
            self._go(moves[what])
        else:
            actions[what]()

    # Where to.

    def _moved(self) -> None:
        super()._moved()
        if self.browsing:
            self._browse()

    def _set_mode(self, mode: Mode) -> None:
        """Another list; the same key leads back from it."""
        self._leave_past()
        self.close_filter()
        self._mode = "changes" if self._mode == mode else mode
        self._known, self._more = None, False
        self._show((), (), "", "")
        self._list()
        self._draw()
        self.post_message(Moved())

    def _filter(self) -> None:
        """Let the person type what the list, or the items in its place, are to hold."""
        if self.browsing:
            self.query_one(PastItems).find()
        else:
            self.action_filter()

    def _to_mark(self, forward: bool) -> None:
        if self._timeline is not None:
            mark = self._timeline.mark_after() if forward else self._timeline.mark_before()
            where = "after" if forward else "before"
            self._go_to(None if mark is None else mark.at_s, f"There is no mark {where} that")

    def _hold(self) -> None:
        """Keep the cursor's time as the second one; on the same time again, drop it."""
        timeline = self._timeline
        if timeline is not None:
            again = timeline.other_s == timeline.cursor_s
            self._timeline = replace(timeline, other_s=None if again else timeline.cursor_s)
            if self._mode == "diff":
                self._list()
            self._draw()

    def _type_time(self) -> None:
        from dyntui.screens.moment import MomentScreen

        if self._info is None or self._timeline is None:
            return

        def closed(at_s: float | None) -> None:
            if at_s is not None:
                self._go_to(at_s)

        self.app.push_screen(MomentScreen(self._info.name, self._timeline.window), closed)

    # Items as they were.

    def browse_at(self, at_s: float) -> None:
        """Browse the table as of a time, once the past is read anew."""
        self._wanted_s = at_s
        self.look()

    def _read_again(self) -> None:
        super()._read_again()
        if self._wanted_s is not None and self._timeline is not None:
            at_s, self._wanted_s = self._wanted_s, None
            self._go_to(at_s)
            if not self.browsing:
                self._browse()

    def _browse(self) -> None:
        info, timeline, tools = self._info, self._timeline, self._past_tools()
        if info is None or timeline is None or tools is None:
            return
        at_s, now_s = timeline.cursor_s, timeline.window.latest_s

        async def done(past: PastClient) -> None:
            if self._info is None or self._info.name != info.name:
                past.close()
                return
            if not self.query(PastItems):
                await self.mount(PastItems(self._session, self._connection))
            entering = not self.browsing
            self.add_class("-past")
            self._draw()
            items = self.query_one(PastItems)
            await items.show_past(info, past, at_s, now_s)
            if entering:
                items.focus_content()

        title = f"going back in {info.name}"
        self.run_job(
            title,
            lambda _: tools.at(at_s),
            done,
            self._failed,
            group=BROWSING,
            drop=lambda past: past.close(),
        )

    def _past_tools(self) -> LocalTools | None:
        """The tools, where there is a past to read; else why there is none is told."""
        if self._tools is None:
            self._refuse()
        elif self._timeline is not None and self._timeline.window.earliest_s is None:
            self.notify("Nothing is kept of this table's past")
        else:
            return self._tools
        return None

    def _leave_past(self) -> None:
        if self.browsing:
            self.remove_class("-past")
            self.query_one(PastItems).forget()
            self.post_message(Moved())

    @on(PastItems.Ran)
    def _past_read(self, message: PastItems.Ran) -> None:
        """No visit of the browser: what is shown is told."""
        message.stop()
        self.post_message(Moved())

    @on(PastItems.HistoryWanted)
    def _history_wanted(self, message: PastItems.HistoryWanted) -> None:
        message.stop()
        self._show_history(message.key)

    @on(PastItems.StatementMade)
    def _statement_made(self, message: PastItems.StatementMade) -> None:
        message.stop()
        self.post_message(TimelineTab.StatementMade(message.text))

    # The list.

    def _open(self) -> None:
        """The history of the item that is chosen; a copy is restored."""
        if isinstance(self._subject, KeptCopy):
            self._restore()
        elif self._subject is not None:
            self._show_history(self._subject.key)

    def _show_history(self, key: Json) -> None:
        from dyntui.screens.history import HistoryLeft, HistoryScreen

        def closed(left: HistoryLeft | None) -> None:
            self._after_undo(left is not None and left.undone)
            if left is not None and left.at_s is not None:
                self.browse_at(left.at_s)

        if self._info is not None:
            self.app.push_screen(HistoryScreen(self._connection, self._info, key), closed)

    def _follow(self) -> None:
        """The item that is chosen, as it is now."""
        if self._info is not None and isinstance(self._subject, Change | ItemDiff):
            self.post_message(Leads(self._info.name, item=self._subject.key))

    def _undo_one(self) -> None:
        change = self._subject
        if isinstance(change, Change):
            self._undo(UndoWanted(Changes(seqs=(change.seq,)), f"change {change.seq}"))
        else:
            self.notify(with_keys(CHOOSE))

    def _undo_range(self) -> None:
        if self._timeline is not None:
            first_s, last_s = self._timeline.pair
            is_now = last_s >= self._timeline.window.latest_s
            which = Changes(after_s=first_s, until_s=None if is_now else last_s)
            until = "now" if is_now else iso_text(last_s)
            self._undo(UndoWanted(which, f"after {iso_text(first_s)} up to {until}"))

    def _undo_last(self) -> None:
        self._undo(UndoWanted(Changes(), "the last write", only_last=True))

    def _undo(self, wanted: UndoWanted) -> None:
        from dyntui.screens.undo import UndoScreen

        if self._info is not None and self._past_tools() is not None:
            screen = UndoScreen(self._connection, self._info.name, wanted)
            self.app.push_screen(screen, self._after_undo)

    def _after_undo(self, undone: bool | None) -> None:
        if undone and self._info is not None:
            self.look()
            self.post_message(RowsHost.Changed(self._info.name))

    def _copy_list(self) -> None:
        """The list as text."""
        if self._mode == "copies":
            lines = ["".join(text for text, _ in row.line) for _, row in self._shown]
        else:
            lines = [line for one, _ in self._shown for line in text_lines(one)]
        self._copy("\n".join(lines), counted(len(self._shown), "row"))

    def _copy(self, text: str, what: str) -> None:
        copy_text(self, text, f"Copied {what}")

    def _copy_command(self) -> None:
        info, timeline, subject = self._info, self._timeline, self._subject
        if info is None or timeline is None:
            return
        if isinstance(subject, KeptCopy):
            command = copy_command(subject)
        elif self._mode == "diff":
            first_s, last_s = timeline.pair
            is_now = last_s >= timeline.window.latest_s
            command = diff_command(info.name, first_s, None if is_now else last_s)
        else:
            until_s = None if timeline.at_now else timeline.cursor_s
            command = history_command(info.name, until_s)
        self._copy(command, f"as a command: {command}")

    def _as_partiql(self) -> None:
        """The table as of the cursor's time; the chosen item of a difference at both times."""
        info, timeline, subject = self._info, self._timeline, self._subject
        if info is None or timeline is None:
            return
        if isinstance(subject, ItemDiff):
            text = past_selects(info, timeline.pair, subject.key)
        else:
            text = past_selects(info, (timeline.cursor_s,))
        self.post_message(TimelineTab.StatementMade(text))
