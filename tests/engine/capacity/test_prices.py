"""Prices of traffic, by hand."""

from __future__ import annotations

import pytest

from engine.capacity.prices import Traffic, break_even, monthly_costs, price_list, provision_for

GB = 1024**3


def test_a_steady_load_is_cheaper_provisioned() -> None:
    hour = Traffic(0, 100 * 3_600, 0, 100)
    costs = monthly_costs(price_list("us-east-1"), hour, 0.7)
    assert (costs[0].table_class, costs[0].mode) == ("STANDARD", "PROVISIONED")
    assert costs[0].provisioned == (1, 143)
    assert costs[0].writes == pytest.approx(143 * 730 * 0.00065)
    on_demand = next(c for c in costs if c.mode == "PAY_PER_REQUEST")
    assert on_demand.writes == pytest.approx(100 * 3_600 * 730 / 1e6 * 0.625)


def test_a_rare_burst_is_cheaper_on_demand() -> None:
    hour = Traffic(0, 1_000, 0, 1_000)
    assert monthly_costs(price_list("us-east-1"), hour, 0.7)[0].mode == "PAY_PER_REQUEST"


def test_much_data_and_little_traffic_is_for_infrequent_access() -> None:
    hour = Traffic(10, 10, 1, 1, stored_bytes=1_000 * GB, entries=1_000_000)
    assert monthly_costs(price_list("us-east-1"), hour, 0.7)[0].table_class.endswith("ACCESS")


def test_storage_bills_a_hundred_bytes_an_entry_beyond_the_free_part() -> None:
    hour = Traffic(0, 0, 0, 0, stored_bytes=25 * GB, entries=GB // 100)
    standard = next(
        c for c in monthly_costs(price_list("us-east-1"), hour, 1.0) if c.table_class == "STANDARD"
    )
    assert standard.storage == pytest.approx(0.25, rel=1e-6)


def test_the_break_even_is_that_of_the_facts() -> None:
    standard = price_list("us-east-1").classes["STANDARD"]
    assert break_even(standard) == pytest.approx(0.289, abs=0.001)


def test_an_unknown_region_is_told_whose_prices_it_gets() -> None:
    assert price_list("eu-central-2").region == "us-east-1"


@pytest.mark.parametrize(("units", "provision"), [(0, 1), (7, 10), (7.1, 11)])
def test_a_provision_leaves_the_headroom(units: float, provision: int) -> None:
    assert provision_for(units, 0.7) == provision
