"""The SQLite tables in which items and index entries lie as rows, and the statements on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.storage.data_keys import Encryption

# Bytes of key and value that SQLite keeps in the tree itself at 8 KiB pages, less what page
# encryption and the record's header take; a larger value would spill and waste most of a page.
INLINE_BYTES_MAX = 1_980


@dataclass(frozen=True)
class Storage:
    """The SQLite tables behind one storage id: items in key order, large values beside.

    `encryption` is there where values may be sealed.
    """

    storage_id: int
    encryption: Encryption | None = None

    @cached_property
    def bound(self) -> bytes:
        """To what the values of its rows are bound, beside their keys."""
        return b"r" + self.storage_id.to_bytes(8)

    @cached_property
    def create(self) -> tuple[str, ...]:
        """Statements that make the tables."""
        n = self.storage_id
        return (
            f"CREATE TABLE t{n}(k BLOB PRIMARY KEY, size INTEGER NOT NULL, v BLOB, big INTEGER)"
            " WITHOUT ROWID",
            f"CREATE TABLE b{n}(id INTEGER PRIMARY KEY, v BLOB NOT NULL)",
            f"INSERT INTO stats(storage, items, bytes) VALUES({n}, 0, 0)",
        )

    @cached_property
    def drop(self) -> tuple[str, ...]:
        """Statements that remove the tables, cheap once they are empty."""
        n = self.storage_id
        return (
            f"DROP TABLE IF EXISTS t{n}",
            f"DROP TABLE IF EXISTS b{n}",
            f"DELETE FROM stats WHERE storage = {n}",
        )

    @cached_property
    def _columns(self) -> str:
        return f"coalesce(v, (SELECT b.v FROM b{self.storage_id} b WHERE b.id = t.big)), size"

    @cached_property
    def get(self) -> str:
        """One row by key: value, size, id of the large value."""
        return f"SELECT {self._columns}, big FROM t{self.storage_id} t WHERE k = ?"

    @cached_property
    def forward(self) -> str:
        """Rows of a range in key order: value, size."""
        return f"SELECT {self._columns} FROM t{self.storage_id} t WHERE k >= ? AND k < ? ORDER BY k"

    @cached_property
    def backward(self) -> str:
        """Rows of a range in reverse key order: value, size."""
        return f"{self.forward} DESC"

    @cached_property
    def with_keys(self) -> str:
        """Rows of a range in key order: value, size, key."""
        return (
            f"SELECT {self._columns}, k FROM t{self.storage_id} t WHERE k >= ? AND k < ? ORDER BY k"
        )

    @cached_property
    def with_keys_backward(self) -> str:
        """Rows of a range in reverse key order: value, size, key."""
        return f"{self.with_keys} DESC"

    @cached_property
    def measure(self) -> str:
        """How many rows a range has, up to a limit, and their sizes together."""
        return (
            "SELECT count(*), sum(size) FROM"
            f" (SELECT size FROM t{self.storage_id} WHERE k >= ? AND k < ? LIMIT ?)"
        )

    @cached_property
    def put(self) -> str:
        """Insert or replace a row."""
        return f"INSERT OR REPLACE INTO t{self.storage_id}(k, size, v, big) VALUES(?, ?, ?, ?)"

    @cached_property
    def delete(self) -> str:
        """Delete a row by key."""
        return f"DELETE FROM t{self.storage_id} WHERE k = ?"

    @cached_property
    def put_big(self) -> str:
        """Keep a large value beside the row; gives its id."""
        return f"INSERT INTO b{self.storage_id}(v) VALUES(?) RETURNING id"

    @cached_property
    def delete_big(self) -> str:
        """Forget a large value."""
        return f"DELETE FROM b{self.storage_id} WHERE id = ?"

    @cached_property
    def empty_rows(self) -> str:
        """Delete the first rows, at most as many as the parameter says."""
        n = self.storage_id
        return f"DELETE FROM t{n} WHERE k IN (SELECT k FROM t{n} ORDER BY k LIMIT ?)"

    @cached_property
    def first_big(self) -> str:
        """Ids and lengths of the first large values, which are not read for it."""
        return f"SELECT id, length(v) FROM b{self.storage_id} ORDER BY id LIMIT ?"

    @cached_property
    def empty_big(self) -> str:
        """Delete the large values up to an id."""
        return f"DELETE FROM b{self.storage_id} WHERE id <= ?"

    @cached_property
    def count_big(self) -> str:
        """How many large values there are, and how many of them a row leads to."""
        n = self.storage_id
        return (
            f"SELECT (SELECT count(*) FROM b{n}),"
            f" (SELECT count(*) FROM t{n} WHERE big IN (SELECT id FROM b{n}))"
        )
