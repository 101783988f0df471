"""The file beside a Region's database that all its processes share for capacity.

States are what processes have in common, such as the units that are left in a bucket. Nothing here
is data: the file is never synced, and made anew where it is damaged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import apsw
import orjson

from engine.storage.connections import as_api_error, connect_meter, fetch, roll_back

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS states(name TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
"""


class MeterFile:
    """The shared file of one Region; any number of threads and processes may use it at once."""

    def __init__(self, path: Path, page_key: str) -> None:
        """Raises `FolderError` where there can be no such file."""
        self._path = path
        self._lock = threading.Lock()
        self._connection = connect_meter(path, page_key, _SCHEMA)

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """Replace a state, JSON or None, by what `work` makes of it; nobody comes between.

        Raises `InternalServerError` where the file fails.
        """
        with self._transaction() as cursor:
            rows = fetch(cursor, "SELECT state FROM states WHERE name = ?", (name,))
            state, result = work(orjson.loads(rows[0][0]) if rows else None)
            cursor.execute(
                "INSERT OR REPLACE INTO states(name, state) VALUES(?, ?)",
                (name, orjson.dumps(state)),
            )
        return result

    def read_state(self, name: str) -> Any:
        """A state as it is; None where there is none."""
        with self._lock, self._named_failures():
            cursor = self._connection.cursor()
            rows = fetch(cursor, "SELECT state FROM states WHERE name = ?", (name,))
        return orjson.loads(rows[0][0]) if rows else None

    def forget_states(self, prefix: str) -> None:
        """Forget the states whose names begin so: those of a table that is gone."""
        with self._transaction() as cursor:
            cursor.execute(
                "DELETE FROM states WHERE name >= ? AND name < ?", (prefix, prefix + "\U0010ffff")
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[apsw.Cursor]:
        with self._lock, self._named_failures():
            # An interruption may have left the last transaction open.
            roll_back(self._connection)
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                roll_back(self._connection)
                raise

    @contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise as_api_error(error, self._path, self._connection) from error
