"""Bulk loading: many items, sorted by key, written in few transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice

from engine.client.protocol import Context, Existing, Json, LoadProgress, Removal
from engine.errors import (
    ApiError,
    ConditionalCheckFailedException,
    ResourceNotFoundException,
    ValidationException,
)
from engine.model import values
from engine.model.values import MAX_ITEM_BYTES
from engine.operations.parameters import cause_of
from engine.operations.region import Region
from engine.operations.schema import check_item, check_key
from engine.storage.catalog import Table
from engine.storage.items import StoredItem, plan_change
from engine.storage.sorting import Row, SortedRuns
from engine.storage.transaction import WriteTransaction

# Sorted inserts are many times as fast as random ones on a large table, so all items are sorted
# first, outside of memory where they are more than this. A step is what one transaction writes,
# short enough for others to write in between.
_GATHERED_ITEMS = 50_000
_GATHERED_BYTES = 64 * 1024 * 1024
_STEP_ITEMS = 500
_STEP_BYTES = 4 * 1024 * 1024

Report = Callable[[LoadProgress], None]
Refuse = Callable[[int, ApiError], None]

# The value of a row whose item is to be removed: no item is stored so.
_REMOVED = b""


def load_items(
    region: Region,
    table_name: str,
    items: Iterable[Json | Removal],
    context: Context,
    on_progress: Report | None,
    on_rejected: Refuse | None,
    existing: Existing,
) -> int:
    """Put items as `LocalTools.load_items` says; gives how many were written."""
    table = region.data_table(region.database.reload_catalog(), table_name)
    path = region.database.path
    written = 0
    with closing(SortedRuns(None if path is None else path.parent)) as runs:
        wanted = partial(_refuse_existing, region, table) if existing == "refuse" else None
        taken, last_run = gather(table, items, runs, context, on_progress, on_rejected, wanted)
        for step in steps(runs.merged(last_run), _STEP_ITEMS):
            if _is_cancelled(context):
                return written
            work = partial(_write_step, region, table, step, context, existing != "replace")
            written += region.database.write(work)
            if on_progress is not None:
                on_progress(LoadProgress(taken, written))
    return written


def gather(
    table: Table,
    items: Iterable[Json | Removal],
    runs: SortedRuns,
    context: Context,
    on_progress: Report | None,
    on_rejected: Refuse | None,
    check: Callable[[Row], None] | None = None,
) -> tuple[int, list[Row]]:
    """Validate and sort all items; gives how many these were, and the last run of them.

    `check` raises why an item that is valid is not wanted.
    """
    batch: dict[bytes, Row] = {}
    taken = size = 0
    for place, item in enumerate(items):
        try:
            row = _row(table, item)
            if check is not None:
                check(row)
        except ApiError as error:
            if on_rejected is None:
                raise
            on_rejected(place, error)
            continue
        batch[row[0]] = row
        taken += 1
        size += row[1]
        if len(batch) >= _GATHERED_ITEMS or size >= _GATHERED_BYTES:
            runs.spill(sorted(batch.values()))
            batch.clear()
            size = 0
            if on_progress is not None:
                on_progress(LoadProgress(taken, 0))
            if _is_cancelled(context):
                break
    return taken, sorted(batch.values())


def _row(table: Table, item: Json | Removal) -> Row:
    """An item, checked as PutItem would, as it is to be stored."""
    if isinstance(item, Removal):
        return check_key(table, values.normalise_item(item.key)[0]), 0, _REMOVED
    canonical, item_size = values.normalise_item(item)
    if item_size > MAX_ITEM_BYTES:
        raise ValidationException("Item size has exceeded the maximum allowed size")
    return check_item(table, canonical), item_size, values.to_json(canonical)


def _refuse_existing(region: Region, table: Table, row: Row) -> None:
    """Refuse an item whose key the table has; one that comes meanwhile is kept without a word."""
    key, _, raw = row
    if raw != _REMOVED and region.database.read(lambda reader, _: reader.get(table.storage, key)):
        raise ConditionalCheckFailedException("The conditional request failed")


def _is_cancelled(context: Context) -> bool:
    return context.cancelled is not None and context.cancelled()


def steps(rows: Iterable[Row], items_max: int) -> Iterator[list[Row]]:
    """What each transaction writes, in key order."""
    source = iter(rows)
    while gathered := list(islice(source, items_max)):
        begin = step_bytes = 0
        for place, row in enumerate(gathered, start=1):
            step_bytes += row[1]
            if step_bytes >= _STEP_BYTES:
                yield gathered[begin:place]
                begin, step_bytes = place, 0
        if begin < len(gathered):
            yield gathered[begin:]


def _write_step(
    region: Region,
    known: Table,
    step: list[Row],
    context: Context,
    keep_existing: bool,
    transaction: WriteTransaction,
) -> int:
    """Write rows; gives how many: those of items that are to be kept are not."""
    table = region.data_table(transaction.catalog, known.name)
    if table.table_id != known.table_id:
        # Another table of the same name: the items were checked against the keys of the one before.
        raise ResourceNotFoundException("Requested resource not found")
    changes = []
    for key, size, raw in step:
        old = transaction.read(table, key)
        if old is None or not keep_existing:
            new = StoredItem(raw, size) if raw != _REMOVED else None
            changes.append(plan_change(table, key, old, new))
    transaction.write(table, changes, cause_of(context))
    return len(changes)
