"""Bulk loading: many items, sorted by key, written in few transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from engine.client.protocol import Context, Json, LoadProgress
from engine.errors import ValidationException
from engine.model import values
from engine.model.values import MAX_ITEM_BYTES
from engine.operations.parameters import cause_of
from engine.operations.region import Region
from engine.operations.schema import check_item
from engine.storage.items import StoredItem, plan_change
from engine.storage.transaction import WriteTransaction

# Sorted inserts are many times as fast as random ones on a large table, so items are gathered and
# sorted first; a step is what one transaction writes, short enough for others to write in between.
_GATHERED_ITEMS = 50_000
_GATHERED_BYTES = 64 * 1024 * 1024
_STEP_ITEMS = 500

Batch = dict[bytes, StoredItem]


def load_items(
    region: Region,
    table_name: str,
    items: Iterable[Json],
    context: Context,
    on_progress: Callable[[LoadProgress], None] | None,
) -> int:
    """Put items as `LocalTools.load_items` says; gives how many were written."""
    written = taken = 0
    for batch, count in _batches(region, table_name, items):
        taken += count
        keys = iter(sorted(batch))
        while step := list(islice(keys, _STEP_ITEMS)):
            if context.cancelled is not None and context.cancelled():
                return written
            changes = [(key, batch[key]) for key in step]
            region.database.write(partial(_write_step, region, table_name, changes, context))
            written += len(step)
            if on_progress is not None:
                on_progress(LoadProgress(taken, written))
    return written


def _batches(region: Region, table_name: str, items: Iterable[Json]) -> Iterator[tuple[Batch, int]]:
    """Validated items by key, as many as may be gathered, with how many were taken for them."""
    table = region.data_table(region.database.reload_catalog(), table_name)
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


def _write_step(
    region: Region,
    table_name: str,
    step: list[tuple[bytes, StoredItem]],
    context: Context,
    transaction: WriteTransaction,
) -> None:
    table = region.data_table(transaction.catalog, table_name)
    changes = [plan_change(table, key, transaction.read(table, key), new) for key, new in step]
    transaction.write(table, changes, cause_of(context))
