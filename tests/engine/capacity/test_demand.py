"""On-demand capacity: twice the previous peak, half an hour later."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.demand import SETTLE_US, WINDOW_US, Demand

MINUTE_US = WINDOW_US


def test_a_new_table_gives_what_the_guide_says() -> None:
    assert Demand.of_writes().supply(0).rate == 4_000
    assert Demand.of_reads().supply(0).rate == 12_000


def test_a_table_that_was_provisioned_high_starts_at_its_double() -> None:
    assert Demand.of_writes(10_000).supply(0).rate == 20_000
    assert Demand.of_writes(100).supply(0).rate == 4_000


def test_a_peak_counts_half_an_hour_later() -> None:
    demand = Demand.of_writes()
    demand.note(3_000 * 60.0, 0)
    demand.note(1.0, MINUTE_US)
    assert demand.supply(MINUTE_US + SETTLE_US - 1).rate == 4_000
    assert demand.supply(MINUTE_US + SETTLE_US).rate == 6_000


def test_a_short_spike_is_no_peak() -> None:
    demand = Demand.of_writes()
    demand.note(5_000.0, 0)
    demand.note(1.0, MINUTE_US)
    assert demand.supply(10 * SETTLE_US).rate == 4_000


def test_the_owners_maximum_holds() -> None:
    assert Demand.of_writes().supply(0, 50.0).rate == 50
    assert Demand.of_writes().supply(0, 50_000.0).rate == 4_000


@given(st.lists(st.integers(0, 20_000), max_size=120))
def test_the_supply_is_twice_the_busiest_minute_that_has_settled(minutes: list[int]) -> None:
    demand = Demand.of_writes()
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
