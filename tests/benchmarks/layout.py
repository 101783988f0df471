"""Page sizes: 4 and 16 KiB against 8, each with the inline limit that belongs to it.

Items of 950 bytes lie inline from 8 KiB on, items of 2,500 bytes only at 16 KiB; what does not lies
in the table beside, as in the engine. Tables are filled in random key order.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import apsw

from engine.storage.keys import increment
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import COLLECTION_ITEMS, numbers_in_random_order
from tests.benchmarks.pairing import Work, compare
from tests.benchmarks.raw import RawTable, raw_key, raw_prefix

_CHOSEN_KIB = 8
_OTHERS_KIB = (4, 16)
_TABLE_BYTES = 100_000_000
_ITEM_BYTES = (950, 2_500)
_RANGE_ROWS = 20
_ROWS_PER_COMMIT = 5_000
# What page encryption keeps of each page, and what header and numbers of a row take at most.
_RESERVED_BYTES = 32
_ROW_BYTES = 41
_VALUE = "coalesce(v, (SELECT b.v FROM b WHERE b.id = t.big))"


def layout(setting: Setting) -> Iterable[Figure]:
    """Gets, ranges, scans and logged durable puts, and the write-ahead log that a put takes."""
    for item_bytes in _ITEM_BYTES:
        count = setting.count(_TABLE_BYTES // item_bytes, least=200)
        tables = {
            kib: _Layout(setting.folder / f"{item_bytes}-{kib}.db", kib, item_bytes, count)
            for kib in (_CHOSEN_KIB, *_OTHERS_KIB)
        }
        chosen = tables[_CHOSEN_KIB]
        for kib in _OTHERS_KIB:
            for name, calls in (("get", 200), ("range", 50), ("scan", 1), ("put", 20)):
                subject, floor = tables[kib].work(name, calls), chosen.work(name, calls)
                rounds = max(3, setting.rounds // (10 if name == "scan" else 2))
                pair = compare(subject, floor, rounds)
                units = count if name == "scan" else calls
                yield Figure(f"{name}-{item_bytes}-{kib}k", pair.ratio, pair.detail(units))
        for kib, table in sorted(tables.items()):
            detail = f"file {table.file_bytes / 1e6:.0f} MB"
            yield Figure(f"log-{item_bytes}-{kib}k", table.log_kib_per_put, detail, " KiB")
            table.raw.close()


class _Layout:
    """A table of random values with one page size."""

    def __init__(self, path: Path, page_kib: int, item_bytes: int, count: int) -> None:
        page_bytes = page_kib * 1_024
        self.raw = RawTable(path, page_bytes=page_bytes)
        self._page_kib = page_kib
        self._inline_max = (page_bytes - _RESERVED_BYTES - 12) * 64 // 255 - 23 - _ROW_BYTES
        self._item_bytes = item_bytes
        self._count = count
        self._draw = Random(8)
        self._log_pages = 0
        self._puts = 0
        self.raw.execute(
            "CREATE TABLE b(id INTEGER PRIMARY KEY, v BLOB NOT NULL);"
            "CREATE TABLE log(seq INTEGER PRIMARY KEY, k BLOB NOT NULL, old BLOB);"
            "CREATE INDEX log_by_key ON log(k, seq)"
        )
        self._fill()
        self.raw.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self.file_bytes = path.stat().st_size
        self.raw.connection.set_wal_hook(self._after_commit)

    @property
    def log_kib_per_put(self) -> float:
        """How much each put wrote to the write-ahead log."""
        return self._log_pages * self._page_kib / self._puts

    def _after_commit(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _fill(self) -> None:
        numbers = numbers_in_random_order(self._count)
        for start in range(0, self._count, _ROWS_PER_COMMIT):
            self.raw.execute("BEGIN IMMEDIATE")
            for number in numbers[start : start + _ROWS_PER_COMMIT]:
                self._put_row(raw_key(number))
            self.raw.execute("COMMIT")

    def _put_row(self, key: bytes) -> None:
        value: bytes | None = self._draw.randbytes(self._item_bytes)
        big = None
        if self._item_bytes + len(key) > self._inline_max:
            sql = "INSERT INTO b(v) VALUES(?) RETURNING id"
            ((big,),) = self.raw.execute(sql, (value,)).fetchall()
            value = None
        self.raw.execute(
            "INSERT OR REPLACE INTO t(k, size, v, big) VALUES(?, ?, ?, ?)",
            (key, self._item_bytes, value, big),
        )

    def work(self, name: str, calls: int) -> Work:
        """A round of so many gets, ranges, scans or puts."""
        one = {"get": self._get, "range": self._range, "scan": self._scan, "put": self._put}[name]

        def many() -> None:
            for _ in range(calls):
                one()

        return many

    def _drawn_key(self) -> bytes:
        return raw_key(self._draw.randrange(self._count))

    def _get(self) -> None:
        self.raw.execute(
            f"SELECT {_VALUE}, size FROM t WHERE k = ?", (self._drawn_key(),)
        ).fetchall()

    def _range(self) -> None:
        prefix = raw_prefix(self._draw.randrange(0, self._count, COLLECTION_ITEMS))
        self.raw.execute(
            f"SELECT {_VALUE}, size FROM t WHERE k >= ? AND k < ? ORDER BY k LIMIT {_RANGE_ROWS}",
            (prefix, increment(prefix)),
        ).fetchall()

    def _scan(self) -> None:
        for _ in self.raw.execute(f"SELECT {_VALUE}, size FROM t ORDER BY k"):
            pass

    def _put(self) -> None:
        """Replace an item and log its old image, as a durable put with local history does."""
        key = self._drawn_key()
        self.raw.execute("BEGIN IMMEDIATE")
        sql = f"SELECT {_VALUE}, big FROM t WHERE k = ?"
        ((old, big),) = self.raw.execute(sql, (key,)).fetchall()
        if big is not None:
            self.raw.execute("DELETE FROM b WHERE id = ?", (big,))
        self._put_row(key)
        self.raw.execute("INSERT INTO log(k, old) VALUES(?, ?)", (key, old))
        self.raw.execute("COMMIT")
        self._puts += 1
