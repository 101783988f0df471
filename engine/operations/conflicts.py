"""Conflicts between transactions in flight, where the Region is to have them as the service does.

Everywhere else writers wait for each other, and none arises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine.client.protocol import Json
from engine.errors import ApiError, TransactionConflictException
from engine.operations.actions import Action
from engine.operations.region import Region
from engine.storage.catalog import Table
from engine.storage.inflight import Target

TRANSACTION_CONFLICT = "Transaction is ongoing for the item"  # E089, E134


def refuse_conflict(region: Region, action: Action) -> None:
    """Refuse a single write of an item that a transaction in flight is about."""
    if region.in_flight is None:
        return
    target = _target(region, action.table_name, action.key)
    if target is not None and region.in_flight.is_claimed(target):
        raise TransactionConflictException(TRANSACTION_CONFLICT)


@contextmanager
def claimed(
    region: Region, keys: Sequence[tuple[str, Callable[[Table], bytes]]]
) -> Iterator[list[Json | None]]:
    """Claim the items of a transaction while it is in flight.

    `keys` are table names and what gives the item's key in a table. Gives the reasons for which
    another transaction cancels this one: one for each item, None for those that are free.
    """
    if region.in_flight is None:
        yield [None] * len(keys)
        return
    targets = [_target(region, table_name, key) for table_name, key in keys]
    with region.in_flight.claim([target for target in targets if target is not None]) as taken:
        by_target = iter(taken)
        reason = {"Code": "TransactionConflict", "Message": TRANSACTION_CONFLICT}
        yield [reason if target and next(by_target) else None for target in targets]


def _target(region: Region, table_name: str, key: Callable[[Table], bytes]) -> Target | None:
    """The item; none where the request will be refused for its table or key."""
    try:
        table = region.data_table(region.database.reload_catalog(), table_name)
        return table.storage_id, key(table)
    except ApiError:
        return None
