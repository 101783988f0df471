"""Items as stored: rows, changes of rows, and the changes of index entries that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import apsw
import orjson

from engine.client.protocol import Json
from engine.model import values
from engine.storage.catalog import Index, InvalidKeyError, Table
from engine.storage.connections import fetch
from engine.storage.data_keys import SEALED_BYTES_MORE
from engine.storage.keys import KeyRange
from engine.storage.row_tables import INLINE_BYTES_MAX, Storage
from engine.storage.sealing import Seals

_value_and_size = itemgetter(0, 1)


@dataclass(slots=True)
class StoredItem:
    """An item as it lies in storage: canonical wire JSON and its DynamoDB size in bytes."""

    raw: bytes
    size: int
    _decoded: Json | None = None

    def item(self) -> Json:
        """The decoded attribute map; decoded once, not to be changed by the caller."""
        if self._decoded is None:
            self._decoded = orjson.loads(self.raw)
        return self._decoded

    @classmethod
    def of(cls, item: Json, size: int | None = None) -> StoredItem:
        """The stored form of a canonical item; `size` where it is known already."""
        return cls(orjson.dumps(item), values.item_size(item) if size is None else size, item)


@dataclass(slots=True)
class IndexChange:
    """What a change of an item does to one index: an entry deleted, put, or replaced."""

    index: Index
    old_key: bytes | None
    old: StoredItem | None
    new_key: bytes | None
    new: StoredItem | None


@dataclass(slots=True)
class ItemChange:
    """A change of one item: before (None = absent), after (None = deleted)."""

    key: bytes
    old: StoredItem | None
    new: StoredItem | None
    indexes: list[IndexChange] = field(default_factory=list)

    @property
    def collection_growth(self) -> int:
        """Bytes by which the item's collection grows: of the item and its local index entries."""
        growth = _growth(self.old, self.new)
        for change in self.indexes:
            if not change.index.is_global:
                growth += _growth(change.old, change.new)
        return growth


def _growth(old: StoredItem | None, new: StoredItem | None) -> int:
    return (0 if new is None else new.size) - (0 if old is None else old.size)


def plan_change(
    table: Table, key: bytes, old: StoredItem | None, new: StoredItem | None
) -> ItemChange:
    """A change with all that it does to the table's indexes; nothing is written yet."""
    change = ItemChange(key, old, new)
    for index in table.indexes:
        index_change = _plan_index(table, index, change)
        if index_change is not None:
            change.indexes.append(index_change)
    return change


def _plan_index(table: Table, index: Index, change: ItemChange) -> IndexChange | None:
    old_key, old = index_entry(table, index, change.key, change.old)
    new_key, new = index_entry(table, index, change.key, change.new)
    if old_key == new_key and (
        old is None or new is None or old.raw == new.raw or old.item() == new.item()
    ):
        return None
    return IndexChange(index, old_key, old, new_key, new)


def index_entry(
    table: Table, index: Index, key: bytes, stored: StoredItem | None
) -> tuple[bytes | None, StoredItem | None]:
    """Key and entry of an item in an index; none where the item lacks an index key (sparse).

    An item that was there before the index may hold a key attribute of another type, an empty one,
    or one that is too long: it lacks the key too.
    """
    if stored is None:
        return None, None
    item = stored.item()
    for attribute in index.keys:
        value = item.get(attribute.name)
        if value is None or not value.get(attribute.type):
            return None, None
    try:
        entry_key = table.index_blob(index, item, key)
    except InvalidKeyError:
        return None, None
    if index.projection_type == "ALL":
        return entry_key, stored
    names = projected_names(table, index)
    return entry_key, StoredItem.of({name: item[name] for name in item if name in names})


def projected_names(table: Table, index: Index) -> frozenset[str]:
    """The attributes that a KEYS_ONLY or INCLUDE index holds."""
    return frozenset(table.key_names + index.key_names + index.non_key_attributes)


