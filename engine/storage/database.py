"""One Region's database: readers, the writer, the catalog, and upkeep beside the requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any, TypeVar

import apsw

from engine.client.keys import KeyTools
from engine.clock import Clock, VirtualClock
from engine.errors import (
    ApiError,
    DamagedError,
    FolderAccessError,
    FolderError,
    InternalServerError,
)
from engine.storage import forks
from engine.storage.catalog import Catalog, Table
from engine.storage.connections import (
    CACHE_KIB,
    as_api_error,
    as_folder_error,
    connect,
    connect_first,
    connect_memory,
    image_of,
    migrate,
    roll_back,
    set_cache,
)
from engine.storage.data_keys import DataKeys
from engine.storage.folder import DataFolder
from engine.storage.gate import FileGate
from engine.storage.history_setting import note_history
from engine.storage.keys import EVERYTHING
from engine.storage.lagged import LaggedReads
from engine.storage.log_tail import Tails
from engine.storage.loop_writer import CallSoon, LoopWriter
from engine.storage.meter_file import MeterFile
from engine.storage.reader import Read, Reader
from engine.storage.row_tables import Storage
from engine.storage.sealing import Seals
from engine.storage.turn_reads import TurnReads
from engine.storage.upkeep import Upkeep, gate_path, needs_looking_after
from engine.storage.window import earliest_us, now_us
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
    lag behind. `image`: what a Region in memory begins with, as `Database.image` gave it.
    `ttl_delete_s`: for how long an expired item may stay before it is deleted. `read_cache_kib`:
    how much of the file each reader keeps in memory; there are as many as read at once.
    """

    durability: str = "full"
    history_hours: float = 24.0
    read_lag_s: float = 0.0
    image: bytes | None = None
    ttl_delete_s: float = 60.0
    read_cache_kib: int = CACHE_KIB


