"""Sealing the items of a table that were written otherwise: plain, or in the legacy format.

Items that are sealed already are passed over, so that a migration which ended early goes on where
it is begun again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ConditionalCheckFailedException
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.protection import PlainItems, Protection, State
from engine.itemcrypto.resealing import resealed
from engine.itemcrypto.schema import RESERVED

_ATTEMPTS_MAX = 5


@dataclass(slots=True)
class Progress:
    """How many items were sealed, and how many were sealed before or gone."""

    sealed: int = 0
    passed_over: int = 0


def migrated(
    pages: Iterable[list[Json]],
    client: Client,
    table: str,
    protection: Protection,
    *,
    anew: bool = False,
    context: Context = OWNER,
) -> Iterator[Progress]:
    """Seal the items of pages one by one, telling after each page; `anew` also sealed ones.

    `client` gives and takes items as they are stored. Plain items are taken as they are, whatever
    the protection says of them: that is what a migration is for. Each item is written only where
    nobody changed it meanwhile, or else read again. Raises ItemCryptoError for an item that cannot
    be opened or sealed.
    """
    writes_legacy = protection.legacy is not None and protection.legacy.is_written
    if writes_legacy or protection.plain is PlainItems.WRITTEN:
        raise CryptoConfigError("the configuration writes items without a seal of this format")
    progress = Progress()
    yield progress
    for items in pages:
        for item in items:
            is_due = anew or protection.state_of(item) is not State.SEALED
            key = protection.schema.place.key_of(item)
            is_sealed = is_due and _sealed(client, table, key, protection, context)
            progress.sealed += is_sealed
            progress.passed_over += not is_sealed
        yield progress


def _sealed(
    client: Client, table: str, key: Json, protection: Protection, context: Context
) -> bool:
    """Seal one item; False where it is gone."""

    def read(item: Json) -> Json:
        if protection.state_of(item) is State.PLAIN:
            return {name: value for name, value in item.items() if not name.startswith(RESERVED)}
        return protection.open(item)

    for attempt in range(1, _ATTEMPTS_MAX + 1):
        try:
            resealed(client, table, key, dict, protection, context, read)
            return True
        except ConditionalCheckFailedException:
            request = {"TableName": table, "Key": key, "ConsistentRead": True}
            if "Item" not in client.call("GetItem", request, context):
                return False
            if attempt == _ATTEMPTS_MAX:
                raise
    return False
