"""A table copied or emptied by requests, and what each way of it costs."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from dyntui.core.connection.put_many import BATCH_ITEMS_MAX
from dyntui.core.tables.cost import READ_BYTES, WRITE_BYTES, units_text
from dyntui.core.tables.schema import IndexInfo, TableInfo
from engine.client.paging import answers
from engine.client.protocol import Client, Json
from engine.client.recovery import Progress

_NAME = "#k"


def read_all_units(info: TableInfo) -> float:
    """About how many RCU an eventually consistent Scan of all items costs."""
    return ceil(info.size_bytes / READ_BYTES) / 2


def write_all_units(info: TableInfo) -> int:
    """About how many WCU it costs to put, or to delete, each item: by their average sizes."""
    return _units(info) + sum(map(_units, info.indexes))


def _units(part: TableInfo | IndexInfo) -> int:
    if not part.item_count:
        return 0
    return part.item_count * max(1, ceil(part.size_bytes / part.item_count / WRITE_BYTES))


def scan_cost_text(info: TableInfo) -> str:
    """The cost of reading and writing each item, in words."""
    reads, writes = read_all_units(info), write_all_units(info)
    return f"about {units_text(reads)} RCU and {units_text(writes)} WCU"


def scanned(client: Client, table: str, names: tuple[str, ...] = ()) -> Iterator[Json]:
    """All items of a table, page by page; of each the attributes of these names, or all."""
    request: Json = {"TableName": table}
    if names:
        places = {f"{_NAME}{number}": name for number, name in enumerate(names)}
        request |= {
            "ProjectionExpression": ", ".join(places),
            "ExpressionAttributeNames": places,
        }
    for answer in answers(client.call, "Scan", request):
        yield from answer["Items"]


def delete_all(
    client: Client,
    info: TableInfo,
    on_progress: Progress,
    *,
    batch_items: int = BATCH_ITEMS_MAX,
) -> int:
    """Delete the items of a table one by one, in batches; gives how many there were."""
    deleted = 0
    batch: list[Json] = []
    for key in scanned(client, info.name, info.key_names):
        batch.append(key)
        if len(batch) == min(batch_items, BATCH_ITEMS_MAX):
            deleted += _delete(client, info.name, batch)
            batch = []
            on_progress(deleted, info.item_count)
    return deleted + _delete(client, info.name, batch)


def _delete(client: Client, table: str, keys: list[Json]) -> int:
    """Delete up to 25 items; what a batch leaves out is deleted by itself."""
    if not keys:
        return 0
    requests = [{"DeleteRequest": {"Key": key}} for key in keys]
    response = client.call("BatchWriteItem", {"RequestItems": {table: requests}})
    for left in response.get("UnprocessedItems", {}).get(table, ()):
        client.call("DeleteItem", {"TableName": table, "Key": left["DeleteRequest"]["Key"]})
    return len(keys)
