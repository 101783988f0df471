"""The tail of the change log: entries that its index by key has not yet, in memory by key.

A process keeps it between reads, so that each reads only what came since the last. Readers of older
snapshots share it: what is behind their newest entry they pass over.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import apsw

from engine.storage.connections import fetch
from engine.storage.keys import KeyRange

_MARK_AND_NEWEST = (
    "SELECT value, (SELECT coalesce(max(seq), 0) FROM changes) FROM meta WHERE name = 'indexed_seq'"
)


class KeyedSeqs:
    """Sequence numbers of one storage id by key, and the keys in their order."""

    __slots__ = ("keys", "seqs")

    def __init__(self) -> None:
        self.seqs: dict[bytes, list[int]] = {}
        self.keys: list[bytes] = []

    def add(self, entries: Sequence[tuple[bytes, int]]) -> None:
        """Add entries in their order; others may read meanwhile."""
        new = []
        for key, seq in entries:
            seqs = self.seqs.get(key)
            if seqs is None:
                self.seqs[key] = [seq]
                new.append(key)
            else:
                seqs.append(seq)
        if new:
            # Replaced as a whole: others may be about to read a part of it.
            keys = self.keys + new
            keys.sort()
            self.keys = keys

    def behind(self, mark: int) -> KeyedSeqs:
        """A copy without the entries up to a mark."""
        left = KeyedSeqs()
        for key in self.keys:
            seqs = [seq for seq in self.seqs[key] if seq > mark]
            if seqs:
                left.seqs[key] = seqs
                left.keys.append(key)
        return left


class Tail(NamedTuple):
    """The entries of a snapshot behind the mark of the index by key; `newest` is the last one.

    `of_storage` may go on behind that, where it is shared with readers of later snapshots.
    """

    newest: int
    of_storage: dict[int, KeyedSeqs]

    def of_key(self, storage_id: int, key: bytes) -> list[int]:
        """The entries of a key."""
        keyed = self.of_storage.get(storage_id)
        seqs = [] if keyed is None else keyed.seqs.get(key, [])
        return seqs[: bisect_right(seqs, self.newest)]

    def first_after(self, storage_id: int, key: bytes, seq: int) -> int | None:
        """The first entry of a key after an entry."""
        seqs = self.of_key(storage_id, key)
        position = bisect_right(seqs, seq)
        return seqs[position] if position < len(seqs) else None

    def changed(self, storage_id: int, keys: KeyRange, seq: int) -> list[tuple[bytes, int]]:
        """The keys of a range that changed after an entry, in their order, each with its first."""
        keyed = self.of_storage.get(storage_id)
        if keyed is None:
            return []
        ordered = keyed.keys
        found = []
        for key in ordered[bisect_left(ordered, keys.low) : bisect_left(ordered, keys.high)]:
            first = self.first_after(storage_id, key, seq)
            if first is not None:
                found.append((key, first))
        return found


class Tails:
    """The tail, kept between the reads of a process: each reads only what is new since the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark = self._last = 0
        self._of_storage: dict[int, KeyedSeqs] = {}

    def at(self, cursor: apsw.Cursor) -> Tail:
        """The tail of the snapshot that a cursor reads."""
        ((mark, newest),) = fetch(cursor, _MARK_AND_NEWEST)
        with self._lock:
            if mark < self._mark:
                # An older snapshot: what it needs was let go of.
                of_storage: dict[int, KeyedSeqs] = {}
                _add_entries(cursor, of_storage, mark, newest)
                return Tail(newest, of_storage)
            if mark > self._mark:
                # Those who hold the dictionary go on with it.
                self._of_storage = {
                    storage_id: keyed.behind(mark) for storage_id, keyed in self._of_storage.items()
                }
                self._mark, self._last = mark, max(mark, self._last)
            if newest > self._last:
                _add_entries(cursor, self._of_storage, self._last, newest)
                self._last = newest
            return Tail(newest, self._of_storage)


def _add_entries(
    cursor: apsw.Cursor, of_storage: dict[int, KeyedSeqs], after: int, last: int
) -> None:
    """Add the entries after one up to another."""
    rows = fetch(
        cursor,
        "SELECT storage, k, seq FROM changes WHERE seq > ? AND seq <= ? ORDER BY seq",
        (after, last),
    )
    by_storage: dict[int, list[tuple[bytes, int]]] = {}
    for storage_id, key, seq in rows:
        by_storage.setdefault(storage_id, []).append((key, seq))
    for storage_id, entries in by_storage.items():
        keyed = of_storage.get(storage_id)
        if keyed is None:
            keyed = KeyedSeqs()
            keyed.add(entries)
            of_storage[storage_id] = keyed
        else:
            keyed.add(entries)
