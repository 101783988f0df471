"""One Region's database: readers, the writer, the catalog, and upkeep beside the requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw

from engine.clock import Clock
from engine.errors import (
    ApiError,
    DamagedError,
    FolderAccessError,
    FolderError,
    InternalServerError,
)
from engine.storage import forks
from engine.storage.catalog import Catalog, Storage
from engine.storage.connections import (
    as_api_error,
    as_folder_error,
    connect,
    connect_first,
    fetch,
    migrate,
    roll_back,
)
from engine.storage.counts import large_sizes, read_counts
from engine.storage.folder import DataFolder
from engine.storage.gate import FileGate
from engine.storage.items import StoredItem, read_item, read_keys, read_range
from engine.storage.keys import KeyRange
from engine.storage.lagged import LaggedReads
from engine.storage.loop_writer import CallSoon, LoopWriter
from engine.storage.meter_file import MeterFile
from engine.storage.migrations import PAGE_BYTES
from engine.storage.turn_reads import TurnReads
from engine.storage.upkeep import Upkeep, gate_path
from engine.storage.writer import Work, Writer, load_catalog

T = TypeVar("T")

# Relaxed is not OFF: without the syncs of checkpoints, power loss would damage the file, and with
# it what other processes had been told is durable.
_SYNCHRONOUS = {"full": "FULL", "relaxed": "NORMAL"}
# Each reader may cache as much as the writer does; more than these are closed after their request.
_IDLE_READERS_MAX = 16


@dataclass(frozen=True, slots=True)
class Options:
    """How a Region's database behaves.

    `durability`: "full" (an acknowledged write survives power loss) or "relaxed" (it survives the
    end of the process; power loss takes the last ones, and nothing else). `history_hours`: how long
    local history is kept; 0 keeps none. `read_lag_s`: by how much eventually consistent reads may
    lag behind.
    """

    durability: str = "full"
    history_hours: float = 24.0
    read_lag_s: float = 0.0


class Reader:
    """A connection inside a read transaction: one consistent state for all that it reads.

    Lookups fetch all their rows: a statement left at its first row would hold on to the snapshot.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.cursor = connection.cursor()
        self.data_version = connection.data_version
        self._beside = connection.cursor()
        self.checked_version = -1
        self.checked_catalog: Catalog | None = None

    def end(self) -> None:
        """End the transaction, if one is open."""
        # On this cursor, so that a range left half read lets go of the snapshot too.
        if self.connection.in_transaction:
            self.cursor.execute("ROLLBACK")

    def get(self, storage: Storage, key: bytes) -> StoredItem | None:
        """The item under a key; may be asked while a range is being read."""
        return read_item(self._beside, storage, key)

    def range(
        self, storage: Storage, keys: KeyRange, descending: bool = False
    ) -> Iterator[tuple[bytes, int]]:
        """Rows (value, size) of a range in key order; one range at a time."""
        return read_range(self.cursor, storage, keys, descending)

    def range_with_keys(
        self, storage: Storage, keys: KeyRange
    ) -> Iterator[tuple[bytes, int, bytes]]:
        """Rows (value, size, key) of a range in key order; one range at a time."""
        return read_keys(self.cursor, storage, keys)

    def counts(self, storage_id: int) -> tuple[int, int]:
        """Number of items of a storage id, and their size in bytes."""
        return read_counts(self._beside, storage_id)

    def large_sizes(self) -> dict[int, int]:
        """Bytes, as last added up, of the storage ids that one partition cannot hold."""
        return large_sizes(self._beside)

    def collection_bytes(self, storage_id: int, collection: bytes) -> int:
        """Noted bytes of an item collection of a table with local indexes."""
        for (size,) in self._fetch(
            "SELECT bytes FROM collections WHERE storage = ? AND k = ?", storage_id, collection
        ):
            return int(size)
        return 0

    def measure(self, storage: Storage, keys: KeyRange, count_max: int) -> tuple[int, int]:
        """Number of rows of a range, at most so many, and their sizes together."""
        ((rows, size),) = self._fetch(storage.measure, keys.low, keys.high, count_max)
        return rows, size or 0

    def job_ids(self, kind: str) -> list[int]:
        """The jobs of a kind that are not done."""
        return [
            row[0] for row in self._fetch("SELECT id FROM jobs WHERE kind = ? ORDER BY id", kind)
        ]

    def log_size(self) -> tuple[int, int | None]:
        """Number of entries of the change log, and the stamp of the oldest."""
        ((entries, oldest_us),) = self._fetch(
            "SELECT count(*), (SELECT stamp_us FROM changes ORDER BY seq LIMIT 1) FROM changes"
        )
        return entries, oldest_us

    def free_bytes(self) -> int:
        """Bytes of pages that hold nothing."""
        ((pages,),) = self._fetch("PRAGMA freelist_count")
        return int(pages) * PAGE_BYTES

    def page_problems(self, count_max: int) -> list[str]:
        """What SQLite's own check of every page finds."""
        problems: list[str] = []
        try:
            for (text,) in self._beside.execute(f"PRAGMA integrity_check({count_max})"):
                lines = str(text).splitlines()
                problems += [line for line in lines if line != "ok" and line[0] != "*"]
        except apsw.CorruptError:
            # A page whose authentication fails ends the check; what was found before it counts.
            problems.append("a page is damaged, and the pages after it could not be checked")
        return problems

    def row_count(self, storage_id: int) -> int:
        """Rows of a storage id, counted."""
        ((count,),) = self._fetch(f"SELECT count(*) FROM t{storage_id}")
        return int(count)

    def big_counts(self, storage: Storage) -> tuple[int, int]:
        """Number of large values of a storage id, and of the rows that lead to one."""
        ((values, rows),) = self._fetch(storage.count_big)
        return values, rows

    def is_work_left(self, trim_before_us: int, now_us: int) -> bool:
        """Whether anything is to be freed, trimmed of the change log, or forgotten of tokens."""
        ((left,),) = self._fetch(
            "SELECT EXISTS(SELECT 1 FROM retired)"
            " OR EXISTS(SELECT 1 FROM tokens WHERE until_us <= ?) OR EXISTS(SELECT 1 FROM ("
            "SELECT seq, stamp_us FROM changes ORDER BY seq LIMIT 1)"
            " WHERE stamp_us < ? AND seq < (SELECT max(seq) FROM changes))",
            now_us,
            trim_before_us,
        )
        return bool(left)

    def _fetch(self, sql: str, *bindings: Any) -> list[tuple[Any, ...]]:
        return fetch(self._beside, sql, bindings)


