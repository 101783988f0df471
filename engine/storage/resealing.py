"""Switching a table to another key: what is stored is sealed again, or opened, in steps.

New values are under the new data key at once. Each step is a write transaction of its own, short
enough for others to write in between: it takes the next rows of the table, then of its indexes, and
then the images in the change log. The position is kept in the job, so that whoever comes after a
kill goes on from there. At the end nothing is left under the data keys from before, and they are
forgotten.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

from engine.client.protocol import Json
from engine.storage.catalog import Table
from engine.storage.counts import read_counts
from engine.storage.data_keys import Encryption
from engine.storage.items import StoredItem, write_again
from engine.storage.keys import KEYS_END
from engine.storage.making import new_data_key
from engine.storage.row_tables import Storage
from engine.storage.sealing import NEW, OLD, data_key_of
from engine.storage.transaction import WriteTransaction

KIND = "reseal"
_ROWS_PER_STEP = 1_000
_BYTES_PER_STEP = 4 * 1024 * 1024


def begin_switch(
    transaction: WriteTransaction, table: Table, key_arn: str | None
) -> tuple[Table, int]:
    """The table as it is from now on, for the caller to put into the catalog; and the job's id.

    `key_arn` None: the AWS owned key. Raises `TableKeyDenied` where the new key cannot be used.
    """
    data_key = None if key_arn is None else new_data_key(transaction, table, key_arn)
    before = table.encryption
    encryption = Encryption(
        key_arn,
        data_key,
        switching=True,
        switching_from=None if before is None else before.key_arn,
        leaving=() if before is None else before.data_keys,
        has_plain=before is None or key_arn is None,
    )
    storages = [table.storage_id, *(index.storage_id for index in table.indexes)]
    state = {
        "table": table.name,
        "table_id": table.table_id,
        "storages": storages,
        "after": "",
        "seq": 0,
        "last_seq": transaction.next_seq() - 1,
        "done": 0,
        "total": _values(transaction, storages),
    }
    return replace(table, encryption=encryption), transaction.add_job(KIND, table.table_id, state)


def _values(transaction: WriteTransaction, storages: list[int]) -> int:
    """How many items, index entries and entries of the log a table has, the first of these ids."""
    ((entries,),) = transaction.query(
        "SELECT count(*) FROM changes WHERE storage = ?", (storages[0],)
    )
    counts = (read_counts(transaction.cursor, storage_id) for storage_id in storages)
    return int(entries) + sum(items for items, _ in counts)


def reseal_step(transaction: WriteTransaction, job_id: int) -> bool:
    """Seal or open the next values; gives whether there is more to do."""
    state = transaction.job_state(KIND, job_id)
    if state is None:
        return False
    table = transaction.catalog.tables.get(state["table"])
    if table is None or table.table_id != state["table_id"]:
        transaction.end_jobs(KIND, state["table_id"])
        return False
    if state["storages"]:
        _reseal_rows(transaction, table, state)
    elif not _reseal_images(transaction, table, state):
        _finish(transaction, table)
        return False
    transaction.set_job_state(job_id, state)
    return True


def _reseal_rows(transaction: WriteTransaction, table: Table, state: Json) -> None:
    storage_id = state["storages"][0]
    # An index may have been deleted meanwhile.
    if storage_id in (table.storage_id, *(index.storage_id for index in table.indexes)):
        storage = Storage(storage_id, table.encryption)
        rows, more = _stored_rows(transaction, storage, b64decode(state["after"]))
        for stored, size, key in rows:
            _reseal_row(transaction, storage, key, stored, size)
        state["done"] += len(rows)
        if more:
            state["after"] = b64encode(rows[-1][2] + b"\x00").decode()
            return
    state |= {"storages": state["storages"][1:], "after": ""}


def _stored_rows(
    transaction: WriteTransaction, storage: Storage, after: bytes
) -> tuple[list[tuple[bytes, int, bytes]], bool]:
    """The first rows (value as stored, size, key) from a key on, and whether there is more."""
    rows = []
    size = 0
    limited = f"{storage.with_keys} LIMIT ?"
    for row in transaction.cursor.execute(limited, (after, KEYS_END, _ROWS_PER_STEP)):
        rows.append(row)
        size += len(row[0])
        if size >= _BYTES_PER_STEP:
            break
    return rows, len(rows) == _ROWS_PER_STEP or size >= _BYTES_PER_STEP


def _reseal_row(
    transaction: WriteTransaction, storage: Storage, key: bytes, stored: bytes, size: int
) -> None:
    assert storage.encryption is not None
    if data_key_of(stored) != storage.encryption.data_key:
        item = StoredItem(transaction.seals.opened(storage, key, stored), size)
        transaction.writes += 1
        write_again(transaction.cursor, transaction.seals, storage, key, item)


def _reseal_images(transaction: WriteTransaction, table: Table, state: Json) -> bool:
    """Seal or open images of the log from before the switch; gives whether there were any."""
    window = transaction.query(
        "SELECT count(*), max(seq) FROM (SELECT seq FROM changes WHERE seq > ? AND seq <= ?"
        " ORDER BY seq LIMIT ?)",
        (state["seq"], state["last_seq"], _ROWS_PER_STEP),
    )
    ((count, last),) = window
    if not count:
        return False
    size = 0
    for row in transaction.query(
        "SELECT seq, stamp_us, k, old, new FROM changes WHERE seq > ? AND seq <= ? AND storage = ?"
        " AND (old IS NOT NULL OR new IS NOT NULL) ORDER BY seq",
        (state["seq"], last, table.storage_id),
    ):
        size += _reseal_entry(transaction, table, row)
        if size >= _BYTES_PER_STEP:
            last = row[0]
            break
    state |= {"seq": last, "done": min(state["done"] + count, state["total"])}
    return True


def _reseal_entry(transaction: WriteTransaction, table: Table, row: tuple[Any, ...]) -> int:
    """Seal or open the images of an entry; gives the bytes of them."""
    assert table.encryption is not None
    seq, stamp_us, key, *stored = row
    storage, seals = table.storage, transaction.seals
    images = []
    for kind, image in zip((OLD, NEW), stored, strict=True):
        if data_key_of(image) != table.encryption.data_key:
            image = seals.image(kind, storage.storage_id, key, stamp_us, image)
            image = seals.sealed_image(kind, storage, key, stamp_us, image)
        images.append(image)
    if images != stored:
        transaction.change("UPDATE changes SET old = ?, new = ? WHERE seq = ?", (*images, seq))
    return sum(len(image) for image in images if image is not None)


def _finish(transaction: WriteTransaction, table: Table) -> None:
    switched = table.encryption
    assert switched is not None
    for data_key in switched.leaving:
        transaction.change("DELETE FROM data_keys WHERE id = ?", (data_key,))
    settled = None
    if switched.key_arn is not None:
        settled = Encryption(switched.key_arn, switched.data_key)
    transaction.put_table(replace(table, encryption=settled))
    transaction.end_jobs(KIND, table.table_id)
