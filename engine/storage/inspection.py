"""Looking after the files: what they hold, whether they are sound, giving space back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from itertools import groupby
from operator import itemgetter

import apsw

from engine.client.protocol import StorageReport, StorageSize
from engine.errors import ApiError, FolderError, InternalServerError
from engine.model import values
from engine.storage.catalog import Catalog, Index, InvalidKeyError, Table
from engine.storage.connections import as_api_error, set_cache
from engine.storage.database import Database
from engine.storage.expiry import expiry_us, time_key
from engine.storage.gate import FileGate
from engine.storage.items import StoredItem, index_entry, plan_change
from engine.storage.keys import KEYS_END, KeyRange, collection_of
from engine.storage.reader import Reader
from engine.storage.row_tables import Storage
from engine.storage.upkeep import gate_path

_EVERYTHING = KeyRange(b"", KEYS_END)
_PROBLEMS_MAX = 100
_COMPACT_CACHE_KIB = 4_096
_READERS_TIMEOUT_MS = 1_000
# What decoding an item that nobody can have written may raise.
_MALFORMED = (ApiError, InvalidKeyError, ValueError, TypeError, LookupError, AttributeError)


def report(database: Database) -> StorageReport:
    """Sizes of the files, the change log and every table."""

    def read(reader: Reader, catalog: Catalog) -> StorageReport:
        sizes = []
        for _, table in sorted(catalog.tables.items()):
            sizes.append(StorageSize(table.name, None, *reader.counts(table.storage_id)))
            for index in table.indexes:
                counts = reader.counts(index.storage_id)
                sizes.append(StorageSize(table.name, index.name, *counts))
        entries, log_bytes, oldest_us = reader.log_size()
        path = database.path
        wal = None if path is None else path.with_name(path.name + "-wal")
        return StorageReport(
            path=None if path is None else str(path),
            file_bytes=0 if path is None else path.stat().st_size,
            wal_bytes=wal.stat().st_size if wal is not None and wal.exists() else 0,
            free_bytes=reader.free_bytes(),
            change_log_entries=entries,
            change_log_bytes=log_bytes,
            change_log_oldest_us=oldest_us,
            sizes=tuple(sizes),
        )

    return database.read(read)


def check(database: Database) -> list[str]:
    """Problems found by reading everything: pages, rows, keys, index entries, counts."""
    problems = _found(database, "pages", _check_pages)
    problems += _found(database, "change log", _check_log)
    try:
        names = sorted(database.reload_catalog().tables)
    except ApiError as error:
        problems.append(f"the list of tables cannot be read ({_cause(error)})")
        # Those that were known when the files were opened; their pages may still be sound.
        names = sorted(database.catalog.tables)
    for name in names:
        if len(problems) < _PROBLEMS_MAX:
            problems += _found(database, name, partial(_check_table, name=name))
    return problems[:_PROBLEMS_MAX]


def _found(
    database: Database, label: str, look: Callable[[Reader, Catalog, list[str]], None]
) -> list[str]:
    """What `look` finds, up to where it must give up."""
    problems: list[str] = []

    def read(reader: Reader, catalog: Catalog) -> None:
        problems.clear()
        look(reader, catalog, problems)

    try:
        database.read(read)
    except ApiError as error:
        problems.append(f"{label}: cannot be checked to the end ({_cause(error)})")
    return problems


def _cause(error: ApiError) -> BaseException:
    """What SQLite said, if it did: the error itself tells to look here."""
    return error.__cause__ if isinstance(error.__cause__, apsw.Error) else error


def _check_pages(reader: Reader, _catalog: Catalog, problems: list[str]) -> None:
    problems += reader.page_problems(_PROBLEMS_MAX)


def _check_log(reader: Reader, _catalog: Catalog, problems: list[str]) -> None:
    missing = reader.unindexed_entries()
    if missing:
        problems.append(f"change log: {missing} entries are missing in its index by key")


def _check_table(reader: Reader, catalog: Catalog, problems: list[str], name: str) -> None:
    table = catalog.tables.get(name)
    if table is not None:
        _check_items(reader, table, problems)


def _check_items(reader: Reader, table: Table, problems: list[str]) -> None:
    count = size = 0
    expected = {index.name: [0, 0] for index in table.indexes}
    for raw, item_size, key in reader.range_with_keys(table.storage, _EVERYTHING):
        count += 1
        size += item_size
        try:
            problems += _check_item(reader, table, key, StoredItem(raw, item_size), expected)
        except _MALFORMED:
            problems.append(f"{table.name}: the item at {key.hex()} cannot be read")
        if len(problems) >= _PROBLEMS_MAX:
            return
    problems += _check_expiry(reader, table)
    problems += _check_storage(reader, table.name, table.storage, count, size)
    if table.local_indexes:
        problems += _check_collections(reader, table)
    for index in table.indexes:
        if not index.backfilling:
            label = f"{table.name}, index {index.name}"
            problems += _check_storage(reader, label, index.storage, *expected[index.name])


def _check_item(
    reader: Reader,
    table: Table,
    key: bytes,
    stored: StoredItem,
    expected: dict[str, list[int]],
) -> list[str]:
    """Compare an item with its key, its noted size and its index entries, which it counts."""
    problems = []
    where = f"{table.name}: the item at {key.hex()}"
    if values.item_size(stored.item()) != stored.size:
        problems.append(f"{where} has another size than noted")
    if table.key_blob(stored.item()) != key:
        problems.append(f"{where} belongs under another key")
    for index in table.indexes:
        if not index.backfilling:
            problems += _check_entry(reader, table, index, key, stored, expected[index.name])
    return problems


def _check_entry(
    reader: Reader, table: Table, index: Index, key: bytes, stored: StoredItem, totals: list[int]
) -> list[str]:
    entry_key, entry = index_entry(table, index, key, stored)
    if entry_key is None or entry is None:
        return []
    totals[0] += 1
    totals[1] += entry.size
    where = f"{table.name}, index {index.name}: the entry of the item at {key.hex()}"
    found = reader.get(index.storage, entry_key)
    if found is None:
        return [f"{where} is missing"]
    try:
        is_same = found.item() == entry.item()
    except ValueError:
        return [f"{where} cannot be read"]
    return [] if is_same else [f"{where} is stale"]


def _check_expiry(reader: Reader, table: Table) -> list[str]:
    """Compare what is noted of when items expire with the items."""
    expiry = table.expiry
    if expiry is None or expiry.filling:
        return []
    noted = {key for _, _, key in reader.range_with_keys(expiry.storage, _EVERYTHING)}
    wrong = len(noted)
    for raw, size, key in reader.range_with_keys(table.storage, _EVERYTHING):
        at_us = expiry_us(StoredItem(raw, size).item(), expiry.attribute)
        if at_us is not None:
            wrong += -1 if time_key(at_us, key) in noted else 1
    return [f"{table.name}: when items expire is noted wrongly of {wrong}"] if wrong else []


def _check_storage(
    reader: Reader, label: str, storage: Storage, count: int, size: int
) -> list[str]:
    """Compare what was counted with what is noted, and large values with the rows they are of."""
    problems = []
    noted = reader.counts(storage.storage_id)
    if noted != (count, size):
        problems.append(
            f"{label}: {count} items of {size} bytes found, {noted[0]} of {noted[1]} noted"
        )
    rows = reader.row_count(storage.storage_id)
    if rows != count:
        problems.append(f"{label}: {rows} entries, of which {count} belong to an item")
    large, used = reader.big_counts(storage)
    if large != used:
        problems.append(f"{label}: {large} large values, of which {used} belong to an item")
    return problems


def _check_collections(reader: Reader, table: Table) -> list[str]:
    """Compare the noted sizes of item collections with their items and local index entries."""
    rows = (
        (collection_of(key), plan_change(table, key, None, StoredItem(raw, size)))
        for raw, size, key in reader.range_with_keys(table.storage, _EVERYTHING)
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
    """Rewrite the file without its free pages and fold the write-ahead log into it.

    Others read meanwhile; those who write wait for their turn. Where a reader holds on to the log,
    it is folded later. In memory there is nothing to do. Raises `InternalServerError` where the
    disk is full.
    """
    if database.path is None:
        return
    try:
        connection = database.connect("FULL")
    except FolderError as error:
        raise InternalServerError(str(error)) from error
    with contextlib.closing(connection):
        # The new file is made in a temporary one, with the same key: no memory for all of it.
        connection.execute("PRAGMA temp_store=file").fetchall()
        set_cache(connection, _COMPACT_CACHE_KIB)
        try:
            with contextlib.closing(FileGate(gate_path(database.path))) as gate, gate:
                connection.execute("VACUUM")
                connection.set_busy_timeout(_READERS_TIMEOUT_MS)
                with contextlib.suppress(apsw.BusyError):
                    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error as error:
            raise as_api_error(error, database.path, connection) from error
