"""Reading one page of a range: Limit, the 1 MB border, filter, projection, the next key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import InternalServerError
from engine.expressions import Condition, Projection
from engine.model.values import to_json
from engine.storage.catalog import Index, Table
from engine.storage.database import Reader
from engine.storage.keys import KeyRange

# Query and Scan stop after the item with which the sizes read reach this.
PAGE_BYTES_MAX = 1_048_576
# How many rows are read between two looks at whether the caller has given up.
_ROWS_BETWEEN_CANCELS = 256


@dataclass(slots=True)
class PageRequest:
    """What to read: a range of a table or index, and what to do with each row.

    `fetch`: filter and projection need the whole item, which a local index fetches from its table;
    `whole`: so does the answer.
    """

    table: Table
    index: Index | None
    keys: KeyRange
    descending: bool = False
    limit: int | None = None
    condition: Condition | None = None
    projection: Projection | None = None
    fetch: bool = False
    whole: bool = False


@dataclass(slots=True)
class Page:
    """What was read: items as wire JSON, counts, bytes examined, the next key.

    `fetched_bytes` and `fetched_units` are what was fetched from the table of a local index.
    """

    items: list[bytes] = field(default_factory=list)
    count: int = 0
    scanned: int = 0
    size: int = 0
    fetched_bytes: int = 0
    fetched_units: float = 0.0
    last_key: bytes | None = None


def read_page(reader: Reader, request: PageRequest, consistent: bool, context: Context) -> Page:
    """Read a page; raises `InternalServerError` where the caller cancels."""
    page = Page()
    shape = _shape(reader, request, page, consistent)
    source = request.table if request.index is None else request.index
    limit = request.limit
    items, cancelled, fetch = page.items, context.cancelled, request.fetch
    size = scanned = 0
    last: bytes | None = None
    for raw, item_size, _ in reader.range(source.storage, request.keys, request.descending):
        size += item_size
        scanned += 1
        if shape is None:
            items.append(raw)
        else:
            shaped = shape(raw)
            if shaped is not None:
                items.append(shaped)
        read = size + page.fetched_bytes if fetch else size
        if scanned == limit or read >= PAGE_BYTES_MAX:
            last = raw
            break
        if cancelled is not None and scanned % _ROWS_BETWEEN_CANCELS == 0 and cancelled():
            raise InternalServerError("The request was cancelled")
    page.size, page.scanned, page.count = size, scanned, len(items)
    if last is not None:
        page.last_key = _last_key(request, orjson.loads(last))
    return page


def _shape(
    reader: Reader, request: PageRequest, page: Page, consistent: bool
) -> Callable[[bytes], bytes | None] | None:
    """What makes an answer's item of a row; None where the row is the item as it is."""
    condition, projection, table = request.condition, request.projection, request.table
    if not request.fetch and condition is None and projection is None:
        return None

    def shape(raw: bytes) -> bytes | None:
        item = orjson.loads(raw)
        if request.fetch:
            stored = reader.get(table.storage, table.key_blob(item))
            if stored is not None:
                page.fetched_bytes += stored.size
                page.fetched_units += read_units(stored.size, consistent)
                item = stored.item()
                if request.whole:
                    raw = stored.raw
        if condition is not None and not condition.matches(item):
            return None
        return raw if projection is None else to_json(projection.apply(item))

    return shape


def _last_key(request: PageRequest, item: Json) -> bytes:
    names = request.table.key_names
    if request.index is not None:
        names = tuple(dict.fromkeys(names + request.index.key_names))
    return orjson.dumps({name: item[name] for name in names})
