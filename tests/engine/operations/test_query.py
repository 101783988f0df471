"""Query: which items, in which order, page by page, on tables and indexes."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from engine import Engine
from engine.model.values import normalise_item
from tests.engine.operations.definitions import Json, all_items, index, pages, table
from tests.engine.operations.tables import n, s

NUMBERS = (
    *("-9.9e125", "-1e50", "-123.45", "-123.4", "-100", "-99", "-1", "-0.5", "-1e-130", "0"),
    *("1e-130", "0.00000012", "0.5", "1", "1.0000000000000000000000000000000000001", "9", "10"),
    *("99", "100", "101", "12345678901234567890123456789012345678", "1e50", "9.9e125"),
)
STRINGS = ("\x00", "\x00\x00", "\x00a", "A", "a", "a\x00", "a\x00b", "aa", "b", "z", "é", "ﬀ", "🚀")
BINARIES = tuple(
    bytes.fromhex(text)
    for text in ("00", "0000", "0001", "00ff", "01", "7f", "80", "8000", "fe", "ff", "ff00", "ffff")
)
COLLECTIONS: dict[str, tuple[Any, ...]] = {"N": NUMBERS, "S": STRINGS, "B": BINARIES}


def filled(engine: Engine, kind: str) -> Engine:
    """A table `sorted` with a sort key of a kind, and the collection `a` amid others."""
    engine.create_table(**table("sorted", "p:S", f"r:{kind}"))
    contents = COLLECTIONS[kind]
    for partition in ("a", "a\x00", "b"):
        for content in (*contents[1::2], *contents[::2]):
            engine.put_item(
                TableName="sorted", Item={"p": s(partition), "r": {kind: content}, "v": s("x")}
            )
    return engine


def sort_keys(engine: Engine, kind: str, text: str = "", **given: Any) -> list[Any]:
    """Sort keys of the collection `a`, with a condition on `r`."""
    named = {name: given.pop(name) for name in ("low", "high") if name in given}
    values = {":p": s("a"), **{f":{name}": {kind: content} for name, content in named.items()}}
    condition = f"p = :p AND {text}" if text else "p = :p"
    items = all_items(
        engine,
        "Query",
        TableName="sorted",
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        **given,
    )
    return [item["r"][kind] for item in items]


def canonical(kind: str) -> list[Any]:
    """The collection in order, as answers show it."""
    if kind != "N":
        return list(COLLECTIONS[kind])
    return [format(Decimal(text), "f") for text in NUMBERS]


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_a_collection_is_in_the_order_of_its_sort_key(engine: Engine, kind: str) -> None:
    filled(engine, kind)
    assert sort_keys(engine, kind) == canonical(kind)
    assert sort_keys(engine, kind, ScanIndexForward=False) == canonical(kind)[::-1]


@pytest.mark.parametrize("kind", ["S", "N", "B"])
@pytest.mark.parametrize("forward", [True, False])
def test_every_comparison_selects_a_range(engine: Engine, kind: str, forward: bool) -> None:
    filled(engine, kind)
    ordered, contents = canonical(kind), COLLECTIONS[kind]
    way = slice(None) if forward else slice(None, None, -1)
    for at in (0, 1, 5, len(ordered) - 1):
        low = contents[at]
        for operator, expected in (
            ("=", ordered[at : at + 1]),
            ("<", ordered[:at]),
            ("<=", ordered[: at + 1]),
            (">", ordered[at + 1 :]),
            (">=", ordered[at:]),
        ):
            found = sort_keys(engine, kind, f"r {operator} :low", low=low, ScanIndexForward=forward)
            assert found == expected[way], (operator, low)
        found = sort_keys(
            engine,
            kind,
            "r BETWEEN :low AND :high",
            low=low,
            high=contents[-1],
            ScanIndexForward=forward,
        )
        assert found == ordered[at:][way]


@pytest.mark.parametrize("kind", ["S", "B"])
def test_begins_with_selects_a_prefix(engine: Engine, kind: str) -> None:
    filled(engine, kind)
    for low in COLLECTIONS[kind]:
        found = sort_keys(engine, kind, "begins_with(r, :low)", low=low)
        assert found == [content for content in COLLECTIONS[kind] if content.startswith(low)]


def test_the_value_may_stand_first(engine: Engine) -> None:
    filled(engine, "N")
    assert sort_keys(engine, "N", ":low > r", low="-123.4") == canonical("N")[:3]


@pytest.mark.parametrize("limit", [1, 2, 7, 23, 100])
@pytest.mark.parametrize("forward", [True, False])
def test_pages_join_without_a_gap(engine: Engine, limit: int, forward: bool) -> None:
    filled(engine, "N")
    found = sort_keys(engine, "N", Limit=limit, ScanIndexForward=forward)
    assert found == canonical("N")[:: 1 if forward else -1]
    inside = canonical("N")[3:9]
    found = sort_keys(
        engine,
        "N",
        "r BETWEEN :low AND :high",
        low=NUMBERS[3],
        high=NUMBERS[8],
        Limit=limit,
        ScanIndexForward=forward,
    )
    assert found == inside[:: 1 if forward else -1]


def test_a_page_tells_where_it_ended(engine: Engine) -> None:
    filled(engine, "S")
    request = {
        "TableName": "sorted",
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": {":p": s("a")},
    }
    count = len(STRINGS)
    answers = list(pages(engine, "Query", Limit=count - 3, **request))
    assert [answer["Count"] for answer in answers] == [count - 3, 3]
    assert answers[0]["LastEvaluatedKey"] == {"p": s("a"), "r": s(STRINGS[count - 4])}
    assert "LastEvaluatedKey" not in answers[1]
    # Exactly as many as were asked for: the service does not look whether there are more.
    assert "LastEvaluatedKey" in engine.query(Limit=count, **request)
    assert "LastEvaluatedKey" not in engine.query(Limit=count + 1, **request)


def test_a_page_may_start_behind_an_item_that_is_gone(engine: Engine) -> None:
    filled(engine, "N")
    start = {"p": s("a"), "r": n(9)}
    engine.delete_item(TableName="sorted", Key=start)
    assert sort_keys(engine, "N", ExclusiveStartKey=start)[0] == "10"
    assert sort_keys(engine, "N", ExclusiveStartKey=start, ScanIndexForward=False)[0] == NUMBERS[14]


def test_limit_counts_before_the_filter(engine: Engine) -> None:
    engine.create_table(**table("films", "p:S", "r:N"))
    for number in range(10):
        engine.put_item(
            TableName="films", Item={"p": s("a"), "r": n(number), "even": {"BOOL": number % 2 == 0}}
        )
    request = {
        "TableName": "films",
        "KeyConditionExpression": "p = :p",
        "FilterExpression": "even = :yes",
        "ExpressionAttributeValues": {":p": s("a"), ":yes": {"BOOL": True}},
    }
    answers = list(pages(engine, "Query", Limit=3, **request))
    assert [(answer["Count"], answer["ScannedCount"]) for answer in answers] == [
        (2, 3),
        (1, 3),
        (2, 3),
        (0, 1),
    ]
    assert answers[0]["LastEvaluatedKey"] == {"p": s("a"), "r": n(2)}
    whole = engine.query(**request)
    assert (whole["Count"], whole["ScannedCount"]) == (5, 10)


def test_a_page_ends_with_the_item_that_reaches_a_megabyte(engine: Engine) -> None:
    engine.create_table(**table("films", "p:S", "r:N"))
    # The key and its names take 5 bytes, 2 of them in the number; the other name takes one.
    for number in range(1, 6):
        item = {"p": s("a"), "r": n(number), "v": s("x" * (262_144 - 6))}
        engine.put_item(TableName="films", Item=item)
    request = {
        "TableName": "films",
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": {":p": s("a")},
        "ProjectionExpression": "r",
    }
    answers = list(pages(engine, "Query", **request))
    assert [answer["Count"] for answer in answers] == [4, 1]
    smaller = {"p": s("a"), "r": n(1), "v": s("x" * (262_144 - 7))}
    engine.put_item(TableName="films", Item=smaller)
    assert [answer["Count"] for answer in pages(engine, "Query", **request)] == [5, 0]


@pytest.mark.parametrize("limit", [None, 15, 16, 17, 256, 300])
def test_pages_end_alike_whatever_the_sizes_of_their_items(
    engine: Engine, limit: int | None
) -> None:
    engine.create_table(**table("films", "p:S", "r:N"))
    source = random.Random(1)
    lengths = [source.choice((0, 1, 10, 1_000, 20_000, 300_000)) for _ in range(60)]
    lengths += [0] * 500 + [4_000] * 300
    items = [
        {"p": s("a"), "r": n(number), "v": s("x" * length)} for number, length in enumerate(lengths)
    ]
    engine.load_items("films", items)
    request = {
        "TableName": "films",
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": {":p": s("a")},
        "ProjectionExpression": "r",
        **({} if limit is None else {"Limit": limit}),
    }
    counts = [answer["Count"] for answer in pages(engine, "Query", **request)]
    expected, size, count = [], 0, 0
    for item in items:
        size += normalise_item(item)[1]
        count += 1
        if count == limit or size >= 1_048_576:
            expected.append(count)
            size = count = 0
    assert counts == [*expected, count]


def test_a_collection_that_is_not_there_is_empty(engine: Engine) -> None:
    answer = engine.query(
        TableName="ranged",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues={":p": s("nowhere")},
    )
    assert answer == {"Items": [], "Count": 0, "ScannedCount": 0}


def test_a_query_of_a_table_without_sort_key_has_one_page(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("a"), "v": n(1)})
    answer = engine.query(
        TableName="hash",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues={":p": s("a")},
        Limit=1,
    )
    assert answer == {"Items": [{"p": s("a"), "v": n(1)}], "Count": 1, "ScannedCount": 1}


# Indexes.


@pytest.fixture
def indexed(engine: Engine) -> Engine:
    """Films with a local index by length and a global one by genre and year."""
    engine.create_table(
        **table(
            "films",
            "studio:S",
            "title:S",
            [index("by-length", "studio:S", "length:N")],
            [index("by-genre", "genre:S", "year:N")],
        )
    )
    for number in range(12):
        item = {
            "studio": s(f"studio {number % 2}"),
            "title": s(f"film {number:02}"),
            "length": n(number % 3 * 10),
            "genre": s("drama" if number < 9 else "comedy"),
            "year": n(2_000 + number // 4),
        }
        engine.put_item(TableName="films", Item=item)
    engine.put_item(
        TableName="films", Item={"studio": s("studio 0"), "title": s("bare"), "genre": s("drama")}
    )
    return engine


def titles(items: list[Json]) -> list[str]:
    return [item["title"]["S"] for item in items]


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("forward", [True, False])
def test_an_index_is_queried_in_its_own_order(indexed: Engine, limit: int, forward: bool) -> None:
    items = all_items(
        indexed,
        "Query",
        TableName="films",
        IndexName="by-length",
        KeyConditionExpression="studio = :s AND #l <= :max",
        ExpressionAttributeNames={"#l": "length"},
        ExpressionAttributeValues={":s": s("studio 0"), ":max": n(10)},
        Limit=limit,
        ScanIndexForward=forward,
    )
    # Entries with equal keys are in the order of the table's key.
    expected = ["film 00", "film 06", "film 04", "film 10"]
    assert titles(items) == expected[:: 1 if forward else -1]


def test_the_next_key_of_an_index_has_the_keys_of_index_and_table(indexed: Engine) -> None:
    answer = indexed.query(
        TableName="films",
        IndexName="by-genre",
        KeyConditionExpression="genre = :g",
        ExpressionAttributeValues={":g": s("drama")},
        Limit=1,
    )
    item = answer["Items"][0]
    keys = ("studio", "title", "genre", "year")
    assert answer["LastEvaluatedKey"] == {name: item[name] for name in keys}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("forward", [True, False])
def test_pages_of_an_index_join_without_a_gap(indexed: Engine, limit: int, forward: bool) -> None:
    request = {
        "TableName": "films",
        "IndexName": "by-genre",
        "KeyConditionExpression": "genre = :g AND #y >= :from",
        "ExpressionAttributeNames": {"#y": "year"},
        "ExpressionAttributeValues": {":g": s("drama"), ":from": n(2_001)},
        "ScanIndexForward": forward,
    }
    found = titles(all_items(indexed, "Query", Limit=limit, **request))
    assert found == titles(indexed.query(**request)["Items"])
    assert sorted(found) == ["film 04", "film 05", "film 06", "film 07", "film 08"]


def test_a_filter_may_name_the_table_keys_in_an_index(indexed: Engine) -> None:
    answer = indexed.query(
        TableName="films",
        IndexName="by-genre",
        KeyConditionExpression="genre = :g",
        FilterExpression="studio = :s",
        ExpressionAttributeValues={":g": s("comedy"), ":s": s("studio 1")},
    )
    assert titles(answer["Items"]) == ["film 09", "film 11"]
