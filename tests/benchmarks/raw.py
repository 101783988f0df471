"""The floors: what the same work costs with nothing but APSW and orjson.

The file has the engine's pragmas and table layout; its cursor and its bound execute are kept, as
the engine keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import apsw
import orjson

from engine.storage.keys import collection_prefix, encode_number, part
from tests.benchmarks.items import collection_of, key_of, make_item

PAGE_BYTES = 8_192
CACHE_KIB = 65_536
_KEY = "00112233445566778899aabbccddeeff" * 2
_ROWS_PER_COMMIT = 5_000

Row = tuple[bytes, int, bytes]


class RawTable:
    """One table of items in a file of its own: `put` is an insert or a replacement by key."""

    def __init__(
        self, path: Path, *, synchronous: str = "FULL", page_bytes: int = PAGE_BYTES
    ) -> None:
        self.connection = apsw.Connection(str(path))
        for pragma in (
            "cipher='aegis'",
            f'key="raw:{_KEY}"',
            f"page_size={page_bytes}",
            "journal_mode=wal",
            f"cache_size=-{CACHE_KIB}",
            f"synchronous={synchronous}",
            "temp_store=memory",
        ):
            self.connection.execute(f"PRAGMA {pragma}").fetchone()
        self.execute = self.connection.cursor().execute
        self.execute(
            "CREATE TABLE IF NOT EXISTS t(k BLOB PRIMARY KEY, size INTEGER NOT NULL, v BLOB,"
            " big INTEGER) WITHOUT ROWID"
        )

    def load(self, rows: Iterable[Row]) -> None:
        """Put rows in few commits."""
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _ROWS_PER_COMMIT:
                self._load_batch(batch)
                batch.clear()
        self._load_batch(batch)

    def _load_batch(self, batch: list[Row]) -> None:
        self.execute("BEGIN IMMEDIATE")
        for row in batch:
            self.put(row)
        self.execute("COMMIT")

    def put(self, row: Row) -> None:
        """Put one row; outside a transaction it is one of its own."""
        self.execute("INSERT OR REPLACE INTO t(k, size, v) VALUES(?, ?, ?)", row)

    def get(self, key: bytes) -> Any:
        """The decoded item under a key."""
        rows: Any = self.execute("SELECT v, size FROM t WHERE k = ?", (key,)).fetchall()
        return orjson.loads(rows[0][0])

    def decoded(self, low: bytes, high: bytes) -> Iterator[Any]:
        """The decoded items of a range of keys, one by one."""
        rows: Any = self.execute("SELECT v FROM t WHERE k >= ? AND k < ? ORDER BY k", (low, high))
        return map(orjson.loads, chain.from_iterable(rows))

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def raw_prefix(number: int) -> bytes:
    """How the keys of that item's collection begin, in the engine's encoding."""
    return collection_prefix((collection_of(number).encode(),))


def raw_key(number: int) -> bytes:
    """The key of the item of that number, in the engine's encoding."""
    return raw_prefix(number) + part(encode_number(key_of(number)["order"]["N"]))


def raw_row(number: int, version: int = 0) -> Row:
    """The row of an item; the size is that of its JSON, since no one reads it."""
    value = orjson.dumps(make_item(number, version))
    return raw_key(number), len(value), value
