"""SQLite connections to one Region's database, and what their failures mean."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from engine.errors import (
    ApiError,
    DamagedError,
    FolderAccessError,
    FolderError,
    InternalServerError,
    NewerFormatError,
)
from engine.storage import forks
from engine.storage.folder import sync_folder
from engine.storage.migrations import PAGE_BYTES, SCHEMA_VERSION, STEPS

# A cached page is kept decrypted; SQLite's own default of 2 MB makes most reads decrypt anew.
CACHE_KIB = 65_536
_SCRATCH_CACHE_KIB = 8_192
_METER_CHECKPOINT_PAGES = 1_000
_BUSY_TIMEOUT_MS = 20_000
_STATEMENTS_CACHED = 1_000
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def connect_memory(image: bytes | None) -> apsw.Connection:
    """A private database in memory: empty, or as `image_of` gave it."""
    connection = connect(None, "", "OFF")
    if image is not None:
        connection.deserialize("main", image)
    return connection


def image_of(connection: apsw.Connection) -> bytes:
    """All of a database in memory."""
    return connection.serialize("main")


def connect(path: Path | None, page_key: str, synchronous: str) -> apsw.Connection:
    """Open a connection; `path` None is a private database in memory.

    `synchronous` is SQLite's: FULL makes a commit survive power loss, NORMAL leaves the moment of
    its writing to the operating system. Raises `FolderError` where the file is missing, cannot be
    opened, is damaged, too new, or was open when this process was forked.
    """
    if path is None:
        connection = apsw.Connection(":memory:", statementcachesize=_STATEMENTS_CACHED)
        _pragma(connection, "temp_store=memory")
        return connection
    if forks.was_open_at_fork(path):
        raise FolderAccessError(
            f"{path}: was open when this process was forked; open it after the fork, or start "
            "processes by spawning"
        )
    return _opened(path, page_key, synchronous, apsw.SQLITE_OPEN_READWRITE, _check)


def set_cache(connection: apsw.Connection, kib: int) -> None:
    """How much of the file a connection keeps in memory, decrypted."""
    _pragma(connection, f"cache_size=-{kib}")


def connect_first(path: Path, page_key: str, synchronous: str) -> apsw.Connection:
    """Open the database, made where it is missing, with its schema brought up to date.

    The caller lets in one process at a time. Raises `FolderError` as `connect` does.
    """
    if not path.exists():
        _create(path, page_key)
    elif path.stat().st_size < PAGE_BYTES:
        # SQLite would take it for a new one. It is made aside and renamed, so it never was.
        raise DamagedError(f"{path}: the file is damaged ({path.stat().st_size} bytes are left)")
    connection = connect(path, page_key, synchronous)
    with _failures_named(connection, path):
        migrate(connection)
    return connection


def connect_meter(path: Path, page_key: str, schema: str) -> apsw.Connection:
    """Open a Region's file of capacity, made where it is missing or damaged.

    Losing it loses no data, so nothing of it is synced. The caller lets in one process at a time.
    Raises `FolderError` where there can be no such file.
    """

    def look_at(connection: apsw.Connection, _path: Path) -> None:
        connection.execute(schema)
        connection.wal_autocheckpoint(_METER_CHECKPOINT_PAGES)

    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    try:
        return _opened(path, page_key, "OFF", flags, look_at)
    except DamagedError:
        _remove(path)
        return _opened(path, page_key, "OFF", flags, look_at)


def _create(path: Path, page_key: str) -> None:
    """Make a database that appears whole or not at all."""
    if path.with_name(path.name + "-wal").exists():
        raise DamagedError(f"{path}: the file is missing beside its write-ahead log")
    aside = path.with_name(path.name + ".new")
    _remove(aside)
    try:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        _opened(aside, page_key, "FULL", flags, _fill).close()
        aside.replace(path)
        sync_folder(path.parent)
    finally:
        _remove(aside)


def _fill(connection: apsw.Connection, _path: Path) -> None:
    migrate(connection)
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _opened(
    path: Path,
    page_key: str,
    synchronous: str,
    flags: int,
    look_at: Callable[[apsw.Connection, Path], None],
) -> apsw.Connection:
    """A connection with its settings, that has passed `look_at`; closed again if it has not."""
    try:
        connection = apsw.Connection(str(path), flags=flags, statementcachesize=_STATEMENTS_CACHED)
    except apsw.Error as error:
        raise as_folder_error(error, path) from error
    with _failures_named(connection, path):
        connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        # This order is the cipher's: cipher, key, then anything that touches a page.
        _pragma(connection, "cipher='aegis'")
        _pragma(connection, f'key="raw:{page_key}"')
        _pragma(connection, f"page_size={PAGE_BYTES}")
        if _pragma(connection, "journal_mode=wal") != ("wal",):
            raise FolderAccessError(f"{path}: the file system has no memory shared by processes")
        # Checkpoints run outside requests.
        connection.wal_autocheckpoint(0)
        set_cache(connection, CACHE_KIB)
        _pragma(connection, f"synchronous={synchronous}")
        # Sorting must not leave plain text on the disk.
        _pragma(connection, "temp_store=memory")
        # To wipe what is deleted would write every page of it once more; it is encrypted anyway.
        _pragma(connection, "secure_delete=fast")
        look_at(connection, path)
    return connection


@contextmanager
def _failures_named(connection: apsw.Connection, path: Path) -> Iterator[None]:
    """Close the connection on any failure, and tell SQLite's as a `FolderError`."""
    try:
        yield
    except apsw.Error as error:
        failure = as_folder_error(error, path, connection)
        connection.close()
        raise failure from error
    except BaseException:
        connection.close()
        raise


