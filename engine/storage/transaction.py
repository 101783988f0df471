"""One storage transaction: what a request reads and writes under the writers' lock.

`WriteTransaction.write` is the only function that changes items, whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import apsw
import orjson

from engine.storage import counts, trash
from engine.storage.books import Books
from engine.storage.catalog import Catalog, Expiry, Index, Table
from engine.storage.connections import fetch
from engine.storage.counts import large_sizes
from engine.storage.data_keys import (
    DataKeys,
    data_keys_for,
    forget_data_keys,
    leave_data_keys,
)
from engine.storage.expiry import note_expiry, put_expiry
from engine.storage.growth import grown_with_size, grown_with_throughput
from engine.storage.items import (
    IndexChange,
    ItemChange,
    StoredItem,
    read_item,
    write_index_rows,
    write_new_rows,
    write_rows,
)
from engine.storage.keys import KeyRange, collection_of
from engine.storage.row_tables import Storage
from engine.storage.sealing import NEW, OLD, Seals
from engine.storage.streams import end_stream, hours_kept, reshard, stream_part, trim_streams
from engine.storage.trimming import begin_anew, sweeps_at, trim

_LOG_ENTRY = (
    "INSERT INTO changes(stamp_us, storage, k, cause, principal, old, shard, new, size, counts)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# In memory the writers themselves trim the log, twice as fast as it grows.
_TRIMMED_PER_SUM = 1_024


class Cause(NamedTuple):
    """Why an item changes and on whose behalf; both end in the change log."""

    origin: str
    principal: str


class WriteTransaction(Books):
    """The open write transaction of a Region, shared by the requests of one group commit.

    Tables are logged for `history_hours`, or longer where something asks for it. `trims`: nobody
    else trims the log.
    """

    def __init__(
        self,
        cursor: apsw.Cursor,
        catalog: Catalog,
        last_stamp_us: int,
        history_hours: float,
        trims: bool,
        data_keys: DataKeys,
    ) -> None:
        super().__init__(cursor, last_stamp_us)
        self.seals = Seals(cursor.connection, data_keys)
        self.data_keys = data_keys
        self._history_hours = history_hours
        self._trims = trims
        self._entries: list[tuple[Any, ...]] = []
        self._growths: dict[int, list[int]] = {}
        self.catalog = catalog

    def read(self, table: Table, key: bytes) -> StoredItem | None:
        """The item under a key, with all that this transaction wrote."""
        return read_item(self.cursor, self.seals, table.storage, key)

    def read_first(
        self, storage: Storage, keys: KeyRange, count_max: int, bytes_max: int
    ) -> tuple[list[tuple[bytes, bytes]], bool]:
        """The first rows (key, value) of a range, and whether there may be more.

        They end with the row that reaches a limit.
        """
        rows = []
        size = 0
        limited = f"{storage.with_keys} LIMIT ?"
        for raw, _, key in self.cursor.execute(limited, (keys.low, keys.high, count_max)):
            if storage.encryption is not None:
                raw = self.seals.opened(storage, key, raw)
            rows.append((key, raw))
            size += len(raw)
            if size >= bytes_max:
                break
        return rows, len(rows) == count_max or size >= bytes_max

    def write(self, table: Table, changes: Sequence[ItemChange], cause: Cause) -> None:
        """Change items, their index entries and counts, and note it in the change log.

        A change that leaves the item as it was writes nothing.
        """
        cursor, storage = self.cursor, table.storage
        # Nobody has seen a table that is being made: it has no past, and its items no old ones.
        is_new = table.changing is not None and table.status(self.stamp_us) == "CREATING"
        if is_new and not table.indexes and all(change.old is None for change in changes):
            self._put_new(storage, [(each.key, each.new) for each in changes if each.new])
            return
        logged = not is_new and (self._history_hours or table.log_hours)
        for change in changes:
            old, new = change.old, change.new
            if (old is None and new is None) or (old and new and old.raw == new.raw):
                continue
            self.writes += 1
            write_rows(cursor, self.seals, storage, change)
            self._count(table.storage_id, old, new)
            for index_change in change.indexes:
                self._write_entry(index_change)
            if table.local_indexes:
                self._grow_collection(table, change)
            if table.expiry is not None:
                note_expiry(cursor, table.expiry, change)
            if logged:
                self._log(table, change, cause)

    def _log(self, table: Table, change: ItemChange, cause: Cause) -> None:
        key, stamp_us = change.key, self.stamp_us
        old = None if change.old is None else change.old.raw
        shard, new, size = stream_part(self, table, change)
        if table.encryption is not None:
            old = self.seals.sealed_image(OLD, table.storage, key, stamp_us, old)
            new = self.seals.sealed_image(NEW, table.storage, key, stamp_us, new)
        origin, principal = cause
        storage_id = table.storage_id
        self._entries.append(
            (stamp_us, storage_id, key, origin, principal, old, shard, new, size, None)
        )

    def next_seq(self) -> int:
        """The sequence number that the next entry of the log will have."""
        ((last,),) = self.query("SELECT coalesce(max(seq), 0) FROM changes")
        return int(last) + len(self._entries) + 1

    def note_expiry(self, expiry: Expiry, at_us: int, key: bytes) -> None:
        """Note when an item that was there before Time to Live was turned on expires."""
        self.writes += 1
        put_expiry(self.cursor, expiry, at_us, key)

    def _grow_collection(self, table: Table, change: ItemChange) -> None:
        collection = (table.storage_id, collection_of(change.key))
        ((size,),) = fetch(
            self.cursor,
            "INSERT INTO collections(storage, k, bytes) VALUES(?, ?, ?)"
            " ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes RETURNING bytes",
            (*collection, change.collection_growth),
        )
        if size == 0:
            self.cursor.execute("DELETE FROM collections WHERE storage = ? AND k = ?", collection)

    def collection_bytes(self, storage_id: int, collection: bytes) -> int:
        """Bytes of an item collection of a table with local indexes, index entries included."""
        rows = fetch(
            self.cursor,
            "SELECT bytes FROM collections WHERE storage = ? AND k = ?",
            (storage_id, collection),
        )
        return int(rows[0][0]) if rows else 0

    def fill_index(self, index: Index, entries: Sequence[tuple[bytes, StoredItem]]) -> None:
        """Put entries of an index whose table is being made, in the order of their keys."""
        self._put_new(index.storage, entries)

    def _put_new(self, storage: Storage, rows: Sequence[tuple[bytes, StoredItem]]) -> None:
        """Put rows where there were none: all of them at once, and counted together."""
        self.writes += len(rows)
        write_new_rows(self.cursor, self.seals, storage, rows)
        growth = self._growths.setdefault(storage.storage_id, [storage.storage_id, 0, 0])
        growth[1] += len(rows)
        growth[2] += sum(new.size for _, new in rows)

    def write_entries(self, changes: Sequence[ItemChange]) -> None:
        """Add missing index entries of items that do not change: the backfill of an index."""
        for change in changes:
            for index_change in change.indexes:
                key = index_change.new_key
                if key is None or read_item(
                    self.cursor, self.seals, index_change.index.storage, key
                ):
                    continue
                self.writes += 1
                self._write_entry(index_change)

    def _write_entry(self, change: IndexChange) -> None:
        index, old_key = change.index, change.old_key
        # While an index is being filled, the entry of an item before its change may be missing.
        if (
            index.backfilling
            and old_key is not None
            and read_item(self.cursor, self.seals, index.storage, old_key) is None
        ):
            change = replace(change, old_key=None, old=None)
        write_index_rows(self.cursor, self.seals, change)
        self._count(index.storage_id, change.old, change.new)

    def _count(self, storage_id: int, old: StoredItem | None, new: StoredItem | None) -> None:
        growth = self._growths.get(storage_id)
        if growth is None:
            growth = self._growths[storage_id] = [storage_id, 0, 0]
        if old is not None:
            growth[1] -= 1
            growth[2] -= old.size
        if new is not None:
            growth[1] += 1
            growth[2] += new.size

    def finish(self) -> None:
        """Write what is written once per group of requests: the change log, and the counts.

        The last entry of the log says by how much counts grew.
        """
        cursor, entries = self.cursor, self._entries
        growths = [growth for growth in self._growths.values() if growth[1] or growth[2]]
        if entries:
            entries[-1] = (*entries[-1][:-1], counts.encoded(growths))
            cursor.executemany(_LOG_ENTRY, entries)
            last_seq = cursor.connection.last_insert_rowid()
            if counts.is_sum_due(last_seq - len(entries), last_seq):
                counts.add_up(cursor, last_seq)
                if self._trims:
                    self.trim_changes(_TRIMMED_PER_SUM)
        else:
            counts.grow(cursor, growths)
        self._entries = []
        self._growths = {}

    # Tables and indexes.

    def new_storage(self) -> int:
        """Make the SQLite tables of a new storage id."""
        ((storage_id,),) = fetch(
            self.cursor,
            "UPDATE meta SET value = value + 1 WHERE name = 'last_storage_id' RETURNING value",
        )
        self.writes += 1
        for statement in Storage(storage_id).create:
            self.cursor.execute(statement)
        return int(storage_id)

    def retire_storage(self, storage_id: int) -> None:
        """Leave a storage id to be freed in steps."""
        self.writes += 1
        leave_data_keys(self.cursor, storage_id, self.stamp_us)
        self.cursor.execute(
            "INSERT INTO retired(storage, since_us) VALUES(?, ?)", (storage_id, self.stamp_us)
        )

    def put_table(self, table: Table) -> None:
        """Add a table to the catalog, or replace its definition.

        Its partitions become more where its throughput asks for more, and its stream's shards with
        them.
        """
        before = self.catalog.tables.get(table.name)
        if before is not None and table.log_hours < before.log_hours:
            begin_anew(self.cursor)
        if before is not None and before.table_id == table.table_id:
            table = grown_with_throughput(before, table, self.stamp_us)
        table = reshard(self, table, table.partitions.bounds)
        definition = orjson.dumps(table.to_json())
        self.cursor.execute(
            "INSERT OR REPLACE INTO catalog(name, definition) VALUES(?, ?)",
            (table.name, definition),
        )
        # Read back, so that the catalog shares nothing with the request that the table comes from.
        stored = Table.from_json(orjson.loads(definition))
        self._catalog_changed(dict(self.catalog.tables) | {table.name: stored})

    def split_large(self) -> None:
        """Split partitions that have become too large."""
        for table in grown_with_size(self.catalog, large_sizes(self.cursor), self.stamp_us):
            self.put_table(table)

    def remove_table(self, name: str) -> None:
        """Take a table out of the catalog and retire what it and its indexes store.

        The setting `Kept` of a table in deletion says that it goes into the trash instead.
        """
        table = self.catalog.tables[name]
        kept = table.settings.get("Kept")
        if kept is not None:
            self.discard_table(name, kept["id"], kept["until_us"])
            return
        self.retire_storage(table.storage_id)
        self._take_out(table)

    def discard_table(self, name: str, discarded_id: str, until_us: int) -> None:
        """Take a table out of the catalog, and keep its items in the trash until a time."""
        table = replace(
            self.catalog.tables[name], changing=None, stream=None, expiry=None
        ).with_settings(Kept=None)
        leave_data_keys(self.cursor, table.storage_id, self.stamp_us)
        trash.keep(self.cursor, trash.Discarded(discarded_id, table, self.stamp_us, until_us))
        self._take_out(self.catalog.tables[name])

    def _take_out(self, table: Table) -> None:
        """Take a table out of the catalog with all but its items."""
        end_stream(self, table)
        if table.log_hours:
            begin_anew(self.cursor)
        self.cursor.execute("DELETE FROM catalog WHERE name = ?", (table.name,))
        for index in table.indexes:
            self.retire_storage(index.storage_id)
        if table.expiry is not None:
            self.retire_storage(table.expiry.storage_id)
        tables = dict(self.catalog.tables)
        del tables[table.name]
        self._catalog_changed(tables)

    def empty_trash(self, discarded_id: str) -> bool:
        """Give up one table in the trash; gives whether it was there."""
        discarded = trash.find(self.cursor, discarded_id)
        if discarded is None:
            return False
        trash.remove(self.cursor, discarded_id)
        self.retire_storage(discarded.table.storage_id)
        return True

    def empty_expired_trash(self) -> None:
        """Give up the tables in the trash that have been kept long enough."""
        for discarded in trash.expired(self.cursor, self.stamp_us):
            self.empty_trash(discarded.id)

    def _catalog_changed(self, tables: dict[str, Table]) -> None:
        self.writes += 1
        ((version,),) = fetch(
            self.cursor,
            "UPDATE meta SET value = value + 1 WHERE name = 'catalog_version' RETURNING value",
        )
        catalog = Catalog(version, tables)
        data_keys = data_keys_for(self.cursor, catalog.encryptions)
        self.catalog = replace(catalog, data_keys=data_keys)
        # No change of an item comes before the table that it is in.
        self.keep_time()

    # Freeing.

    def forget_data_keys(self) -> None:
        """Forget the data keys of tables that are gone with all their past."""
        self.writes += forget_data_keys(self.cursor)

    def trim_changes(self, count_max: int) -> bool:
        """Forget entries of the change log that nothing asks for any more.

        Looks at so many of each kind at most; gives whether there may be more.
        """
        # First of all: shards are to know of an entry that it was theirs.
        if trim_streams(self, count_max):
            return True
        hours = hours_kept(self, self._history_hours)
        sweeps = sweeps_at(self.stamp_us, self.catalog.tables.values(), hours)
        trimmed, more = trim(self.cursor, sweeps, count_max)
        if trimmed:
            self.writes += trimmed
            # Time has come so far: what was trimmed for it stays out of reach for good.
            self.keep_time()
        return more

    def keep_time(self) -> None:
        """No later stamp, in any process, is smaller than this one, wherever clocks step."""
        self.writes += 1
        self.cursor.execute(
            "UPDATE meta SET value = max(value, ?) WHERE name = 'least_stamp_us'", (self.stamp_us,)
        )

    def remove_gone_tables(self) -> None:
        """Take tables whose deletion has come to its end out of the catalog."""
        for table in list(self.catalog.tables.values()):
            if table.is_gone(self.stamp_us):
                self.remove_table(table.name)

    def free_retired(self, rows_max: int, bytes_max: int) -> bool:
        """Free rows of a retired storage id; gives whether there may be more to free.

        `bytes_max`: of large values, of which each page must be read to be freed.
        """
        rows = fetch(self.cursor, "SELECT storage FROM retired LIMIT 1")
        if not rows:
            return False
        storage = Storage(rows[0][0])
        self.cursor.execute(
            "DELETE FROM collections WHERE storage = ?1 AND k IN"
            " (SELECT k FROM collections WHERE storage = ?1 ORDER BY k LIMIT ?2)",
            (storage.storage_id, rows_max),
        )
        freed = self.freed()
        self.cursor.execute(storage.empty_rows, (rows_max,))
        freed += self.freed()
        last = size = 0
        for big, length in fetch(self.cursor, storage.first_big, (rows_max,)):
            last = big
            size += length
            if size >= bytes_max:
                break
        self.cursor.execute(storage.empty_big, (last,))
        freed += self.freed()
        if freed == 0:
            for statement in storage.drop:
                self.cursor.execute(statement)
            self.cursor.execute("DELETE FROM retired WHERE storage = ?", rows[0])
            self.writes += 1
        return True
