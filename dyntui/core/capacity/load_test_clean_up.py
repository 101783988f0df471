"""Taking away what load tests have written, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from dyntui.core.capacity.load_test_keys import MARK
from dyntui.core.connection.in_flight import send_each
from dyntui.core.tables.schema import TableInfo
from engine.client.paging import answers
from engine.client.protocol import Client, Json
from engine.errors import ConditionalCheckFailedException


def marked_keys(client: Client, info: TableInfo) -> Iterator[Json]:
    """The keys of all marked items; reads the whole table. Raises `ApiError`."""
    names = {f"#k{place}": name for place, name in enumerate(info.key_names)}
    request: Json = {
        "TableName": info.name,
        "FilterExpression": "attribute_exists(#mark)",
        "ProjectionExpression": ", ".join(names),
        "ExpressionAttributeNames": {"#mark": MARK, **names},
    }
    for answer in answers(client.call, "Scan", request):
        yield from answer["Items"]


def remove(
    client: Client, info: TableInfo, keys: Iterable[Json], on_progress: Callable[[int], None]
) -> int:
    """Delete the items with these keys that are still marked; gives how many.

    `on_progress` is told how many there are after each. Raises `ApiError`.
    """
    removed = 0
    counting = threading.Lock()

    def send(key: Json) -> None:
        nonlocal removed
        request = {
            "TableName": info.name,
            "Key": key,
            "ConditionExpression": "attribute_exists(#mark)",
            "ExpressionAttributeNames": {"#mark": MARK},
        }
        try:
            client.call("DeleteItem", request)
        except ConditionalCheckFailedException:
            return
        with counting:
            removed += 1
            on_progress(removed)

    send_each(send, keys, lambda: False)
    return removed
