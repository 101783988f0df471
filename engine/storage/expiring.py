"""Time to Live at work: noting the items that are there already, and deleting what has expired.

Both go in steps, each a write transaction of its own, short enough for others to write in between.
An item is looked at in the transaction that deletes it, so one that was changed meanwhile stays.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from engine.storage.catalog import Catalog, Expiry, Table
from engine.storage.expiry import TIME_BYTES, expired_range, expiry_us
from engine.storage.items import plan_change
from engine.storage.keys import KEYS_END, KeyRange
from engine.storage.transaction import Cause, WriteTransaction

if TYPE_CHECKING:
    from engine.storage.reader import Reader

KIND = "expiry"
EXPIRED = Cause("ttl", "dynamodb.amazonaws.com")
"""Why an expired item is deleted, and by whom."""
_NOTED_PER_STEP = 1_000
_NOTED_BYTES_PER_STEP = 4 * 1024 * 1024
_DELETED_PER_STEP = 200
_ROWS_BYTES_MAX = 1 << 20


def begin_expiry(transaction: WriteTransaction, table: Table, attribute: str) -> tuple[Table, int]:
    """The table with Time to Live, for the catalog, and the job that notes its items."""
    storage_id = transaction.new_storage()
    state = {
        "table": table.name,
        "table_id": table.table_id,
        "storage_id": storage_id,
        "after": "",
    }
    job_id = transaction.add_job(KIND, str(storage_id), state)
    return replace(table, expiry=Expiry(attribute, storage_id, True)), job_id


def end_expiry(transaction: WriteTransaction, table: Table) -> Table:
    """The table without Time to Live, for the catalog; what was noted is freed in steps."""
    if table.expiry is None:
        return table
    transaction.retire_storage(table.expiry.storage_id)
    transaction.end_jobs(KIND, str(table.expiry.storage_id))
    return replace(table, expiry=None)


def note_step(transaction: WriteTransaction, job_id: int) -> bool:
    """Note when the next items expire; gives whether there is more to do."""
    state = transaction.job_state(KIND, job_id)
    if state is None:
        return False
    table = transaction.catalog.tables.get(state["table"])
    expiry = None if table is None else table.expiry
    if table is None or expiry is None or expiry.storage_id != state["storage_id"]:
        transaction.end_jobs(KIND, str(state["storage_id"]))
        return False
    rows, more = transaction.read_first(
        table.storage,
        KeyRange(b64decode(state["after"]), KEYS_END),
        _NOTED_PER_STEP,
        _NOTED_BYTES_PER_STEP,
    )
    for key, raw in rows:
        at_us = expiry_us(orjson.loads(raw), expiry.attribute)
        if at_us is not None:
            transaction.note_expiry(expiry, at_us, key)
    if not more:
        transaction.put_table(replace(table, expiry=replace(expiry, filling=False)))
        transaction.end_jobs(KIND, str(expiry.storage_id))
        return False
    state["after"] = b64encode(rows[-1][0] + b"\x00").decode()
    transaction.set_job_state(job_id, state)
    return True


def tables_with_expired(
    reader: Reader, catalog: Catalog, now_us: int, grace_us: int = 0
) -> list[str]:
    """The tables with items that expired longer than a grace ago."""
    expired = expired_range(now_us, grace_us)
    return [
        table.name
        for table in catalog.tables.values()
        if table.expiry is not None and reader.measure(table.expiry.storage, expired, 1)[0]
    ]


def expire_step(
    transaction: WriteTransaction, table_name: str, now_us: int, grace_us: int = 0
) -> int:
    """Delete the first items that expired longer than a grace ago; gives how many, 0 at the end."""
    table = transaction.catalog.tables.get(table_name)
    if table is None or table.expiry is None:
        return 0
    expired = expired_range(now_us, grace_us)
    rows, _ = transaction.read_first(
        table.expiry.storage, expired, _DELETED_PER_STEP, _ROWS_BYTES_MAX
    )
    changes = []
    for row_key, _ in rows:
        key = row_key[TIME_BYTES:]
        stored = transaction.read(table, key)
        if stored is not None:
            changes.append(plan_change(table, key, stored, None))
    transaction.write(table, changes, EXPIRED)
    return len(changes)
