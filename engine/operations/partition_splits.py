"""Splitting hot partitions: in the catalog, so that all processes and later ones see it."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

from engine.capacity.splits import Split
from engine.errors import ApiError
from engine.storage.catalog import Index, Table
from engine.storage.database import Database
from engine.storage.partitions import PartitionMap
from engine.storage.transaction import WriteTransaction


class Splitter:
    """Splits partitions in a thread of its own: who asks for it is amid a request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._threads: dict[tuple[str, int], threading.Thread] = {}
        self._closed = False

    def ask(self, split: Split) -> None:
        """Have a partition split soon; asking again meanwhile does nothing."""
        asked = f"{split.table_id}/{split.index or ''}", split.number
        with self._lock:
            if self._closed or asked in self._threads:
                return
            thread = threading.Thread(
                target=self._run, args=(split, asked), name="dyntui-split", daemon=True
            )
            # Where no thread can be had, the heat goes on asking.
            with suppress(RuntimeError):
                thread.start()
                self._threads[asked] = thread

    def _run(self, split: Split, asked: tuple[str, int]) -> None:
        # What fails now, as on a full disk, is asked for again.
        with suppress(ApiError):
            self._database.write(lambda transaction: split_partition(transaction, split))
        with self._lock:
            self._threads.pop(asked, None)

    def wait(self) -> None:
        """Wait for the splits under way."""
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Begin no more splits, and wait for those under way."""
        with self._lock:
            self._closed = True
        self.wait()


def split_partition(transaction: WriteTransaction, split: Split) -> None:
    """Split a partition, unless it is gone already, or its table or index is."""
    tables = transaction.catalog.tables.values()
    table = next((table for table in tables if table.table_id == split.table_id), None)
    if table is None:
        return
    if split.index is None:
        partitions = _split(table, split, transaction.stamp_us)
        if partitions is not None:
            transaction.put_table(replace(table, partition_map=partitions))
        return
    index = table.index(split.index)
    partitions = None if index is None else _split(index, split, transaction.stamp_us)
    if partitions is not None:
        indexes = tuple(
            replace(other, partition_map=partitions) if other is index else other
            for other in table.indexes
        )
        transaction.put_table(replace(table, indexes=indexes))


def _split(owner: Table | Index, split: Split, now_us: int) -> PartitionMap | None:
    place = owner.partitions.place_of(split.number)
    return None if place is None else owner.partitions.split(place, split.lows, now_us)
