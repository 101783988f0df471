"""Reading: GetItem, Query of 50, Scan with a filter, and a get from a large table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import orjson

from engine import Engine
from engine.storage.keys import KEYS_END, increment
from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import COLLECTION_ITEMS, TABLE, key_of
from tests.benchmarks.pairing import compare
from tests.benchmarks.raw import RawTable, raw_key, raw_prefix, raw_row

_ITEMS = 10_000


@contextmanager
def _filled(setting: Setting, name: str) -> Iterator[tuple[Engine, RawTable, int]]:
    """An engine and a raw table with the same items, and how many these are."""
    count = setting.count(_ITEMS, least=2 * COLLECTION_ITEMS)
    raw = RawTable(setting.folder / f"{name}.db")
    raw.load(sorted(map(raw_row, range(count))))
    with engine_with(setting.folder / name, count, durability="relaxed") as db:
        yield db, raw, count
    raw.close()


def get_item(setting: Setting) -> Iterable[Figure]:
    """GetItem in process, against a get and its decoding."""
    with _filled(setting, "get") as (db, raw, count):
        calls = setting.count(400, least=20)
        numbers = Random(2).choices(range(count), k=calls)
        item_keys = [key_of(number) for number in numbers]
        raw_keys = [raw_key(number) for number in numbers]
        assert [get_one(db, key) for key in item_keys] == [raw.get(key) for key in raw_keys]

        def subject() -> None:
            for key in item_keys:
                db.get_item(TableName=TABLE, Key=key)

        def floor() -> None:
            for key in raw_keys:
                raw.get(key)

        pair = compare(subject, floor, setting.rounds)
    yield Figure("get-item", pair.ratio, pair.detail(calls))


def get_one(db: Engine, key: dict[str, Any]) -> dict[str, Any]:
    """The item under a key, which must be there."""
    item: dict[str, Any] = db.get_item(TableName=TABLE, Key=key)["Item"]
    return item


def query(setting: Setting) -> Iterable[Figure]:
    """Query of 50 items, in process and as bytes for the wire, against a range and its decoding."""
    with _filled(setting, "query") as (db, raw, count):
        calls = setting.count(20, least=2)
        numbers = Random(3).choices(range(0, count, COLLECTION_ITEMS), k=calls)
        requests = [_query_of(number) for number in numbers]
        bodies = [orjson.dumps(request) for request in requests]
        prefixes = [raw_prefix(number) for number in numbers]
        ranges = [(prefix, increment(prefix)) for prefix in prefixes]
        answered = [db.call("Query", request)["Items"] for request in requests]
        assert answered == [list(raw.decoded(low, high)) for low, high in ranges]
        assert all(len(items) == COLLECTION_ITEMS for items in answered)

        def in_process() -> None:
            for request in requests:
                db.call("Query", request)

        def on_the_wire() -> None:
            for body in bodies:
                db.call_wire("Query", body)

        def floor() -> None:
            for low, high in ranges:
                list(raw.decoded(low, high))

        for name, subject in (("query", in_process), ("query-wire", on_the_wire)):
            pair = compare(subject, floor, setting.rounds)
            yield Figure(name, pair.ratio, pair.detail(calls))


def _query_of(number: int) -> dict[str, Any]:
    """The Query that reads the whole item collection of that item."""
    return {
        "TableName": TABLE,
        "KeyConditionExpression": "customer = :customer",
        "ExpressionAttributeValues": {":customer": key_of(number)["customer"]},
    }


def scan(setting: Setting) -> Iterable[Figure]:
    """Scan of a table with one comparison as its filter, against a scan and its decoding."""
    with _filled(setting, "scan") as (db, raw, count):
        request = {
            "TableName": TABLE,
            "FilterExpression": "quantity > :quantity",
            "ExpressionAttributeValues": {":quantity": {"N": "97"}},
        }
        found = [item for page in _pages(db, request) for item in page]
        everything = list(raw.decoded(b"", KEYS_END))
        assert found == [item for item in everything if int(item["quantity"]["N"]) > 97]

        def subject() -> None:
            for _ in _pages(db, request):
                pass

        def floor() -> None:
            for _ in raw.decoded(b"", KEYS_END):
                pass

        pair = compare(subject, floor, max(3, setting.rounds // 3))
        yield Figure("scan-filter", pair.ratio, f"{pair.detail(count)} per row")


def _pages(db: Engine, request: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The items of a Scan, page by page."""
    start: dict[str, Any] = {}
    while True:
        answer = db.call("Scan", request | start)
        yield answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def get_by_size(setting: Setting) -> Iterable[Figure]:
    """GetItem from a large table, against GetItem from one of a hundredth of it."""
    large = setting.count(1_000_000, least=1_000)
    small = large // 100
    calls = setting.count(400, least=20)
    with (
        engine_with(setting.folder / "large", large, durability="relaxed") as large_db,
        engine_with(setting.folder / "small", small, durability="relaxed") as small_db,
    ):

        def of(db: Engine, count: int) -> Any:
            draw = Random(4)
            keys = [key_of(draw.randrange(count)) for _ in range(calls * 5)]

            def work() -> None:
                for key in draw.sample(keys, calls):
                    db.get_item(TableName=TABLE, Key=key)

            return work

        pair = compare(of(large_db, large), of(small_db, small), setting.rounds)
    yield Figure("get-item-size", pair.ratio, f"{pair.detail(calls)}, {large:,} / {small:,} items")
