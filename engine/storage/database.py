"""One Region's database: readers, the writer, the catalog, and upkeep beside the requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw

from engine.clock import Clock
from engine.errors import ApiError, FolderAccessError
from engine.storage.catalog import Catalog, Storage
from engine.storage.connections import as_api_error, connect, fetch, migrate
from engine.storage.folder import DataFolder
from engine.storage.items import StoredItem, read_item, read_range
from engine.storage.keys import KeyRange
from engine.storage.migrations import PAGE_BYTES
from engine.storage.upkeep import Upkeep, gate_path
from engine.storage.writer import FileGate, Work, Writer, load_catalog

T = TypeVar("T")

_SYNCHRONOUS = {"full": "FULL", "relaxed": "OFF"}


@dataclass(frozen=True, slots=True)
class Options:
    """How a Region's database behaves.

    `durability`: "full" (an acknowledged write survives power loss) or "relaxed" (it survives the
    end of the process). `history_hours`: how long local history is kept; 0 keeps none.
    """

    durability: str = "full"
    history_hours: float = 24.0


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

    def get(self, storage: Storage, key: bytes) -> StoredItem | None:
        """The item under a key; may be asked while a range is being read."""
        return read_item(self._beside, storage, key)

    def range(
        self, storage: Storage, keys: KeyRange, descending: bool = False
    ) -> Iterator[tuple[bytes, int, bytes]]:
        """Rows (value, size, key) of a range in key order; one range at a time."""
        return read_range(self.cursor, storage, keys, descending)

    def counts(self, storage_id: int) -> tuple[int, int]:
        """Number of items of a storage id, and their size in bytes."""
        for items, size in self._fetch(
            "SELECT items, bytes FROM stats WHERE storage = ?", storage_id
        ):
            return items, size
        return 0, 0

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
        rows = self._fetch(f"PRAGMA integrity_check({count_max})")
        return [text for (text,) in rows if text != "ok"]

    def row_count(self, storage_id: int) -> int:
        """Rows of a storage id, counted."""
        ((count,),) = self._fetch(f"SELECT count(*) FROM t{storage_id}")
        return int(count)

    def _fetch(self, sql: str, *bindings: Any) -> list[tuple[Any, ...]]:
        return fetch(self._beside, sql, bindings)


Read = Callable[[Reader, Catalog], T]


class Database:
    """The storage of one Region, in a folder or in memory.

    Any number of threads and processes may use it at once; all see each other's commits.
    """

    def __init__(self, folder: DataFolder | None, region: str, clock: Clock, options: Options):
        self.options = options
        self.catalog = Catalog(0, {})
        self._synchronous = _SYNCHRONOUS[options.durability]
        self._closed = False
        # In memory all share one connection, and therefore one lock.
        self._memory_lock = threading.RLock() if folder is None else None
        self._idle_readers: list[Reader] = []
        self._page_key = "" if folder is None else folder.page_key
        self.path: Path | None = None
        self._gate: FileGate | None = None
        if folder is not None:
            region_folder = folder.region_folder(region)
            self.path = region_folder / "data.db"
            self._gate = _file_gate(gate_path(self.path))
        connection = self._open_first()
        gate: Any = self._gate or self._memory_lock
        log_changes = folder is not None and options.history_hours > 0
        self._writer = Writer(connection, gate, clock, log_changes, self.path, self._set_catalog)
        if folder is None:
            self._idle_readers.append(Reader(connection))
        self.reload_catalog()
        self._upkeep = None if folder is None else Upkeep(self, clock)
        if self._upkeep is not None:
            connection.set_wal_hook(self._upkeep.after_commit)

    def _open_first(self) -> apsw.Connection:
        """Open the writing connection and bring the schema up to date, one process at a time."""
        if self._gate is None:
            connection = connect(None, "", "OFF")
            migrate(connection)
            return connection
        with self._gate:
            connection = self.connect()
            try:
                migrate(connection)
            except apsw.FullError as error:
                connection.close()
                raise FolderAccessError(f"{self.path}: the disk is full") from error
            return connection

    def _set_catalog(self, catalog: Catalog) -> None:
        self.catalog = catalog

    # Reading.

    def read(self, work: Read[T]) -> T:
        """Do `work` in one read transaction, with the catalog that belongs to it.

        Work that met an outdated catalog (another process changed it) is done again.
        """
        if self._memory_lock is not None:
            with self._memory_lock:
                return self._read_current(self._idle_readers[0], work)
        try:
            reader = self._idle_readers.pop()
        except IndexError:
            reader = Reader(self.connect())
        try:
            return self._read_current(reader, work)
        except apsw.Error as error:
            raise as_api_error(error, self.path) from error
        finally:
            if self._closed:
                reader.connection.close()
            else:
                self._idle_readers.append(reader)

    def _read_current(self, reader: Reader, work: Read[T]) -> T:
        execute = reader.cursor.execute
        while True:
            catalog = self.catalog
            execute("BEGIN")
            try:
                result = work(reader, catalog)
                # Asked after the first read of the transaction, which refreshes the answer.
                unchanged = reader.data_version() == reader.checked_version
                if unchanged and catalog is reader.checked_catalog:
                    return result
                if self._is_current(reader, catalog):
                    return result
            except (ApiError, apsw.SQLError):
                if self._is_current(reader, catalog):
                    raise
            finally:
                # On this cursor, so that a range left half read lets go of the snapshot too.
                execute("ROLLBACK")

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
        return self._writer.run(work)

    def connect(self) -> apsw.Connection:
        """A further connection to the file, for the caller to use and close."""
        return connect(self.path, self._page_key, self._synchronous)

    def close(self) -> None:
        """Close all connections; the last process to leave folds the log into the file."""
        if self._closed:
            return
        self._closed = True
        if self._upkeep is not None:
            self._upkeep.stop()
        self._writer.close()
        while self._idle_readers:
            self._idle_readers.pop().connection.close()
        if self._gate is not None:
            self._gate.close()


def _file_gate(path: Path) -> FileGate:
    try:
        return FileGate(path)
    except OSError as error:
        raise FolderAccessError(f"{path}: {error.strerror}") from error
