"""What the past costs: writing it down, and reading it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from random import Random

from engine import Engine
from engine.client.protocol import Client
from engine.storage.log_index import fill_batch
from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, key_of, make_item
from tests.benchmarks.pairing import Work, compare, seconds

_ITEMS = 10_000
_MANY_ITEMS = 200_000
_CHANGES = 2_000


def put_with_history(setting: Setting) -> Iterable[Figure]:
    """Puts with local history, to the same with none; and what the log's index adds."""
    yield from _put_with_history(setting, "history-put", "full")
    # What is left where the disk costs nothing.
    yield from _put_with_history(setting, "history-put-relaxed", "relaxed")


def _put_with_history(setting: Setting, name: str, durability: str) -> Iterable[Figure]:
    count = setting.count(_ITEMS, least=100)
    calls = setting.count(40, least=5)
    numbers = Random(7).sample(range(count), count)
    logged, plain = setting.folder / name, setting.folder / f"{name}-plain"
    plain.mkdir()
    (plain / "config.toml").write_text("history = 0")
    with (
        engine_with(logged, count, durability=durability) as with_history,
        engine_with(plain, count, durability=durability) as without,
    ):
        pair = compare(
            _puts(with_history, numbers, calls), _puts(without, numbers, calls), setting.rounds
        )
        yield Figure(name, pair.ratio, pair.detail(calls))
        if durability == "relaxed":
            database = with_history._region.database
            filled_s = seconds(lambda: [None for _ in fill_batch(database)])
            entries = database.read(lambda reader, _: reader.log_index_state()).mark
            yield Figure("history-index", filled_s / entries * 1e6, f"{entries:,} entries", " µs")


def _puts(db: Engine, numbers: list[int], calls: int) -> Work:
    versions = iter(range(1, 1_000_000))
    order = cycle(numbers)

    def work() -> None:
        for number in islice(order, calls):
            db.put_item(TableName=TABLE, Item=make_item(number, next(versions)))

    return work


def reads_of_the_past(setting: Setting) -> Iterable[Figure]:
    """GetItem and a Scan as of a time, half of the items changed since, to the same as of now."""
    count = setting.count(_ITEMS, least=100)
    calls = setting.count(500, least=20)
    with _changed_since(setting, "reads", count, count // 2) as (db, then_s), db.at(then_s) as past:
        keys = cycle([key_of(number) for number in Random(3).sample(range(count), count)])

        def gets(client: Client) -> Work:
            def work() -> None:
                for key in islice(keys, calls):
                    client.call("GetItem", {"TableName": TABLE, "Key": key})

            return work

        pair = compare(gets(past), gets(db), setting.rounds)
        yield Figure("get-past", pair.ratio, pair.detail(calls))
        scan = {"TableName": TABLE}
        pair = compare(
            lambda: past.call("Scan", scan), lambda: db.call("Scan", scan), setting.rounds
        )
        yield Figure("scan-past", pair.ratio, pair.detail_ms())


def diff_by_size(setting: Setting) -> Iterable[Figure]:
    """The difference of so many changes in a large table, to that in a small one."""
    changes = setting.count(_CHANGES, least=20)
    few, many = setting.count(_ITEMS, least=100), setting.count(_MANY_ITEMS, least=200)
    with (
        _changed_since(setting, "small", few, changes) as (small, small_s),
        _changed_since(setting, "large", many, changes) as (large, large_s),
    ):
        pair = compare(
            lambda: list(large.diff(TABLE, large_s)),
            lambda: list(small.diff(TABLE, small_s)),
            setting.rounds,
        )
        yield Figure("diff-size", pair.ratio, f"{pair.detail_ms()} for {changes:,} changes")


@contextmanager
def _changed_since(
    setting: Setting, name: str, count: int, changes: int
) -> Iterator[tuple[Engine, float]]:
    """An engine of which items changed since a time."""
    with engine_with(setting.folder / name, count) as db:
        then_s = db.window(TABLE).latest_s
        numbers = Random(11).sample(range(count), changes)
        db.load_items(TABLE, (make_item(number, 99) for number in numbers))
        yield db, then_s
