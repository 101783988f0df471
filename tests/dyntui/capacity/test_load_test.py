"""Load tests: rates are kept, refusals are counted by reason, no foreign item is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.capacity.load_test import LoadPlan, LoadTest
from dyntui.core.capacity.load_test_clean_up import marked_keys, remove
from dyntui.core.capacity.load_test_figures import Latencies, reason_of
from dyntui.core.capacity.load_test_keys import KEY_ORDERS, MARK, item_of, key_numbers, key_of
from dyntui.core.tables.cost import item_size
from dyntui.core.tables.schema import TableInfo
from engine import Context, Engine, Settings, VirtualClock
from engine.client.protocol import OWNER, Json
from engine.errors import ApiError, ResourceNotFoundException, api_error


@pytest.fixture
def clock() -> VirtualClock:
    """The time of the engine and of the test."""
    return VirtualClock()


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    """An engine that throttles."""
    with Engine.in_memory(settings=Settings(throttling="enforce"), clock=clock) as opened:
        yield opened


def create(engine: Engine, key: str = "S", units: int = 5, **more: Any) -> TableInfo:
    """A table `orders` of so many units a second, with a key of a type."""
    throughput = {"ReadCapacityUnits": units, "WriteCapacityUnits": units}
    definitions = [{"AttributeName": "id", "AttributeType": key}, *more.pop("definitions", ())]
    engine.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, *more.pop("sort", ())],
        AttributeDefinitions=definitions,
        ProvisionedThroughput=throughput,
        **more,
    )
    return TableInfo.from_description(engine.describe_table(TableName="orders")["Table"])


def driven(engine: Any, clock: VirtualClock, info: TableInfo, plan: LoadPlan) -> LoadTest:
    """A test that has run to its end, in virtual time."""
    test = LoadTest(engine, info, plan, clock=clock, sleep=clock.advance, draw=Random(7).random)
    while test.step():
        pass
    return test


def test_requests_fall_due_at_their_rates(engine: Engine, clock: VirtualClock) -> None:
    info = create(engine, units=1_000)
    test = driven(engine, clock, info, LoadPlan(read_rate=20, write_rate=5, duration_s=10))
    assert (test.reads.requests, test.writes.requests) == (200, 50)
    assert test.elapsed_s == pytest.approx(10, abs=0.2)
    assert (test.reads.units, test.writes.units) == (100.0, 50.0)
    assert test.reads.refused == test.writes.refused == 0


def test_what_is_beyond_the_capacity_is_counted_with_its_reason(
    engine: Engine, clock: VirtualClock
) -> None:
    info = create(engine, units=5)
    test = driven(engine, clock, info, LoadPlan(read_rate=0, write_rate=20, duration_s=10))
    assert test.writes.requests == 200
    assert test.writes.units == pytest.approx(50, abs=6)
    assert test.writes.refused == 200 - test.writes.units
    assert list(test.writes.throttled) == ["TableWriteProvisionedThroughputExceeded of orders"]


def test_a_throttled_index_is_named(engine: Engine, clock: VirtualClock) -> None:
    info = create(
        engine,
        units=100,
        definitions=[{"AttributeName": "status", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-status",
                "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            }
        ],
    )
    test = driven(engine, clock, info, LoadPlan(0, write_rate=20, duration_s=5, keys="sequential"))
    assert list(test.writes.throttled) == [
        "IndexWriteProvisionedThroughputExceeded of orders, index by-status"
    ]


def test_a_late_test_does_not_make_up_for_more_than_a_second(clock: VirtualClock) -> None:
    class Slow:
        """Takes ten seconds for the first answer."""

        def __init__(self) -> None:
            self.calls = 0

        def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
            """An empty answer."""
            del operation, request, context
            self.calls += 1
            clock.advance(10 if self.calls == 1 else 0)
            return {}

    with Engine.in_memory() as engine:
        info = create(engine)
    slow = Slow()
    driven(slow, clock, info, LoadPlan(read_rate=10, write_rate=0, duration_s=12))
    # The first, a second's that are made up for, and those of the last two seconds.
    assert slow.calls == pytest.approx(1 + 10 + 20, abs=1)


def test_other_errors_end_the_test(engine: Engine, clock: VirtualClock) -> None:
    info = create(engine)
    engine.delete_table(TableName="orders")
    plan = LoadPlan(read_rate=50, write_rate=0, duration_s=60)
    test = LoadTest(engine, info, plan)
    with pytest.raises(ResourceNotFoundException):
        test.run(lambda: None, workers=2)
    del clock


@pytest.mark.parametrize("key", ["S", "N", "B"])
def test_items_of_a_person_stay_as_they_are(key: str, engine: Engine, clock: VirtualClock) -> None:
    info = create(engine, key, units=1_000)
    # The very key that the test would write, and one that it would not.
    taken = key_of(info, 3)
    for item in (taken | {"note": {"S": "mine"}}, {"id": item_of(info, 99, 1)["id"]}):
        engine.put_item(TableName="orders", Item=item)
    plan = LoadPlan(0, write_rate=50, duration_s=1, keys="sequential", key_count=10)
    test = driven(engine, clock, info, plan)
    assert test.writes.left_alone == 5
    assert test.written == set(range(10)) - {3}
    assert engine.get_item(TableName="orders", Key=taken)["Item"]["note"] == {"S": "mine"}
    removed = remove(engine, info, list(marked_keys(engine, info)), lambda _: None)
    assert removed == 9
    left = engine.scan(TableName="orders")["Items"]
    assert len(left) == 2
    assert not [item for item in left if MARK in item]


def test_a_clean_up_leaves_what_lost_its_mark(engine: Engine, clock: VirtualClock) -> None:
    info = create(engine, units=1_000)
    driven(engine, clock, info, LoadPlan(0, 10, duration_s=1, keys="sequential", key_count=2))
    keys = list(marked_keys(engine, info))
    assert len(keys) == 2
    engine.put_item(TableName="orders", Item=key_of(info, 1))
    assert remove(engine, info, keys, lambda _: None) == 1
    assert engine.scan(TableName="orders")["Items"] == [key_of(info, 1)]


@given(st.integers(1, 5_000), st.sampled_from("SNB"), st.sampled_from("SNB"))
def test_items_have_the_size_that_was_asked_for(size: int, key: str, sort: str) -> None:
    with Engine.in_memory() as engine:
        info = create(
            engine,
            key,
            sort=[{"AttributeName": "at", "KeyType": "RANGE"}],
            definitions=[{"AttributeName": "at", "AttributeType": sort}],
        )
    item = item_of(info, 4, size)
    assert item_size(item) == size or (item_size(item) < 110 and item_size(item) + 7 > size)
    assert {name: item[name] for name in info.key_names} == key_of(info, 4)


def drawn(order: Any, count: int, key_count: int) -> Counter[int]:
    """How often each key comes."""
    following: Callable[[], int] = key_numbers(order, key_count, Random(1).random)
    return Counter(following() for _ in range(count))


def test_orders_of_keys() -> None:
    assert drawn("sequential", 30, 10) == dict.fromkeys(range(10), 3)
    uniform = drawn("uniform", 10_000, 10)
    assert all(900 < uniform[key] < 1_100 for key in range(10))
    zipf = drawn("zipf", 10_000, 100)
    assert 4.0 < zipf[0] / zipf[4] < 6.0
    assert zipf[0] / 10_000 == pytest.approx(1 / sum(1 / rank for rank in range(1, 101)), abs=0.02)


@given(st.sampled_from(KEY_ORDERS), st.integers(1, 50), st.lists(st.floats(0, 1), min_size=1))
def test_keys_are_in_their_range(order: Any, key_count: int, lots: list[float]) -> None:
    turns = iter(lots)
    following = key_numbers(order, key_count, lambda: next(turns))
    assert all(0 <= following() < key_count for _ in lots)


@given(st.lists(st.floats(1e-5, 100), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.99]))
def test_percentiles_are_right_within_a_step(seconds: list[float], part: float) -> None:
    latencies = Latencies()
    for one in seconds:
        latencies.add(one)
    ordered = sorted(seconds)
    exact = next(one for place, one in enumerate(ordered, 1) if place >= part * len(ordered))
    found = latencies.percentile_ms(part)
    assert found is not None
    assert found / 1_000 == pytest.approx(exact, rel=0.05)
    assert Latencies().percentile_ms(part) is None


def test_a_reason_that_is_not_given_is_the_code() -> None:
    error: ApiError = api_error("RequestLimitExceeded", "too much")
    assert reason_of(error) == "RequestLimitExceeded"
