"""From a time to the point of the change log that it means, settled once and for all.

State at a time is all changes with a stamp up to it. While a later commit may still have such a
stamp, the time is settled first: from then on no stamp, in any process, is as small, even where
clocks step back.
"""

from __future__ import annotations

from functools import partial

from engine.storage.database import Database
from engine.storage.transaction import WriteTransaction
from engine.storage.window import in_future


def settled_seq(database: Database, at_us: int) -> int:
    """The last entry of the change log up to a time, or a smaller number than all.

    Raises `InvalidRestoreTimeException` where the time has not come yet.
    """
    seq = database.read(lambda reader, _: reader.seq_at(at_us))
    if seq is None:
        database.write(partial(_settle, at_us=at_us))
        seq = database.read(lambda reader, _: reader.seq_at(at_us))
    assert seq is not None
    return seq


def _settle(transaction: WriteTransaction, at_us: int) -> None:
    """See to it that every later stamp is greater."""
    if at_us > transaction.stamp_us:
        raise in_future(at_us)
    transaction.stamp_us = max(transaction.stamp_us, at_us + 1)
    transaction.keep_time()
