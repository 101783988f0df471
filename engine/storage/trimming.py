"""Trimming the change log: each table's entries go when nothing asks for them any more.

What is older than the longest time of any table is the log's beginning, and goes as one piece. For
each shorter time a sweep goes through the log and takes out the entries of the tables that keep
them no longer; how far it came is kept, so that each entry is looked at once. Where a table's time
becomes shorter, the sweeps begin anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import apsw

from engine.storage import counts
from engine.storage.catalog import Table
from engine.storage.connections import fetch

_NEWEST = "(SELECT max(seq) FROM changes)"
_HOUR_US = 3_600_000_000


class Sweep(NamedTuple):
    """What is trimmed for one time: entries before a stamp, of all storage ids but those kept."""

    name: str
    before_us: int
    kept: frozenset[int]


def hours_of(table: Table, history_hours: float) -> float:
    """For how many hours a table's entries are kept: the longest that anything asks for."""
    return max(history_hours, table.log_hours)


def sweeps_at(now_us: int, tables: Iterable[Table], history_hours: float) -> list[Sweep]:
    """The sweeps of a log, the longest time first, for which nothing is kept.

    What no table has any more is kept as long as local history.
    """
    hours = {table.storage_id: hours_of(table, history_hours) for table in tables}
    return [
        Sweep(
            f"swept_{round(limit * 3_600)}",
            now_us - round(limit * _HOUR_US),
            frozenset(storage for storage, kept in hours.items() if kept > limit),
        )
        for limit in sorted({history_hours, *hours.values()}, reverse=True)
    ]


def is_due(cursor: apsw.Cursor, sweeps: list[Sweep]) -> bool:
    """Whether a sweep would look at anything."""
    ((first_us,),) = fetch(
        cursor,
        "SELECT (SELECT stamp_us FROM (SELECT seq, stamp_us FROM changes ORDER BY seq LIMIT 1)"
        f" WHERE seq < {_NEWEST})",
    )
    if first_us is None:
        return False
    if first_us < sweeps[0].before_us:
        return True
    return any(
        fetch(
            cursor,
            "SELECT 1 FROM (SELECT seq, stamp_us FROM changes WHERE seq > ? ORDER BY seq LIMIT 1)"
            f" WHERE stamp_us < ? AND seq < {_NEWEST}",
            (_swept(cursor, sweep), sweep.before_us),
        )
        for sweep in sweeps[1:]
    )


def trim(cursor: apsw.Cursor, sweeps: list[Sweep], count_max: int) -> tuple[int, bool]:
    """Trim a little; gives how many entries went, and whether there may be more to look at.

    The newest entry always stays: sequence numbers and stamps go on from it.
    """
    trimmed = 0
    more = False
    for sweep in sweeps:
        gone, looked_at = _trim(cursor, sweep, count_max)
        trimmed += gone
        more = more or looked_at == count_max
    if trimmed:
        cursor.execute(
            "UPDATE meta SET value = value + ? WHERE name = 'trimmed_entries'", (trimmed,)
        )
    return trimmed, more


def _trim(cursor: apsw.Cursor, sweep: Sweep, count_max: int) -> tuple[int, int]:
    """One step of a sweep: how many entries went, and how many it looked at."""
    rows = fetch(
        cursor,
        "SELECT seq, storage FROM (SELECT seq, stamp_us, storage FROM changes WHERE seq > ?"
        f" ORDER BY seq LIMIT ?) WHERE stamp_us < ? AND seq < {_NEWEST}",
        (_swept(cursor, sweep), count_max, sweep.before_us),
    )
    if not rows:
        return 0, 0
    last = rows[-1][0]
    # Counts that the entries have are taken over before they go.
    ((newest,),) = fetch(cursor, f"SELECT {_NEWEST}")
    counts.add_up(cursor, newest)
    if sweep.kept:
        gone = [(seq,) for seq, storage in rows if storage not in sweep.kept]
        cursor.executemany("DELETE FROM changes WHERE seq = ?", gone)
        cursor.execute("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", (sweep.name, last))
        return len(gone), len(rows)
    cursor.execute("DELETE FROM changes WHERE seq <= ?", (last,))
    return len(rows), len(rows)


def _swept(cursor: apsw.Cursor, sweep: Sweep) -> int:
    """How far a sweep came; one that keeps nothing begins where the log does."""
    if not sweep.kept:
        return 0
    rows = fetch(cursor, "SELECT value FROM meta WHERE name = ?", (sweep.name,))
    return rows[0][0] if rows else 0


def begin_anew(cursor: apsw.Cursor) -> None:
    """Let the sweeps look at the whole log again: a table keeps its entries for a shorter time."""
    cursor.execute("DELETE FROM meta WHERE name GLOB 'swept_*'")
