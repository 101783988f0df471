"""Looking after the files: what they hold, whether they are sound, giving space back."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter

import apsw
import orjson

from engine.client.protocol import StorageReport, StorageSize
from engine.errors import ApiError
from engine.model import values
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.database import Database, Reader
from engine.storage.items import StoredItem, index_entry, plan_change
from engine.storage.keys import KEYS_END, KeyRange, collection_of

_EVERYTHING = KeyRange(b"", KEYS_END)
_PROBLEMS_MAX = 100


def report(database: Database) -> StorageReport:
    """Sizes of the files, the change log and every table."""

    def read(reader: Reader, catalog: Catalog) -> StorageReport:
        sizes = []
        for _, table in sorted(catalog.tables.items()):
            sizes.append(StorageSize(table.name, None, *reader.counts(table.storage_id)))
            for index in table.indexes:
                counts = reader.counts(index.storage_id)
                sizes.append(StorageSize(table.name, index.name, *counts))
        entries, oldest_us = reader.log_size()
        path = database.path
        wal = None if path is None else path.with_name(path.name + "-wal")
        return StorageReport(
            path=None if path is None else str(path),
            file_bytes=0 if path is None else path.stat().st_size,
            wal_bytes=wal.stat().st_size if wal is not None and wal.exists() else 0,
            free_bytes=reader.free_bytes(),
            change_log_entries=entries,
            change_log_oldest_us=oldest_us,
            sizes=tuple(sizes),
        )

    return database.read(read)


def check(database: Database) -> list[str]:
    """Problems found by reading everything: pages, rows, keys, index entries, counts."""
    problems = database.read(lambda reader, _: reader.page_problems(_PROBLEMS_MAX))
    try:
        names = sorted(database.reload_catalog().tables)
    except ApiError:
        return [*problems, "the list of tables cannot be read"]
    for name in names:
        try:
            problems += database.read(partial(_check_table, name=name))
        except (ApiError, orjson.JSONDecodeError):
            problems.append(f"{name}: not all of its items and index entries can be read")
    return problems[:_PROBLEMS_MAX]


def _check_table(reader: Reader, catalog: Catalog, name: str) -> list[str]:
    table = catalog.tables.get(name)
    if table is None:
        return []
    problems: list[str] = []
    count = size = 0
    expected = {index.name: [0, 0] for index in table.indexes}
    for raw, item_size, key in reader.range(table.storage, _EVERYTHING):
        stored = StoredItem(raw, item_size)
        count += 1
        size += item_size
        if len(problems) >= _PROBLEMS_MAX:
            break
        if values.item_size(stored.item()) != item_size:
            problems.append(f"{name}: the item at {key.hex()} has another size than noted")
        if table.key_blob(stored.item()) != key:
            problems.append(f"{name}: the item at {key.hex()} belongs under another key")
        for index in table.indexes:
            problems += _check_entry(reader, table, index, key, stored, expected[index.name])
    problems += _check_counts(reader, name, table.storage_id, count, size)
    if table.local_indexes:
        problems += _check_collections(reader, table)
    for index in table.indexes:
        if not index.backfilling:
            label = f"{name}, index {index.name}"
            problems += _check_counts(reader, label, index.storage_id, *expected[index.name])
    return problems


def _check_entry(
    reader: Reader, table: Table, index: Index, key: bytes, stored: StoredItem, totals: list[int]
) -> list[str]:
    entry_key, entry = index_entry(table, index, key, stored)
    if entry_key is None or entry is None or index.backfilling:
        return []
    totals[0] += 1
    totals[1] += entry.size
    found = reader.get(index.storage, entry_key)
    if found is None:
        return [
            f"{table.name}, index {index.name}: the entry of the item at {key.hex()} is missing"
        ]
    if found.item() != entry.item():
        return [f"{table.name}, index {index.name}: the entry of the item at {key.hex()} is stale"]
    return []


def _check_counts(reader: Reader, label: str, storage_id: int, count: int, size: int) -> list[str]:
    noted = reader.counts(storage_id)
    if noted == (count, size) and reader.row_count(storage_id) == count:
        return []
    return [f"{label}: {count} items of {size} bytes found, {noted[0]} of {noted[1]} noted"]


def _check_collections(reader: Reader, table: Table) -> list[str]:
    """Compare the noted sizes of item collections with their items and local index entries."""
    rows = (
        (collection_of(key), plan_change(table, key, None, StoredItem(raw, size)))
        for raw, size, key in reader.range(table.storage, _EVERYTHING)
    )
    problems = []
    for collection, changes in groupby(rows, key=itemgetter(0)):
        size = sum(change.collection_growth for _, change in changes)
        noted = reader.collection_bytes(table.storage_id, collection)
        if noted != size:
            problems.append(
                f"{table.name}: the item collection at {collection.hex()} has {size} bytes, "
                f"{noted} are noted"
            )
    return problems


def compact(database: Database) -> None:
    """Rewrite the file without its free pages and fold the write-ahead log into it."""
    connection = database.connect()
    try:
        connection.execute("VACUUM")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        connection.close()
