"""Undoing changes: new writes that bring back what was there before them.

An item is brought back only if all its changes since then are among those that are undone: nothing
that was written later is lost. Where another write comes in between looking and writing, the item
is left as it is, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from engine.client.changes import Changes
from engine.client.history import Undone
from engine.client.protocol import Context, Json
from engine.client.retrying import is_throttled
from engine.errors import ApiError, ResourceNotFoundException
from engine.operations.actions import CONDITION_FAILED, Action
from engine.operations.region import Region
from engine.operations.schema import check_item
from engine.operations.single_action import carry_out
from engine.recovery.log import TableLog, item_of, key_of, read_log
from engine.storage.catalog import Table
from engine.storage.items import StoredItem
from engine.storage.log_index import catch_up
from engine.storage.log_reads import LogEntry
from engine.storage.transaction import WriteTransaction
from engine.storage.window import time_text

ORIGIN = "undo"
"""The cause of such writes in the change log."""
_ITEMS_PER_STEP = 200
# An item's key, and its changes that are to be undone, oldest first.
_Chosen = tuple[bytes, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to become of an item: back from one image to another, or the reason why not."""

    key: bytes
    key_values: Json
    seqs: tuple[int, ...]
    now: bytes | None
    then: bytes | None
    refusal: str | None

    def outcome(self, refusal: str | None, is_throttled: bool = False) -> Undone:
        return Undone(self.key_values, self.seqs, refusal, is_throttled)


def undo(
    region: Region, table_name: str, which: Changes, only_last: bool, context: Context
) -> list[Undone]:
    """Undo the changes that are meant, as `LocalTools.undo` says."""
    catch_up(region.database)
    choose = partial(_chosen_by_key, which=which, only_last=only_last)
    table, chosen = read_log(region, table_name, choose)
    context = replace(context, origin=ORIGIN)
    outcomes: list[Undone] = []
    for start in range(0, len(chosen), _ITEMS_PER_STEP):
        if context.cancelled is not None and context.cancelled():
            break
        # Images are held of one step at a time.
        step = chosen[start : start + _ITEMS_PER_STEP]
        plans = read_log(region, table_name, partial(_plans, step=step))
        outcomes += region.database.write(partial(_undo_step, region, table, plans, context))
    return outcomes


def _chosen_by_key(log: TableLog, which: Changes, only_last: bool) -> tuple[Table, list[_Chosen]]:
    by_key: dict[bytes, list[int]] = {}
    for entry in _chosen(log.entries(which), only_last):
        by_key.setdefault(entry.key, []).append(entry.seq)
    return log.table, [(key, tuple(reversed(seqs))) for key, seqs in by_key.items()]


def _chosen(entries: Iterator[LogEntry], only_last: bool) -> Iterator[LogEntry]:
    """All entries, or those of the newest write: what one request writes has one stamp."""
    newest = next(entries, None)
    if newest is None:
        return
    yield newest
    for entry in entries:
        if only_last and entry.stamp_us != newest.stamp_us:
            return
        if not only_last or entry.principal == newest.principal:
            yield entry


def _plans(log: TableLog, step: list[_Chosen]) -> list[_Plan]:
    return [_plan(log, key, seqs) for key, seqs in step]


def _plan(log: TableLog, key: bytes, seqs: tuple[int, ...]) -> _Plan:
    """What undoing the entries of one item, oldest first, would do."""
    others = [seq for seq in log.after_in_key(key, seqs[0]) if seq not in seqs]
    first, now = log.image_at(key, seqs[0] - 1), log.image_at(key, log.newest)
    refusal = None if not others else _later(log.entry(others[0]))
    shown = item_of(first) or item_of(log.image_at(key, seqs[0]))
    return _Plan(key, key_of(log.table, shown), seqs, now, first, refusal)


def _later(entry: LogEntry | None) -> str:
    assert entry is not None
    return f"changed again at {time_text(entry.stamp_us)} by {entry.principal}"


def _undo_step(
    region: Region,
    known: Table,
    step: list[_Plan],
    context: Context,
    transaction: WriteTransaction,
) -> list[Undone]:
    table = region.data_table(transaction.catalog, known.name)
    if table.table_id != known.table_id:
        raise ResourceNotFoundException("Requested resource not found")
    outcomes: list[Undone] = []
    throttled = None
    for plan in step:
        if throttled is None:
            outcomes.append(_undo_one(region, transaction, table, plan, context))
            throttled = outcomes[-1].refusal if outcomes[-1].is_throttled else None
        else:
            refusal = plan.refusal or throttled
            outcomes.append(plan.outcome(refusal, is_throttled=plan.refusal is None))
    return outcomes


def _undo_one(
    region: Region, transaction: WriteTransaction, table: Table, plan: _Plan, context: Context
) -> Undone:
    if plan.refusal is not None:
        return plan.outcome(plan.refusal)
    try:
        carry_out(region, transaction, _BringBack(table, plan), context)
    except ApiError as error:
        later = error.message == CONDITION_FAILED
        refusal = "changed again just now" if later else error.message
        return plan.outcome(refusal, is_throttled(error))
    return plan.outcome(None)


class _BringBack(Action):
    """Bring back an item's image, on condition that the item is still as it was looked at."""

    def __init__(self, table: Table, plan: _Plan) -> None:
        image = None
        if plan.then is not None:
            image = StoredItem.of(StoredItem(plan.then, 0).item())
        super().__init__(
            {"TableName": table.name},
            plan.key_values if image is None else image.item(),
            0 if image is None else image.size,
        )
        self._key = plan.key
        self._now = plan.now
        self._image = image

    def key(self, table: Table) -> bytes:
        """See `Action.key`; indexes that came later may not take what was there before them."""
        if self._image is not None:
            check_item(table, self._image.item())
        return self._key

    def failure(self, table: Table, old: StoredItem | None) -> ApiError | None:
        """See `Action.failure`."""
        del table
        same = old is None if self._now is None else old is not None and old.raw == self._now
        return None if same else self.failed(old)

    def image(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """See `Action.image`."""
        del table, old
        return self._image
