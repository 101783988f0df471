"""Sealing the items of a table that were written otherwise: plain, or in the legacy format.

Items that are sealed already are passed over, so that a migration which ended early goes on where
it is begun again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ConditionalCheckFailedException, ValidationException
from engine.itemcrypto.errors import CryptoConfigError, SealRefusedError
from engine.itemcrypto.protection import PlainItems, Protection, State
from engine.itemcrypto.resealing import resealed
from engine.itemcrypto.schema import RESERVED

_ATTEMPTS_MAX = 5
# Each item is a write of its own, which waits for the disk or the service.
_AT_ONCE = 16


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
    """Seal the items of pages, each for itself, telling after each page; `anew` also sealed ones.

    `client` gives and takes items as they are stored, from several threads at once. Plain items are
    taken as they are, whatever the protection says of them: that is what a migration is for. Each
    item is written only where nobody changed it meanwhile, or else read again. Raises
    ItemCryptoError for an item that cannot be opened or sealed, once those of its page are done.
    """
    writes_legacy = protection.legacy is not None and protection.legacy.is_written
    if writes_legacy or protection.plain is PlainItems.WRITTEN:
        raise CryptoConfigError("the configuration writes items without a seal of this format")
    progress = Progress()
    yield progress

    def sealed(item: Json) -> bool:
        return _sealed(client, table, item, protection, anew, context)

    with ThreadPoolExecutor(_AT_ONCE) as threads, _none_left(threads):
        for items in pages:
            failure: Exception | None = None
            for work in [threads.submit(sealed, item) for item in items]:
                try:
                    is_sealed = work.result()
                except Exception as error:
                    failure = failure or error
                    continue
                progress.sealed += is_sealed
                progress.passed_over += not is_sealed
            if failure is not None:
                raise failure
            yield progress


@contextmanager
def _none_left(threads: ThreadPoolExecutor) -> Iterator[None]:
    """Where somebody gives up, begin nothing more."""
    try:
        yield
    except BaseException:
        threads.shutdown(cancel_futures=True)
        raise


def _sealed(
    client: Client, table: str, item: Json, protection: Protection, anew: bool, context: Context
) -> bool:
    """Seal one item, as it was found; False where it is sealed already, or gone."""
    key = protection.schema.place.key_of(item)

    def read(stored: Json) -> Json:
        if protection.state_of(stored) is State.PLAIN:
            return {n: value for n, value in stored.items() if not n.startswith(RESERVED)}
        return protection.open(stored)

    found: Json | None = item
    for attempt in range(1, _ATTEMPTS_MAX + 1):
        if not found or (not anew and protection.state_of(found) is State.SEALED):
            return False
        try:
            resealed(client, table, key, dict, protection, context, read, found)
            return True
        except ValidationException as error:
            # With its seal it is too large, perhaps.
            raise SealRefusedError(error.message).of_item(table, key) from error
        except ConditionalCheckFailedException:
            request = {"TableName": table, "Key": key, "ConsistentRead": True}
            found = client.call("GetItem", request, context).get("Item")
            if found and attempt == _ATTEMPTS_MAX:
                raise
    return False
