"""The items of the benchmarks: ten attributes, about 950 bytes of JSON, in item collections."""

from __future__ import annotations

from random import Random
from typing import Any

COLLECTION_ITEMS = 50
TABLE = "orders"
_STATUSES = ("PLACED", "PAID", "PACKED", "SHIPPED", "DELIVERED", "RETURNED")
_CITIES = ("Aachen", "Bergen", "Cádiz", "Dundee", "Esbjerg", "Ferrara", "Gdańsk", "Haarlem")
_WORDS = (
    "amber basin candle drift ember fable garden harbour island jasmine kettle lantern meadow "
    "needle orchard pebble quarry ribbon saddle thistle"
).split()
_NOTE_CHARACTERS = 678
# Notes are cut out of one long text, which costs less than to write each.
_TEXT = " ".join(Random(7).choices(_WORDS, k=20_000))


def make_item(number: int, version: int = 0) -> dict[str, Any]:
    """The item of that number; another version has the same key and other contents."""
    draw = Random(number * 1_000_003 + version)
    start = draw.randrange(len(_TEXT) - _NOTE_CHARACTERS)
    return key_of(number) | {
        "status": {"S": f"{draw.choice(_STATUSES)}#{draw.randrange(1_000):03d}"},
        "total": {"N": f"{draw.randrange(100, 100_000)}.{draw.randrange(1, 10)}"},
        "quantity": {"N": str(draw.randrange(1, 100))},
        "paid": {"BOOL": draw.random() < 0.5},
        "city": {"S": draw.choice(_CITIES)},
        "placed": {"S": f"2026-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}T08:00:00Z"},
        "tags": {"SS": draw.sample(_WORDS, 3)},
        "note": {"S": _TEXT[start : start + _NOTE_CHARACTERS]},
    }


def key_of(number: int) -> dict[str, Any]:
    """The key of the item of that number."""
    return {
        "customer": {"S": collection_of(number)},
        "order": {"N": str(number)},
    }


def collection_of(number: int) -> str:
    """The partition key of the item of that number."""
    return f"customer-{number // COLLECTION_ITEMS:08d}"


def numbers_in_random_order(count: int, seed: int = 1) -> list[int]:
    """The numbers below `count`, shuffled."""
    numbers = list(range(count))
    Random(seed).shuffle(numbers)
    return numbers
