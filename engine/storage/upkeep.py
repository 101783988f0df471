"""Work beside the requests: checkpoints, trimming, freeing, and jobs left by a killed process.

A thread of its own does it, started by the first commit. All but checkpoints go through the
writers' queue in small steps, so that no request waits long.
"""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from engine.clock import Clock
from engine.errors import ApiError
from engine.storage.backfill import KIND as BACKFILL
from engine.storage.backfill import backfill_step
from engine.storage.transaction import WriteTransaction
from engine.storage.writer import FileGate

if TYPE_CHECKING:
    from engine.storage.database import Database

# A checkpoint costs syncs, so it waits for this many new pages in the write-ahead log …
_CHECKPOINT_PAGES = 2_000
# … and past this many it makes one short pass under the writers' lock, after which the log starts
# again: a busy writer is never caught up with otherwise. Overwriting the log is cheaper than making
# it longer, so a process's first writes gain from a short one.
_CATCH_UP_PAGES = 2_000
_ROUND_S = 30.0
_LEASE_S = 120.0
_TRIM_ENTRIES_PER_STEP = 1_000
_FREE_ROWS_PER_STEP = 2_000


class Upkeep:
    """Keeps one Region's files in order, from any of the processes that have it open."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._holder = f"{os.getpid()}-{id(self):x}"
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._pages_at_checkpoint = 0
        self._pages = 0

    def after_commit(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        """Called by SQLite after each commit with the length of the write-ahead log, in pages."""
        self._pages = pages
        if pages < self._pages_at_checkpoint:
            self._pages_at_checkpoint = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dyntui-upkeep", daemon=True)
            self._thread.start()
        elif pages - self._pages_at_checkpoint >= _CHECKPOINT_PAGES:
            self._wake.set()
        return apsw.SQLITE_OK

    def _run(self) -> None:
        while not self._stopping:
            with contextlib.suppress(ApiError, apsw.Error, OSError):
                if self._pages - self._pages_at_checkpoint >= _CHECKPOINT_PAGES:
                    self._checkpoint()
                else:
                    self.rounds()
            if self._pages - self._pages_at_checkpoint < _CHECKPOINT_PAGES:
                self._wake.wait(_ROUND_S)
            self._wake.clear()

    def rounds(self) -> None:
        """Trim, free and resume, step by step, until nothing is left or the database closes."""
        database = self._database
        if not database.write(lambda t: t.take_lease("upkeep", self._holder, _LEASE_S)):
            return
        before_us = self._clock.now_us() - round(database.options.history_hours * 3_600_000_000)
        while not self._stopping and database.write(lambda t: _step(t, before_us)):
            pass
        for job_id in database.read(lambda reader, _: reader.job_ids(BACKFILL)):
            while not self._stopping and database.write(partial(backfill_step, job_id=job_id)):
                pass

    def _checkpoint(self) -> None:
        path = self._database.path
        assert path is not None
        pages = self._pages
        with contextlib.closing(self._database.connect()) as connection:
            # A connection that has read nothing yet would checkpoint nothing.
            connection.execute("SELECT count(*) FROM meta").fetchone()
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            if pages >= _CATCH_UP_PAGES:
                gate = FileGate(gate_path(path))
                try:
                    with gate:
                        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                finally:
                    gate.close()
        self._pages_at_checkpoint = pages

    def stop(self) -> None:
        """End the thread; a process that wrote, however shortly it lived, does one step first."""
        if self._thread is None:
            return
        self._stopping = True
        self._wake.set()
        self._thread.join()
        before_us = self._clock.now_us() - round(
            self._database.options.history_hours * 3_600_000_000
        )
        with contextlib.suppress(ApiError):
            self._database.write(lambda t: _step(t, before_us))


def gate_path(data_path: Path) -> Path:
    """The file by which the writers of a Region queue."""
    return data_path.with_name("writers.lock")


def _step(transaction: WriteTransaction, before_us: int) -> bool:
    trimmed = transaction.trim_changes(before_us, _TRIM_ENTRIES_PER_STEP)
    more_to_free = transaction.free_retired(_FREE_ROWS_PER_STEP)
    return more_to_free or trimmed == _TRIM_ENTRIES_PER_STEP
