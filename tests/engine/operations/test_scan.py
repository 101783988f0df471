"""Scan: everything once, whole or in segments, page by page."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine import Context, Engine
from tests.engine.operations.definitions import Json, all_items, index, pages, table
from tests.engine.operations.tables import n, refused, s

COUNT = 60


@pytest.fixture
def films(engine: Engine) -> Engine:
    """Sixty items in twenty collections, half of them in the index `by-g`."""
    engine.create_table(**table("films", "p:S", "r:N", indexes=[index("by-g", "g:N")]))
    for number in range(COUNT):
        item: Json = {"p": s(f"film {number % 20}"), "r": n(number), "v": s("x" * (number % 7))}
        if number % 2:
            item["g"] = n(number)
        engine.put_item(TableName="films", Item=item)
    return engine


def numbers(items: list[Json]) -> list[int]:
    return [int(item["r"]["N"]) for item in items]


def test_a_scan_finds_every_item_once(films: Engine) -> None:
    answer = films.scan(TableName="films")
    assert sorted(numbers(answer["Items"])) == list(range(COUNT))
    assert (answer["Count"], answer["ScannedCount"]) == (COUNT, COUNT)
    assert "LastEvaluatedKey" not in answer


def test_items_of_a_collection_are_together_and_in_order(films: Engine) -> None:
    items = films.scan(TableName="films")["Items"]
    partitions = [item["p"]["S"] for item in items]
    changes = sum(one != other for one, other in pairwise(partitions))
    assert changes == 19
    for partition in set(partitions):
        found = numbers([item for item in items if item["p"]["S"] == partition])
        assert found == sorted(found)


@pytest.mark.parametrize("source", [{}, {"IndexName": "by-g"}])
@pytest.mark.parametrize("limit", [1, 7, COUNT])
def test_pages_join_without_a_gap(films: Engine, source: dict[str, str], limit: int) -> None:
    request = {"TableName": "films", **source}
    assert all_items(films, "Scan", Limit=limit, **request) == films.scan(**request)["Items"]


@pytest.mark.parametrize("source", [{}, {"IndexName": "by-g"}])
@pytest.mark.parametrize("total", [1, 2, 3, 16, 1_000])
def test_segments_are_disjoint_and_complete(
    films: Engine, source: dict[str, str], total: int
) -> None:
    request = {"TableName": "films", "TotalSegments": total, **source}
    found: list[Json] = []
    for segment in range(total):
        found += all_items(films, "Scan", Segment=segment, Limit=5, **request)
    assert found == films.scan(TableName="films", **source)["Items"]


def test_a_start_key_of_another_segment_is_refused(films: Engine) -> None:
    total = 4
    starts = {
        segment: films.scan(TableName="films", Segment=segment, TotalSegments=total, Limit=1)
        for segment in range(total)
    }
    for segment, answer in starts.items():
        other = (segment + 1) % total
        with refused(
            "ValidationException",
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
            f"ExclusiveStartKey with correct Segment. TotalSegments: {total} Segment: {other}",
        ):
            films.scan(
                TableName="films",
                Segment=other,
                TotalSegments=total,
                ExclusiveStartKey=answer["LastEvaluatedKey"],
            )


def test_a_filter_may_name_keys(films: Engine) -> None:
    answer = films.scan(
        TableName="films",
        FilterExpression="p = :p AND r > :r AND size(v) < r",
        ExpressionAttributeValues={":p": s("film 3"), ":r": n(3)},
    )
    assert numbers(answer["Items"]) == [23, 43]
    assert (answer["Count"], answer["ScannedCount"]) == (2, COUNT)


def test_limit_counts_before_the_filter(films: Engine) -> None:
    request = {
        "TableName": "films",
        "FilterExpression": "r < :r",
        "ExpressionAttributeValues": {":r": n(10)},
    }
    answers = list(pages(films, "Scan", Limit=25, **request))
    assert [answer["ScannedCount"] for answer in answers] == [25, 25, 10]
    assert sum(answer["Count"] for answer in answers) == 10


def test_a_scan_may_start_behind_an_item_that_is_gone(films: Engine) -> None:
    items = films.scan(TableName="films")["Items"]
    start = {name: items[9][name] for name in ("p", "r")}
    films.delete_item(TableName="films", Key=start)
    rest = films.scan(TableName="films", ExclusiveStartKey=start)["Items"]
    assert rest == items[10:]


def test_a_page_ends_with_the_item_that_reaches_a_megabyte(engine: Engine) -> None:
    engine.create_table(**table("films"))
    for letter in "abcdefgh":
        engine.put_item(TableName="films", Item={"p": s(letter), "v": s("x" * (300 * 1_024 - 3))})
    counts = [answer["Count"] for answer in pages(engine, "Scan", TableName="films")]
    assert counts == [4, 4, 0]
    counts = [
        answer["Count"]
        for answer in pages(engine, "Scan", TableName="films", Select="COUNT", Limit=3)
    ]
    assert counts == [3, 3, 2]


def test_an_empty_table_is_scanned(engine: Engine) -> None:
    assert engine.scan(TableName="hash") == {"Items": [], "Count": 0, "ScannedCount": 0}


def test_a_scan_is_given_up_when_its_caller_has_given_up(engine: Engine) -> None:
    engine.create_table(**table("films"))
    engine.load_items("films", ({"p": s(str(number))} for number in range(5_000)))
    with refused("InternalServerError", "The request was cancelled"):
        engine.call("Scan", {"TableName": "films"}, Context(cancelled=lambda: True))
