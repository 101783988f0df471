"""Many items put by requests alone, where no engine is at hand to load them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from engine.client.protocol import Client, Json, LoadProgress
from engine.errors import ApiError, ConnectionFailed

BATCH_ITEMS_MAX = 25


def put_many(
    client: Client,
    table: str,
    items: Iterable[Json],
    on_progress: Callable[[LoadProgress], None] = lambda _: None,
    *,
    batch_items: int = BATCH_ITEMS_MAX,
) -> int:
    """Put items in batches, in their order; gives how many were written.

    A batch has at most `batch_items`, and never more than the service takes.

    What a batch leaves out, or is refused for, is put item by item: so the first bad item raises
    the `ApiError` of its own PutItem, and a later item replaces an earlier one with the same key.
    """
    written = 0
    source = iter(items)
    while batch := list(islice(source, min(batch_items, BATCH_ITEMS_MAX))):
        left = _put_batch(client, table, batch)
        written += len(batch) - len(left)
        for item in left:
            client.call("PutItem", {"TableName": table, "Item": item})
            written += 1
            on_progress(LoadProgress(written, written))
        on_progress(LoadProgress(written, written))
    return written


def _put_batch(client: Client, table: str, items: list[Json]) -> list[Json]:
    """Put up to 25 items by one request; gives those that are still to be put."""
    requests = [{"PutRequest": {"Item": item}} for item in items]
    try:
        response = client.call("BatchWriteItem", {"RequestItems": {table: requests}})
    except ConnectionFailed:
        raise
    except ApiError:
        return items
    left = response.get("UnprocessedItems", {}).get(table, [])
    return [request["PutRequest"]["Item"] for request in left]
