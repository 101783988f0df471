"""Throttling of reads and writes of one item, by virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from engine.errors import (
    ApiError,
    ConditionalCheckFailedException,
    ProvisionedThroughputExceededException,
)
from tests.engine.throttling.provisioned import create

Json = dict[str, Any]


def put(engine: Engine, name: str, text_bytes: int = 0, **more: Json) -> bool:
    """Put an item of about so many bytes; whether it was let in."""
    item = {"id": {"S": name}, "text": {"S": "x" * text_bytes}} | more
    try:
        engine.call("PutItem", {"TableName": "orders", "Item": item})
    except ProvisionedThroughputExceededException:
        return False
    return True


def get(engine: Engine, name: str, *, consistent: bool = False) -> bool:
    """Get an item; whether it was let in."""
    request = {"TableName": "orders", "Key": {"id": {"S": name}}, "ConsistentRead": consistent}
    try:
        engine.call("GetItem", request)
    except ProvisionedThroughputExceededException:
        return False
    return True


def test_ten_items_of_two_kb_a_second_take_twenty_units(
    engine: Engine, clock: VirtualClock
) -> None:
    create(engine, 1, 20)
    for _ in range(3):
        let_in = [put(engine, f"item-{number}", 2_000) for number in range(12)]
        assert let_in == [True] * 10 + [False] * 2
        clock.advance(1)


def test_a_table_saves_units_from_its_creation_on(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 1, 2)
    clock.advance(100)
    assert sum(put(engine, f"{number}") for number in range(300)) == 202


def test_strong_reads_cost_double(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 10)
    put(engine, "a", 4_000)
    assert sum(get(engine, "a", consistent=True) for _ in range(30)) == 10
    clock.advance(1)
    assert sum(get(engine, "a") for _ in range(30)) == 20


def test_a_large_read_overdraws_and_later_ones_pay(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 1_000)
    put(engine, "large", 390_000)
    assert get(engine, "large", consistent=True)
    seconds = 0
    while not get(engine, "large"):
        clock.advance(1)
        seconds += 1
    assert seconds == (96 - 10) // 10 + 1


def test_a_refused_write_changes_nothing(engine: Engine) -> None:
    create(engine, 10, 1)
    assert put(engine, "a")
    assert not put(engine, "b")
    assert engine.call("DescribeTable", {"TableName": "orders"})["Table"]["ItemCount"] == 1


def test_an_index_short_of_units_holds_back_the_table(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 100, index_writes=2)
    day = {"S": "Monday"}
    assert [put(engine, f"{number}", day=day) for number in range(4)] == [True, True, False, False]
    # What has no entry in the index does not need it.
    assert put(engine, "without")
    request = {"TableName": "orders", "Item": {"id": {"S": "x"}, "day": day}}
    with pytest.raises(ApiError) as caught:
        engine.call("PutItem", request)
    (reason,) = caught.value.members["ThrottlingReasons"]
    assert reason["reason"] == "IndexWriteProvisionedThroughputExceeded"
    assert reason["resource"].endswith("table/orders/index/by-day")
    clock.advance(1)
    assert put(engine, "later", day=day)


def test_a_false_condition_costs_too(engine: Engine) -> None:
    create(engine, 10, 10)
    put(engine, "a", 4_000)
    request = {
        "TableName": "orders",
        "Item": {"id": {"S": "a"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    for _ in range(2):
        with pytest.raises(ConditionalCheckFailedException):
            engine.call("PutItem", request)
    assert not put(engine, "b")


def test_a_raised_provision_holds_at_once(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 10, 2)
    assert [put(engine, f"{number}") for number in range(3)] == [True, True, False]
    more = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 8}
    engine.call("UpdateTable", {"TableName": "orders", "ProvisionedThroughput": more})
    clock.advance(1)
    assert sum(put(engine, f"{number}") for number in range(20)) == 8


def test_warning_refuses_nothing(clock: VirtualClock) -> None:
    with Engine.in_memory(settings=Settings(throttling="warn"), clock=clock) as engine:
        create(engine, 1, 1)
        assert all(put(engine, f"{number}") for number in range(5))


def test_two_engines_of_a_folder_share_a_tables_capacity(
    tmp_path: Path, clock: VirtualClock
) -> None:
    settings = Settings(throttling="enforce")
    with (
        Engine.open(tmp_path / "shop", settings=settings, clock=clock) as one,
        Engine.open(tmp_path / "shop", settings=settings, clock=clock) as two,
    ):
        create(one, 10, 10)
        let_in = 0
        for _ in range(10):
            for engine in (one, two):
                let_in += sum(put(engine, f"{number}") for number in range(12))
            clock.advance(1)
        assert 100 <= let_in <= 110


def test_what_is_left_survives_the_process(tmp_path: Path, clock: VirtualClock) -> None:
    settings = Settings(throttling="enforce")
    with Engine.open(tmp_path / "shop", settings=settings, clock=clock) as engine:
        create(engine, 10, 5)
        assert sum(put(engine, f"{number}") for number in range(3)) == 3
    with Engine.open(tmp_path / "shop", settings=settings, clock=clock) as engine:
        assert sum(put(engine, f"{number}") for number in range(9)) == 2


def test_a_new_table_of_the_same_name_begins_anew(engine: Engine) -> None:
    create(engine, 10, 2)
    assert [put(engine, f"{number}") for number in range(3)] == [True, True, False]
    engine.call("DeleteTable", {"TableName": "orders"})
    create(engine, 10, 2)
    assert put(engine, "a")


@pytest.mark.parametrize(
    ("config", "argument", "let_in"),
    [
        ("", None, 2),
        ('throttling = "off"\n', None, 3),
        ('throttling = "warn"\n', None, 3),
        ('throttling = "off"\n', "enforce", 2),
        ("", "off", 3),
    ],
)
def test_a_folder_throttles_unless_something_else_is_said(
    tmp_path: Path, clock: VirtualClock, config: str, argument: str | None, let_in: int
) -> None:
    with Engine.open(tmp_path / "shop", clock=clock) as engine:
        create(engine, 10, 2)
    (tmp_path / "shop" / "config.toml").write_text(config)
    with Engine.open(tmp_path / "shop", throttling=argument, clock=clock) as engine:
        assert sum(put(engine, f"{number}") for number in range(3)) == let_in


def test_a_setting_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="throttling: 'some' is neither 'enforce' nor 'warn'"):
        Engine.open(tmp_path, throttling="some")


def test_bulk_loads_draw_nothing(tmp_path: Path, clock: VirtualClock) -> None:
    with Engine.open(tmp_path, clock=clock) as engine:
        create(engine, 10, 2, index_writes=1)
        items = [{"id": {"S": f"{n}"}, "day": {"S": "Monday"}} for n in range(500)]
        assert engine.load_items("orders", items) == 500
        assert put(engine, "a", day={"S": "Monday"})
