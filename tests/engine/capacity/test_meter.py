"""The meter: tables and their global indexes, as requests draw on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.capacity.draws import Draw
from engine.capacity.meter import Meter, write_draws
from engine.capacity.purses import MemoryStates
from engine.capacity.refusals import Kind, Limit
from engine.clock import VirtualClock
from engine.storage.catalog import Index, KeyAttribute, Table
from engine.storage.items import StoredItem, plan_change
from engine.storage.keys import collection_prefix

Json = dict[str, Any]


def settings(reads: int, writes: int) -> Json:
    """The settings of a provisioned table or index."""
    return {
        "ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes},
        "WarmThroughput": {"ReadUnitsPerSecond": reads, "WriteUnitsPerSecond": writes},
    }


def orders(table_writes: int = 100, index_writes: int = 100) -> Table:
    """A table with a global and a local index."""
    day = (KeyAttribute("day", "S"),)
    customer = (KeyAttribute("customer", "S"),)
    by_day = Index("by-day", True, 2, day, (), "ALL", (), settings=settings(5, index_writes))
    by_place = Index("by-place", False, 3, customer, day, "ALL", ())
    return Table(
        "orders",
        "an-id",
        1,
        customer[0],
        KeyAttribute("placed", "S"),
        (by_day, by_place),
        VirtualClock().now_us(),
        settings(5, table_writes),
    )


def put(table: Table, customer: str, day: str) -> list[Draw]:
    """What putting a new item of less than a KB draws."""
    item = {"customer": {"S": customer}, "placed": {"S": "now"}, "day": {"S": day}}
    change = plan_change(table, table.key_blob(item), None, StoredItem.of(item))
    return write_draws(change)


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands."""
    return VirtualClock()


@pytest.fixture
def meter(clock: VirtualClock) -> Meter:
    """The meter of a Region of one process."""
    return Meter(MemoryStates(), clock)


def writes_let_in(meter: Meter, table: Table, count: int) -> int:
    """How many of so many writes are let in at once."""
    let_in = 0
    for number in range(count):
        draws = put(table, f"customer {number}", "Monday")
        if meter.refusal(table, Kind.WRITE, draws) is None:
            meter.charge(table, Kind.WRITE, draws)
            let_in += 1
    return let_in


def test_a_local_index_draws_on_its_table_and_a_global_one_on_its_own() -> None:
    table, global_index = put(orders(), "ada", "Monday")
    assert (table.index, table.units) == (None, 2.0)
    assert (global_index.index, global_index.units) == ("by-day", 1.0)
    assert global_index.key.startswith(collection_prefix([b"Monday"]))


def test_a_global_index_short_of_units_holds_back_its_table(meter: Meter) -> None:
    table = orders(table_writes=100, index_writes=3)
    assert writes_let_in(meter, table, 10) == 3
    refusal = meter.refusal(table, Kind.WRITE, put(table, "ada", "Monday"))
    assert refusal is not None
    assert (refusal.index, refusal.limit) == ("by-day", Limit.PROVISIONED)
    assert refusal.reason == "IndexWriteProvisionedThroughputExceeded"


def test_what_is_refused_draws_nothing(meter: Meter, clock: VirtualClock) -> None:
    table = orders(table_writes=100, index_writes=3)
    writes_let_in(meter, table, 50)
    # The table has paid for three items, two units each.
    without_index = replace(table, indexes=table.local_indexes)
    assert writes_let_in(meter, without_index, 100) == (100 - 6) // 2
    clock.advance(1)
    assert writes_let_in(meter, table, 10) == 3


def test_a_changed_provision_holds_at_once(meter: Meter, clock: VirtualClock) -> None:
    table = orders(table_writes=10)
    assert writes_let_in(meter, table, 50) == 5
    raised = replace(table, settings=settings(5, 40))
    clock.advance(1)
    assert writes_let_in(meter, raised, 50) == 20


def test_the_same_settings_read_anew_are_no_change(meter: Meter) -> None:
    gate = meter.gate(orders(), None)
    assert meter.gate(Table.from_json(orders().to_json()), None) is gate


def test_reads_are_let_in_while_anything_is_left_and_pay_afterwards(
    meter: Meter, clock: VirtualClock
) -> None:
    table, key = orders(), collection_prefix([b"ada"])
    assert meter.refusal(table, Kind.READ, [Draw(None, key, 0.0)]) is None
    meter.charge(table, Kind.READ, [Draw(None, key, 128.0)])
    for _ in range(24):
        assert meter.refusal(table, Kind.READ, [Draw(None, key, 0.0)]) is not None
        clock.advance(1)
    clock.advance(1)
    assert meter.refusal(table, Kind.READ, [Draw(None, key, 0.0)]) is None


def test_a_table_that_is_gone_leaves_nothing(clock: VirtualClock) -> None:
    states = MemoryStates()
    meter, table = Meter(states, clock), orders(table_writes=4)
    assert writes_let_in(meter, table, 10) == 2
    meter.forget(table.table_id)
    assert writes_let_in(meter, table, 10) == 2
