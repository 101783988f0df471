"""The work of a restore: tables filled from their sources, then their global indexes.

Items come in key order, and so do the entries of each index: sorted inserts are many times as fast
as random ones. Each step is a short transaction that notes the progress as well, so that a restore
that was cut off goes on where it was. A table is seen when all is there.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import replace
from functools import partial

from engine.archives.archive import Row
from engine.client.protocol import Json
from engine.errors import ApiError
from engine.operations.jobs import Running
from engine.operations.load import steps
from engine.operations.region import Region
from engine.operations.restore_sources import (
    RowsAfter,
    check_source,
    open_source,
    stored_rows,
)
from engine.operations.tables import FOREVER_US, start_change
from engine.operations.trash import discard, renewed
from engine.operations.ttl import finish_noting
from engine.storage.adoption import adopt
from engine.storage.catalog import Index, Table
from engine.storage.items import ItemChange, StoredItem, index_entry, plan_change
from engine.storage.jobs import Job
from engine.storage.sorting import SortedRuns
from engine.storage.transaction import Cause, WriteTransaction

_CAUSE = Cause("restore", "owner")
# What one transaction writes: a few milliseconds for others to wait.
_STEP_ITEMS = 500
_GATHERED_ENTRIES = 50_000
_GATHERED_BYTES = 64 * 1024 * 1024


def run(running: Running) -> None:
    """Do a restore, or what is left of it.

    The state: `tables` (definition and source of each), `at` (how many of them are full), `phase`
    (None for the items, else the index being filled), `after` (the last key written, base64),
    `done` and `total` (items).
    """
    state = dict(running.job.state)
    if running.job.attempts == 0:
        for source in {str(entry["source"]): entry["source"] for entry in state["tables"]}.values():
            check_source(running.region, source)
    running.begun()
    for number in range(state["at"], len(state["tables"])):
        entry = state["tables"][number]
        table = Table.from_json(entry["definition"])
        fill_table(running, state, table, partial(open_source, running.region, entry["source"]))
        state |= {"at": number + 1, "phase": None, "after": ""}
    replaced: list[Table] = []
    running.finish(lambda transaction: _show(running.region, transaction, state, replaced))
    for table in replaced:
        running.region.forget(table)
    for entry in state["tables"]:
        # Upkeep goes on with it.
        with suppress(ApiError):
            finish_noting(running.region, entry["definition"]["name"])


def fill_table(
    running: Running,
    state: Json,
    table: Table,
    open_rows: Callable[[], AbstractContextManager[RowsAfter]],
) -> None:
    """Fill a table and then its global indexes, or do what is left of it.

    The state: `phase` (None for the items, else the index being filled), `after` (the last key
    written, base64), `done` (items).
    """
    if state["phase"] is None:
        _fill_items(running, state, table, open_rows)
    _fill_indexes(running, state, table)


def _fill_items(
    running: Running,
    state: Json,
    table: Table,
    open_rows: Callable[[], AbstractContextManager[RowsAfter]],
) -> None:
    # Entries of local indexes come in nearly the order of the items.
    filled = replace(table, indexes=table.local_indexes)
    with open_rows() as rows_after:
        for step in steps(rows_after(b64decode(state["after"])), _STEP_ITEMS):
            changes = [
                plan_change(filled, key, None, StoredItem(value, size)) for key, size, value in step
            ]
            state["after"] = b64encode(step[-1][0]).decode()
            state["done"] += len(step)
            _write(running, state, filled, changes)


def _write(running: Running, state: Json, table: Table, changes: list[ItemChange]) -> None:
    running.step(lambda transaction: transaction.write(table, changes, _CAUSE), state)


def _fill_indexes(running: Running, state: Json, table: Table) -> None:
    """Fill the global indexes, one after the other, behind the one that is full already."""
    names = [index.name for index in table.global_indexes]
    begun = state["phase"]
    for index in table.global_indexes[names.index(begun) if begun else 0 :]:
        if state["phase"] != index.name:
            state |= {"phase": index.name, "after": ""}
        _fill_index(running, state, table, index)


def _fill_index(running: Running, state: Json, table: Table, index: Index) -> None:
    path = running.region.database.path
    after = b64decode(state["after"])
    with closing(SortedRuns(None if path is None else path.parent)) as runs:
        # Its transaction ends before the writing: while it stands, the write-ahead log only grows.
        with stored_rows(running.region) as rows:
            last_run = _gather(table, index, rows(table.storage, b""), runs)
        entries = (row for row in runs.merged(last_run) if row[0] > after)
        for step in steps(entries, _STEP_ITEMS):
            found = [(key, StoredItem(value, size)) for key, size, value in step]
            state["after"] = b64encode(step[-1][0]).decode()
            running.step(partial(_fill, index, found), state)


def _gather(table: Table, index: Index, rows: Iterator[Row], runs: SortedRuns) -> list[Row]:
    """Sort the entries of an index; gives the last run of them."""
    run: list[Row] = []
    gathered = 0
    for key, size, value in rows:
        entry_key, entry = index_entry(table, index, key, StoredItem(value, size))
        if entry_key is None or entry is None:
            continue
        run.append((entry_key, entry.size, entry.raw))
        gathered += len(entry.raw)
        if len(run) >= _GATHERED_ENTRIES or gathered >= _GATHERED_BYTES:
            runs.spill(sorted(run))
            run, gathered = [], 0
    return sorted(run)


def _fill(
    index: Index, entries: list[tuple[bytes, StoredItem]], transaction: WriteTransaction
) -> None:
    transaction.fill_index(index, entries)


def _show(
    region: Region, transaction: WriteTransaction, state: Json, replaced: list[Table]
) -> None:
    """Make the tables seen, all at once; those whose place they take go into the trash."""
    now_us = transaction.stamp_us
    for entry in state["tables"]:
        table = Table.from_json(entry["definition"])
        current = transaction.catalog.tables.get(table.name)
        if current is not None and current.table_id == table.table_id:
            # It may have been tagged meanwhile.
            table = current
        elif current is not None:
            discard(region, transaction, current)
            replaced.append(current)
            # The past before this moment is the other one's.
            table = replace(table, created_us=now_us)
        show_table(region, transaction, table)


def show_table(region: Region, transaction: WriteTransaction, table: Table) -> None:
    """Let a table that is full be seen."""
    now_us = transaction.stamp_us
    table = replace(table, changing="CREATING", changing_until_us=FOREVER_US)
    adopt(transaction, renewed(start_change(region, table, now_us), now_us))


def abandon(_region: Region, transaction: WriteTransaction, job: Job) -> None:
    """Take away what a restore made: nothing is left half restored."""
    for entry in job.state["tables"]:
        table = Table.from_json(entry["definition"])
        current = transaction.catalog.tables.get(table.name)
        if current is not None and current.table_id == table.table_id:
            transaction.remove_table(table.name)
        else:
            for storage_id in (table.storage_id, *(index.storage_id for index in table.indexes)):
                transaction.retire_storage(storage_id)