def read_item(cursor: apsw.Cursor, seals: Seals, storage: Storage, key: bytes) -> StoredItem | None:
    """The item under a key."""
    rows: Any = cursor.execute(storage.get, (key,)).fetchall()
    if not rows:
        return None
    value, size, _ = rows[0]
    if storage.encryption is not None:
        value = seals.opened(storage, key, value)
    return StoredItem(value, size)


def read_range(
    cursor: apsw.Cursor, seals: Seals, storage: Storage, keys: KeyRange, descending: bool
) -> Iterator[tuple[bytes, int]]:
    """Rows (value, size) of a range in key order.

    The caller stops where it has enough: a LIMIT, even one never reached, costs a fifth of this.
    """
    if storage.encryption is not None:
        return map(_value_and_size, read_keys(cursor, seals, storage, keys, descending))
    statement = storage.backward if descending else storage.forward
    rows: Any = cursor.execute(statement, (keys.low, keys.high))
    found: Iterator[tuple[bytes, int]] = rows
    return found


def read_keys(
    cursor: apsw.Cursor, seals: Seals, storage: Storage, keys: KeyRange, descending: bool
) -> Iterator[tuple[bytes, int, bytes]]:
    """Rows (value, size, key) of a range in key order."""
    statement = storage.with_keys_backward if descending else storage.with_keys
    rows: Any = cursor.execute(statement, (keys.low, keys.high))
    found: Iterator[tuple[bytes, int, bytes]] = rows
    return found if storage.encryption is None else seals.opened_rows(storage, found)


def write_rows(cursor: apsw.Cursor, seals: Seals, storage: Storage, change: ItemChange) -> None:
    """Put or delete the row of an item."""
    _write_row(cursor, seals, storage, change.key, change.old, change.key, change.new)


def write_new_rows(
    cursor: apsw.Cursor, seals: Seals, storage: Storage, rows: Sequence[tuple[bytes, StoredItem]]
) -> None:
    """Put rows, none of which was there before: the small ones by one statement for all."""
    small = []
    for key, new in rows:
        value = new.raw
        if storage.encryption is not None:
            value = seals.sealed(storage, key, value)
        if len(value) + len(key) > INLINE_BYTES_MAX:
            _put_row(cursor, storage, key, new.size, value)
        else:
            small.append((key, new.size, value, None))
    cursor.executemany(storage.put, small)


def write_index_rows(cursor: apsw.Cursor, seals: Seals, change: IndexChange) -> None:
    """Put, move or delete the row of an index entry."""
    storage = change.index.storage
    _write_row(cursor, seals, storage, change.old_key, change.old, change.new_key, change.new)


def write_again(
    cursor: apsw.Cursor, seals: Seals, storage: Storage, key: bytes, stored: StoredItem
) -> None:
    """Put a row that is there once more, as its table is encrypted now."""
    _write_row(cursor, seals, storage, key, stored, key, stored)


def _write_row(
    cursor: apsw.Cursor,
    seals: Seals,
    storage: Storage,
    old_key: bytes | None,
    old: StoredItem | None,
    new_key: bytes | None,
    new: StoredItem | None,
) -> None:
    if old is not None and old_key is not None:
        # A sealed value is longer, and one that may be sealed may lie beside for that.
        inline = INLINE_BYTES_MAX - (0 if storage.encryption is None else SEALED_BYTES_MORE)
        if len(old.raw) + len(old_key) > inline:
            ((_, _, big),) = fetch(cursor, storage.get, (old_key,))
            cursor.execute(storage.delete_big, (big,))
        if new is None or old_key != new_key:
            cursor.execute(storage.delete, (old_key,))
    if new is not None and new_key is not None:
        value = new.raw
        if storage.encryption is not None:
            value = seals.sealed(storage, new_key, value)
        _put_row(cursor, storage, new_key, new.size, value)


def _put_row(cursor: apsw.Cursor, storage: Storage, key: bytes, size: int, value: bytes) -> None:
    if len(value) + len(key) > INLINE_BYTES_MAX:
        ((big,),) = fetch(cursor, storage.put_big, (value,))
        cursor.execute(storage.put, (key, size, None, big))
    else:
        cursor.execute(storage.put, (key, size, value, None))
