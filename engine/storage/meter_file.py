"""The file beside a Region's database that all its processes share for capacity and metrics.

States are what processes have in common, such as the units that are left in a bucket. Points are
what was measured, by table and stretch of time. Nothing here is data: the file is never synced, and
made anew where it is lost or damaged. It is opened when first asked for something.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import apsw
import orjson

from engine.errors import FolderError, InternalServerError
from engine.storage import forks
from engine.storage.connections import as_api_error, connect_meter, fetch, roll_back
from engine.storage.gate import FileGate

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS states(name TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS marks(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- What was measured of a subject in the `width_s` seconds from `at_s` on; `version` grows with
-- every change.
CREATE TABLE IF NOT EXISTS measured(
    subject TEXT NOT NULL,
    width_s INTEGER NOT NULL,
    at_s INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY(subject, width_s, at_s)
) WITHOUT ROWID;
"""
_NEXT_VERSION = (
    "INSERT INTO marks(name, value) VALUES('version', 1)"
    " ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"
)
_SUBJECTS = (
    "WITH RECURSIVE found(subject) AS (SELECT min(subject) FROM measured"
    " UNION ALL SELECT (SELECT min(p.subject) FROM measured p WHERE p.subject > found.subject)"
    " FROM found WHERE found.subject IS NOT NULL)"
    " SELECT subject FROM found WHERE subject IS NOT NULL"
)


class PointChange(NamedTuple):
    """A change of a point: `work` makes its new body of the one that is kept, if there is one."""

    subject: str
    width_s: int
    at_s: int
    work: Callable[[bytes | None], bytes]


class Point(NamedTuple):
    """What was measured in the stretch that begins at `at_s`, as of a version."""

    at_s: int
    version: int
    body: bytes


class MeterFile:
    """The shared file of one Region; any number of threads and processes may use it at once.

    Methods raise `InternalServerError` where the file cannot be opened or fails.
    """

    def __init__(self, path: Path, page_key: str) -> None:
        self._path = path
        self._page_key = page_key
        self._lock = threading.Lock()
        self._connection: apsw.Connection | None = None
        self._refusal: str | None = None
        forks.watch(self)

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """Replace a state, JSON or None, by what `work` makes of it; nobody comes between."""

        def update(cursor: apsw.Cursor) -> T:
            rows = fetch(cursor, "SELECT state FROM states WHERE name = ?", (name,))
            state, result = work(orjson.loads(rows[0][0]) if rows else None)
            cursor.execute(
                "INSERT OR REPLACE INTO states(name, state) VALUES(?, ?)",
                (name, orjson.dumps(state)),
            )
            return result

        return self._transact(update)

    def read_state(self, name: str) -> Any:
        """A state as it is; None where there is none."""
        rows = self._fetch("SELECT state FROM states WHERE name = ?", name)
        return orjson.loads(rows[0][0]) if rows else None

    def forget_states(self, prefix: str) -> None:
        """Forget the states whose names begin so: those of a table that is gone."""
        end = prefix + "\U0010ffff"
        self._execute("DELETE FROM states WHERE name >= ? AND name < ?", prefix, end)

    def update_points(self, changes: Sequence[PointChange]) -> None:
        """Change points, all at once."""

        def update(cursor: apsw.Cursor) -> None:
            ((version,),) = fetch(cursor, _NEXT_VERSION)
            for subject, width_s, at_s, work in changes:
                place = (subject, width_s, at_s)
                rows = fetch(
                    cursor,
                    "SELECT body FROM measured WHERE subject = ? AND width_s = ? AND at_s = ?",
                    place,
                )
                body = work(rows[0][0] if rows else None)
                cursor.execute(
                    "INSERT OR REPLACE INTO measured(subject, width_s, at_s, version, body)"
                    " VALUES(?, ?, ?, ?, ?)",
                    (*place, version, body),
                )

        self._transact(update)

    def read_points(
        self, subject: str, width_s: int, since_s: int, newer_than: int = 0
    ) -> list[Point]:
        """The points of a width from a time on, in order, that changed after a version."""
        rows = self._fetch(
            "SELECT at_s, version, body FROM measured"
            " WHERE subject = ? AND width_s = ? AND at_s >= ? AND version > ? ORDER BY at_s",
            subject,
            width_s,
            since_s,
            newer_than,
        )
        return [Point(*row) for row in rows]

    def trim_points(self, before_s: Mapping[int, int]) -> None:
        """Forget the points that begin before a time, which is given by their width."""

        def trim(cursor: apsw.Cursor) -> None:
            for (subject,) in fetch(cursor, _SUBJECTS):
                for width_s, time_s in before_s.items():
                    cursor.execute(
                        "DELETE FROM measured WHERE subject = ? AND width_s = ? AND at_s < ?",
                        (subject, width_s, time_s),
                    )

        self._transact(trim)

    def forget_points(self, subject: str) -> None:
        """Forget all that was measured of a subject."""
        self._execute("DELETE FROM measured WHERE subject = ?", subject)

    def mark(self, name: str) -> int:
        """A number that processes tell each other; 0 at first."""
        rows = self._fetch("SELECT value FROM marks WHERE name = ?", name)
        return int(rows[0][0]) if rows else 0

    def set_mark(self, name: str, value: int) -> None:
        """Tell the others a number."""
        self._execute("INSERT OR REPLACE INTO marks(name, value) VALUES(?, ?)", name, value)

    def close(self) -> None:
        """Close the file; a second close does nothing."""
        with self._lock:
            self._refusal = self._refusal or "the file is closed"
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        forks.unwatch(self)

    def after_fork(self) -> None:
        """Refuse everything in a child, and never close there what the parent has open."""
        self._lock = threading.Lock()
        self._refusal = "opened before this process was forked"
        if self._connection is None:
            return
        if self._path.exists():
            forks.refuse_from_now(forks.identity(self._path))
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._connection))
        self._connection = None

    def _fetch(self, sql: str, *bindings: Any) -> list[tuple[Any, ...]]:
        with self._lock, self._named_failures():
            return fetch(self._opened().cursor(), sql, bindings)

    def _execute(self, sql: str, *bindings: Any) -> None:
        self._transact(lambda cursor: cursor.execute(sql, bindings))

    def _transact(self, work: Callable[[apsw.Cursor], T]) -> T:
        """Do `work` in a transaction of its own.

        The lock is held by this function and no generator, which an interruption may leave halfway.
        """
        with self._lock, self._named_failures():
            connection = self._opened()
            # An interruption may have left the last transaction open.
            roll_back(connection)
            cursor = connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                result = work(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                roll_back(connection)
                raise
            return result

    def _opened(self) -> apsw.Connection:
        if self._connection is None:
            if self._refusal is not None:
                raise InternalServerError(f"{self._path}: {self._refusal}")
            self._connection = self._open()
        return self._connection

    def _open(self) -> apsw.Connection:
        """Open the file, or make it, one process at a time."""
        try:
            gate = FileGate(self._path.with_name("meter.lock"))
            with contextlib.closing(gate), gate:
                return connect_meter(self._path, self._page_key, _SCHEMA)
        except FolderError as error:
            raise InternalServerError(str(error)) from error
        except OSError as error:
            raise InternalServerError(f"{self._path}: {error.strerror or error}") from error

    @contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise as_api_error(error, self._path, self._connection) from error
