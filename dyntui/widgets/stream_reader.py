"""What reads a table's streams: how they stand, and their changes as they come, in threads."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from textual.timer import Timer

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.streams.follow import (
    LOCAL_LOOK_S,
    REMOTE_LOOK_S,
    Following,
    PollPace,
)
from dyntui.core.streams.kept_changes import KeptChanges
from dyntui.core.streams.state import StreamState, described_streams, read_state
from dyntui.core.streams.tail import Change, Start, Wanted
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.messages import error_text
from dyntui.widgets.table_board import TableBoard
from engine.errors import ApiError

Json = dict[str, Any]


class StreamReader(TableBoard):
    """Reads while it is in sight; what it shows is a subclass's."""

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(session, connection)
        self._state: StreamState | None = None
        self._problem = ""
        self._all_streams: tuple[Json, ...] | None = None
        self._start: Start = "now"
        self._picked: str | None = None
        self._following: Following | None = None
        self._kept = KeptChanges()
        self._paused = False
        self._wants_all_streams = False
        self._pace = PollPace(connection)
        self._polling: Following | None = None
        self._waiting: dict[str, Timer] = {}

    @abstractmethod
    def draw(self) -> None:
        """Show what is known by now."""

    def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Another table: nothing is known of it yet."""
        self._state, self._problem, self._picked = None, "", None
        self._start, self._paused = "now", False
        self._kept.wanted = Wanted()
        self._follow(None)
        super().show_table(info, index)

    def start(self) -> None:
        """It is in sight."""
        super().start()
        self._poll()

    def reload(self) -> None:
        """Read again, now."""
        self.look()
        self._poll()

    def stop(self) -> None:
        """It is out of sight."""
        super().stop()
        self._wait("look", None, self.look)
        self._wait("poll", None, self._poll)

    def _wait(self, what: str, seconds: float | None, then: Callable[[], None]) -> None:
        """Do something again after a while; None is not by itself."""
        timer = self._waiting.pop(what, None)
        if timer is not None:
            timer.stop()
        if seconds is not None and self._in_sight:
            self._waiting[what] = self.set_timer(seconds, then)

    def look(self) -> None:
        """Read how streams and Time to Live stand, unless it is out of sight."""
        self._wait("look", None, self.look)
        info = self._info
        if info is None or not self._in_sight or not self.is_mounted:
            return
        tools, call = self._connection.local_tools, self._session.call
        due = None if tools is None else tools.due
        with_all = self._wants_all_streams

        def work(_: Cancelled) -> tuple[StreamState, tuple[Json, ...] | None]:
            state = read_state(call, info.name, due)
            return state, described_streams(call) if with_all else None

        def done(answer: tuple[StreamState, tuple[Json, ...] | None]) -> None:
            if self._info is not None and self._info.name == info.name:
                state, every = answer
                self._all_streams = self._all_streams if every is None else every
                self._stands(state)
                self._look_later()

        # Without a name: it is no work that one waits for.
        self.run_job("", work, done, self._look_failed, group="state")

    def _look_later(self) -> None:
        remote = self._connection.remote is not None
        self._wait("look", REMOTE_LOOK_S if remote else LOCAL_LOOK_S, self.look)

    def _look_failed(self, error: ApiError) -> None:
        # What is followed goes on: a remote may be out of reach for a moment only.
        self._problem = error_text(self.app, error).plain
        self.draw()
        self._look_later()

    def _stands(self, state: StreamState) -> None:
        """Follow the stream that is on now, or the one that was picked, from where it was."""
        self._state, self._problem = state, ""
        arns = {one["StreamArn"]: one for one in state.streams}
        described = arns.get(self._picked or "") or state.current
        arn = None if described is None else described["StreamArn"]
        if arn != (None if self._following is None else self._following.arn):
            self._follow(described)
        self.draw()

    def _follow(self, described: Json | None) -> None:
        """Follow a stream anew; None follows none."""
        self._kept.clear()
        self._following = None
        if described is not None:
            clock = self._session.clock
            self._following = Following(self._session.call, described, self._start, clock)
        self.draw()
        self._poll()

    def _poll(self) -> None:
        """Ask for changes, unless it is out of sight, paused or asking already."""
        self._wait("poll", None, self._poll)
        following, clock = self._following, self._session.clock
        if following is None or not self._in_sight or self._paused:
            return
        if following is self._polling or following.is_ended:
            return
        self._polling = following

        def work(_: Cancelled) -> tuple[list[Change], bool, float]:
            before = clock.monotonic_s()
            return *following.poll(), clock.monotonic_s() - before

        def done(answer: tuple[list[Change], bool, float]) -> None:
            if self._end_poll(following):
                changes, moved, spent_s = answer
                was_told, self._problem = self._problem, ""
                if self._kept.add(changes) or was_told:
                    self.draw()
                self._wait("poll", self._pace.next_s(moved, spent_s), self._poll)

        def failed(error: ApiError) -> None:
            if self._end_poll(following):
                self._problem = error_text(self.app, error).plain
                self.draw()
                self._wait("poll", self._pace.next_s(False, 0.0), self._poll)

        self.run_job("", work, done, failed, group="tail")

    def _end_poll(self, following: Following) -> bool:
        """Whether what was asked for is still wanted."""
        if self._polling is following:
            self._polling = None
        return self._following is following
