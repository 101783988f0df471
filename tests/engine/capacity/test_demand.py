"""On-demand capacity: twice the previous peak, half an hour later."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.demand import SETTLE_US, WINDOW_US, Demand, SharedDemand
from engine.capacity.purses import MemoryStates

MINUTE_US = WINDOW_US


def demand_of(units_s: float = 4_000) -> Demand:
    """The demand of a table that gives so many units a second from its beginning."""
    return Demand.of_warm(units_s)


def test_a_table_gives_what_it_is_warm_for() -> None:
    assert demand_of().supply(0).rate == 4_000
    assert demand_of(20_000).supply(0).rate == 20_000


def test_a_peak_counts_half_an_hour_later() -> None:
    demand = demand_of()
    demand.note(3_000 * 60.0, 0)
    demand.note(1.0, MINUTE_US)
    assert demand.supply(MINUTE_US + SETTLE_US - 1).rate == 4_000
    assert demand.supply(MINUTE_US + SETTLE_US).rate == 6_000


def test_a_short_spike_is_no_peak() -> None:
    demand = demand_of()
    demand.note(5_000.0, 0)
    demand.note(1.0, MINUTE_US)
    assert demand.supply(10 * SETTLE_US).rate == 4_000


def test_processes_bring_their_traffic_together() -> None:
    states = MemoryStates()
    one, two = (SharedDemand(states, "orders/Write/demand", 4_000) for _ in range(2))
    for process in (one, two):
        assert process.supply(MINUTE_US).rate == 4_000
        process.note(2_500 * 60.0)
    for process in (one, two):
        process.supply(2 * MINUTE_US)
    one.supply(3 * MINUTE_US)
    later_us = 3 * MINUTE_US + SETTLE_US
    assert one.supply(later_us).rate == 10_000
    assert two.supply(later_us).rate == 10_000


@given(st.lists(st.integers(0, 20_000), max_size=120))
def test_the_supply_is_twice_the_busiest_minute_that_has_settled(minutes: list[int]) -> None:
    demand = demand_of()
    for number, rate in enumerate(minutes):
        demand.note(rate * 60.0, number * MINUTE_US)
        now_us = (number + 1) * MINUTE_US - 1
        settled = [
            minutes[ended]
            for ended in range(number)
            if (ended + 1) * MINUTE_US + SETTLE_US <= now_us
        ]
        expected = 2 * max(2_000, *settled, 0)
        assert demand.supply(now_us).rate == expected
        demand = Demand.from_json(demand.to_json())
