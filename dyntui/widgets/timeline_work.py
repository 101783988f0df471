"""What takes long on a table's past: tables restored; backups and snapshots made, checked, deleted.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.recovery.restore_plan import RestorePlan, plan_restore
from dyntui.core.recovery.ways_back import StoppedError, Watch, back_up, copy_past, restore
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.keep import Keep
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.messages import error_text
from dyntui.widgets.timeline_tab import TimelineTab
from dyntui.widgets.timeline_view import TimelineReading
from engine.errors import ApiError

T = TypeVar("T")

WORKING = "timeline work"
BUSY = "Something is under way already: {browser.back} stops it"


class TimelineWork(TimelineReading):
    """Does one thing at a time, and says how far it is."""

    _watch: Watch | None = None

    @property
    def working_text(self) -> str:
        """What is under way, and how far."""
        return (
            ""
            if self._watch is None
            else f"⟲ {self._watch.text} · {key_for('browser.back')} stops it"
        )

    def stop_work(self) -> bool:
        """Stop what is under way; whether anything is."""
        if self._watch is None:
            return False
        self._watch.stop.set()
        self._draw()
        return True

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
