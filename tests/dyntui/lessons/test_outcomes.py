"""What each lesson comes to, by figures that were reckoned beforehand; and with other values."""

from __future__ import annotations

from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntui.lessons.catalog import LESSONS, lesson_named
from dyntui.lessons.page import Bars, run

OUTCOMES: dict[str, dict[str, Any]] = {
    # 4.5 KB: 5 writes, twice in a transaction; two steps of 4 KB read, at half, whole and double.
    "units": {
        "write_units": 5,
        "transaction_write_units": 10,
        "read_units": 1,
        "strong_read_units": 2,
        "transaction_read_units": 4,
        "missing_read_units": 0.5,
        # 500 B and 3.5 KB; 1.5 KB and 6.5 KB (facts: 5 units, 1.5 units).
        "batch_write_units": 5,
        "batch_read_units": 1.5,
        "query_units": 1,
        "gets_units": 10,
        "filtered_units": 1,
        # The course's examples, as tests of the engine have them.
        "examples": [20, 30, 4, 30, 10, 20, 24, 20],
    },
    "keys": {"values": 13, "top_share": 0.2465, "id_throttled": 0},
    # 10 units and 9 seconds' rest: 100 units. Each second takes 20 and gets 10: the balance is
    # empty at the end of the tenth.
    "burst": {"saved_units": 100, "first_throttled_second": 10, "written_after": 10},
    "backoff": {"lost_without_retries": 25},
    "large": {
        "whole_write_units": 41,
        "whole_read_units": 5.5,
        "parted_write_units": 1,
        "largest_write_units": 400,
    },
    "consistency": {
        "eventual": "free",
        "strong": "sold",
        "eventual_units": 0.5,
        "strong_units": 1,
    },
    # 11 items of 100 KB are the first to reach 1 MB; 46 of 350 KB the last to stay below 16 MB.
    "pages": {
        "pages": [11, 11, 8],
        "items_in_the_first_answer": 46,
        "unprocessed_keys": 4,
        "further_requests": 1,
    },
    "scans": {"refused_beside": 0, "query_units": 1},
    # 4 orders of 300 B: half a unit for the entries, and 4 × 4 KB fetched.
    "indexes": {"keys_units": 0.5, "fetched_units": 2.5, "put_units": 3, "moved_units": 3},
    "backpressure": {"written_a_second": 5, "names_index": True, "throttled_after": 0},
    "locking": {"lost_updates": 1, "left": 98, "refused": 1, "owner": "ada"},
    "writes": {"concurrent_price": 110, "atomic_price": 120, "conditional_price": 110},
    "counters": {"counted": 50, "counted_with_repeats": 53, "counted_exactly": 50},
    "transactions": {
        "transfer_units": 4,
        "ada": 70,
        "bob": 130,
        "reasons": ["ConditionalCheckFailed", "None"],
        "gifts": 1,
        "repeat_read_units": 2,
        "transact_get_units": 4,
    },
    # A session of 2 KB, 50 requests: renewed each time, or after 31 minutes (less than half left).
    "sessions": {"valid": 1, "deleted": 1, "always_write_units": 100, "lazy_write_units": 2},
    "expired": {"expired": 5, "removed_by_service": 5, "removed_by_person": 1, "archived": 5},
    "sharding": {"counted_by_one_key": 1_000, "counted_by_lot": 1_500, "result_units": 5},
    "recovery": {"deleted": 219, "restored": 3_201, "films_after": 3_202, "restored_tags": 0},
    "cleanup": {"copy_write_units": 500, "restore_write_units": 0, "delete_write_units": 500},
    "export": {"exported": 3_201, "export_units": 0, "top": "Drama", "changed_records": 2},
}


def test_every_lesson_has_an_outcome_here() -> None:
    assert list(OUTCOMES) == [lesson.name for lesson in LESSONS]


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome(name: str) -> None:
    outcome = run(lesson_named(name)).outcome
    assert {figure: outcome[figure] for figure in OUTCOMES[name]} == OUTCOMES[name]


@pytest.mark.parametrize(
    ("name", "values", "every"),
    [
        ("keys", {"key": "genre"}, 3_201),
        ("keys", {"key": "mpaa_rating"}, 3_201),
        ("sharding", {"shards": "1"}, 1_500),
        ("sharding", {"shards": "10"}, 1_500),
    ],
)
def test_the_partitions_that_are_drawn_took_every_write(
    name: str, values: dict[str, str], every: int
) -> None:
    drawn = [
        sum(figure for _, figure in block.rows)
        for step in run(lesson_named(name), values).steps
        for block in step.blocks
        if isinstance(block, Bars) and block.rows[0][0] == "partition 1"
    ]
    assert set(drawn) == {every}


@given(st.integers(100, 399_000))
def test_units_follow_the_size(thousandths: int) -> None:
    size_kb = thousandths / 1_000
    done = run(lesson_named("units"), {"size_kb": str(size_kb)})
    assert done.holds
    assert done.outcome["write_units"] == ceil(round(size_kb * 1024) / 1024)


@settings(max_examples=10)
@given(st.integers(1, 30), st.integers(0, 60), st.integers(1, 60))
def test_throttling_begins_when_the_saved_units_are_spent(units: int, rest: int, rate: int) -> None:
    values = {"units": str(units), "rest": str(rest), "rate": str(rate)}
    done = run(lesson_named("burst"), values)
    assert done.holds, [claim.text for claim in done.claims]
    saved = min(units * (rest + 1), units * 300)
    first = done.outcome["first_throttled_second"]
    if rate <= units:
        assert first is None
    elif first is not None:
        # Before it, every second took `rate` and got `units`.
        assert saved - (first - 1) * (rate - units) <= rate


@given(st.integers(2, 30))
def test_no_sale_is_lost_with_a_version(clerks: int) -> None:
    done = run(lesson_named("locking"), {"buyers": str(clerks)})
    assert done.holds
    # In each round one gets through, and all the others are refused.
    assert done.outcome["refused"] == clerks * (clerks - 1) // 2
    assert done.outcome["left"] == 100 - clerks


@given(st.integers(1, 10_000))
def test_no_money_comes_or_goes(amount: int) -> None:
    done = run(lesson_named("transactions"), {"amount": str(amount)})
    assert done.holds
    assert done.outcome["ada"] + done.outcome["bob"] == 200


@given(st.integers(1, 60), st.integers(0, 60))
def test_what_is_sent_again_counts_again_or_not(views: int, lost: int) -> None:
    done = run(lesson_named("counters"), {"views": str(views), "lost": str(lost)})
    assert done.holds
    assert done.outcome["counted_with_repeats"] == views + min(views, lost)
    assert done.outcome["counted_exactly"] == views


@pytest.mark.parametrize("size_kb", [1, 163, 164, 327, 328, 329, 399])
def test_a_batch_stops_at_16_mb(size_kb: int) -> None:
    done = run(lesson_named("pages"), {"size_kb": str(size_kb)})
    assert done.holds
    assert (done.outcome["unprocessed_keys"] > 0) == (size_kb * 50 > 16 * 1024)
