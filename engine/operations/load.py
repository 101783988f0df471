"""Bulk loading: many items, sorted by key, written in few transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from engine.client.protocol import Context, Json, LoadProgress
from engine.errors import ResourceNotFoundException, ValidationException
from engine.model import values
from engine.model.values import MAX_ITEM_BYTES
from engine.operations.parameters import cause_of
from engine.operations.region import Region
from engine.operations.schema import check_item
from engine.storage.catalog import Table
from engine.storage.items import StoredItem, plan_change
from engine.storage.transaction import WriteTransaction

# Sorted inserts are many times as fast as random ones on a large table, so items are gathered and
# sorted first; a step is what one transaction writes, short enough for others to write in between.
_GATHERED_ITEMS = 50_000
_GATHERED_BYTES = 64 * 1024 * 1024
_STEP_ITEMS = 500
_STEP_BYTES = 4 * 1024 * 1024

Batch = dict[bytes, StoredItem]


def load_items(
    region: Region,
    table_name: str,
    items: Iterable[Json],
    context: Context,
    on_progress: Callable[[LoadProgress], None] | None,
) -> int:
    """Put items as `LocalTools.load_items` says; gives how many were written."""
    table = region.data_table(region.database.reload_catalog(), table_name)
    written = taken = 0
    for batch, count in _batches(table, items):
        taken += count
        for step in _steps(batch):
            if context.cancelled is not None and context.cancelled():
                return written
            region.database.write(partial(_write_step, region, table, step, context))
            written += len(step)
            if on_progress is not None:
                on_progress(LoadProgress(taken, written))
    return written


def _batches(table: Table, items: Iterable[Json]) -> Iterator[tuple[Batch, int]]:
    """Validated items by key, as many as may be gathered, with how many were taken for them."""
    batch: Batch = {}
    count = size = 0
    for item in items:
        canonical, item_size = values.normalise_item(item)
        if item_size > MAX_ITEM_BYTES:
            raise ValidationException("Item size has exceeded the maximum allowed size")
        batch[check_item(table, canonical)] = StoredItem.of(canonical, item_size).without_decoded()
        count += 1
        size += item_size
        if count >= _GATHERED_ITEMS or size >= _GATHERED_BYTES:
            yield batch, count
            batch, count, size = {}, 0, 0
    if batch:
        yield batch, count


def _steps(batch: Batch) -> Iterator[list[tuple[bytes, StoredItem]]]:
    """What each transaction writes, in key order."""
    step: list[tuple[bytes, StoredItem]] = []
    size = 0
    for key in sorted(batch):
        step.append((key, batch[key]))
        size += batch[key].size
        if len(step) == _STEP_ITEMS or size >= _STEP_BYTES:
            yield step
            step, size = [], 0
    if step:
        yield step


def _write_step(
    region: Region,
    begun: Table,
    step: list[tuple[bytes, StoredItem]],
    context: Context,
    transaction: WriteTransaction,
) -> None:
    table = region.data_table(transaction.catalog, begun.name)
    if table.table_id != begun.table_id:
        # Another of the same name by now, for whose keys these were not made.
        raise ResourceNotFoundException("Requested resource not found")
    changes = [plan_change(table, key, transaction.read(table, key), new) for key, new in step]
    transaction.write(table, changes, cause_of(context))
