"""The file beside a Region's database that all its processes share for capacity and metrics.

States are what processes have in common, such as the units that are left in a bucket; points tell
what happened, by second, minute and hour. Nothing here is data: the file is never synced, and made
anew where it is damaged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import apsw
import orjson

from engine.storage.connections import as_api_error, connect_meter, fetch

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS states(name TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;

-- What was measured of a subject in the `width_s` seconds from `at_s` on.
CREATE TABLE IF NOT EXISTS points(
    width_s INTEGER NOT NULL,
    subject TEXT NOT NULL,
    metric TEXT NOT NULL,
    at_s INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    sum REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    PRIMARY KEY(width_s, subject, metric, at_s)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS points_by_time ON points(width_s, at_s);
"""
_ADD_POINT = (
    "INSERT INTO points(width_s, subject, metric, at_s, samples, sum, low, high)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " samples = samples + excluded.samples, sum = sum + excluded.sum,"
    " low = min(low, excluded.low), high = max(high, excluded.high)"
)
_READ_POINTS = (
    "SELECT subject, metric, at_s, samples, sum, low, high FROM points"
    " WHERE width_s = ? AND subject = ? AND at_s >= ? AND at_s < ? ORDER BY metric, at_s"
)


class Point(NamedTuple):
    """What was measured of a subject in a stretch of time that begins at `at_s`."""

    subject: str
    metric: str
    at_s: int
    samples: int
    sum: float
    low: float
    high: float


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

    def forget_states(self, prefix: str) -> None:
        """Forget the states whose names begin so: those of a table that is gone."""
        with self._transaction() as cursor:
            cursor.execute(
                "DELETE FROM states WHERE name >= ? AND name < ?", (prefix, prefix + "\U0010ffff")
            )

    def add_points(self, widths_s: Sequence[int], points: Iterable[Point]) -> None:
        """Add what was measured to the stretches of each of these widths."""
        with self._transaction() as cursor:
            for subject, metric, at_s, *measured in points:
                for width_s in widths_s:
                    start_s = at_s - at_s % width_s
                    cursor.execute(_ADD_POINT, (width_s, subject, metric, start_s, *measured))

    def read_points(self, width_s: int, subject: str, since_s: int, until_s: int) -> list[Point]:
        """The stretches of a width that begin in a time, by metric and time."""
        with self._lock, self._named_failures():
            rows = self._connection.execute(_READ_POINTS, (width_s, subject, since_s, until_s))
            return [Point(*row) for row in rows]

    def subjects(self, width_s: int, since_s: int) -> list[str]:
        """Of what something was measured since a time."""
        with self._lock, self._named_failures():
            rows = self._connection.execute(
                "SELECT DISTINCT subject FROM points WHERE width_s = ? AND at_s >= ?"
                " ORDER BY subject",
                (width_s, since_s),
            )
            return [subject for (subject,) in rows]

    def trim_points(self, width_s: int, before_s: int) -> int:
        """Forget stretches that began before a time; gives their number."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM points WHERE width_s = ? AND at_s < ?", (width_s, before_s))
            return self._connection.changes()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[apsw.Cursor]:
        with self._lock, self._named_failures():
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise as_api_error(error, self._path, self._connection) from error
