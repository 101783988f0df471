"""Since when local history is kept: noted in the database, since the setting may have changed.

What was written while nothing was logged is no part of any past, and what was trimmed under a
shorter setting does not come back with a longer one.
"""

from __future__ import annotations

from engine.storage.log_reads import read_meta
from engine.storage.transaction import WriteTransaction


def note_history(transaction: WriteTransaction, history_s: int) -> None:
    """Note that local history is kept for so many seconds from now on; 0: it is not."""
    cursor, now_us = transaction.cursor, transaction.stamp_us
    before_s = read_meta(cursor, "history_s")
    if before_s == history_s:
        return
    since_us = read_meta(cursor, "history_since_us") if before_s else now_us
    since_us = max(since_us, now_us - before_s * 1_000_000) if history_s else 0
    transaction.writes += 1
    cursor.executemany(
        "UPDATE meta SET value = ? WHERE name = ?",
        [(history_s, "history_s"), (since_us, "history_since_us")],
    )
