"""Filling a new index from the items that are there already, in steps.

Each step is a write transaction of its own, short enough for others to write in between. Writes
that come meanwhile keep the new index themselves; a step skips what they have put. The position is
kept in the job, so that whoever comes after a kill goes on from there.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace

import orjson

from engine.storage.catalog import Index, Table
from engine.storage.items import IndexChange, ItemChange, StoredItem, index_entry
from engine.storage.keys import HASH_PREFIX_BYTES, HASH_SPACE, KEYS_END, KeyRange
from engine.storage.transaction import WriteTransaction

KIND = "backfill"
_ITEMS_PER_STEP = 1_000
_BYTES_PER_STEP = 4 * 1024 * 1024


def subject_of(table: Table, index: Index) -> str:
    """What a backfill job is about: a table id and an index."""
    return f"{table.table_id}/{index.name}"


def add_backfill(transaction: WriteTransaction, table: Table, index: Index) -> int:
    """Note that an index is to be filled; gives the job's id."""
    state = {"table": table.name, "table_id": table.table_id, "index": index.name, "after": ""}
    return transaction.add_job(KIND, subject_of(table, index), state)


def filled_part(state: dict[str, str]) -> float:
    """How much of the table a job has been through, 0 to 1: items lie in the order of hashes."""
    hashed = b64decode(state["after"])[:HASH_PREFIX_BYTES]
    return int.from_bytes(hashed.ljust(HASH_PREFIX_BYTES, b"\0"), "big") / HASH_SPACE


def backfill_step(transaction: WriteTransaction, job_id: int) -> bool:
    """Fill in the next items; gives whether there is more to do."""
    state = transaction.job_state(KIND, job_id)
    if state is None:
        return False
    table = transaction.catalog.tables.get(state["table"])
    index = None if table is None else table.index(state["index"])
    if table is None or index is None or table.table_id != state["table_id"]:
        transaction.end_jobs(KIND, f"{state['table_id']}/{state['index']}")
        return False
    after = b64decode(state["after"])
    rows, more = transaction.read_first(
        table.storage, KeyRange(after, KEYS_END), _ITEMS_PER_STEP, _BYTES_PER_STEP
    )
    changes = [_entry(table, index, key, raw) for key, raw in rows]
    # In the index's own key order: sorted inserts are many times as fast as random ones.
    changes = [change for change in changes if change.indexes]
    changes.sort(key=lambda change: change.indexes[0].new_key or b"")
    transaction.write_entries(changes)
    if not more:
        _finish(transaction, table, index)
        return False
    state["after"] = b64encode(rows[-1][0] + b"\x00").decode()
    transaction.set_job_state(job_id, state)
    return True


def _entry(table: Table, index: Index, key: bytes, raw: bytes) -> ItemChange:
    item = orjson.loads(raw)
    stored = StoredItem.of(item)
    change = ItemChange(key, stored, stored)
    entry_key, entry = index_entry(table, index, key, stored)
    if entry_key is not None:
        change.indexes.append(IndexChange(index, None, None, entry_key, entry))
    return change


def _finish(transaction: WriteTransaction, table: Table, index: Index) -> None:
    ready = replace(index, backfilling=False)
    indexes = tuple(ready if other.name == index.name else other for other in table.indexes)
    transaction.put_table(replace(table, indexes=indexes))
    transaction.end_jobs(KIND, subject_of(table, index))
