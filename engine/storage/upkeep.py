"""Work beside the requests: checkpoints, trimming, freeing, and jobs left by a killed process.

A thread of its own does it, started by the first commit, or at once where work was left. All but
checkpoints go through the writers' queue in small steps, so that no request waits long. One process
of those that have the files open does it at a time. In memory the thread is only there for Time to
Live.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from engine.clock import Clock
from engine.errors import ApiError, FolderError
from engine.storage.adoption import adopt_all, lacks_what_is_set
from engine.storage.backfill import KIND as BACKFILL
from engine.storage.backfill import backfill_step
from engine.storage.catalog import Catalog, Table
from engine.storage.expiring import KIND as EXPIRY
from engine.storage.expiring import expire_step, note_step, tables_with_expired
from engine.storage.gate import FileGate
from engine.storage.growth import grown_with_size
from engine.storage.jobs import PLAN
from engine.storage.log_index import clear, fill_batch
from engine.storage.resealing import KIND as RESEAL
from engine.storage.resealing import reseal_step
from engine.storage.streams import hours_kept, is_trim_due
from engine.storage.transaction import WriteTransaction
from engine.storage.trimming import sweeps_at

if TYPE_CHECKING:
    from engine.storage.database import Database
    from engine.storage.reader import Reader

# A checkpoint costs syncs, so it waits for this many new pages in the write-ahead log …
_CHECKPOINT_PAGES = 2_000
# … and past this many it makes one short pass under the writers' lock, after which the log starts
# again: a busy writer is never caught up with otherwise. Overwriting the log is cheaper than making
# it longer, so a process's first writes gain from a short one.
_CATCH_UP_PAGES = 2_000
# A busy writer makes checkpoints due without end; after so many the other work has its turn.
_CHECKPOINTS_IN_A_ROW = 16
_ROUND_S = 30.0
_TRIM_ENTRIES_PER_STEP = 1_000
_FREE_ROWS_PER_STEP = 2_000
_FREE_BYTES_PER_STEP = 8 * 1024 * 1024
_JOB_STEPS = {BACKFILL: backfill_step, EXPIRY: note_step, RESEAL: reseal_step}
# What may befall work that is tried again later: a full disk, a damaged file, a closed engine.
_FAILURES = (ApiError, FolderError, apsw.Error, OSError, ValueError)


class Upkeep:
    """Keeps one Region's files in order, from any of the processes that have it open.

    `path` is None in memory.
    """

    def __init__(self, database: Database, path: Path | None, clock: Clock) -> None:
        self._database = database
        self._path = path
        self._clock = clock
        # Taken while there is no reason to wake up. No Event: an interruption amid its `set` may
        # leave the lock inside it taken for ever.
        self._asleep = threading.Lock()
        self._asleep.acquire()
        self._stopping = False
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pages_at_checkpoint = 0
        self._pages = 0
        # What the Region has to look after besides, in every process that lives for a round.
        self.chore: Callable[[], None] | None = None

    def start(self) -> None:
        """Start the thread, unless it runs, the Region is being closed, or the program ends."""
        with self._starting:
            if self._thread is not None or self._stopping:
                return
            thread = threading.Thread(target=self._run, name="dyntui-upkeep", daemon=True)
            with contextlib.suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def after_commit(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        """Called by SQLite after each commit with the length of the write-ahead log, in pages."""
        self._pages = pages
        if pages < self._pages_at_checkpoint:
            self._pages_at_checkpoint = 0
        if self._thread is None:
            self.start()
        elif self._checkpoint_due():
            self._wake()
        return apsw.SQLITE_OK

    def _wake(self) -> None:
        # Released already: it is awake, or about to be.
        with contextlib.suppress(RuntimeError):
            self._asleep.release()

    def _run(self) -> None:
        in_a_row = 0
        looked_s = self._clock.monotonic_s()
        while not self._stopping:
            failed = False
            try:
                if self._checkpoint_due() and in_a_row < _CHECKPOINTS_IN_A_ROW:
                    in_a_row += 1
                    self.checkpoint()
                else:
                    in_a_row = 0
                    self._database.data_keys.drop_if_changed()
                    self.rounds()
                    if self.chore is not None and self._clock.monotonic_s() - looked_s >= _ROUND_S:
                        looked_s = self._clock.monotonic_s()
                        self.chore()
            except _FAILURES:
                failed = True
            if failed or not self._checkpoint_due():
                self._asleep.acquire(timeout=_ROUND_S)

    def rounds(self) -> None:
        """Trim, free and resume, step by step, until nothing is left or the database closes."""
        database = self._database
        if not database.read(self.is_work_left):
            return
        with contextlib.ExitStack() as lease:
            if self._path is not None:
                gate = FileGate(self._path.with_name("upkeep.lock"))
                lease.enter_context(contextlib.closing(gate))
                if not gate.acquire(blocking=False):
                    return
            while not self._stopping and database.write(self.step):
                pass
            for kind, job_step in _JOB_STEPS.items():
                for job_id in database.read(partial(_jobs, kind=kind)):
                    self._go_on(partial(job_step, job_id=job_id))
            now_us, grace_us = self._clock.now_us(), self._grace_us()
            look = partial(tables_with_expired, now_us=now_us, grace_us=grace_us)
            for name in database.read(look):
                self._go_on(partial(expire_step, table_name=name, now_us=now_us, grace_us=grace_us))
            self._index_log()

    def _go_on(self, step: Callable[[WriteTransaction], object]) -> None:
        """Do a step again and again; what is refused, by a disabled key perhaps, waits for later.

        The work on other tables goes on meanwhile.
        """
        with contextlib.suppress(ApiError):
            while not self._stopping and self._database.write(step):
                pass

    def is_needed(self, reader: Reader, catalog: Catalog) -> bool:
        """Whether the thread is to run though nothing is written here."""
        return (
            self.is_work_left(reader, catalog)
            or bool(reader.job_ids(PLAN))
            or any(map(needs_looking_after, catalog.tables.values()))
        )

    def is_work_left(self, reader: Reader, catalog: Catalog) -> bool:
        """Whether a round would find anything to do."""
        now_us = self._clock.now_us()
        tables = catalog.tables.values()
        hours = hours_kept(reader, self._database.options.history_hours)
        sweeps = sweeps_at(now_us, tables, hours)
        index = reader.log_index_state()
        return (
            reader.is_work_left(sweeps, now_us)
            or index.is_fill_due
            or index.is_clearing_due
            or is_trim_due(reader, now_us)
            or any(reader.job_ids(kind) for kind in _JOB_STEPS)
            or bool(tables_with_expired(reader, catalog, now_us, self._grace_us()))
            or any(table.is_gone(now_us) or lacks_what_is_set(table, now_us) for table in tables)
            or bool(grown_with_size(catalog, reader.large_sizes(), now_us))
        )

    def step(self, transaction: WriteTransaction) -> bool:
        """Trim and free a little; gives whether there may be more to do."""
        more_to_trim = transaction.trim_changes(_TRIM_ENTRIES_PER_STEP)
        forgotten = transaction.forget_tokens(_TRIM_ENTRIES_PER_STEP)
        transaction.remove_gone_tables()
        adopt_all(transaction)
        transaction.empty_expired_trash()
        transaction.forget_failures()
        transaction.forget_transfers()
        transaction.forget_data_keys()
        transaction.split_large()
        more_to_free = transaction.free_retired(_FREE_ROWS_PER_STEP, _FREE_BYTES_PER_STEP)
        return more_to_free or more_to_trim or forgotten == _TRIM_ENTRIES_PER_STEP

    def _index_log(self) -> None:
        """Add what gathered to the index of the log, and clear it of what was trimmed."""
        database = self._database
        while database.read(lambda reader, _: reader.log_index_state()).is_fill_due:
            for _ in fill_batch(database):
                if self._stopping:
                    return
        if database.read(lambda reader, _: reader.log_index_state()).is_clearing_due:
            for _ in clear(database):
                if self._stopping:
                    return

    def _grace_us(self) -> int:
        return round(self._database.options.ttl_delete_s * 1_000_000)

    def _checkpoint_due(self) -> bool:
        return self._pages - self._pages_at_checkpoint >= _CHECKPOINT_PAGES

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file."""
        if self._path is None:
            return
        pages = self._pages
        with contextlib.closing(self._database.connect("FULL")) as connection:
            # A connection that has read nothing yet would checkpoint nothing.
            connection.execute("SELECT count(*) FROM meta").fetchone()
            # Another process at it already is as good.
            with contextlib.suppress(apsw.BusyError):
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                if pages >= _CATCH_UP_PAGES:
                    with contextlib.closing(FileGate(gate_path(self._path))) as gate, gate:
                        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        self._pages_at_checkpoint = pages

    def stop(self) -> None:
        """End the thread; a process that wrote, however shortly it lived, does one step first."""
        with self._starting:
            self._stopping = True
        if self._thread is None:
            return
        self._wake()
        self._thread.join()
        with contextlib.suppress(*_FAILURES):
            self._database.write(self.step)


def needs_looking_after(table: Table) -> bool:
    """Whether something may be due though nobody writes: items expire, keys are disabled."""
    return table.expiry is not None or table.encryption is not None


def _jobs(reader: Reader, _catalog: Catalog, kind: str) -> list[int]:
    return reader.job_ids(kind)


def gate_path(data_path: Path) -> Path:
    """The file by which the writers of a Region queue."""
    return data_path.with_name("writers.lock")
