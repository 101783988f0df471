"""Tables as they were at a point of the change log, read beside what they are today.

A row as of an entry is today's row, unless its key changed after that entry: then it is the old
image of the first change after it. Both come in key order, so a range of the past is merged in
constant memory. An index is seen through its table: today's entries of items that did not change,
and the entries of the old images of those that did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from typing import TypeVar

import orjson

from engine.model.values import item_size
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.database import Database
from engine.storage.items import StoredItem, read_item, read_keys
from engine.storage.keys import EVERYTHING, KeyRange, table_key_of
from engine.storage.log_index import catch_up
from engine.storage.log_reads import LogReads
from engine.storage.log_tail import Tails
from engine.storage.moments import settled_seq
from engine.storage.old_entries import OldEntriesByIndex
from engine.storage.reader import Read, Reader
from engine.storage.row_tables import Storage
from engine.storage.window import check_in_window

T = TypeVar("T")

Row = tuple[bytes, int, bytes]
"""Value, DynamoDB size, key."""


def items_at(
    reader: Reader, table: Table, seq: int, keys: KeyRange = EVERYTHING
) -> Iterator[tuple[bytes, bytes]]:
    """The items (key, value) of a table as of an entry of the change log, in key order.

    All of it is one snapshot, the reader's. It is to be read to its end, or closed, before the
    transaction ends, and no other range may be asked of the reader meanwhile. `seq` as `point_at`
    gives it, from before the reader's transaction. Whether the past reaches back that far is the
    caller's to ask (`window`). Memory is constant.
    """
    log = LogReads(reader.connection, Tails(), reader.seals)
    try:
        live = read_keys(reader.cursor, reader.seals, table.storage, keys, False)
        for raw, _, key in _rows_at(log, live, table.storage_id, seq, keys, False):
            yield key, raw
    finally:
        log.close()


def _rows_at(
    log: LogReads,
    live: Iterator[Row],
    storage_id: int,
    seq: int,
    keys: KeyRange,
    descending: bool,
) -> Iterator[Row]:
    """Rows of a range of a table as of an entry, in key order; `live` are today's."""
    changed = log.changed(storage_id, keys, seq, descending)
    key, first = next(changed, (None, 0))
    for row in live:
        while key is not None and (key > row[2] if descending else key < row[2]):
            yield from _old_row(log, key, first)
            key, first = next(changed, (None, 0))
        if key == row[2]:
            yield from _old_row(log, row[2], first)
            key, first = next(changed, (None, 0))
        else:
            yield row
    while key is not None:
        yield from _old_row(log, key, first)
        key, first = next(changed, (None, 0))


def _old_row(log: LogReads, key: bytes, first: int) -> Iterator[Row]:
    """The row that was there before an entry, if there was one."""
    raw = log.old(first)
    if raw is not None:
        yield raw, item_size(orjson.loads(raw)), key


@dataclass(frozen=True, slots=True)
class Past:
    """A time of a database, and the entry of the change log that it means; to be closed."""

    database: Database
    at_us: int
    seq: int
    entries: OldEntriesByIndex

    def read(self, work: Read[T]) -> T:
        """Do `work` in one read transaction, in which items are as they were."""

        def read(reader: Reader, catalog: Catalog) -> T:
            with closing(PastReader(reader, catalog, self)) as past:
                return work(past, catalog)

        return self.database.read(read)

    def close(self) -> None:
        """Give scratch files back."""
        self.entries.close()


def point_at(database: Database, at_us: int) -> int:
    """The entry of the change log that a time means; what was logged since can be read quickly.

    Raises `InvalidRestoreTimeException` where the time has not come yet.
    """
    seq = settled_seq(database, at_us)
    catch_up(database)
    return seq


def past_at(database: Database, at_us: int) -> Past:
    """The past of a database at a time; raises what `point_at` does."""
    seq = point_at(database, at_us)
    folder = None if database.path is None else database.path.parent
    return Past(database, at_us, seq, OldEntriesByIndex(folder, seq))


class PastReader(Reader):
    """Reads as `Reader` does, in the same transaction, but the items as of an entry of the log.

    To be closed before the transaction ends. Definitions of tables and indexes are today's.
    """

    def __init__(
        self,
        reader: Reader,
        catalog: Catalog,
        past: Past,
    ) -> None:
        super().__init__(reader.connection, reader.seals)
        self._catalog = catalog
        self._past = past
        self._seq = past.seq
        self._log = LogReads(reader.connection, past.database.tails, reader.seals)
        self._checked: set[int] = set()

    def _source(self, storage: Storage) -> tuple[Table, Index | None]:
        """Whose rows these are; raises what refuses to read them as of that time."""
        table, index = self._catalog.sources[storage.storage_id]
        if table.storage_id not in self._checked:
            earliest, _ = self._past.database.window_us(self, table)
            check_in_window(table, self._past.at_us, earliest)
            self._checked.add(table.storage_id)
        return table, index

    def get(self, storage: Storage, key: bytes) -> StoredItem | None:
        """See `Reader.get`; of tables only."""
        self._source(storage)
        first = self._log.first_after(storage.storage_id, key, self._seq)
        if first is None:
            return read_item(self._beside, self.seals, storage, key)
        raw = self._log.old(first)
        return None if raw is None else StoredItem(raw, item_size(orjson.loads(raw)))

    def range(
        self, storage: Storage, keys: KeyRange, descending: bool = False
    ) -> Iterator[tuple[bytes, int]]:
        """See `Reader.range`."""
        return ((raw, size) for raw, size, _ in self._rows(storage, keys, descending))

    def range_with_keys(self, storage: Storage, keys: KeyRange) -> Iterator[Row]:
        """See `Reader.range_with_keys`."""
        return self._rows(storage, keys, False)

    def _rows(self, storage: Storage, keys: KeyRange, descending: bool) -> Iterator[Row]:
        table, index = self._source(storage)
        live = read_keys(self.cursor, self.seals, storage, keys, descending)
        if index is None:
            return _rows_at(self._log, live, table.storage_id, self._seq, keys, descending)
        entries = self._past.entries.of(table, index, self._log)
        if not entries.changed:
            return live
        old = entries.range(keys, self._log.newest, descending)
        unchanged = self._unchanged(table, index, live)
        return merge(unchanged, old, key=lambda row: row[2], reverse=descending)

    def _unchanged(self, table: Table, index: Index, live: Iterator[Row]) -> Iterator[Row]:
        """Today's entries of the items that did not change since."""
        parts = len(index.keys)
        for row in live:
            key = table_key_of(row[2], parts)
            if self._log.first_after(table.storage_id, key, self._seq) is None:
                yield row

    def close(self) -> None:
        """Let go of the snapshot."""
        self._log.close()
        self.cursor.close(True)
        self._beside.close(True)
