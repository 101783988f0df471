"""The index of the change log by key, filled behind the writes and cleared behind trimming.

A write would pay a page for it. So it is filled in batches that are sorted by key, of which many
entries share a page, each in short transactions. The mark moves when a batch is whole: a batch that
a killed process left half done is done again, and entries that are there already stay.

Trimming leaves its entries alone: they are about times that nobody can ask for any more. When there
are many of them, one pass in key order takes them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import apsw

from engine.storage.connections import fetch
from engine.storage.log_reads import newest_entry, read_meta
from engine.storage.transaction import WriteTransaction

if TYPE_CHECKING:
    from engine.storage.catalog import Catalog
    from engine.storage.database import Database
    from engine.storage.reader import Reader

BATCH_ENTRIES = 20_000
"""How many entries upkeep lets gather, and then sorts and adds."""
_TAIL_MAX = 2 * BATCH_ENTRIES
_ENTRIES_PER_STEP = 1_000
_CLEARED_PER_STEP = 4_000
# A quarter of the index may be of entries that were trimmed, and so many in any case.
_DEAD_SHARE = 4


class LogIndexState(NamedTuple):
    """How far the index is: its mark, the newest entry of the log, how many were trimmed since."""

    mark: int
    newest: int
    oldest: int
    trimmed: int

    @property
    def is_fill_due(self) -> bool:
        """Whether there is a batch to add."""
        return self.newest - self.mark >= BATCH_ENTRIES

    @property
    def is_clearing_due(self) -> bool:
        """Whether many entries of the index are of nothing any more."""
        return self.trimmed >= max(BATCH_ENTRIES, (self.mark - self.oldest) // _DEAD_SHARE)


def index_state(cursor: apsw.Cursor) -> LogIndexState:
    """How far the index is."""
    rows = fetch(cursor, "SELECT seq FROM changes ORDER BY seq LIMIT 1")
    return LogIndexState(
        read_meta(cursor, "indexed_seq"),
        newest_entry(cursor)[0],
        rows[0][0] if rows else 0,
        read_meta(cursor, "trimmed_entries"),
    )


def unindexed_entries(cursor: apsw.Cursor) -> int:
    """How many entries up to the mark are missing in the index."""
    ((missing,),) = fetch(
        cursor,
        "SELECT count(*) FROM changes c WHERE c.seq <= ? AND NOT EXISTS (SELECT 1 FROM"
        " changes_by_key i WHERE i.storage = c.storage AND i.k = c.k AND i.seq = c.seq)",
        (read_meta(cursor, "indexed_seq"),),
    )
    return int(missing)


def catch_up(database: Database) -> None:
    """Fill the index where readers would have to look through a long tail without it."""
    while _state(database).newest - _state(database).mark > _TAIL_MAX:
        for _ in fill_batch(database):
            pass


def _state(database: Database) -> LogIndexState:
    return database.read(lambda reader, _: index_state(reader.cursor))


def fill_batch(database: Database) -> Iterator[None]:
    """Add the next batch of entries; between its steps the caller may stop."""
    seqs, last = database.read(_next_batch)
    for start in range(0, len(seqs), _ENTRIES_PER_STEP):
        step = seqs[start : start + _ENTRIES_PER_STEP]
        database.write(partial(_add, seqs=step))
        yield
    database.write(partial(_move_mark, last=last))


def _next_batch(reader: Reader, _catalog: Catalog) -> tuple[list[int], int]:
    """The next entries, in the order of their keys, and the last of them in the log's."""
    rows = fetch(
        reader.cursor,
        "SELECT storage, k, seq FROM changes WHERE seq > ? ORDER BY seq LIMIT ?",
        (read_meta(reader.cursor, "indexed_seq"), BATCH_ENTRIES),
    )
    last = rows[-1][2] if rows else 0
    rows.sort()
    return [seq for _, _, seq in rows], last


def _add(transaction: WriteTransaction, seqs: list[int]) -> None:
    transaction.writes += 1
    transaction.cursor.executemany(
        # What was trimmed meanwhile stays out.
        "INSERT OR IGNORE INTO changes_by_key(storage, k, seq)"
        " SELECT storage, k, seq FROM changes WHERE seq = ?",
        [(seq,) for seq in seqs],
    )


def _move_mark(transaction: WriteTransaction, last: int) -> None:
    transaction.writes += 1
    transaction.cursor.execute(
        "UPDATE meta SET value = max(value, ?) WHERE name = 'indexed_seq'", (last,)
    )


def clear(database: Database) -> Iterator[None]:
    """Take out all entries that were trimmed; between the steps the caller may stop."""
    after: tuple[int, bytes, int] | None = (0, b"", 0)
    trimmed = _state(database).trimmed
    while after is not None:
        after = database.write(partial(_clear_step, after=after))
        yield
    # Those that were trimmed meanwhile are left to the next pass.
    database.write(partial(_count_cleared, trimmed=trimmed))


def _clear_step(
    transaction: WriteTransaction, after: tuple[int, bytes, int]
) -> tuple[int, bytes, int] | None:
    """Look through the next entries; gives the last of them, None behind the end."""
    rows = fetch(
        transaction.cursor,
        "SELECT i.storage, i.k, i.seq, c.seq FROM changes_by_key i LEFT JOIN changes c"
        " ON c.seq = i.seq WHERE (i.storage, i.k, i.seq) > (?, ?, ?)"
        " ORDER BY i.storage, i.k, i.seq LIMIT ?",
        (*after, _CLEARED_PER_STEP),
    )
    transaction.writes += 1
    transaction.cursor.executemany(
        "DELETE FROM changes_by_key WHERE storage = ? AND k = ? AND seq = ?",
        [row[:3] for row in rows if row[3] is None],
    )
    return rows[-1][:3] if len(rows) == _CLEARED_PER_STEP else None


def _count_cleared(transaction: WriteTransaction, trimmed: int) -> None:
    transaction.writes += 1
    transaction.cursor.execute(
        "UPDATE meta SET value = max(0, value - ?) WHERE name = 'trimmed_entries'", (trimmed,)
    )
