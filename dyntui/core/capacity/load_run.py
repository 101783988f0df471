"""A load test that can be stopped, told in a line, and cleans up after itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from dyntui.core.capacity.load_test import LoadPlan, LoadTest
from dyntui.core.capacity.load_test_clean_up import remove
from dyntui.core.capacity.load_test_keys import key_of
from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import compact


class _StoppedError(Exception):
    """Somebody stopped it."""


class LoadRun:
    """One run over a table. Its requests go past the client that tries again."""

    def __init__(
        self, connection: Connection, info: TableInfo, plan: LoadPlan, *, clean_up: bool
    ) -> None:
        self.table = info.name
        self.removed: int | None = None
        self._connection = connection
        self._info = info
        self._plan = plan
        self._clean_up = clean_up
        self._test = LoadTest(connection.direct, info, plan)
        self._stopped = threading.Event()
        self._removing = False

    def stop(self) -> None:
        """Have it end soon."""
        self._stopped.set()

    def work(self, cancelled: Callable[[], bool], on_progress: Callable[[], None]) -> None:
        """Drive the traffic to its end, then remove what it wrote, if that is wanted.

        Raises `ApiError`. Where it is cancelled, and not stopped, nothing is removed.
        """

        def progress() -> None:
            on_progress()
            if self._stopped.is_set() or cancelled():
                raise _StoppedError

        with suppress(_StoppedError):
            self._test.run(progress)
        if self._clean_up and not cancelled():
            self._removing = True
            keys = (key_of(self._info, number) for number in sorted(self._test.written))
            self.removed = remove(self._connection.client, self._info, keys, lambda _: None)

    def state_text(self) -> str:
        """How it goes, short: `load 12/60 s ✗ 41`."""
        if self._removing:
            return "removing its items"
        elapsed = min(self._test.elapsed_s, self._plan.duration_s)
        refused = self._test.reads.refused + self._test.writes.refused
        crosses = f" ✗ {compact(refused)}" if refused else ""
        return f"load {elapsed:.0f}/{self._plan.duration_s:.0f} s{crosses}"

    def summary_text(self) -> str:
        """What came of it."""
        reads, writes = self._test.reads, self._test.writes
        text = (
            f"Load test of {self.table}: {reads.requests:,} reads, {reads.refused:,} throttled; "
            f"{counted(writes.requests, 'write')}, {writes.refused:,} throttled"
        )
        if self.removed is not None:
            return f"{text}; {counted(self.removed, 'item')} removed"
        if self._test.written:
            left = len(self._test.written)
            return f"{text}; {left:,} items stay: dyntui load-test {self.table} --clean-up"
        return text
