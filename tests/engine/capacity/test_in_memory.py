"""Engines in memory keep little, however long they live, and leave nothing when they are closed."""

from __future__ import annotations

import threading

from engine import Engine, Settings, VirtualClock
from engine.capacity.points import WIDTHS_S
from engine.client.windows import WINDOWS

ENGINES = 20


def create(engine: Engine) -> None:
    """A table on demand, with an item."""
    engine.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    engine.put_item(TableName="orders", Item={"id": {"S": "a"}})


def test_engines_leave_no_thread() -> None:
    before = set(threading.enumerate())
    for _ in range(ENGINES):
        with Engine.in_memory(settings=Settings(throttling="enforce")) as engine:
            create(engine)
            engine.get_item(TableName="orders", Key={"id": {"S": "a"}})
    assert set(threading.enumerate()) <= before


def test_points_are_forgotten_in_time() -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        create(engine)
        metrics, catalog = engine._region.metrics, engine._region.database.catalog
        for _ in range(6_000):
            clock.advance(2)
            engine.get_item(TableName="orders", Key={"id": {"S": "a"}})
        metrics.flush()
        by_second = metrics.points.read_points(catalog.tables["orders"].table_id, WIDTHS_S[0], 0)
        kept_s = next(iter(WINDOWS))
        assert 0 < len(by_second) <= kept_s
        assert by_second[0].at_s >= clock.now_us() // 1_000_000 - kept_s
