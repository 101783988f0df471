"""The writers' queue: one transaction at a time, shared by all requests that wait for it.

Between processes a lock file is taken before the transaction: SQLite's own waiting lets one process
starve the others. Inside a process the first to come leads: it executes the requests of all who
wait, commits once, and hands the lead to the next. While it waits for the disk, others gather.

Who waits is a thread (`Writer.run`) or a request of an event loop (`loop_writer`). Both stand in
the one queue, and whoever leads takes the same steps: `gather`, `execute`, `commit`, `hand_on`.

A request stays in the queue until it is done. So a leader may be interrupted anywhere (Ctrl-C): the
next one finds in the queue just what is still to be done, nothing lost and nothing done twice.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import apsw

from engine.clock import Clock
from engine.errors import InternalServerError
from engine.storage.catalog import Catalog
from engine.storage.connections import as_api_error, fetch, roll_back
from engine.storage.data_keys import DataKeys, data_keys_for
from engine.storage.gate import Gate
from engine.storage.log_reads import least_stamp_us
from engine.storage.transaction import WriteTransaction

T = TypeVar("T")
AnyTicket = TypeVar("AnyTicket", bound="Ticket[Any]")
Work = Callable[[WriteTransaction], T]

# How many requests share a commit at most; more gain little and hold the lock for long.
_GROUP_MAX = 64


class Ticket(Generic[T]):
    """One request in the queue: its work, then its result or its error.

    `wake` is called with the ticket and tells whoever waits that the request is done, or else that
    it is theirs to lead. It may be called more than once.
    """

    __slots__ = ("done", "error", "result", "wake", "work")

    def __init__(self, work: Work[T], wake: Callable[[Any], None]) -> None:
        self.work = work
        self.wake = wake
        self.result: T
        self.error: Exception | None = None
        self.done = False

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


class Writer:
    """The one writing connection of a Region in this process."""

    def __init__(
        self,
        connection: apsw.Connection,
        gate: Gate,
        clock: Clock,
        history_hours: float,
        path: Path | None,
        on_catalog: Callable[[Catalog], None],
        data_keys: DataKeys,
    ) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self.gate = gate
        self._clock = clock
        self._history_hours = history_hours
        self._path = path
        self._on_catalog = on_catalog
        self._data_keys = data_keys
        self._catalog = Catalog(0, {})
        self._data_version = -1
        self._last_stamp_us = 0
        self._mutex = threading.Lock()
        self._idle = threading.Condition(self._mutex)
        self._waiting: deque[Ticket[Any]] = deque()
        self._leader: Ticket[Any] | None = None
        self._closed = False

    def run(self, work: Work[T]) -> T:
        """Do the work in a transaction, durable when this returns; raises what the work raised."""
        parked = threading.Lock()
        parked.acquire()

        def wake(_: object) -> None:
            if parked.locked():
                parked.release()

        ticket = Ticket(work, wake)
        try:
            if not self.enqueue(ticket):
                parked.acquire()
            if not ticket.done:
                self._lead(ticket)
        except BaseException:
            try:
                self._give_up(ticket)
            except BaseException:
                # A failure, and amid what follows from it an interruption.
                self._give_up(ticket)
                raise
            raise
        return ticket.outcome()

    def enqueue(self, ticket: Ticket[Any]) -> bool:
        """Stand in the queue; gives whether the lead is with the caller at once."""
        with self._mutex:
            if self._closed:
                raise InternalServerError(f"{self._path or 'in memory'}: the engine is closed")
            self._waiting.append(ticket)
            if self._leader is None:
                self._leader = ticket
            return self._leader is ticket

    def _lead(self, own: Ticket[Any]) -> None:
        """Serve one group, its own request among them, and hand the lead on."""
        try:
            with self.gate:
                self._serve(self.gather(Ticket))
        except BaseException as error:
            # Interrupted perhaps just where the gate was passed; an open one refuses it.
            with contextlib.suppress(OSError, RuntimeError):
                self.gate.release()
            if isinstance(error, OSError):
                raise InternalServerError(f"{self._path}: the lock failed: {error}") from error
            raise
        self.hand_on(own)

    def _give_up(self, ticket: Ticket[Any]) -> None:
        """Take a request out of the queue, and the lead from it; may be called again."""
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        self.hand_on(ticket)

    # The steps of a leader.

    def gather(self, kind: type[AnyTicket]) -> list[AnyTicket]:
        """The first requests of the queue, of a kind, as many as may share a commit."""
        group: list[AnyTicket] = []
        with self._mutex:
            for ticket in islice(self._waiting, _GROUP_MAX):
                if not isinstance(ticket, kind):
                    break
                group.append(ticket)
        return group

    def execute(self, group: Sequence[Ticket[Any]]) -> WriteTransaction | Exception:
        """Do a group's work in a transaction that is left open.

        Gives the failure where a statement failed midway; all is rolled back then.
        """
        connection = self._connection
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            if connection.data_version() != self._data_version:
                self._catch_up()
            transaction = WriteTransaction(
                self._cursor,
                self._catalog,
                self._last_stamp_us,
                self._history_hours,
                trims=self._path is None,
                data_keys=self._data_keys,
            )
            for ticket in group:
                before = transaction.writes
                transaction.stamp_us = max(self._clock.now_us(), transaction.stamp_us)
                ticket.run(transaction)
                if ticket.error is not None and transaction.writes != before:
                    raise _HalfWrittenError
            transaction.finish()
        except BaseException as error:
            self._abandon()
            if isinstance(error, Exception):
                return error
            raise
        return transaction

    def commit(self, group: Sequence[Ticket[Any]], executed: WriteTransaction | Exception) -> None:
        """Make a group's work durable; if it failed, run its requests one by one.

        After this each request is done and has its result or its error.
        """
        failure = executed if isinstance(executed, Exception) else self._commit(group, executed)
        if failure is None:
            return
        if len(group) > 1:
            for ticket in group:
                self._serve([ticket])
            return
        ticket = group[0]
        if isinstance(failure, apsw.Error):
            ticket.error = as_api_error(failure, self._path, self._connection)
        elif not isinstance(failure, _HalfWrittenError):
            ticket.error = failure
        ticket.done = True

    def hand_on(self, leader: Ticket[Any]) -> None:
        """End a lead, if it is that: wake those who are done, and let the next one lead.

        Whoever is interrupted in it does it again from its start.
        """
        with self._mutex:
            if self._leader is not leader:
                return
            waiting = self._waiting
            while waiting and waiting[0].done:
                waiting[0].wake(waiting[0])
                waiting.popleft()
            if waiting:
                waiting[0].wake(waiting[0])
                self._leader = waiting[0]
            else:
                self._leader = None
                if self._closed:
                    self._idle.notify_all()

    def _serve(self, group: Sequence[Ticket[Any]]) -> None:
        try:
            self.commit(group, self.execute(group))
        except BaseException:
            self._abandon()
            raise

    def _commit(
        self, group: Sequence[Ticket[Any]], transaction: WriteTransaction
    ) -> Exception | None:
        """Commit the open transaction; gives the failure, with all rolled back."""
        try:
            self._cursor.execute("COMMIT")
            self._committed(group, transaction)
        except BaseException as error:
            if isinstance(error, apsw.Error) or self._connection.in_transaction:
                self._abandon()
                if isinstance(error, Exception):
                    return error
            else:
                # An interruption right behind the commit does not undo it.
                self._committed(group, transaction)
            if not isinstance(error, Exception):
                raise
        return None

    def _committed(self, group: Sequence[Ticket[Any]], transaction: WriteTransaction) -> None:
        for ticket in group:
            ticket.done = True
        self._data_version = self._connection.data_version()
        self._last_stamp_us = transaction.stamp_us
        if transaction.catalog is not self._catalog:
            self._catalog = transaction.catalog
            self._on_catalog(transaction.catalog)

    def _abandon(self) -> None:
        self._data_version = -1
        roll_back(self._connection)

    def _catch_up(self) -> None:
        """Another process has written: take over its catalog and its last stamp."""
        self._catalog = load_catalog(self._cursor, self._catalog)
        self._last_stamp_us = max(self._last_stamp_us, least_stamp_us(self._cursor))

    def close(self) -> None:
        """Refuse further requests and wait for those in the queue; a second close only waits."""
        with self._mutex:
            self._closed = True
            while self._leader is not None:
                self._idle.wait()


class _HalfWrittenError(Exception):
    """A request was refused after its first write: the group must be rolled back."""


def load_catalog(cursor: apsw.Cursor, known: Catalog) -> Catalog:
    """The catalog as committed: `known`, unless its version is not the current one.

    Raises `InternalServerError` where a definition cannot be read.
    """
    ((version,),) = fetch(cursor, "SELECT value FROM meta WHERE name = 'catalog_version'")
    if version == known.version:
        return known
    rows = fetch(cursor, "SELECT name, definition FROM catalog ORDER BY name")
    catalog = Catalog.from_rows(version, rows)
    return replace(catalog, data_keys=data_keys_for(cursor, catalog.encryptions))
