"""A table's change log as the modules of this room read it: images, windows, changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeVar

import orjson

from engine.client.changes import Changes
from engine.client.history import Change
from engine.client.protocol import Json
from engine.model import values
from engine.operations.region import Region
from engine.operations.schema import check_key
from engine.recovery.reads_at import microseconds
from engine.storage.catalog import Catalog, Table
from engine.storage.log_reads import LogEntry, LogReads
from engine.storage.past import point_at
from engine.storage.reader import Reader
from engine.storage.window import check_in_window, now_us

T = TypeVar("T")


class TableLog:
    """The log of one table in one read transaction; numbers run from `after` to `newest`.

    What is older than the table's window is left out.
    """

    def __init__(
        self, reader: Reader, table: Table, log: LogReads, earliest: int, after: int
    ) -> None:
        self._reader = reader
        self._earliest = earliest
        self._log = log
        self.table = table
        self.storage_id = table.storage_id
        self.after = after
        self.newest = log.newest

    def image_at(self, key: bytes, seq: int) -> bytes | None:
        """An item as of an entry."""
        first = self._log.first_after(self.storage_id, key, seq)
        if first is not None:
            return self._log.old(first)
        stored = self._reader.get(self.table.storage, key)
        return None if stored is None else stored.raw

    def check_reaches(self, at_us: int) -> None:
        """Refuse a time before the table's window."""
        check_in_window(self.table, at_us, self._earliest)

    def seq_at(self, at_us: int) -> int:
        """The last entry up to a time that `point_at` settled."""
        seq = self._reader.seq_at(at_us)
        return self.newest if seq is None else seq

    def changed_between(self, after: int, last: int) -> list[bytes]:
        """The keys that changed after an entry, up to another, in key order."""
        return self._log.changed_between(self.storage_id, after, last)

    def after_in_key(self, key: bytes, seq: int) -> Iterator[int]:
        """The entries of a key after one, the newest first."""
        return self._log.of_key(self.storage_id, key, seq, self.newest + 1)

    def entry(self, seq: int) -> LogEntry | None:
        """One entry."""
        return self._log.entry(seq)

    def density(self, after_us: int, until_us: int, parts: int) -> list[int]:
        """How many changes there were in each of so many parts of a stretch of time."""
        return self._log.density(self.storage_id, after_us, until_us, parts)

    def entries(self, which: Changes, before: int | None = None) -> Iterator[LogEntry]:
        """The changes that are meant, the newest first; those with smaller numbers than `before`.

        Raises `ApiError` for a key that cannot be one.
        """
        after, last = self.after, self.newest
        if which.after_s is not None:
            after = max(after, self.seq_at(microseconds(which.after_s)))
        if which.until_s is not None:
            last = min(last, self.seq_at(microseconds(which.until_s)))
        if before is not None:
            last = min(last, before - 1)
        wanted = None if which.seqs is None else frozenset(which.seqs)
        for entry in self._entries(which, after, last + 1):
            if which.principal in (None, entry.principal) and (
                wanted is None or entry.seq in wanted
            ):
                yield entry

    def _entries(self, which: Changes, after: int, before: int) -> Iterator[LogEntry]:
        if which.key is None and which.seqs is None:
            yield from self._log.newest_first(self.storage_id, after, before, which.principal)
            return
        if which.key is None:
            seqs = iter(sorted(set(which.seqs or ()), reverse=True))
        else:
            key = check_key(self.table, values.normalise_item(which.key)[0])
            seqs = self._log.of_key(self.storage_id, key, after, before)
        for seq in seqs:
            entry = self._log.entry(seq) if after < seq < before else None
            if entry is not None and entry.storage_id == self.storage_id:
                yield entry

    def change(self, entry: LogEntry) -> Change:
        """An entry, with the image that it left."""
        old, new = item_of(entry.old), item_of(self.image_at(entry.key, entry.seq))
        return Change(
            entry.seq,
            entry.stamp_us / 1_000_000,
            entry.cause,
            entry.principal,
            key_of(self.table, old or new),
            old,
            new,
        )


def read_log(region: Region, table_name: str, work: Callable[[TableLog], T]) -> T:
    """Do `work` in one read transaction on the log of a table.

    Raises `ResourceNotFoundException`, and `PointInTimeRecoveryUnavailableException` where nothing
    is kept of the table's past.
    """
    database = region.database

    def read(reader: Reader, catalog: Catalog) -> T:
        table = region.data_table(catalog, table_name)
        earliest, now = database.window_us(reader, table)
        check_in_window(table, now, earliest)
        assert earliest is not None
        after = reader.seq_at(earliest - 1)
        with closing(LogReads(reader.connection, database.tails, reader.seals)) as log:
            if after is None:
                # Nothing was written since the window's beginning.
                after = log.newest
            return work(TableLog(reader, table, log, earliest, after))

    return database.read(read)


def settled(region: Region, when_s: float | None) -> int:
    """A time in microseconds, now where it is None, after which nothing is written any more.

    Raises `InvalidRestoreTimeException` where it has not come yet.
    """
    if when_s is None:
        times = region.database.read(lambda reader, _: reader.log_times())
        at_us = now_us(times, region.clock.now_us())
    else:
        at_us = microseconds(when_s)
    point_at(region.database, at_us)
    return at_us


def item_of(raw: bytes | None) -> Json | None:
    """An image as answers have it, with `bytes` for binary values."""
    if raw is None:
        return None
    item: Json = orjson.loads(raw)
    return item if values.looks_binary(raw) is None else values.to_python(item)


def key_of(table: Table, item: Json | None) -> Json:
    """The key of an image; every change has one of them."""
    assert item is not None
    return {name: item[name] for name in table.key_names}
