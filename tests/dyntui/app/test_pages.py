"""The lazy page source: what it reads, what it keeps, what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.connection import pages
from dyntui.core.connection.pages import GONE, OperationReader, PageSource

Json = dict[str, Any]


class Numbers:
    """A table of numbered items, of which a filter lets every `every`-th through."""

    def __init__(self, count: int, every: int = 1) -> None:
        self.numbers = list(range(count))
        self.every = every
        self.requests: list[Json] = []

    def call(self, operation: str, request: Json, _: Callable[[], bool] | None = None) -> Json:
        assert operation == "Scan"
        self.requests.append(request)
        after = request.get("ExclusiveStartKey", {"id": -1})["id"]
        left = [number for number in self.numbers if number > after]
        read = left[: request["Limit"]]
        response: Json = {
            "Items": [{"id": number} for number in read if number % self.every == 0],
            "ScannedCount": len(read),
            "ConsumedCapacity": {"CapacityUnits": 0.5},
        }
        if len(left) > len(read):
            response["LastEvaluatedKey"] = {"id": read[-1]}
        return response

    @property
    def examined(self) -> int:
        return sum(request["Limit"] for request in self.requests)


def ids(source: PageSource, first: int, last: int) -> list[int | None]:
    rows = (source.row(number) for number in range(first, last + 1))
    return [None if row is None or row is GONE else row["id"] for row in rows]


def test_reads_only_what_is_asked_for() -> None:
    table = Numbers(100_000)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure(0, 19)
    assert len(table.requests) == 1
    assert table.examined == 20
    assert ids(source, 0, 19) == list(range(20))
    assert source.row(20) is None
    assert not source.complete
    source.ensure(5, 24)
    assert table.examined == 40
    assert source.units == 1.0


def test_the_end_is_exact() -> None:
    source = PageSource(OperationReader(Numbers(45), "Scan", {}), 20)
    source.ensure(0, 100)
    assert source.complete
    assert source.rows_known == 45
    assert source.holds(30, 60)


def test_memory_stays_bounded_and_scrolling_back_reads_again() -> None:
    table = Numbers(60_000)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure_end(lambda: False)
    assert source.rows_known == 60_000
    assert source.cached_rows() <= pages.MAX_CACHED_ROWS
    assert source.row(100) is None
    asked = len(table.requests)
    source.ensure(100, 119)
    assert ids(source, 100, 119) == list(range(100, 120))
    assert len(table.requests) - asked <= 10
    source.ensure(59_990, 59_999)
    assert ids(source, 59_990, 59_999) == list(range(59_990, 60_000))


def test_marks_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_MARKS", 16)
    monkeypatch.setattr(pages, "MAX_CACHED_PAGES", 4)
    table = Numbers(3_000)
    source = PageSource(OperationReader(table, "Scan", {}), 10)
    for first in range(0, 3_000, 10):
        source.ensure(first, first + 9)
    assert len(source._marks) <= 16
    source.ensure(1_005, 1_014)
    assert ids(source, 1_005, 1_014) == list(range(1_005, 1_015))


def test_a_filter_makes_pages_longer_until_rows_come() -> None:
    table = Numbers(20_000, every=100)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure(0, 19)
    assert ids(source, 0, 3) == [0, 100, 200, 300]
    assert source.rows_known >= 20
    assert len(table.requests) < 25
    assert max(request["Limit"] for request in table.requests) == pages.MAX_LIMIT_ITEMS


def test_a_filter_that_lets_nothing_through_ends() -> None:
    table = Numbers(5_000, every=100_000)
    table.numbers.remove(0)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure(0, 19)
    assert source.complete
    assert source.rows_known == 0
    assert source.examined == 4_999


def test_cancelling_stops_between_requests() -> None:
    table = Numbers(1_000_000)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure_end(lambda: len(table.requests) >= 3)
    assert len(table.requests) == 3
    assert not source.complete


def test_what_others_have_read_to_its_end_is_not_read_again() -> None:
    """Also where they did so as this was about to read on."""
    table = Numbers(100)
    source = PageSource(OperationReader(table, "Scan", {}), 20)

    def others_read() -> bool:
        source.ensure(0, 1_000)
        return False

    source.ensure_end(others_read)
    assert source.rows_known == 100
    assert ids(source, 0, 99) == list(range(100))


def test_rows_deleted_since_are_shown_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_CACHED_PAGES", 3)
    table = Numbers(200)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure(0, 199)
    assert source.row(5) is None
    for number in (5, 6):
        table.numbers.remove(number)
    source.ensure(0, 19)
    assert source.holds(0, 19)
    assert source.row(19) is not None
    assert ids(source, 0, 4) == [0, 1, 2, 3, 4]


def test_a_written_row_is_replaced() -> None:
    source = PageSource(OperationReader(Numbers(50), "Scan", {}), 20)
    source.ensure(0, 39)
    source.replace(25, {"id": 7})
    assert ids(source, 24, 26) == [24, 7, 26]
    source.replace(25, GONE)
    assert ids(source, 24, 26) == [24, None, 26]


def test_get_item_has_one_row_or_none() -> None:
    class One:
        def call(self, operation: str, request: Json, _: Callable[[], bool] | None = None) -> Json:
            assert (operation, request) == ("GetItem", {"Key": {}})
            return {"Item": {"id": 1}, "ConsumedCapacity": {"CapacityUnits": 0.5}}

    source = PageSource(OperationReader(One(), "GetItem", {"Key": {}}), 20)
    source.ensure(0, 19)
    assert source.complete
    assert ids(source, 0, 1) == [1, None]


@given(
    count=st.integers(0, 300),
    every=st.integers(1, 7),
    page_rows=st.integers(1, 30),
    visits=st.lists(st.integers(0, 320), max_size=12),
)
def test_wherever_one_looks_the_rows_are_the_results(
    count: int, every: int, page_rows: int, visits: list[int]
) -> None:
    table = Numbers(count, every)
    expected = [number for number in range(count) if number % every == 0]
    source = PageSource(OperationReader(table, "Scan", {}), page_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "MAX_CACHED_PAGES", 3)
        patch.setattr(pages, "MAX_MARKS", 4)
        for first in visits:
            last = first + page_rows - 1
            source.ensure(first, last)
            shown = [number for number in ids(source, first, last) if number is not None]
            assert shown == expected[first : last + 1]
