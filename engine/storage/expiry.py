"""Which items of a table expire when: a storage of its own, filled by the writes.

Its rows are empty, their keys a time (µs since the epoch, eight bytes) and then the item's key:
what has expired is one range. So no pass ever looks for it among the items themselves.
"""

from __future__ import annotations

from decimal import Decimal

import apsw

from engine.client.protocol import Json
from engine.storage.catalog import Expiry
from engine.storage.items import ItemChange, StoredItem
from engine.storage.keys import KeyRange

TIME_BYTES = 8
_US_PER_S = 1_000_000
_US_MAX = 1 << 62
_PLAIN_DIGITS_MAX = 12
_AGE_MAX_US = 5 * 365 * 86_400 * _US_PER_S


def expiry_us(item: Json, attribute: str) -> int | None:
    """When an item expires, in µs, rounded down; None where it never does.

    The attribute must be a number of seconds since the epoch; fractions count.
    """
    text = item.get(attribute, {}).get("N")
    if text is None:
        return None
    if len(text) <= _PLAIN_DIGITS_MAX and text.isdigit():
        return int(text) * _US_PER_S
    scaled = Decimal(text) * _US_PER_S
    return int(scaled) if 0 <= scaled < _US_MAX else None


def expired_range(now_us: int, grace_us: int = 0) -> KeyRange:
    """The keys of what expired longer than a grace ago; five years later it stays for ever."""
    oldest_us = max(now_us - _AGE_MAX_US + 1, 0)
    return KeyRange(time_key(oldest_us), time_key(max(now_us - grace_us, 0)))


def note_expiry(cursor: apsw.Cursor, expiry: Expiry, change: ItemChange) -> None:
    """Note when an item expires after a change."""
    old_us, new_us = _of(expiry, change.old), _of(expiry, change.new)
    if old_us == new_us:
        return
    if old_us is not None:
        cursor.execute(expiry.storage.delete, (time_key(old_us, change.key),))
    if new_us is not None:
        put_expiry(cursor, expiry, new_us, change.key)


def put_expiry(cursor: apsw.Cursor, expiry: Expiry, at_us: int, key: bytes) -> None:
    """Note that the item under a key expires at a time."""
    cursor.execute(expiry.storage.put, (time_key(at_us, key), 0, b"", None))


def _of(expiry: Expiry, stored: StoredItem | None) -> int | None:
    return None if stored is None else expiry_us(stored.item(), expiry.attribute)


def time_key(at_us: int, key: bytes = b"") -> bytes:
    """The key under which it is noted that an item expires at a time."""
    return at_us.to_bytes(TIME_BYTES, "big") + key
