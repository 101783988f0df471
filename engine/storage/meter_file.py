"""The file beside a Region's database that all its processes share for capacity.

States are what processes have in common, such as the units that are left in a bucket. Nothing here
is data: the file is never synced, and made anew where it is damaged. Where it fails, as on a full
disk, the process counts by itself: no request is refused for it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw
import orjson

from engine.storage.connections import connect_meter, fetch, roll_back

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS states(name TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
"""


class MeterFile:
    """The shared file of one Region; any number of threads and processes may use it at once."""

    def __init__(self, path: Path, page_key: str) -> None:
        """Raises `FolderError` where there can be no such file."""
        self._lock = threading.Lock()
        self._connection = connect_meter(path, page_key, _SCHEMA)
        self._alone: dict[str, Any] = {}

    def update_state(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        """Replace a state, JSON or None, by what `work` makes of it; nobody comes between.

        `work` is done again where the file fails.
        """
        with self._lock:
            try:
                return self._update_shared(name, work)
            except apsw.Error:
                self._alone[name], result = work(self._alone.get(name))
                return result

    def _update_shared(self, name: str, work: Callable[[Any], tuple[Any, T]]) -> T:
        cursor = self._begin()
        try:
            rows = fetch(cursor, "SELECT state FROM states WHERE name = ?", (name,))
            state, result = work(orjson.loads(rows[0][0]) if rows else None)
            cursor.execute(
                "INSERT OR REPLACE INTO states(name, state) VALUES(?, ?)",
                (name, orjson.dumps(state)),
            )
            cursor.execute("COMMIT")
        except BaseException:
            roll_back(self._connection)
            raise
        return result

    def state(self, name: str) -> Any:
        """A state as it is, None where there is none."""
        with self._lock:
            try:
                cursor = self._connection.cursor()
                rows = fetch(cursor, "SELECT state FROM states WHERE name = ?", (name,))
            except apsw.Error:
                return self._alone.get(name)
            return orjson.loads(rows[0][0]) if rows else None

    def forget_states(self, prefix: str) -> None:
        """Forget the states whose names begin so: those of a table that is gone."""
        with self._lock, contextlib.suppress(apsw.Error):
            cursor = self._begin()
            try:
                cursor.execute(
                    "DELETE FROM states WHERE name >= ? AND name < ?",
                    (prefix, prefix + "\U0010ffff"),
                )
                cursor.execute("COMMIT")
            except BaseException:
                roll_back(self._connection)
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _begin(self) -> apsw.Cursor:
        # An interruption may have left the last transaction open.
        roll_back(self._connection)
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        return cursor
