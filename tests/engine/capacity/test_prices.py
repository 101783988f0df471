"""Prices of traffic, by hand."""

from __future__ import annotations

import pytest

from engine.capacity.prices import Traffic, monthly_costs, price_list, provision_for

GB = 1024**3
HOUR_S = 3_600


def test_a_steady_load_is_cheaper_provisioned() -> None:
    costs = monthly_costs(price_list("us-east-1"), Traffic(HOUR_S, 0, 100 * HOUR_S, (1, 100)))
    assert (costs[0].table_class, costs[0].mode) == ("STANDARD", "PROVISIONED")
    assert costs[0].provisioned == (1, 100)
    assert costs[0].writes == pytest.approx(100 * 730 * 0.00065)
    on_demand = next(cost for cost in costs if cost.mode == "PAY_PER_REQUEST")
    assert on_demand.writes == pytest.approx(100 * HOUR_S * 730 / 1e6 * 0.625)


def test_ten_minutes_are_a_sixth_of_an_hour() -> None:
    prices = price_list("us-east-1")
    hour = monthly_costs(prices, Traffic(HOUR_S, 6_000, 6_000, (2, 2)))
    tenth = monthly_costs(prices, Traffic(600, 1_000, 1_000, (2, 2)))
    assert [cost.total for cost in tenth] == pytest.approx([cost.total for cost in hour])


def test_a_rare_burst_is_cheaper_on_demand() -> None:
    costs = monthly_costs(price_list("us-east-1"), Traffic(HOUR_S, 0, 1_000, (1, 1_000)))
    assert costs[0].mode == "PAY_PER_REQUEST"


def test_much_data_and_little_traffic_is_for_infrequent_access() -> None:
    traffic = Traffic(HOUR_S, 10, 10, (1, 1), stored_bytes=1_000 * GB, entries=1_000_000)
    assert monthly_costs(price_list("us-east-1"), traffic)[0].table_class.endswith("ACCESS")


def test_storage_bills_a_hundred_bytes_an_entry_beyond_the_free_part() -> None:
    traffic = Traffic(HOUR_S, 0, 0, (1, 1), stored_bytes=25 * GB, entries=GB // 100)
    costs = monthly_costs(price_list("us-east-1"), traffic)
    standard = next(cost for cost in costs if cost.table_class == "STANDARD")
    assert standard.storage == pytest.approx(0.25, rel=1e-6)


def test_the_ratio_and_the_break_even_are_those_of_the_facts() -> None:
    prices = price_list("us-east-1")
    standard = prices.classes["STANDARD"]
    assert standard.on_demand_ratio == pytest.approx(3.46, abs=0.005)
    assert standard.break_even == pytest.approx(0.289, abs=0.001)
    assert prices.course_ratio == 2.5


def test_an_unknown_region_is_told_whose_prices_it_gets() -> None:
    assert price_list("eu-central-2").region == "us-east-1"


@pytest.mark.parametrize(("units", "provision"), [(0, 1), (7, 7), (7.1, 8)])
def test_a_provision_is_whole_and_never_nothing(units: float, provision: int) -> None:
    assert provision_for(units) == provision
