"""Many items put by requests alone, where no engine is at hand to load them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from engine.client.protocol import Client, Json, LoadProgress, Removal
from engine.errors import (
    ApiError,
    ConditionalCheckFailedException,
    ConnectionFailed,
    SerializationException,
    ValidationException,
)

BATCH_ITEMS_MAX = 25
_REFUSALS = (ConditionalCheckFailedException, SerializationException, ValidationException)


def batch_for(max_wcu: float | None) -> int:
    """How many items a batch takes, so that none costs much more than a second's write units."""
    return BATCH_ITEMS_MAX if max_wcu is None else min(max(1, int(max_wcu)), BATCH_ITEMS_MAX)


def put_many(
    client: Client,
    table: str,
    items: Iterable[Json | Removal],
    on_progress: Callable[[LoadProgress], None] = lambda _: None,
    on_rejected: Callable[[int, ApiError], None] | None = None,
    absent: str | None = None,
    *,
    batch_items: int = BATCH_ITEMS_MAX,
) -> int:
    """Put items in batches, in their order; gives how many were written.

    A batch has at most `batch_items`, and never more than the service takes.

    What a batch leaves out, or is refused for, is put item by item: so the first bad item raises
    the `ApiError` of its own PutItem, and a later item replaces an earlier one with the same key.
    `on_rejected` is told of a bad item instead, by its place in the order, from 0.

    With `absent`, the name of the partition key, items are put only where the table has none of
    their key: one that it has raises, or is told of as, `ConditionalCheckFailedException`.
    """
    taken = written = 0
    source = iter(items)
    while batch := list(islice(source, min(batch_items, BATCH_ITEMS_MAX))):
        left = batch if absent is not None else _put_batch(client, table, batch)
        written += len(batch) - len(left)
        if left:
            # What is tried by itself may end it all.
            on_progress(LoadProgress(taken, written))
        for place, item in enumerate(batch, taken):
            if not any(item is one for one in left):
                continue
            try:
                _put_one(client, table, item, absent)
                written += 1
            except _REFUSALS as error:
                if on_rejected is None:
                    raise
                on_rejected(place, error)
            on_progress(LoadProgress(place + 1, written))
        taken += len(batch)
        on_progress(LoadProgress(taken, written))
    return written


class RequestLoader:
    """Puts many items as an engine's `load_items` does, by requests."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def load_items(
        self,
        table: str,
        items: Iterable[Json],
        *,
        on_progress: Callable[[LoadProgress], None] = lambda _: None,
    ) -> int:
        """Put items, and give how many were written; raises `ApiError`."""
        return put_many(self._client, table, items, on_progress)


def _put_one(client: Client, table: str, item: Json | Removal, absent: str | None) -> None:
    if isinstance(item, Removal):
        client.call("DeleteItem", {"TableName": table, "Key": item.key})
    else:
        request: Json = {"TableName": table, "Item": item}
        if absent is not None:
            request |= {
                "ConditionExpression": "attribute_not_exists(#k)",
                "ExpressionAttributeNames": {"#k": absent},
            }
        client.call("PutItem", request)


def _put_batch(client: Client, table: str, items: list[Json | Removal]) -> list[Json | Removal]:
    """Put up to 25 items by one request; gives those that are still to be put."""
    requests = [
        {"DeleteRequest": {"Key": item.key}}
        if isinstance(item, Removal)
        else {"PutRequest": {"Item": item}}
        for item in items
    ]
    try:
        response = client.call("BatchWriteItem", {"RequestItems": {table: requests}})
    except ConnectionFailed:
        raise
    except ApiError:
        return items
    left = response.get("UnprocessedItems", {}).get(table, [])
    return [item for item, request in zip(items, requests, strict=True) if request in left]
