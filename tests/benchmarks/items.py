"""The items of the benchmarks: ten attributes, about 950 bytes of JSON, in item collections."""

from __future__ import annotations

from hashlib import md5
from random import Random
from typing import Any

COLLECTION_ITEMS = 50
TABLE = "orders"
_STATUSES = ("PLACED", "PAID", "PACKED", "SHIPPED", "DELIVERED", "RETURNED")
_CITIES = ("Aachen", "Bergen", "Cádiz", "Dundee", "Esbjerg", "Ferrara", "Gdańsk", "Haarlem")
_TAGS = ("amber", "basin", "candle", "drift", "ember", "fable", "garden", "harbour", "island")
_NOTE_CHARACTERS = 678
# Notes are cut out of one long text, which costs less than to write each.
_TEXT = " ".join(Random(7).choices((*_TAGS, "and", "of", "under", "with"), k=20_000))


def make_item(number: int, version: int = 0) -> dict[str, Any]:
    """The item of that number; another version has the same key and other contents."""
    # Sixteen bytes that vary with both; a generator of random numbers would cost more to seed.
    draws = md5(b"%d/%d" % (number, version), usedforsecurity=False).digest()
    wide = int.from_bytes(draws[:4], "big")
    start = wide % (len(_TEXT) - _NOTE_CHARACTERS)
    tag = draws[4] % (len(_TAGS) - 3)
    return key_of(number) | {
        "status": {"S": f"{_STATUSES[draws[5] % len(_STATUSES)]}#{wide % 1_000:03d}"},
        "total": {"N": f"{100 + wide % 99_900}.{1 + draws[6] % 9}"},
        "quantity": {"N": str(1 + draws[7] % 100)},
        "paid": {"BOOL": draws[8] < 128},
        "city": {"S": _CITIES[draws[9] % len(_CITIES)]},
        "placed": {"S": f"2026-{1 + draws[10] % 12:02d}-{1 + draws[11] % 28:02d}T08:00:00Z"},
        "tags": {"SS": list(_TAGS[tag : tag + 3])},
        "note": {"S": _TEXT[start : start + _NOTE_CHARACTERS]},
    }


def key_of(number: int) -> dict[str, Any]:
    """The key of the item of that number."""
    return {"customer": {"S": collection_of(number)}, "order": {"N": str(number)}}


def collection_of(number: int) -> str:
    """The partition key of the item of that number."""
    return f"customer-{number // COLLECTION_ITEMS:08d}"


def numbers_in_random_order(count: int, seed: int = 1) -> list[int]:
    """The numbers below `count`, shuffled."""
    numbers = list(range(count))
    Random(seed).shuffle(numbers)
    return numbers