class Database:
    """The storage of one Region, in a folder or in memory.

    Any number of threads and processes may use it at once; all see each other's commits.
    """

    def __init__(
        self,
        folder: DataFolder | None,
        region: str,
        clock: Clock,
        options: Options,
        keys: Callable[[], KeyTools],
    ) -> None:
        self.options = options
        self.data_keys = DataKeys(keys)
        self.clock = clock
        self.path = None if folder is None else folder.region_folder(region) / "data.db"
        self._page_key = "" if folder is None else folder.page_key
        self._synchronous = _SYNCHRONOUS[options.durability]
        self._refusal: str | None = None
        self._closed = False
        self._turn: TurnReads | None = None
        self.before_reading_again: Callable[[], None] = _nothing
        """Called where work of a read is done once more; what it has noted elsewhere is void."""
        self._closing = threading.Lock()
        # In memory all share one connection, and therefore one lock.
        self._memory_lock = threading.RLock() if self.path is None else None
        self._gate = None if self.path is None else _file_gate(gate_path(self.path))
        self.upkeep = Upkeep(self, self.path, clock)
        # In memory nothing goes on beside a clock that is moved by hand.
        self._looks_after = self.path is not None or not isinstance(clock, VirtualClock)
        try:
            self._connection = self._open_first()
            self.catalog = self._first_catalog()
        except BaseException:
            if self._gate is not None:
                self._gate.close()
            raise
        gate: Any = self._gate or self._memory_lock
        history_hours = 0.0 if self.path is None else options.history_hours
        self._writer = Writer(
            self._connection,
            gate,
            clock,
            history_hours,
            self.path,
            self._set_catalog,
            self.data_keys,
        )
        self.tails = Tails()
        self._idle_readers = [self._reader_of(self._connection)] if self.path is None else []
        if self.path is not None:
            self._identity = forks.identity(self.path)
            self._connection.set_wal_hook(self.upkeep.after_commit)
            # Where the file is damaged, requests say so, each for itself.
            with suppress(ApiError):
                self._note_history()
                if self.read(self.upkeep.is_needed):
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
            connection = connect_memory(self.options.image)
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

    def _note_history(self) -> None:
        """Note for how long local history is kept, where that is another time than it was."""
        history_s = ceil(self.options.history_hours * 3_600)
        if self.read(lambda reader, _: reader.history_s()) != history_s:
            self.write(partial(note_history, history_s=history_s))

    def _set_catalog(self, catalog: Catalog) -> None:
        """Go on with a catalog that this process, or another one, has changed."""
        self.catalog = catalog
        self.data_keys.keep(catalog.data_keys)
        if self._looks_after and any(map(needs_looking_after, catalog.tables.values())):
            self.upkeep.start()

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

    def catalog_of(self, reader: Reader) -> Catalog:
        """The catalog as a reader's transaction has it."""
        return load_catalog(reader.cursor, self.catalog)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A reader in a transaction, for long work that writes meanwhile; not in memory."""
        if self._refusal is not None:
            raise self._refused()
        reader = self.lend_reader()
        try:
            reader.begin()
            yield reader
        except apsw.Error as error:
            raise as_api_error(error, self.path, reader.connection) from error
        finally:
            reader.end()
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
        if self._refusal is not None:
            # Closed since the request was let in: nobody would close one more.
            raise self._refused()
        try:
            connection = self.connect()
        except FolderError as error:
            raise InternalServerError(str(error)) from error
        set_cache(connection, self.options.read_cache_kib)
        return self._reader_of(connection)

    def _reader_of(self, connection: apsw.Connection) -> Reader:
        return Reader(connection, Seals(connection, self.data_keys))

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
                reader.begin()
                result = work(reader, catalog)
                # Asked after the first read of the transaction, which refreshes the answer.
                unchanged = reader.data_version() == reader.checked_version
                if unchanged and catalog is reader.checked_catalog:
                    return result, catalog
                if self._is_current(reader, catalog):
                    return result, catalog
            except Exception:
                # With an outdated catalog anything may come: of a table that is gone, or sealed.
                if self._is_current(reader, catalog):
                    raise
            reader.end()
            self.before_reading_again()

    def _is_current(self, reader: Reader, catalog: Catalog) -> bool:
        """Whether the catalog is the committed one; if not, the committed one is taken over."""
        current = load_catalog(reader.cursor, catalog)
        reader.checked_version = reader.data_version()
        reader.checked_catalog = current
        if current is catalog:
            return True
        if current.version > self.catalog.version:
            self._set_catalog(current)
        else:
            reader.checked_catalog = None
        return False

    def stream(
        self, find: Callable[[Catalog], Storage]
    ) -> Generator[tuple[bytes, int], None, None]:
        """All rows (value, size) of the storage that is found, from one snapshot, in key order.

        The snapshot is held until the iterator ends or is closed. In memory, where all share one
        connection, the rows are taken at once: what lies there is not copied.
        """
        if self._memory_lock is not None:
            yield from self.read(
                lambda reader, catalog: list(reader.range(find(catalog), EVERYTHING))
            )
            return
        with self.reading() as reader:
            rows = reader.range(find(self.current_catalog(reader)), EVERYTHING)
            # Closing this iterator closes what it yields from, and that must not be the reader's
            # cursor: the next who borrows the reader could read nothing.
            yield from (row for row in rows)

    def reload_catalog(self) -> Catalog:
        """Read the catalog anew if another process changed it."""
        return self.read(lambda reader, catalog: self._checked(reader, catalog))

    def current_catalog(self, reader: Reader) -> Catalog:
        """The catalog that belongs to a reader's transaction."""
        return self._checked(reader, self.catalog)

    def _checked(self, reader: Reader, catalog: Catalog) -> Catalog:
        current = load_catalog(reader.cursor, catalog)
        if current is not catalog:
            self._set_catalog(current)
        return current

    # Writing.

    def window_us(self, reader: Reader, table: Table) -> tuple[int | None, int]:
        """Since when a table's past can be read, None where it cannot; and what time it is now."""
        times = reader.log_times()
        now = now_us(times, self.clock.now_us())
        return earliest_us(table, times, now, self.options.history_hours), now

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

    def image(self) -> bytes:
        """All of a Region in memory, for another one to begin with."""
        if self._memory_lock is None:
            raise ValueError(f"{self.path}: only a Region in memory has an image")
        with self._memory_lock:
            return image_of(self._connection)

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
            self.upkeep.stop()
            self._refusal = "the engine is closed"
            if self._lagged is not None:
                self._lagged.close()
            self._writer.close()
            self.data_keys.close()
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
    """Where nothing is to be ended, or told."""


def _load(reader: Reader, known: Catalog) -> Catalog:
    return load_catalog(reader.cursor, known)


def _file_gate(path: Path) -> FileGate:
    try:
        return FileGate(path)
    except OSError as error:
        raise FolderAccessError(f"{path}: {error.strerror}") from error
