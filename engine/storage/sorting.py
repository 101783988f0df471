"""Sorting more rows than memory is to hold: sorted runs, kept in a scratch file and merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from pathlib import Path

import apsw

from engine.storage.connections import as_api_error, connect_scratch

# Key, size in bytes, value of an item.
Row = tuple[bytes, int, bytes]
# A row behind the number of its run, counted backwards: of equal keys the latest run's is first.
_Numbered = tuple[bytes, int, int, bytes]


class SortedRuns:
    """Rows that are added in runs, each in key order, and read in the order of all keys.

    Of several rows with one key, that of the latest run counts. `folder` is where a scratch file
    may lie; None keeps all in memory. Failures of the file are raised as `InternalServerError`.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._connection: apsw.Connection | None = None
        # Rows are numbered through; these are the ends of the runs.
        self._ends = [0]

    def spill(self, run: Iterable[Row]) -> None:
        """Add a run and keep it out of memory."""
        try:
            if self._connection is None:
                self._connection = connect_scratch(self._folder)
                self._connection.execute(
                    "CREATE TABLE rows(n INTEGER PRIMARY KEY, k BLOB, size INTEGER, v BLOB)"
                )
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT INTO rows(k, size, v) VALUES(?, ?, ?)", run)
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            raise as_api_error(error, self._folder) from error
        self._ends.append(self._connection.last_insert_rowid())

    def merged(self, last_run: Iterable[Row]) -> Iterator[Row]:
        """All rows in key order, those of a last run that is in memory among them."""
        spilled = len(self._ends) - 1
        runs = [self._read(number) for number in range(spilled)]
        previous = None
        for key, _, size, value in merge(*runs, _numbered(last_run, spilled)):
            if key != previous:
                previous = key
                yield key, size, value

    def _read(self, number: int) -> Iterator[_Numbered]:
        assert self._connection is not None
        rows = self._connection.execute(
            "SELECT k, size, v FROM rows WHERE n > ? AND n <= ? ORDER BY n",
            (self._ends[number], self._ends[number + 1]),
        )
        try:
            yield from _numbered(rows, number)
        except apsw.Error as error:
            raise as_api_error(error, self._folder) from error

    def close(self) -> None:
        """Give the scratch file back."""
        if self._connection is not None:
            self._connection.close()


def _numbered(run: Iterable[Row], number: int) -> Iterator[_Numbered]:
    for key, size, value in run:
        yield key, -number, size, value
