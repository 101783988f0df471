"""The writers' queue: one transaction at a time, shared by all requests that wait for it.

Between processes a lock file is taken before the transaction: SQLite's own waiting lets one process
starve the others. Inside a process the first to come leads: it executes the requests of all who
wait, commits once, and hands the lead to the next. While it waits for the disk, others gather.

Who waits is a thread (`Writer.run`) or a request of an event loop (`loop_writer`). Both stand in
the one queue, and whoever leads takes the same steps: `gather`, `execute`, `commit`, `hand_on`.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import apsw

from engine.clock import Clock
from engine.storage.catalog import Catalog
from engine.storage.connections import as_api_error, fetch, roll_back
from engine.storage.transaction import WriteTransaction

T = TypeVar("T")
AnyTicket = TypeVar("AnyTicket", bound="Ticket[Any]")
Work = Callable[[WriteTransaction], T]

# How many requests share a commit at most; more gain little and hold the lock for long.
_GROUP_MAX = 64


class Gate(Protocol):
    """What a writer must pass before its transaction."""

    def acquire(self, blocking: bool = True) -> bool:
        """Wait until it is one's turn; or, not `blocking`, say whether it is."""

    def release(self) -> Any:
        """Let the next one pass."""


class FileGate:
    """An advisory lock on a file: queues processes, and is freed by the kernel after a kill."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self, blocking: bool = True) -> bool:
        """See `Gate.acquire`."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """See `Gate.release`."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def is_marked(self) -> bool:
        """Whether `mark` was called before, by any process."""
        return os.fstat(self._descriptor).st_size > 0

    def mark(self) -> None:
        """Note in the file that the database beside it was made."""
        os.pwrite(self._descriptor, b"made\n", 0)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)


class Ticket(Generic[T]):
    """One request in the queue: its work, then its result or its error."""

    __slots__ = ("done", "error", "promoted", "result", "work")

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.result: T
        self.error: Exception | None = None
        self.done = False
        self.promoted = False

    def run(self, transaction: WriteTransaction) -> None:
        """Do the work inside the transaction; a refusal is a result too."""
        try:
            self.result = self.work(transaction)
            self.error = None
        except apsw.Error:
            raise
        except Exception as error:
            self.error = error

    def outcome(self) -> T:
        """The result of a request that is done; raises what refused it."""
        if self.error is not None:
            raise self.error
        return self.result

    def wake(self) -> None:
        """Tell whoever waits that the request is done, or else that it is theirs to lead."""
        raise NotImplementedError


class _ThreadTicket(Ticket[T]):
    """A request whose thread is parked until it is woken."""

    __slots__ = ("parked",)

    def __init__(self, work: Work[T]) -> None:
        super().__init__(work)
        self.parked = threading.Lock()
        self.parked.acquire()

    def wake(self) -> None:
        """See `Ticket.wake`."""
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
        self.gate = gate
        self._clock = clock
        self._log_changes = log_changes
        self._path = path
        self._on_catalog = on_catalog
        self._catalog = Catalog(0, {})
        self._data_version = -1
        self._last_stamp_us = 0
        self._mutex = threading.Lock()
        self._waiting: deque[Ticket[Any]] = deque()
        self._led = False

    def run(self, work: Work[T]) -> T:
        """Do the work in a transaction, durable when this returns; raises what the work raised."""
        ticket = _ThreadTicket(work)
        if not self.enqueue(ticket):
            self._park(ticket)
        if not ticket.done:
            self._lead(ticket)
        return ticket.outcome()

    def enqueue(self, ticket: Ticket[Any]) -> bool:
        """Stand in the queue; gives whether the lead is with the caller at once."""
        with self._mutex:
            self._waiting.append(ticket)
            leads = not self._led
            self._led = True
        return leads

    def _park(self, ticket: _ThreadTicket[Any]) -> None:
        """Wait until a leader has served the ticket, or has handed it the lead."""
        try:
            ticket.parked.acquire()
        except BaseException:
            with self._mutex:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                if ticket.promoted:
                    self._promote()
            raise

    def _lead(self, own: Ticket[Any]) -> None:
        """Serve one group, its own request among them, and hand the lead on."""
        group: list[Ticket[Any]] = []
        try:
            self.gate.acquire()
            try:
                group = self.gather(Ticket)
                self._serve(group)
            finally:
                self.gate.release()
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

    # The steps of a leader.

    def gather(self, kind: type[AnyTicket]) -> list[AnyTicket]:
        """Take the first requests of the queue, of a kind, as many as may share a commit."""
        group: list[AnyTicket] = []
        with self._mutex:
            waiting = self._waiting
            while waiting and len(group) < _GROUP_MAX:
                first = waiting[0]
                if not isinstance(first, kind):
                    break
                group.append(first)
                waiting.popleft()
        return group

    def execute(self, group: Sequence[Ticket[Any]]) -> WriteTransaction | Exception:
        """Do a group's work in a transaction that is left open.

        Gives the failure where a statement failed midway; all is rolled back then.
        """
        try:
            return self._execute(group)
        except Exception as error:
            return error

    def commit(self, group: Sequence[Ticket[Any]], executed: WriteTransaction | Exception) -> None:
        """Make a group's work durable; if it failed, run its requests one by one.

        After this each request has its result or its error.
        """
        failure = executed if isinstance(executed, Exception) else self._commit(executed)
        if failure is not None and len(group) > 1:
            for ticket in group:
                self._serve([ticket])
        elif isinstance(failure, apsw.Error):
            group[0].error = as_api_error(failure, self._path)
        elif failure is not None and not isinstance(failure, _HalfWrittenError):
            group[0].error = failure
        for ticket in group:
            ticket.done = True

    def hand_on(self) -> None:
        """Give the lead to whoever is the first in the queue now."""
        with self._mutex:
            self._promote()

    def _serve(self, group: Sequence[Ticket[Any]]) -> None:
        self.commit(group, self.execute(group))

    def _execute(self, group: Sequence[Ticket[Any]]) -> WriteTransaction:
        connection = self._connection
        self._cursor.execute("BEGIN IMMEDIATE")
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
        except BaseException:
            self._abandon()
            raise
        return transaction

    def _commit(self, transaction: WriteTransaction) -> Exception | None:
        """Commit the open transaction; gives the failure, with all rolled back."""
        try:
            self._cursor.execute("COMMIT")
        except BaseException as error:
            self._abandon()
            if isinstance(error, Exception):
                return error
            raise
        self._data_version = self._connection.data_version()
        self._last_stamp_us = transaction.stamp_us
        if transaction.catalog is not self._catalog:
            self._catalog = transaction.catalog
            self._on_catalog(transaction.catalog)
        return None

    def _abandon(self) -> None:
        self._data_version = -1
        roll_back(self._connection)

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
