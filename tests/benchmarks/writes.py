"""PutItem with local history on, durable and relaxed, with and without a moving index entry."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from random import Random

from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, make_item
from tests.benchmarks.pairing import compare
from tests.benchmarks.raw import RawTable, raw_row

_ITEMS = 10_000
_SYNCHRONOUS = {"full": "FULL", "relaxed": "NORMAL"}


def put_durable(setting: Setting) -> Iterable[Figure]:
    """Durable puts: each one's commit is synced."""
    yield _put(setting, "put-durable-new", "full", new=True)
    yield _put(setting, "put-durable", "full")


def put_relaxed(setting: Setting) -> Iterable[Figure]:
    """Puts whose commits leave the syncing to the operating system."""
    yield _put(setting, "put-relaxed-new", "relaxed", new=True)
    yield _put(setting, "put-relaxed", "relaxed")


def put_indexed(setting: Setting) -> Iterable[Figure]:
    """Puts over items whose entry in an index moves each time."""
    yield _put(setting, "put-durable-indexed", "full", with_index=True)
    yield _put(setting, "put-relaxed-indexed", "relaxed", with_index=True)


def _put(
    setting: Setting, name: str, durability: str, *, new: bool = False, with_index: bool = False
) -> Figure:
    """Puts over items that are there, or of new ones; the floor makes one raw insert for each."""
    count = setting.count(_ITEMS, least=100)
    calls = setting.count(20 if durability == "full" else 100, least=5)
    total = calls * (setting.rounds + 1)
    draw = Random(5)
    first = count if new else 0
    numbers = draw.sample(range(first, first + max(total, count)), total)
    if not new:
        numbers = [number % count for number in numbers]
    items = iter([make_item(number, version) for version, number in enumerate(numbers, 1)])
    rows = iter([raw_row(number, version) for version, number in enumerate(numbers, 1)])
    raw = RawTable(setting.folder / f"{name}.db", synchronous=_SYNCHRONOUS[durability])
    raw.load(sorted(map(raw_row, range(count))))
    folder = setting.folder / name
    with engine_with(folder, count, durability=durability, with_index=with_index) as db:

        def subject() -> None:
            for item in islice(items, calls):
                db.put_item(TableName=TABLE, Item=item)

        def floor() -> None:
            for row in islice(rows, calls):
                raw.put(row)

        pair = compare(subject, floor, setting.rounds)
    raw.close()
    return Figure(name, pair.ratio, f"{pair.detail(calls)}, all rounds {pair.ratio_of_sums:.2f}×")
