"""What is done with a table's past: looked at, compared, copied, restored, undone, kept.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from textual import on
from textual.widget import Widget

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.browse.trail import Crumb
from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.recovery.restore_plan import RestorePlan, plan_restore
from dyntui.core.recovery.timeline import Timeline
from dyntui.core.recovery.timeline_lists import copy_command, diff_command, history_command
from dyntui.core.recovery.timeline_page import HEAD_ROWS
from dyntui.core.recovery.ways_back import StoppedError, Watch, back_up, copy_past, restore
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.change_text import change_lines, diff_lines
from dyntui.core.text.time_words import iso_text
from dyntui.screens.keep import Keep
from dyntui.screens.undo import UndoWanted
from dyntui.widgets.copied import copy_text
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import Leads, Moved
from dyntui.widgets.messages import error_text
from dyntui.widgets.past_items import PastItems
from dyntui.widgets.rows_host import RowsHost
from dyntui.widgets.timeline_tab import TimelineTab
from dyntui.widgets.timeline_view import Mode, TimelineReading, TimelineView
from engine.client.changes import Changes
from engine.client.history import Change, ItemDiff
from engine.client.protocol import Json, LocalTools, PastClient
from engine.errors import ApiError
from engine.partiql.text import name_text
from engine.partiql.values import literal, quoted_name

T = TypeVar("T")

WORKING = "timeline work"
BROWSING = "timeline browse"
BUSY = "Something is under way already: {browser.back} stops it"
CHOOSE = (
    "Choose a change: {browser.back} leads back to them, {timeline.undo_range} undoes all between "
    "the times"
)


class TimelineBoard(TimelineReading):
    """Does what keys and clicks ask for."""

    DEFAULT_CSS = """
    TimelineBoard {
        PastItems { display: none; }
        &.-past { TimelineView { height: 4; } PastItems { display: block; } }
    }
    """
    _watch: Watch | None = None
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
    def working_text(self) -> str:
        """What is under way, and how far."""
        return (
            ""
            if self._watch is None
            else f"⟲ {self._watch.text} · {key_for('browser.back')} stops it"
        )

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
        elif self._watch is not None:
            self._watch.stop.set()
            self._draw()
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
        self.run_job(title, lambda _: tools.at(at_s), done, self._failed, group=BROWSING)

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
            lines = [line for one, _ in self._shown for line in _text_lines(one)]
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
        times = timeline.pair if isinstance(subject, ItemDiff) else (timeline.cursor_s,)
        select = f"SELECT *\nFROM {quoted_name(info.name)} AS OF"
        where = ""
        if isinstance(subject, ItemDiff):
            where = "\nWHERE " + " AND ".join(_equals(name, subject) for name in info.key_names)
        texts = [f"{select} '{iso_text(at_s)}'{where}" for at_s in times]
        self.post_message(TimelineTab.StatementMade(";\n".join(texts)))

    # Back again.

    def _restore(self) -> None:
        """Ask for a name, then restore what is chosen, or the table as of the cursor's time."""
        from dyntui.screens.restore import RestoreScreen

        info, timeline = self._info, self._timeline
        if info is None or timeline is None or self._is_busy():
            return
        copy = self._subject if isinstance(self._subject, KeptCopy) else None
        plan = plan_restore(info.name, timeline, copy, is_remote=self._tools is None)
        if isinstance(plan, str):
            self.notify(plan, severity="warning", markup=False)
            return

        def closed(name: str | None) -> None:
            if name is not None:
                self._start_restore(plan, info, name)

        self.app.push_screen(RestoreScreen(plan, frozenset({info.name})), closed)

    def _start_restore(self, plan: RestorePlan, info: TableInfo, name: str) -> None:
        session, tools, request = self._session, self._tools, plan.request(name)

        def work(watch: Watch) -> str:
            if request is not None:
                return restore(session, tools, request, watch)
            assert tools is not None
            if plan.copy is not None:
                replaces = name == info.name
                tools.restore(plan.copy.ref, {info.name: name}, replaces, watch.show)
                return name
            assert plan.at_s is not None
            return copy_past(self._connection.client, tools, info, plan.at_s, name, watch)

        def done(made: str) -> None:
            self.notify(f"Restored {made}", markup=False)
            self.post_message(TimelineTab.TableMade(made))

        self._begin(f"restoring {name}", work, done)

    def _ask_recovery(self) -> None:
        """Ask whether point-in-time recovery is to be on."""
        from dyntui.screens.set_lifetime import RecoveryScreen

        info, timeline = self._info, self._timeline
        if info is None or timeline is None:
            return

        def closed(changed: bool | None) -> None:
            if changed:
                self.look()

        is_on = timeline.window.recovery_earliest_s is not None
        self.app.push_screen(RecoveryScreen(self._session, info, is_on=is_on), closed)

    def _keep(self) -> None:
        """Ask for a name, then make a backup or a snapshot."""
        from dyntui.screens.keep import KeepScreen

        info, timeline = self._info, self._timeline
        if info is None or timeline is None or self._is_busy():
            return

        def closed(keep: Keep | None) -> None:
            if keep is not None:
                self._start_keep(info.name, keep)

        screen = KeepScreen(info.name, timeline.window.latest_s, is_remote=self._tools is None)
        self.app.push_screen(screen, closed)

    def _start_keep(self, table: str, keep: Keep) -> None:
        session, tools = self._session, self._tools

        def work(watch: Watch) -> str:
            if keep.kind == "backup":
                members = {"TableName": table, "BackupName": keep.name}
                return back_up(session, tools, Request("CreateBackup", members), watch)
            assert tools is not None
            tables = None if keep.kind == "all" else [table]
            return tools.snapshot(keep.name, tables, watch.show).name

        def done(name: str) -> None:
            self.notify(f"Made {name}", markup=False)
            self._mode = "copies"
            self.look()

        self._begin(f"making {keep.name}", work, done)

    def _verify(self) -> None:
        """Read all of the chosen copy."""
        copy, tools = self._chosen_copy(), self._tools
        if copy is None:
            return
        if tools is None:
            self._refuse()
            return

        def work(_: Watch) -> str:
            (tools.check_snapshot if copy.kind == "snapshot" else tools.check_backup)(copy.ref)
            return copy.name

        self._begin(
            f"verifying {copy.name}",
            work,
            lambda name: self.notify(f"{name} is whole: every byte of it was read", markup=False),
        )

    def _delete(self) -> None:
        """Delete the chosen copy, once its name was typed out."""
        from dyntui.screens.delete_copy import DeleteCopyScreen

        copy, tools = self._chosen_copy(), self._tools
        if copy is None:
            return

        def work(_: Watch) -> str:
            if copy.kind == "snapshot" and tools is not None:
                tools.delete_snapshot(copy.ref)
            else:
                self._session.call("DeleteBackup", {"BackupArn": copy.ref})
            return copy.name

        def done(name: str) -> None:
            self.notify(f"Deleted {name}", markup=False)
            self.look()

        def closed(wanted: bool | None) -> None:
            if wanted:
                self._begin(f"deleting {copy.name}", work, done)

        self.app.push_screen(DeleteCopyScreen(copy), closed)

    def _chosen_copy(self) -> KeptCopy | None:
        """The copy that is chosen; else how one is."""
        if self._is_busy():
            return None
        if isinstance(self._subject, KeptCopy):
            return self._subject
        self.notify(with_keys("Choose a backup or a snapshot first: {timeline.copies} lists them"))
        return None

    def _is_busy(self) -> bool:
        if self._watch is not None:
            self.notify(with_keys(BUSY))
        return self._watch is not None

    def _begin(self, title: str, work: Callable[[Watch], T], done: Callable[[T], None]) -> None:
        """Do what takes long, one at a time; how far it is stands below the list."""
        watch: Watch | None = None

        def run(cancelled: Cancelled) -> T | None:
            assert watch is not None
            watch.left = cancelled
            try:
                return work(watch)
            except StoppedError:
                return None

        def ended(result: T | None) -> None:
            self._watch = None
            self._draw()
            if result is None:
                self.notify(f"Stopped {title}", markup=False)
            else:
                done(result)

        def failed(error: ApiError) -> None:
            self._watch = None
            self._draw()
            text = f"{title}: {error_text(self.app, error).plain}"
            self.notify(text, severity="error", markup=False)

        watch = Watch(title, lambda: self.post_progress(self._draw), lambda: False)
        self._watch = watch
        self.run_job(title, run, ended, failed, group=WORKING)
        self._draw()


def _text_lines(subject: Change | ItemDiff | KeptCopy) -> Sequence[str]:
    if isinstance(subject, Change):
        return tuple(change_lines(subject))
    return tuple(diff_lines(subject)) if isinstance(subject, ItemDiff) else ()


def _equals(name: str, diff: ItemDiff) -> str:
    """A condition on a key attribute; binary ones have no literal, and are asked for."""
    value = diff.key[name]
    return f"{name_text(name)} = {'?' if 'B' in value else literal(value)}"
