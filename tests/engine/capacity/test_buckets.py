"""Token buckets against a model that counts second by second."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.buckets import BURST_S, Bucket, Supply

SECOND_US = 1_000_000


def spend(bucket: Bucket, supply: Supply, second: int, units: float) -> bool:
    """Let a request in if anything is left; it pays `units`."""
    bucket.refill(supply, second * SECOND_US)
    if bucket.units <= 0:
        return False
    bucket.units -= units
    return True


def test_a_new_bucket_holds_one_second() -> None:
    assert Bucket.new(Supply(10.0), 0).units == 10.0


def test_unused_units_are_kept_for_five_minutes_and_no_longer() -> None:
    supply, bucket = Supply(10.0), Bucket.new(Supply(10.0), 0)
    bucket.refill(supply, 100 * SECOND_US)
    assert bucket.units == 1_010.0
    bucket.refill(supply, 10_000 * SECOND_US)
    assert bucket.units == 10.0 * BURST_S


def test_a_request_may_overdraw_and_the_next_one_waits() -> None:
    supply, bucket = Supply(10.0), Bucket.new(Supply(10.0), 0)
    assert spend(bucket, supply, 0, 45.0)
    assert bucket.wait_s(supply) == 3.5
    assert not spend(bucket, supply, 3, 1.0)
    assert spend(bucket, supply, 4, 1.0)


def test_a_clock_that_is_set_back_adds_nothing_and_takes_nothing() -> None:
    supply, bucket = Supply(10.0), Bucket.new(Supply(10.0), 100 * SECOND_US)
    bucket.refill(supply, 50 * SECOND_US)
    assert bucket.units == 10.0
    bucket.refill(supply, 51 * SECOND_US)
    assert bucket.units == 20.0


def test_processes_that_come_out_of_order_are_given_no_moment_twice() -> None:
    supply, bucket = Supply(10.0), Bucket.new(Supply(10.0), 0)
    for now_us in (300_000, 200_000, 300_000, 100_000, 300_000):
        bucket.refill(supply, now_us)
    assert bucket.units == 13.0


def test_a_bucket_without_a_rate_is_never_filled() -> None:
    supply, bucket = Supply(0.0), Bucket.new(Supply(0.0), 0)
    assert bucket.wait_s(supply) == float("inf")


def test_a_lower_rate_keeps_no_more_than_it_would_have_saved() -> None:
    bucket = Bucket(3_000.0, 0)
    bucket.refill(Supply(2.0), 0)
    assert bucket.units == 2.0 * BURST_S


@given(
    rate=st.integers(1, 50),
    requests=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 500)), max_size=60),
)
def test_what_is_let_in_is_what_a_plain_count_allows(
    rate: int, requests: list[tuple[int, int]]
) -> None:
    supply, bucket = Supply(float(rate)), Bucket.new(Supply(float(rate)), 0)
    balance, second = Fraction(rate), 0
    for pause, units in requests:
        for _ in range(pause):
            balance = min(balance + rate, Fraction(rate * 300))
        second += pause
        allowed = balance > 0
        if allowed:
            balance -= units
        assert spend(bucket, supply, second, float(units)) == allowed


@given(
    rate=st.integers(1, 100),
    turns=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 40)), max_size=80
    ),
)
def test_processes_that_borrow_never_spend_more_than_one_would(
    rate: int, turns: list[tuple[int, int, int]]
) -> None:
    supply, bucket = Supply(float(rate)), Bucket.new(Supply(float(rate)), 0)
    purses = [0.0] * 4
    spent, second = 0.0, 0
    for pause, process, units in turns:
        second += pause
        if purses[process] <= 0:
            purses[process] = bucket.lend(supply, second * SECOND_US, -purses[process])
        if purses[process] > 0:
            purses[process] -= units
            spent += units
        overdrawn = sum(-purse for purse in [*purses, bucket.units] if purse < 0)
        assert spent <= rate * (second + 1) + overdrawn + 1e-6
        assert all(purse <= rate for purse in purses)


@pytest.mark.parametrize("debt", [0.0, 25.0])
def test_a_debt_is_paid_before_anything_is_lent(debt: float) -> None:
    supply, bucket = Supply(10.0), Bucket(20.0, 0)
    assert bucket.lend(supply, 0, debt) == (0.0 if debt else 10.0)
    assert bucket.units == (-5.0 if debt else 10.0)
