"""SQLite connections to one Region's database, and what their failures mean."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from engine.errors import (
    ApiError,
    DamagedError,
    FolderAccessError,
    InternalServerError,
    NewerFormatError,
)
from engine.storage.migrations import PAGE_BYTES, SCHEMA_VERSION, STEPS

# A cached page is kept decrypted; SQLite's own default of 2 MB makes most reads decrypt anew.
CACHE_KIB = 65_536
_SCRATCH_CACHE_KIB = 8_192
_BUSY_TIMEOUT_MS = 20_000
_STATEMENTS_CACHED = 1_000


def connect(path: Path | None, page_key: str, synchronous: str) -> apsw.Connection:
    """Open a connection; `path` None is a private database in memory.

    `synchronous` is SQLite's: FULL makes a commit survive power loss, OFF leaves that to luck.
    Raises `FolderError` where the file cannot be opened, is damaged or too new.
    """
    try:
        return _connect(path, page_key, synchronous)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise DamagedError(f"{path}: the file is damaged ({error})") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError) as error:
        raise FolderAccessError(f"{path}: the file cannot be opened for writing") from error
    except apsw.FullError as error:
        raise FolderAccessError(f"{path}: the disk is full") from error
    except apsw.IOError as error:
        raise DamagedError(f"{path}: the file cannot be read ({error})") from error


def _connect(path: Path | None, page_key: str, synchronous: str) -> apsw.Connection:
    connection = apsw.Connection(
        ":memory:" if path is None else str(path), statementcachesize=_STATEMENTS_CACHED
    )
    try:
        connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        if path is not None:
            # This order is the cipher's: cipher, key, then anything that touches a page.
            _pragma(connection, "cipher='aegis'")
            _pragma(connection, f'key="raw:{page_key}"')
            _pragma(connection, f"page_size={PAGE_BYTES}")
            _pragma(connection, "journal_mode=wal")
            # Checkpoints run outside requests.
            connection.wal_autocheckpoint(0)
            _pragma(connection, f"cache_size=-{CACHE_KIB}")
        _pragma(connection, f"synchronous={synchronous}")
        # Sorting must not leave plain text on the disk.
        _pragma(connection, "temp_store=memory")
        if schema_version(connection) > SCHEMA_VERSION:
            raise NewerFormatError(f"{path}: written by a newer version of the program")
    except BaseException:
        connection.close()
        raise
    return connection


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
        _pragma(connection, f"cache_size=-{_SCRATCH_CACHE_KIB}")
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
        connection.execute("BEGIN IMMEDIATE")
        try:
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


def as_api_error(error: apsw.Error, path: Path | None) -> ApiError:
    """What a failure of SQLite amid a request means to the one who asked."""
    if isinstance(error, apsw.FullError):
        reason = "the disk is full; nothing was written"
    elif isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        reason = "the file is damaged; `dyntui doctor` tells where"
    else:
        reason = f"the storage failed: {type(error).__name__}: {error}"
    return InternalServerError(f"{path or 'in memory'}: {reason}")
