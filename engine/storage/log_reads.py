"""Reading the change log: by time, by key, in order; all inside the caller's transaction.

Sequence order is stamp order is commit order, so a time leads to a sequence number, and the number
to a state: all changes up to it. By key there is an index that is filled behind the writes
(`log_index`); the entries behind its mark are kept in memory by key (`log_tail`).
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import Any, NamedTuple

import apsw

from engine.errors import InternalServerError
from engine.storage.connections import fetch
from engine.storage.keys import KeyRange
from engine.storage.log_tail import Tails
from engine.storage.sealing import OLD, Seals

_META = "SELECT value FROM meta WHERE name = ?"
_NEWEST = "SELECT seq, stamp_us FROM changes ORDER BY seq DESC LIMIT 1"
_LOG_TIMES = (
    "SELECT value, max((SELECT value FROM meta WHERE name = 'least_stamp_us'), coalesce("
    "(SELECT stamp_us FROM changes ORDER BY seq DESC LIMIT 1), 0))"
    " FROM meta WHERE name = 'history_since_us'"
)
_FROM = "SELECT seq, stamp_us FROM changes WHERE seq >= ? ORDER BY seq LIMIT 1"
_CHANGED = (
    "SELECT k, min(seq) FROM changes_by_key WHERE storage = ? AND k >= ? AND k < ? AND seq > ?"
    " GROUP BY k ORDER BY k"
)
_OF_KEY = (
    "SELECT seq FROM changes_by_key WHERE storage = ? AND k = ? AND seq > ? AND seq < ?"
    " ORDER BY seq DESC"
)
_COLUMNS = "seq, stamp_us, storage, k, cause, principal, old"
_FIRST_AFTER = "SELECT min(seq) FROM changes_by_key WHERE storage = ? AND k = ? AND seq > ?"


class LogEntry(NamedTuple):
    """One change of an item, with its image before; `old` None: there was none."""

    seq: int
    stamp_us: int
    storage_id: int
    key: bytes
    cause: str
    principal: str
    old: bytes | None


def read_meta(cursor: apsw.Cursor, name: str) -> int:
    """A number of the table `meta`."""
    ((value,),) = fetch(cursor, _META, (name,))
    return int(value)


def newest_entry(cursor: apsw.Cursor) -> tuple[int, int]:
    """Number and stamp of the newest entry; zeros where there is none."""
    rows = fetch(cursor, _NEWEST)
    return (rows[0][0], rows[0][1]) if rows else (0, 0)


def least_stamp_us(cursor: apsw.Cursor) -> int:
    """The smallest stamp that a later entry may have."""
    return log_times(cursor).least_stamp_us


class LogTimes(NamedTuple):
    """Since when local history is kept without a gap (0: it is not), and the smallest stamp that a
    later entry may have."""

    history_since_us: int
    least_stamp_us: int


def log_times(cursor: apsw.Cursor) -> LogTimes:
    """Since when changes are logged, and how far time has come in the log."""
    (times,) = fetch(cursor, _LOG_TIMES)
    return LogTimes(*times)


def seq_at(cursor: apsw.Cursor, at_us: int) -> int:
    """The number before that of the first entry with a later stamp; the newest where there is none.

    Entries in between that were trimmed, and may still be in the index by key, are not after it.
    """
    low = 0
    last = high = newest_entry(cursor)[0]
    while low < high:
        middle = (low + high + 1) // 2
        ((seq, stamp_us),) = fetch(cursor, _FROM, (middle,))
        if stamp_us <= at_us:
            low = seq
        else:
            high, last = middle - 1, seq - 1
    return last


class LogReads:
    """What the change log of one snapshot says of keys; to be closed.

    Entries that were trimmed may still be in the index by key. They are older than every time that
    can be asked for.
    """

    def __init__(self, connection: apsw.Connection, tails: Tails, seals: Seals) -> None:
        self._seals = seals
        self._connection = connection
        self._cursor = connection.cursor()
        self._ranges: list[apsw.Cursor] = []
        self._tail = tails.at(self._cursor)

    @property
    def newest(self) -> int:
        """The number of the snapshot's newest entry."""
        return self._tail.newest

    def first_after(self, storage_id: int, key: bytes, seq: int) -> int | None:
        """The first entry of a key after an entry; None if it did not change since."""
        ((first,),) = fetch(self._cursor, _FIRST_AFTER, (storage_id, key, seq))
        return first if first is not None else self._tail.first_after(storage_id, key, seq)

    def changed(
        self, storage_id: int, keys: KeyRange, seq: int, descending: bool = False
    ) -> Iterator[tuple[bytes, int]]:
        """The keys of a range that changed after an entry, in their order, each with its first."""
        cursor = self._new_cursor()
        statement = _CHANGED + (" DESC" if descending else "")
        try:
            indexed = cursor.execute(statement, (storage_id, keys.low, keys.high, seq))
            tail = self._tail.changed(storage_id, keys, seq)
            if descending:
                tail.reverse()
            previous = None
            # Of equal keys the index's comes first: its entries are older.
            for key, first in merge(indexed, tail, key=lambda row: row[0], reverse=descending):
                if key != previous:
                    previous = key
                    yield key, first
        finally:
            cursor.close(True)

    def old(self, seq: int) -> bytes | None:
        """The image before an entry; raises `InternalServerError` where that was trimmed."""
        entry = self.entry(seq)
        if entry is None:
            raise InternalServerError("the change log does not reach back that far any more")
        return entry.old

    def of_key(self, storage_id: int, key: bytes, after: int, before: int) -> Iterator[int]:
        """The entries of a key between two, the newest first."""
        tail = self._tail.of_key(storage_id, key)
        in_tail = [seq for seq in tail if after < seq < before]
        yield from reversed(in_tail)
        for (seq,) in fetch(self._cursor, _OF_KEY, (storage_id, key, after, before)):
            # An entry may be in both while the index is being filled.
            if seq not in in_tail:
                yield seq

    def entry(self, seq: int) -> LogEntry | None:
        """One entry; None where that was trimmed."""
        rows = fetch(self._cursor, f"SELECT {_COLUMNS} FROM changes WHERE seq = ?", (seq,))
        return self._entry(rows[0]) if rows else None

    def newest_first(
        self, storage_id: int, after: int, before: int, principal: str | None
    ) -> Iterator[LogEntry]:
        """The entries of a storage id between two, the newest first; of one principal, if named."""
        cursor = self._new_cursor()
        try:
            for row in cursor.execute(
                f"SELECT {_COLUMNS} FROM changes WHERE seq > ?1 AND seq < ?2 AND storage = ?3"
                " AND (?4 IS NULL OR principal = ?4) ORDER BY seq DESC",
                (after, before, storage_id, principal),
            ):
                yield self._entry(row)
        finally:
            cursor.close(True)

    def changed_between(self, storage_id: int, after: int, last: int) -> list[bytes]:
        """The keys of a storage id that changed after an entry, up to another, in key order."""
        rows = fetch(
            self._cursor,
            "SELECT DISTINCT k FROM changes WHERE seq > ? AND seq <= ? AND storage = ? ORDER BY k",
            (after, last, storage_id),
        )
        return [key for (key,) in rows]

    def density(self, storage_id: int, after_us: int, until_us: int, parts: int) -> list[int]:
        """How many changes a storage id had in each of so many equal parts of a stretch of time."""
        counts = [0] * parts
        after, last = seq_at(self._cursor, after_us), seq_at(self._cursor, until_us)
        rows = fetch(
            self._cursor,
            "SELECT (stamp_us - ?1 - 1) * ?2 / (?3 - ?1), count(*) FROM changes"
            " WHERE seq > ?4 AND seq <= ?5 AND storage = ?6 GROUP BY 1",
            (after_us, parts, until_us, after, last, storage_id),
        )
        for part, count in rows:
            counts[part] = count
        return counts

    def entries(self, storage_id: int, after: int, last: int) -> Iterator[LogEntry]:
        """The entries of a storage id after one, up to another."""
        cursor = self._new_cursor()
        try:
            for row in cursor.execute(
                f"SELECT {_COLUMNS} FROM changes"
                " WHERE seq > ? AND seq <= ? AND storage = ? ORDER BY seq",
                (after, last, storage_id),
            ):
                yield self._entry(row)
        finally:
            cursor.close(True)

    def _entry(self, row: tuple[Any, ...]) -> LogEntry:
        entry = LogEntry(*row)
        old = self._seals.image(OLD, entry.storage_id, entry.key, entry.stamp_us, entry.old)
        return entry if old is entry.old else entry._replace(old=old)

    def close(self) -> None:
        """Let go of the snapshot, of ranges left half read too; a second close does nothing."""
        for cursor in (self._cursor, *self._ranges):
            cursor.close(True)

    def _new_cursor(self) -> apsw.Cursor:
        cursor = self._connection.cursor()
        self._ranges.append(cursor)
        return cursor
