"""One storage transaction: what a request reads and writes under the writers' lock.

`WriteTransaction.write` is the only function that changes items, whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import orjson

from engine.client.protocol import Json
from engine.storage.catalog import Catalog, Storage, Table
from engine.storage.connections import fetch
from engine.storage.items import (
    IndexChange,
    ItemChange,
    StoredItem,
    read_item,
    read_range,
    write_index_rows,
    write_rows,
)
from engine.storage.keys import KeyRange


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an item changes and on whose behalf; both end in the change log."""

    origin: str
    principal: str


class WriteTransaction:
    """The open write transaction of a Region, shared by the requests of one group commit.

    `stamp_us` is the time of the request at work: never smaller than that of an earlier change.
    """

    def __init__(self, cursor: apsw.Cursor, catalog: Catalog, last_stamp_us: int, log: bool):
        self._cursor = cursor
        self._log = log
        self._deltas: dict[int, list[int]] = {}
        self.catalog = catalog
        self.stamp_us = last_stamp_us
        self.writes = 0

    def read(self, table: Table, key: bytes) -> StoredItem | None:
        """The item under a key, with all that this transaction wrote."""
        return read_item(self._cursor, table.storage, key)

    def read_after(self, storage: Storage, keys: KeyRange, limit: int) -> list[tuple[bytes, bytes]]:
        """The first rows (key, value) of a range."""
        return [(key, raw) for raw, _, key in read_range(self._cursor, storage, keys, False, limit)]

    def write(self, table: Table, changes: Sequence[ItemChange], cause: Cause) -> None:
        """Change items, their index entries and counts, and note it in the change log.

        A change that leaves the item as it was writes nothing.
        """
        cursor, storage = self._cursor, table.storage
        for change in changes:
            old, new = change.old, change.new
            if (old is None and new is None) or (old and new and old.raw == new.raw):
                continue
            self.writes += 1
            write_rows(cursor, storage, change)
            self._count(table.storage_id, old, new)
            for index_change in change.indexes:
                self._forget_missing(index_change)
                write_index_rows(cursor, index_change)
                self._count(index_change.index.storage_id, index_change.old, index_change.new)
            if self._log:
                cursor.execute(
                    "INSERT INTO changes(stamp_us, storage, k, old, cause, principal)"
                    " VALUES(?, ?, ?, ?, ?, ?)",
                    (
                        self.stamp_us,
                        table.storage_id,
                        change.key,
                        None if old is None else old.raw,
                        cause.origin,
                        cause.principal,
                    ),
                )

    def _forget_missing(self, change: IndexChange) -> None:
        """An index that is still being filled may not have the entry of an old image yet."""
        key = change.old_key
        if not change.index.backfilling or key is None:
            return
        if read_item(self._cursor, change.index.storage, key) is None:
            change.old_key = change.old = None

    def write_entries(self, changes: Sequence[ItemChange]) -> None:
        """Add missing index entries of items that do not change: the backfill of an index."""
        for change in changes:
            for index_change in change.indexes:
                key = index_change.new_key
                if key is None or read_item(self._cursor, index_change.index.storage, key):
                    continue
                self.writes += 1
                write_index_rows(self._cursor, index_change)
                self._count(index_change.index.storage_id, None, index_change.new)

    def _count(self, storage_id: int, old: StoredItem | None, new: StoredItem | None) -> None:
        delta = self._deltas.setdefault(storage_id, [0, 0])
        if old is not None:
            delta[0] -= 1
            delta[1] -= old.size
        if new is not None:
            delta[0] += 1
            delta[1] += new.size

    def flush_counts(self) -> None:
        """Write the counts of all changes so far: once per group of requests."""
        for storage_id, (items, size) in self._deltas.items():
            if items or size:
                self._cursor.execute(
                    "UPDATE stats SET items = items + ?, bytes = bytes + ? WHERE storage = ?",
                    (items, size, storage_id),
                )
        self._deltas.clear()

    # Tables and indexes.

    def new_storage(self) -> int:
        """Make the SQLite tables of a new storage id."""
        ((storage_id,),) = fetch(
            self._cursor,
            "UPDATE meta SET value = value + 1 WHERE name = 'last_storage_id' RETURNING value",
        )
        self.writes += 1
        for statement in Storage(storage_id).create:
            self._cursor.execute(statement)
        return int(storage_id)

    def retire_storage(self, storage_id: int) -> None:
        """Leave a storage id to be freed in steps."""
        self.writes += 1
        self._cursor.execute(
            "INSERT INTO retired(storage, since_us) VALUES(?, ?)", (storage_id, self.stamp_us)
        )

    def put_table(self, table: Table) -> None:
        """Add a table to the catalog, or replace its definition."""
        definition = orjson.dumps(table.to_json())
        self._cursor.execute(
            "INSERT OR REPLACE INTO catalog(name, definition) VALUES(?, ?)",
            (table.name, definition),
        )
        # Read back, so that the catalog shares nothing with the request that the table comes from.
        stored = Table.from_json(orjson.loads(definition))
        self._catalog_changed(dict(self.catalog.tables) | {table.name: stored})

    def remove_table(self, name: str) -> None:
        """Take a table out of the catalog and retire what it and its indexes store."""
        table = self.catalog.tables[name]
        self._cursor.execute("DELETE FROM catalog WHERE name = ?", (name,))
        for storage_id in (table.storage_id, *(index.storage_id for index in table.indexes)):
            self.retire_storage(storage_id)
        tables = dict(self.catalog.tables)
        del tables[name]
        self._catalog_changed(tables)

    def _catalog_changed(self, tables: dict[str, Table]) -> None:
        self.writes += 1
        ((version,),) = fetch(
            self._cursor,
            "UPDATE meta SET value = value + 1 WHERE name = 'catalog_version' RETURNING value",
        )
        self.catalog = Catalog(version, tables)

    # Jobs.

    def add_job(self, kind: str, subject: str, state: Json) -> int:
        """Note work that outlives the request; gives its id."""
        self.writes += 1
        self._cursor.execute(
            "INSERT INTO jobs(kind, subject, state, created_us) VALUES(?, ?, ?, ?)",
            (kind, subject, orjson.dumps(state), self.stamp_us),
        )
        return self._cursor.connection.last_insert_rowid()

    def job_state(self, job_id: int) -> Json | None:
        """What a job has noted of its progress; None once it is done."""
        rows = fetch(self._cursor, "SELECT state FROM jobs WHERE id = ?", (job_id,))
        return orjson.loads(rows[0][0]) if rows else None

    def set_job_state(self, job_id: int, state: Json) -> None:
        """Note a job's progress."""
        self.writes += 1
        self._cursor.execute(
            "UPDATE jobs SET state = ? WHERE id = ?", (orjson.dumps(state), job_id)
        )

    def end_jobs(self, kind: str, subject: str) -> None:
        """Forget the jobs of a kind on a subject: they are done, or their subject is gone."""
        self.writes += 1
        self._cursor.execute("DELETE FROM jobs WHERE kind = ? AND subject = ?", (kind, subject))

    def take_lease(self, name: str, holder: str, seconds: float) -> bool:
        """Become, or stay, the one who does a recurring piece of work; False if another does."""
        for other, until_us in fetch(
            self._cursor, "SELECT holder, until_us FROM leases WHERE name = ?", (name,)
        ):
            if other != holder and until_us > self.stamp_us:
                return False
        self.writes += 1
        self._cursor.execute(
            "INSERT OR REPLACE INTO leases(name, holder, until_us) VALUES(?, ?, ?)",
            (name, holder, self.stamp_us + round(seconds * 1_000_000)),
        )
        return True

    # Freeing.

    def trim_changes(self, before_us: int, count_max: int) -> int:
        """Forget the oldest entries of the change log; gives how many.

        The newest entry always stays: sequence numbers and stamps go on from it.
        """
        self._cursor.execute(
            "DELETE FROM changes WHERE seq < (SELECT max(seq) FROM changes) AND seq IN ("
            "SELECT seq FROM (SELECT seq, stamp_us FROM changes ORDER BY seq LIMIT ?)"
            " WHERE stamp_us < ?)",
            (count_max, before_us),
        )
        return self._freed()

    def free_retired(self, rows_max: int) -> bool:
        """Free rows of retired storage ids; gives whether any are left."""
        rows = fetch(self._cursor, "SELECT storage FROM retired LIMIT 1")
        if not rows:
            return False
        storage = Storage(rows[0][0])
        freed = 0
        for statement in storage.empty_step:
            self._cursor.execute(statement, (rows_max,))
            freed += self._freed()
        if freed == 0:
            for statement in storage.drop:
                self._cursor.execute(statement)
            self._cursor.execute("DELETE FROM retired WHERE storage = ?", rows[0])
            self.writes += 1
        return True

    def _freed(self) -> int:
        count = self._cursor.connection.changes()
        self.writes += count
        return count
