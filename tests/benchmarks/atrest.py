"""Tables under a customer managed key, against the same under the AWS owned key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count, islice
from random import Random
from time import perf_counter, process_time

from engine import Engine
from tests.benchmarks.engines import create_table
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, key_of, make_item
from tests.benchmarks.pairing import Work, compare

_ITEMS = 10_000
_SEALED = "sealed-orders"


def sealed_tables(setting: Setting) -> Iterable[Figure]:
    """GetItem, Query of 50 items, durable and relaxed PutItem; and how fast a table is switched."""
    items = setting.count(_ITEMS, least=100)
    for durability in ("relaxed", "full"):
        folder = setting.folder / durability
        with Engine.open(folder, durability=durability, throttling="off") as db:
            key = db.keys.create()
            for name in (TABLE, _SEALED):
                create_table(db, name)
                db.load_items(name, map(make_item, range(items)))
            specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key.arn}
            start = perf_counter()
            db.update_table(TableName=_SEALED, SSESpecification=specification)
            seconds = perf_counter() - start
            if durability == "full":
                yield Figure(
                    "sealed-switch-rate", items / seconds, "from the AWS owned key", " items/s"
                )
            if durability == "relaxed":
                # None of these waits: processor time is what they take.
                gets, queries = _getting(db, items, 200), _querying(db, items, 20)
                yield _figure(setting, "sealed-get", 200, gets, process_time)
                yield _figure(setting, "sealed-query", 20, queries, process_time)
                puts = _putting(db, items, 100)
                yield _figure(setting, "sealed-put-relaxed", 100, puts, process_time)
            else:
                puts = _putting(db, items, 20)
                yield _figure(setting, "sealed-put-durable", 20, puts, perf_counter)


def _figure(
    setting: Setting,
    name: str,
    calls: int,
    works: tuple[Work, Work],
    clock: Callable[[], float],
) -> Figure:
    pair = compare(*works, setting.rounds, clock)
    return Figure(name, pair.ratio, f"{pair.detail(calls)}, all rounds {pair.ratio_of_sums:.2f}×")


def _getting(db: Engine, items: int, calls: int) -> tuple[Work, Work]:
    def work(table: str) -> Work:
        draw = Random(5)

        def run() -> None:
            for number in draw.choices(range(items), k=calls):
                db.get_item(TableName=table, Key=key_of(number))

        return run

    return work(_SEALED), work(TABLE)


def _querying(db: Engine, items: int, calls: int) -> tuple[Work, Work]:
    def work(table: str) -> Work:
        draw = Random(5)

        def run() -> None:
            for number in draw.choices(range(items), k=calls):
                db.query(
                    TableName=table,
                    KeyConditionExpression="customer = :c",
                    ExpressionAttributeValues={":c": key_of(number)["customer"]},
                )

        return run

    return work(_SEALED), work(TABLE)


def _putting(db: Engine, items: int, calls: int) -> tuple[Work, Work]:
    def work(table: str) -> Work:
        draw = Random(5)
        versions = count(1)

        def run() -> None:
            numbers = draw.choices(range(items), k=calls)
            for number, version in zip(numbers, islice(versions, calls), strict=True):
                db.put_item(TableName=table, Item=make_item(number, version))

        return run

    return work(_SEALED), work(TABLE)
