"""How many items a storage id has, and their bytes: true in every snapshot.

The table `stats` has the counts up to an entry of the change log, `counted_seq`. By how much they
grew since, the entries say: the last entry of each transaction, for all that it changed. So a write
spares the page of the counts. Few entries are ever left to be added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import apsw
import orjson

from engine.storage import partitions
from engine.storage.connections import fetch

# Reading the counts reads as many entries at most, and every so many writes add them up.
_ENTRIES_PER_SUM = 256
_UNCOUNTED = (
    "SELECT counts FROM changes WHERE counts IS NOT NULL AND seq >"
    " (SELECT value FROM meta WHERE name = 'counted_seq')"
)

Growth = Sequence[int]
"""A storage id, by how many items it grew, and by how many bytes."""


def read_counts(cursor: apsw.Cursor, storage_id: int) -> tuple[int, int]:
    """Number of items of a storage id, and their size in bytes; zeros where it has none."""
    rows = fetch(cursor, "SELECT items, bytes FROM stats WHERE storage = ?", (storage_id,))
    if not rows:
        return 0, 0
    ((items, size),) = rows
    for grown_id, more_items, more_bytes in _uncounted(cursor):
        if grown_id == storage_id:
            items += more_items
            size += more_bytes
    return items, size


def _uncounted(cursor: apsw.Cursor) -> Iterator[Growth]:
    for (growths,) in fetch(cursor, _UNCOUNTED):
        yield from orjson.loads(growths)


def large_sizes(cursor: apsw.Cursor) -> dict[int, int]:
    """Bytes, as last added up, of the storage ids that one partition cannot hold."""
    rows = fetch(
        cursor, "SELECT storage, bytes FROM stats WHERE bytes > ?", (partitions.BYTES_MAX,)
    )
    return dict(rows)


def encoded(growths: Sequence[Growth]) -> bytes | None:
    """What an entry of the change log has of the counts; None where they did not grow."""
    return orjson.dumps(growths) if growths else None


def is_sum_due(before_seq: int, last_seq: int) -> bool:
    """Whether the entries behind one, up to another, call for adding up."""
    return before_seq // _ENTRIES_PER_SUM != last_seq // _ENTRIES_PER_SUM


def add_up(cursor: apsw.Cursor, last_seq: int) -> None:
    """Take what the entries have of the counts into `stats`; `last_seq` is the newest of them."""
    sums: dict[int, list[int]] = {}
    for storage_id, items, size in _uncounted(cursor):
        total = sums.setdefault(storage_id, [storage_id, 0, 0])
        total[1] += items
        total[2] += size
    grow(cursor, sums.values())
    cursor.execute("UPDATE meta SET value = ? WHERE name = 'counted_seq'", (last_seq,))


def grow(cursor: apsw.Cursor, growths: Iterable[Growth]) -> None:
    """Change the counts in `stats`."""
    for storage_id, items, size in growths:
        cursor.execute(
            "UPDATE stats SET items = items + ?, bytes = bytes + ? WHERE storage = ?",
            (items, size, storage_id),
        )
