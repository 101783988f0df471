"""Reading one page of a range: Limit, the 1 MB border, filter, projection, the next key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

import orjson

from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import RequestCancelled
from engine.expressions import Condition, Projection
from engine.model.partial import decoder_of
from engine.model.values import to_json
from engine.storage.catalog import Index, Table
from engine.storage.database import Reader
from engine.storage.keys import KeyRange

# Query and Scan stop after the item with which the sizes read reach this.
PAGE_BYTES_MAX = 1_048_576
# Rows are read some at a time, few at first: the first ones tell how large rows are here. After
# each of the larger numbers the caller is asked whether he has given up.
_ROWS_AT_FIRST = 16
_ROWS_AT_ONCE = 256


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
    """Read a page; raises `RequestCancelled` where the caller cancels."""
    page = Page()
    shape = _shape(reader, request, page, consistent)
    source = request.table if request.index is None else request.index
    rows = reader.range(source.storage, request.keys, request.descending)
    last: bytes | None = None
    while last is None:
        count = _rows_at_once(request, page)
        chunk = list(islice(rows, count))
        raws = [raw for raw, _ in chunk]
        sizes = [size for _, size in chunk]
        size = page.size + sum(sizes)
        if size >= PAGE_BYTES_MAX:
            size = _cut(raws, sizes, page.size)
        page.size = size
        page.scanned += len(raws)
        page.items += raws if shape is None else shape(raws)
        if page.scanned == request.limit or size + page.fetched_bytes >= PAGE_BYTES_MAX:
            last = raws[-1]
        elif len(chunk) < count:
            break
        elif page.scanned % _ROWS_AT_ONCE == 0 and context.cancelled and context.cancelled():
            raise RequestCancelled("The request was cancelled")
    page.count = len(page.items)
    if last is not None:
        page.last_key = _last_key(request, orjson.loads(last))
    return page


def _rows_at_once(request: PageRequest, page: Page) -> int:
    """How many rows to read next: about as many as still belong to the page.

    What is fetched from the table counts as it comes, so such rows are read one by one.
    """
    if request.fetch:
        return 1
    scanned = page.scanned
    count = _ROWS_AT_FIRST
    if scanned:
        row_bytes = page.size // scanned + 1
        count = min((PAGE_BYTES_MAX - page.size) // row_bytes + 1, _ROWS_AT_ONCE)
    if request.limit is not None:
        count = min(count, request.limit - scanned)
    return min(count, _ROWS_AT_ONCE - scanned % _ROWS_AT_ONCE)


def _cut(raws: list[bytes], sizes: list[int], size: int) -> int:
    """Leave the rows up to the one with which the sizes reach the border; gives their size."""
    count = 0
    while size < PAGE_BYTES_MAX:
        size += sizes[count]
        count += 1
    del raws[count:]
    return size


def _shape(
    reader: Reader, request: PageRequest, page: Page, consistent: bool
) -> Callable[[list[bytes]], list[bytes]] | None:
    """What makes an answer's items of rows; None where the rows are the items as they are."""
    condition, projection, table = request.condition, request.projection, request.table
    if not request.fetch and condition is None and projection is None:
        return None
    decode = _decoder(request)
    if not request.fetch and condition is not None and projection is None:
        matches = condition.matches
        return lambda raws: [raw for raw in raws if matches(decode(raw))]

    def shape(raws: list[bytes]) -> list[bytes]:
        shaped = []
        for raw in raws:
            item = decode(raw)
            if request.fetch:
                stored = reader.get(table.storage, table.key_blob(item))
                if stored is not None:
                    page.fetched_bytes += stored.size
                    page.fetched_units += read_units(stored.size, consistent)
                    item = stored.item()
                    if request.whole:
                        raw = stored.raw
            if condition is None or condition.matches(item):
                shaped.append(raw if projection is None else to_json(projection.apply(item)))
        return shaped

    return shape


def _decoder(request: PageRequest) -> Callable[[bytes], Json]:
    """What decodes of a row as much as is asked for."""
    if request.fetch:
        return orjson.loads
    asked = (request.condition, request.projection)
    return decoder_of(frozenset().union(*[one.attributes for one in asked if one is not None]))


def _last_key(request: PageRequest, item: Json) -> bytes:
    names = request.table.key_names
    if request.index is not None:
        names = tuple(dict.fromkeys(names + request.index.key_names))
    return orjson.dumps({name: item[name] for name in names})
