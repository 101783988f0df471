"""Deleted tables whose items are kept for some time: their storage ids stay, nothing is copied.

Index entries are not kept; a restore makes them anew.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import apsw
import orjson

from engine.storage.catalog import Table
from engine.storage.connections import fetch

_COLUMNS = "id, definition, since_us, until_us"
KEPT_FOREVER_US = 2**62
"""Until when a table is kept that is not given up by itself."""


class Discarded(NamedTuple):
    """A table in the trash: as it was when it was deleted, since when, and how long it is kept."""

    id: str
    table: Table
    since_us: int
    until_us: int


def keep(cursor: apsw.Cursor, discarded: Discarded) -> None:
    """Put a table into the trash."""
    cursor.execute(
        "INSERT INTO trash(id, name, definition, since_us, until_us) VALUES(?, ?, ?, ?, ?)",
        (
            discarded.id,
            discarded.table.name,
            orjson.dumps(discarded.table.to_json()),
            discarded.since_us,
            discarded.until_us,
        ),
    )


def read_trash(cursor: apsw.Cursor) -> list[Discarded]:
    """All tables in the trash, the oldest first."""
    return list(map(_discarded, fetch(cursor, f"SELECT {_COLUMNS} FROM trash ORDER BY since_us")))


def find(cursor: apsw.Cursor, discarded_id: str) -> Discarded | None:
    """One table in the trash."""
    rows = fetch(cursor, f"SELECT {_COLUMNS} FROM trash WHERE id = ?", (discarded_id,))
    return _discarded(rows[0]) if rows else None


def expired(cursor: apsw.Cursor, now_us: int) -> list[Discarded]:
    """Those that have been kept long enough."""
    rows = fetch(cursor, f"SELECT {_COLUMNS} FROM trash WHERE until_us <= ?", (now_us,))
    return list(map(_discarded, rows))


def remove(cursor: apsw.Cursor, discarded_id: str) -> None:
    """Take a table out of the trash; the caller retires its storage id."""
    cursor.execute("DELETE FROM trash WHERE id = ?", (discarded_id,))


def _discarded(row: tuple[Any, ...]) -> Discarded:
    discarded_id, definition, since_us, until_us = row
    return Discarded(discarded_id, Table.from_json(orjson.loads(definition)), since_us, until_us)