def _check(connection: apsw.Connection, path: Path) -> None:
    if schema_version(connection) > SCHEMA_VERSION:
        raise NewerFormatError(f"{path}: written by a newer version of the program")
    if connection.readonly("main"):
        raise FolderAccessError(f"{path}: the file is not writable")


def connect_scratch(folder: Path | None) -> apsw.Connection:
    """Open a file for what does not fit into memory; `folder` None is a database in memory.

    Nothing is left of it: its key is never written down, and it has no name once it is open.
    """
    if folder is None:
        return apsw.Connection(":memory:")
    path = folder / f"scratch-{secrets.token_hex(8)}"
    connection = apsw.Connection(str(path))
    try:
        _pragma(connection, "cipher='aegis'")
        _pragma(connection, f'key="raw:{secrets.token_hex(32)}"')
        _pragma(connection, f"page_size={PAGE_BYTES}")
        _pragma(connection, "locking_mode=exclusive")
        _pragma(connection, "journal_mode=off")
        _pragma(connection, "synchronous=off")
        set_cache(connection, _SCRATCH_CACHE_KIB)
        # Makes the file, which must be there to be unlinked.
        _pragma(connection, "user_version=1")
    except BaseException:
        connection.close()
        raise
    finally:
        path.unlink(missing_ok=True)
    return connection


def _pragma(connection: apsw.Connection, text: str) -> object:
    """Run one pragma and fetch its answer: a second in the same text would not run."""
    return connection.execute(f"PRAGMA {text}").fetchone()


def schema_version(connection: apsw.Connection) -> int:
    """How many migration steps the database has seen."""
    return int(fetch(connection.cursor(), "PRAGMA user_version")[0][0])


def fetch(cursor: apsw.Cursor, sql: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement.

    Never only the first: a statement left there holds on to its snapshot after the transaction.
    """
    return cursor.execute(sql, bindings).fetchall()


def migrate(connection: apsw.Connection) -> None:
    """Run the steps that are missing, each in its own transaction."""
    for number in range(schema_version(connection), SCHEMA_VERSION):
        try:
            connection.execute("BEGIN IMMEDIATE")
            if schema_version(connection) == number:
                connection.execute(STEPS[number])
                connection.execute(f"PRAGMA user_version={number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise


def roll_back(connection: apsw.Connection) -> None:
    """End the open transaction, if SQLite has not ended it by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def as_folder_error(
    error: apsw.Error, path: Path | None, connection: apsw.Connection | None = None
) -> FolderError:
    """What a failure of SQLite means to the one who opens a folder."""
    if isinstance(error, (apsw.NotADBError, apsw.CorruptError)):
        return DamagedError(f"{path}: the file is damaged ({error})")
    if _is_full(error, connection):
        return FolderAccessError(f"{path}: the disk is full")
    if isinstance(error, (apsw.ReadOnlyError, apsw.PermissionsError)):
        return FolderAccessError(f"{path}: the file is not writable")
    if isinstance(error, apsw.CantOpenError):
        return FolderAccessError(f"{path}: the file cannot be opened for writing")
    if isinstance(error, apsw.BusyError):
        return FolderAccessError(f"{path}: another program has the file in use")
    if isinstance(error, apsw.IOError):
        return DamagedError(f"{path}: the file cannot be read ({_reason(error, connection)})")
    return FolderAccessError(f"{path}: the file cannot be used ({error})")


def as_api_error(
    error: apsw.Error, path: Path | None, connection: apsw.Connection | None = None
) -> ApiError:
    """What a failure of SQLite amid a request means to the one who asked."""
    if _is_full(error, connection):
        reason = "the disk is full; nothing was written"
    elif isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        reason = "the file is damaged; `dyntui doctor` tells where"
    else:
        reason = f"the storage failed: {type(error).__name__}: {_reason(error, connection)}"
    return InternalServerError(f"{path or 'in memory'}: {reason}")


def _is_full(error: apsw.Error, connection: apsw.Connection | None) -> bool:
    """Whether the disk, a quota or a limit on the size of files left no room."""
    if isinstance(error, apsw.FullError):
        return True
    if connection is None or not isinstance(error, apsw.IOError):
        return False
    return connection.system_errno in _NO_SPACE


def _reason(error: apsw.Error, connection: apsw.Connection | None) -> str:
    number = 0 if connection is None else connection.system_errno
    return f"{error}: {os.strerror(number)}" if number else str(error)