Read = Callable[[Reader, Catalog], T]


class Database:
    """The storage of one Region, in a folder or in memory.

    Any number of threads and processes may use it at once; all see each other's commits.
    """

    def __init__(self, folder: DataFolder | None, region: str, clock: Clock, options: Options):
        self.options = options
        self.path = None if folder is None else folder.region_folder(region) / "data.db"
        self._page_key = "" if folder is None else folder.page_key
        self._synchronous = _SYNCHRONOUS[options.durability]
        self._refusal: str | None = None
        self._closed = False
        self._turn: TurnReads | None = None
        self._closing = threading.Lock()
        # In memory all share one connection, and therefore one lock.
        self._memory_lock = threading.RLock() if self.path is None else None
        self._gate = None if self.path is None else _file_gate(gate_path(self.path))
        try:
            self._connection = self._open_first()
            self.catalog = self._first_catalog()
        except BaseException:
            if self._gate is not None:
                self._gate.close()
            raise
        gate: Any = self._gate or self._memory_lock
        log_changes = self.path is not None and options.history_hours > 0
        self._writer = Writer(
            self._connection, gate, clock, log_changes, self.path, self._set_catalog
        )
        self._idle_readers = [Reader(self._connection)] if self.path is None else []
        self.upkeep = None if self.path is None else Upkeep(self, self.path, clock)
        if self.path is not None and self.upkeep is not None:
            self._identity = forks.identity(self.path)
            self._connection.set_wal_hook(self.upkeep.after_commit)
            # Where the file is damaged, requests say so, each for itself.
            with suppress(ApiError):
                if self.read(self.upkeep.is_work_left):
                    self.upkeep.start()
        self._lagged = (
            LaggedReads(self._new_reader, clock, options.read_lag_s)
            if options.read_lag_s > 0 and self.path is not None
            else None
        )
        forks.watch(self)

    def _open_first(self) -> apsw.Connection:
        """Open the writing connection and bring the schema up to date, one process at a time."""
        if self.path is None or self._gate is None:
            connection = connect(None, "", self._synchronous)
            migrate(connection)
            return connection
        try:
            with self._gate:
                return connect_first(self.path, self._page_key, self._synchronous)
        except OSError as error:
            raise FolderAccessError(f"{self.path}: {error.strerror or error}") from error

    def _first_catalog(self) -> Catalog:
        connection = self._connection
        try:
            return load_catalog(connection.cursor(), Catalog(0, {}))
        except apsw.Error as error:
            failure: FolderError = as_folder_error(error, self.path, connection)
            connection.close()
            raise failure from error
        except ApiError as error:
            connection.close()
            raise DamagedError(f"{self.path}: {error}") from error

    def _set_catalog(self, catalog: Catalog) -> None:
        self.catalog = catalog

    # Reading.

    def read(self, work: Read[T]) -> T:
        """Do `work` in one read transaction, with the catalog that belongs to it.

        Work that met an outdated catalog (another process changed it) is done again.
        """
        if self._refusal is not None:
            raise self._refused()
        if self._memory_lock is not None:
            with self._memory_lock:
                return self._read_in_memory(work)
        reader = self.lend_reader()
        try:
            return self._read_current(reader, work)
        except apsw.Error as error:
            raise as_api_error(error, self.path, reader.connection) from error
        finally:
            self.give_back(reader)

    def lend_reader(self) -> Reader:
        """A reader that nobody uses, to be given back."""
        try:
            return self._idle_readers.pop()
        except IndexError:
            return self._new_reader()

    def _read_in_memory(self, work: Read[T]) -> T:
        if not self._idle_readers:
            raise self._refused()
        reader = self._idle_readers[0]
        try:
            return self._read_current(reader, work)
        except apsw.Error as error:
            raise as_api_error(error, None) from error
        finally:
            roll_back(reader.connection)

    def _new_reader(self) -> Reader:
        try:
            return Reader(self.connect())
        except FolderError as error:
            raise InternalServerError(str(error)) from error

    def give_back(self, reader: Reader) -> None:
        """Keep a reader for the next request, unless an interruption left it in a transaction."""
        idle = self._idle_readers
        if reader.connection.in_transaction or len(idle) >= _IDLE_READERS_MAX:
            reader.connection.close()
            return
        idle.append(reader)
        if self._refusal is not None:
            self._close_idle_readers()

    def _close_idle_readers(self) -> None:
        while True:
            try:
                reader = self._idle_readers.pop()
            except IndexError:
                return
            reader.connection.close()

    def read_eventually(self, work: Read[T]) -> T:
        """Do `work` in a read transaction that may lag behind, where the Region has a lag.

        On an event loop it may be that of the turn; see `TurnReads`.
        """
        if self._lagged is None:
            turn = self._turn
            if turn is None or self._refusal is not None or not turn.is_here():
                return self.read(work)
            return turn.read(work)
        try:
            return self._lagged.read(work, self.reload_catalog(), _load)
        except apsw.Error as error:
            raise as_api_error(error, self.path) from error

    def _read_current(self, reader: Reader, work: Read[T]) -> T:
        try:
            return self.begin_read(reader, work)[0]
        finally:
            reader.end()

    def begin_read(self, reader: Reader, work: Read[T]) -> tuple[T, Catalog]:
        """Do `work` in a read transaction that is left open; gives the catalog that belongs to it.

        The transaction may be open after an exception, too.
        """
        while True:
            catalog = self.catalog
            try:
                reader.cursor.execute("BEGIN")
                result = work(reader, catalog)
                # Asked after the first read of the transaction, which refreshes the answer.
                unchanged = reader.data_version() == reader.checked_version
                if unchanged and catalog is reader.checked_catalog:
                    return result, catalog
                if self._is_current(reader, catalog):
                    return result, catalog
            except (ApiError, apsw.SQLError):
                if self._is_current(reader, catalog):
                    raise
            reader.end()

    def _is_current(self, reader: Reader, catalog: Catalog) -> bool:
        """Whether the catalog is the committed one; if not, the committed one is taken over."""
        current = load_catalog(reader.cursor, catalog)
        reader.checked_version = reader.data_version()
        reader.checked_catalog = current
        if current is catalog:
            return True
        if current.version > self.catalog.version:
            self.catalog = current
        else:
            reader.checked_catalog = None
        return False

    def reload_catalog(self) -> Catalog:
        """Read the catalog anew if another process changed it."""
        return self.read(lambda reader, catalog: self._checked(reader, catalog))

    def _checked(self, reader: Reader, catalog: Catalog) -> Catalog:
        current = load_catalog(reader.cursor, catalog)
        if current is not catalog:
            self.catalog = current
        return current

    # Writing.

    def write(self, work: Work[T]) -> T:
        """Do `work` in a write transaction, which other requests may share; see `Writer.run`."""
        if self._refusal is not None:
            raise self._refused()
        return self._writer.run(work)

    def loop_writer(self, call_soon: CallSoon) -> LoopWriter:
        """The writers' queue for an event loop, for the caller to close.

        From now on the eventually consistent reads of the loop's thread share their turn's
        transaction, until `leave_loop`.
        """
        on_disk = self.path is not None
        if on_disk:
            self._turn = TurnReads(self, call_soon)
        return LoopWriter(
            self._writer,
            call_soon,
            helper=on_disk,
            syncs=on_disk and self.options.durability == "full",
            before_answer=_nothing if self._turn is None else self._turn.end,
        )

    def leave_loop(self) -> None:
        """The event loop is about to end: its reads are those of any thread again."""
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.end()

    def connect(self, synchronous: str | None = None) -> apsw.Connection:
        """A further connection to the file, for the caller to use and close."""
        return connect(self.path, self._page_key, synchronous or self._synchronous)

    def open_meter(self) -> MeterFile | None:
        """The Region's file of capacity, for the caller to close; None in memory."""
        if self.path is None:
            return None
        return MeterFile(self.path.with_name("meter.db"), self._page_key)

    # Life.

    @property
    def is_closed(self) -> bool:
        """Whether requests are refused."""
        return self._refusal is not None

    def _refused(self) -> InternalServerError:
        return InternalServerError(f"{self.path or 'in memory'}: {self._refusal}")

    def close(self) -> None:
        """Let requests at work finish and close all connections; a second close does nothing.

        The last process to leave folds the write-ahead log into the file. Whoever is interrupted in
        it does it again from its start.
        """
        if self._closed:
            return
        with self._closing:
            if self.upkeep is not None:
                self.upkeep.stop()
            self._refusal = "the engine is closed"
            if self._lagged is not None:
                self._lagged.close()
            self._writer.close()
            if self._memory_lock is None:
                self._close_idle_readers()
                self._connection.close()
            else:
                with self._memory_lock:
                    self._close_idle_readers()
            if self._gate is not None:
                self._gate.close()
            forks.unwatch(self)
            self._closed = True

    def after_fork(self) -> None:
        """Refuse everything in a child, and see that nothing is closed there either.

        To close, even at the end of the child, would roll back what the parent was writing, in the
        memory that both share: one reference too many keeps the connections from it.
        """
        self._refusal = "opened before this process was forked"
        self._closed = True
        if self.path is not None:
            forks.refuse_from_now(self._identity)
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self))


def _nothing() -> None:
    """Where no turn's transaction is to be ended."""


def _load(reader: Reader, known: Catalog) -> Catalog:
    return load_catalog(reader.cursor, known)


def _file_gate(path: Path) -> FileGate:
    try:
        return FileGate(path)
    except OSError as error:
        raise FolderAccessError(f"{path}: {error.strerror}") from error
