"""The writers' queue: one transaction at a time, shared by all requests that wait for it.

Between processes a lock file is taken before the transaction: SQLite's own waiting lets one process
starve the others. Inside a process the first to come leads: it executes the requests of all who
wait, commits once, and hands the lead to the next. While it waits for the disk, others gather.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import apsw

from engine.clock import Clock
from engine.storage.catalog import Catalog
from engine.storage.connections import as_api_error, fetch, roll_back
from engine.storage.transaction import WriteTransaction

T = TypeVar("T")
Work = Callable[[WriteTransaction], T]

# How many requests share a commit at most; more gain little and hold the lock for long.
_GROUP_MAX = 64


class Gate(Protocol):
    """What a writer must pass before its transaction."""

    def __enter__(self) -> Any:
        """Wait until it is one's turn."""

    def __exit__(self, *_: Any) -> Any:
        """Let the next one pass."""


class FileGate:
    """An advisory lock on a file: queues processes, and is freed by the kernel after a kill."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)


class _Ticket(Generic[T]):
    """One request in the queue: its work, then its result or its error."""

    __slots__ = ("done", "error", "parked", "promoted", "result", "work")

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.result: T
        self.error: Exception | None = None
        self.done = False
        self.promoted = False
        self.parked: threading.Lock | None = None

    def run(self, transaction: WriteTransaction) -> None:
        """Do the work inside the transaction; a refusal is a result too."""
        try:
            self.result = self.work(transaction)
            self.error = None
        except apsw.Error:
            raise
        except Exception as error:
            self.error = error

    def wake(self) -> None:
        """Let the waiting thread go on."""
        if self.parked is not None:
            self.parked.release()


class Writer:
    """The one writing connection of a Region in this process."""

    def __init__(
        self,
        connection: apsw.Connection,
        gate: Gate,
        clock: Clock,
        log_changes: bool,
        path: Path | None,
        on_catalog: Callable[[Catalog], None],
    ) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._gate = gate
        self._clock = clock
        self._log_changes = log_changes
        self._path = path
        self._on_catalog = on_catalog
        self._catalog = Catalog(0, {})
        self._data_version = -1
        self._last_stamp_us = 0
        self._mutex = threading.Lock()
        self._waiting: deque[_Ticket[Any]] = deque()
        self._led = False

    def run(self, work: Work[T]) -> T:
        """Do the work in a transaction, durable when this returns; raises what the work raised."""
        ticket = _Ticket(work)
        with self._mutex:
            self._waiting.append(ticket)
            if self._led:
                ticket.parked = threading.Lock()
                ticket.parked.acquire()
            else:
                self._led = True
        if ticket.parked is not None:
            self._park(ticket, ticket.parked)
        if not ticket.done:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _park(self, ticket: _Ticket[Any], parked: threading.Lock) -> None:
        """Wait until a leader has served the ticket, or has handed it the lead."""
        try:
            parked.acquire()
        except BaseException:
            with self._mutex:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                if ticket.promoted:
                    self._promote()
            raise

    def _lead(self, own: _Ticket[Any]) -> None:
        """Serve one group, its own request among them, and hand the lead on."""
        group: list[_Ticket[Any]] = []
        try:
            with self._gate:
                with self._mutex:
                    while self._waiting and len(group) < _GROUP_MAX:
                        group.append(self._waiting.popleft())
                self._serve(group)
        finally:
            with self._mutex:
                # Interrupted: what was not served goes back to the queue, but for one's own.
                self._waiting.extendleft(ticket for ticket in reversed(group) if not ticket.done)
                if own in self._waiting:
                    self._waiting.remove(own)
                self._promote()
            for ticket in group:
                if ticket.done:
                    ticket.wake()

    def _promote(self) -> None:
        """Hand the lead to the first in the queue; the mutex is held."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].promoted = True
            self._waiting[0].wake()

    def _serve(self, group: list[_Ticket[Any]]) -> None:
        """Run a group in one transaction; if a statement fails midway, one by one."""
        try:
            self._transact(group)
        except apsw.Error as error:
            if len(group) > 1:
                self._serve_singly(group)
            else:
                group[0].error = as_api_error(error, self._path)
        except _HalfWrittenError:
            if len(group) > 1:
                self._serve_singly(group)
        for ticket in group:
            ticket.done = True

    def _serve_singly(self, group: list[_Ticket[Any]]) -> None:
        for ticket in group:
            self._serve([ticket])

    def _transact(self, group: list[_Ticket[Any]]) -> None:
        execute, connection = self._cursor.execute, self._connection
        execute("BEGIN IMMEDIATE")
        try:
            if connection.data_version() != self._data_version:
                self._catch_up()
            transaction = WriteTransaction(
                self._cursor, self._catalog, self._last_stamp_us, self._log_changes
            )
            for ticket in group:
                before = transaction.writes
                transaction.stamp_us = max(self._clock.now_us(), transaction.stamp_us)
                ticket.run(transaction)
                if ticket.error is not None and transaction.writes != before:
                    raise _HalfWrittenError
            transaction.flush_counts()
            execute("COMMIT")
        except BaseException:
            self._data_version = -1
            roll_back(connection)
            raise
        self._data_version = connection.data_version()
        self._last_stamp_us = transaction.stamp_us
        if transaction.catalog is not self._catalog:
            self._catalog = transaction.catalog
            self._on_catalog(transaction.catalog)

    def _catch_up(self) -> None:
        """Another process has written: take over its catalog and its last stamp."""
        self._catalog = load_catalog(self._cursor, self._catalog)
        rows = fetch(self._cursor, "SELECT stamp_us FROM changes ORDER BY seq DESC LIMIT 1")
        for (stamp_us,) in rows:
            self._last_stamp_us = max(self._last_stamp_us, stamp_us)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _HalfWrittenError(Exception):
    """A request was refused after its first write: the group must be rolled back."""


def load_catalog(cursor: apsw.Cursor, known: Catalog) -> Catalog:
    """The catalog as committed: `known`, unless its version is not the current one."""
    ((version,),) = fetch(cursor, "SELECT value FROM meta WHERE name = 'catalog_version'")
    if version == known.version:
        return known
    rows = fetch(cursor, "SELECT definition FROM catalog ORDER BY name")
    return Catalog.from_rows(version, [definition for (definition,) in rows])
