"""What is not the same in a table at two times, item by item and attribute by attribute.

Only what changed in between is looked at, so it costs by the changes, not by the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from engine.client.history import ItemDiff, attribute_changes
from engine.operations.region import Region
from engine.recovery.log import TableLog, item_of, key_of, read_log, settled

_KEYS_AT_ONCE = 500


def diff(region: Region, table: str, from_s: float, to_s: float | None) -> Iterator[ItemDiff]:
    """What is not the same, in key order, as `LocalTools.diff` says."""
    from_us, to_us = settled(region, from_s), settled(region, to_s)
    keys = read_log(region, table, partial(_changed, from_us=from_us, to_us=to_us))
    return _diffs(region, table, keys, from_us, to_us)


def _diffs(
    region: Region, table: str, keys: list[bytes], from_us: int, to_us: int
) -> Iterator[ItemDiff]:
    """Read a few at a time: between them no snapshot is held."""
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        yield from read_log(
            region, table, partial(_compared, keys=some, from_us=from_us, to_us=to_us)
        )


def _changed(log: TableLog, from_us: int, to_us: int) -> list[bytes]:
    log.check_reaches(min(from_us, to_us))
    first, last = sorted((log.seq_at(from_us), log.seq_at(to_us)))
    return log.changed_between(first, last)


def _compared(log: TableLog, keys: list[bytes], from_us: int, to_us: int) -> list[ItemDiff]:
    log.check_reaches(min(from_us, to_us))
    from_seq, to_seq = log.seq_at(from_us), log.seq_at(to_us)
    found = []
    for key in keys:
        old, new = item_of(log.image_at(key, from_seq)), item_of(log.image_at(key, to_seq))
        attributes = tuple(attribute_changes(old or {}, new or {}))
        if attributes:
            found.append(ItemDiff(key_of(log.table, old or new), old, new, attributes))
    return found
