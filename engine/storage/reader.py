"""Readers: connections inside a read transaction, and what can be asked of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import apsw

from engine.client.protocol import Json
from engine.storage import transfers as book
from engine.storage.catalog import Catalog
from engine.storage.connections import (
    fetch,
)
from engine.storage.counts import large_sizes, read_counts
from engine.storage.data_keys import WrappedKey, read_data_keys
from engine.storage.items import StoredItem, read_item, read_keys, read_range
from engine.storage.jobs import Job, read_job, read_jobs
from engine.storage.keys import KeyRange
from engine.storage.log_index import LogIndexState, index_state, unindexed_entries
from engine.storage.log_reads import (
    LogTimes,
    least_stamp_us,
    log_times,
    read_meta,
    seq_at,
)
from engine.storage.migrations import PAGE_BYTES
from engine.storage.row_tables import Storage
from engine.storage.sealing import Seals
from engine.storage.transfers import Transfer
from engine.storage.trash import Discarded, find, read_trash
from engine.storage.trimming import Sweep, is_due

T = TypeVar("T")


class Reader:
    """A connection inside a read transaction: one consistent state for all that it reads.

    Lookups fetch all their rows: a statement left at its first row would hold on to the snapshot.
    """

    def __init__(self, connection: apsw.Connection, seals: Seals) -> None:
        self.connection = connection
        self.seals = seals
        self.cursor = connection.cursor()
        self.data_version = connection.data_version
        self._beside = connection.cursor()
        self.checked_version = -1
        self.checked_catalog: Catalog | None = None

    def begin(self) -> None:
        """Begin a transaction; its state is that of its first read."""
        self.seals.begin()
        self.cursor.execute("BEGIN")

    def end(self) -> None:
        """End the transaction, if one is open."""
        # On this cursor, so that a range left half read lets go of the snapshot too.
        if self.connection.in_transaction:
            self.cursor.execute("ROLLBACK")

    def get(self, storage: Storage, key: bytes) -> StoredItem | None:
        """The item under a key; may be asked while a range is being read."""
        return read_item(self._beside, self.seals, storage, key)

    def range(
        self, storage: Storage, keys: KeyRange, descending: bool = False
    ) -> Iterator[tuple[bytes, int]]:
        """Rows (value, size) of a range in key order; one range at a time."""
        return read_range(self.cursor, self.seals, storage, keys, descending)

    def range_with_keys(
        self, storage: Storage, keys: KeyRange
    ) -> Iterator[tuple[bytes, int, bytes]]:
        """Rows (value, size, key) of a range in key order; one range at a time."""
        return read_keys(self.cursor, self.seals, storage, keys, False)

    def counts(self, storage_id: int) -> tuple[int, int]:
        """Number of items of a storage id, and their size in bytes."""
        return read_counts(self._beside, storage_id)

    def large_sizes(self) -> dict[int, int]:
        """Bytes, as last added up, of the storage ids that one partition cannot hold."""
        return large_sizes(self._beside)

    def collection_bytes(self, storage_id: int, collection: bytes) -> int:
        """Noted bytes of an item collection of a table with local indexes."""
        for (size,) in self._fetch(
            "SELECT bytes FROM collections WHERE storage = ? AND k = ?", storage_id, collection
        ):
            return int(size)
        return 0

    def measure(self, storage: Storage, keys: KeyRange, count_max: int) -> tuple[int, int]:
        """Number of rows of a range, at most so many, and their sizes together."""
        ((rows, size),) = self._fetch(storage.measure, keys.low, keys.high, count_max)
        return rows, size or 0

    def job_ids(self, kind: str) -> list[int]:
        """The jobs of a kind that are not done."""
        return [
            row[0] for row in self._fetch("SELECT id FROM jobs WHERE kind = ? ORDER BY id", kind)
        ]

    def jobs(self) -> list[Job]:
        """All jobs that are known, the failed ones of the last day among them."""
        return read_jobs(self._beside)

    def job(self, job_id: int) -> Job | None:
        """One job; None once it is done, or forgotten."""
        return read_job(self._beside, job_id)

    def transfer(self, transfer_id: str) -> Transfer | None:
        """An export or import."""
        return book.read(self._beside, transfer_id)

    def transfers(self, kind: str) -> list[Transfer]:
        """The exports, or imports, of the last 90 days, the newest first."""
        return book.read_all(self._beside, kind)

    def rejections(self, transfer_id: str) -> list[Json]:
        """What an import could not take."""
        return book.read_rejections(self._beside, transfer_id)

    def trash(self) -> list[Discarded]:
        """The deleted tables whose items are kept, the oldest first."""
        return read_trash(self._beside)

    def discarded(self, discarded_id: str) -> Discarded | None:
        """One of these tables."""
        return find(self._beside, discarded_id)

    def data_keys(self) -> dict[int, WrappedKey]:
        """All data keys, those of deleted tables too."""
        return read_data_keys(self._beside)

    def log_size(self) -> tuple[int, int, int | None]:
        """Entries of the change log, bytes of their keys and images, the stamp of the oldest."""
        ((entries, size, oldest_us),) = self._fetch(
            "SELECT count(*), sum(length(k) + coalesce(length(old), 0) + coalesce(length(new), 0)),"
            " (SELECT stamp_us FROM changes ORDER BY seq LIMIT 1) FROM changes"
        )
        return entries, size or 0, oldest_us

    def free_bytes(self) -> int:
        """Bytes of pages that hold nothing."""
        ((pages,),) = self._fetch("PRAGMA freelist_count")
        return int(pages) * PAGE_BYTES

    def page_problems(self, count_max: int) -> list[str]:
        """What SQLite's own check of every page finds."""
        problems: list[str] = []
        try:
            for (text,) in self._beside.execute(f"PRAGMA integrity_check({count_max})"):
                lines = str(text).splitlines()
                problems += [line for line in lines if line != "ok" and line[0] != "*"]
        except apsw.CorruptError:
            # A page whose authentication fails ends the check; what was found before it counts.
            problems.append("a page is damaged, and the pages after it could not be checked")
        return problems

    def row_count(self, storage_id: int) -> int:
        """Rows of a storage id, counted."""
        ((count,),) = self._fetch(f"SELECT count(*) FROM t{storage_id}")
        return int(count)

    def big_counts(self, storage: Storage) -> tuple[int, int]:
        """Number of large values of a storage id, and of the rows that lead to one."""
        ((values, rows),) = self._fetch(storage.count_big)
        return values, rows

    def is_work_left(self, sweeps: list[Sweep], now_us: int) -> bool:
        """Whether anything is to be freed, trimmed of the change log, or forgotten of tokens."""
        ((left,),) = self._fetch(
            "SELECT EXISTS(SELECT 1 FROM retired)"
            " OR EXISTS(SELECT 1 FROM tokens WHERE until_us <= ?1)"
            " OR EXISTS(SELECT 1 FROM trash WHERE until_us <= ?1)"
            " OR EXISTS(SELECT 1 FROM jobs WHERE forget_us <= ?1)",
            now_us,
        )
        return bool(left) or is_due(self._beside, sweeps)

    def log_index_state(self) -> LogIndexState:
        """How far the index of the change log by key is."""
        return index_state(self._beside)

    def unindexed_entries(self) -> int:
        """Entries that the index of the change log by key should have, but has not."""
        return unindexed_entries(self._beside)

    def seq_at(self, at_us: int) -> int | None:
        """The last entry of the change log up to a time; None where more may come up to then."""
        if at_us >= least_stamp_us(self._beside):
            return None
        return seq_at(self._beside, at_us)

    def history_s(self) -> int:
        """For how many seconds local history was kept when that was last noted."""
        return read_meta(self._beside, "history_s")

    def log_times(self) -> LogTimes:
        """Since when changes are logged, and how far time has come in the log."""
        return log_times(self._beside)

    def query(self, sql: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement of this room's."""
        return fetch(self._beside, sql, tuple(bindings))

    def _fetch(self, sql: str, *bindings: Any) -> list[tuple[Any, ...]]:
        return fetch(self._beside, sql, bindings)


Read = Callable[[Reader, Catalog], T]
