"""The entries that an index had of items that changed since: kept in a scratch file.

The log is by the items' keys, not by those of an index. So all changes of the table after the point
of time are gone through, once for all reads as of it; later reads add what came since.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import orjson

from engine.model.values import item_size
from engine.storage.catalog import Index, Table
from engine.storage.connections import connect_scratch
from engine.storage.items import StoredItem, index_entry
from engine.storage.keys import KeyRange
from engine.storage.log_reads import LogReads

_PUT = "INSERT INTO entries(k, seq, size, v) VALUES(?, ?, ?, ?)"
_RANGE = "SELECT v, size, k FROM entries WHERE k >= ? AND k < ? AND seq <= ? ORDER BY k"


class OldEntries:
    """The entries of one index as of an entry of the log, of the items that changed after it.

    `changed`: whether any item did.
    """

    def __init__(self, folder: Path | None, table: Table, index: Index, seq: int) -> None:
        self._table = table
        self._index = index
        self._seq = seq
        self._read_up_to = seq
        self.changed = False
        self._scratch = connect_scratch(folder)
        # With the change that ended an entry: in older snapshots it is still there today.
        self._scratch.execute(
            "CREATE TABLE entries(k BLOB PRIMARY KEY, seq INTEGER, size INTEGER, v BLOB)"
            " WITHOUT ROWID"
        )

    def advance(self, log: LogReads) -> None:
        """Add the entries of items that changed since this was last asked."""
        if log.newest <= self._read_up_to:
            return
        rows = self._entries(log)
        self._scratch.execute("BEGIN")
        try:
            self._scratch.executemany(_PUT, rows)
        except BaseException:
            self._scratch.execute("ROLLBACK")
            raise
        self._scratch.execute("COMMIT")
        self._read_up_to = log.newest

    def _entries(self, log: LogReads) -> Iterator[tuple[bytes, int, int, bytes]]:
        table, index = self._table, self._index
        for entry in log.entries(table.storage_id, self._read_up_to, log.newest):
            self.changed = True
            first = log.first_after(table.storage_id, entry.key, self._seq)
            if first != entry.seq or entry.old is None:
                continue
            old = StoredItem(entry.old, item_size(orjson.loads(entry.old)))
            key, stored = index_entry(table, index, entry.key, old)
            if key is not None and stored is not None:
                yield key, entry.seq, stored.size, stored.raw

    def range(
        self, keys: KeyRange, newest: int, descending: bool
    ) -> Iterator[tuple[bytes, int, bytes]]:
        """Rows (value, size, key) of a range in key order, as of a snapshot's newest entry."""
        cursor: apsw.Cursor = self._scratch.cursor()
        statement = _RANGE + (" DESC" if descending else "")
        try:
            yield from cursor.execute(statement, (keys.low, keys.high, newest))
        finally:
            cursor.close(True)

    def close(self) -> None:
        """Give the scratch file back."""
        self._scratch.close()


class OldEntriesByIndex:
    """The old entries of each index that was read as of one entry of the log; to be closed."""

    def __init__(self, folder: Path | None, seq: int) -> None:
        self._folder = folder
        self._seq = seq
        self._lock = threading.Lock()
        self._found: dict[int, OldEntries] = {}

    def of(self, table: Table, index: Index, log: LogReads) -> OldEntries:
        """Those of an index, up to the snapshot of `log` at least."""
        with self._lock:
            entries = self._found.get(index.storage_id)
            if entries is None:
                entries = OldEntries(self._folder, table, index, self._seq)
                self._found[index.storage_id] = entries
            entries.advance(log)
            return entries

    def close(self) -> None:
        """Give the scratch files back."""
        with self._lock:
            for entries in self._found.values():
                entries.close()
            self._found.clear()
