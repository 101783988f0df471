"""Global indexes whose keys have several attributes: up to four and four."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from engine import Engine
from tests.engine.operations.definitions import (
    Json,
    adding,
    all_items,
    described_index,
    index,
    table,
)
from tests.engine.operations.tables import n, refused, s

WIDE = index("wide", "a:S b:N c:B d:S", "e:N f:S g:B h:S")
A, C, D = s("a"), {"B": b"c"}, s("d")
PARTITION = {":a": A, ":b": n(1), ":c": C, ":d": D}
NAMED = "a = :a AND b = :b AND c = :c AND d = :d"


@pytest.fixture
def wide(engine: Engine) -> Engine:
    """A table with an index of eight key attributes and items in two of its collections."""
    engine.create_table(**table("films", indexes=[WIDE]))
    places = product((1, 2), (-1, 0.5, 10), ("", "x"), ("x", "xy"), (b"\x00", b"\x00\xff"))
    for number, (b, e, f, h, g) in enumerate(places):
        item = {
            "p": s(f"{number:02}"),
            **dict(zip("abcd", (A, n(b), C, D), strict=True)),
            **dict(zip("efgh", (n(e), s(f"f{f}"), {"B": g}, s(h)), strict=True)),
        }
        engine.put_item(TableName="films", Item=item)
    return engine


def query(engine: Engine, text: str = "", **members: Any) -> list[Json]:
    """Items of the collection of b = 1, with a condition on sort keys; values are `members`."""
    values = {f":{name}": members.pop(name) for name in ("e", "f", "g", "h") if name in members}
    return all_items(
        engine,
        "Query",
        TableName="films",
        IndexName="wide",
        KeyConditionExpression=f"{NAMED} AND {text}" if text else NAMED,
        ExpressionAttributeValues={**PARTITION, **values},
        **members,
    )


def order(item: Json) -> tuple[float, str, bytes, str]:
    return float(item["e"]["N"]), item["f"]["S"], item["g"]["B"], item["h"]["S"]


def test_the_keys_are_described(wide: Engine) -> None:
    shown = described_index(wide, "films", "wide")
    assert shown["KeySchema"] == WIDE["KeySchema"]
    assert shown["ItemCount"] == 48


def test_a_collection_is_in_the_order_of_all_sort_keys(wide: Engine) -> None:
    items = query(wide)
    assert len(items) == 24
    assert items == sorted(items, key=order)
    assert query(wide, ScanIndexForward=False) == items[::-1]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 5, 24])
def test_pages_join_without_a_gap(wide: Engine, limit: int, forward: bool) -> None:
    found = query(wide, Limit=limit, ScanIndexForward=forward)
    assert found == query(wide, ScanIndexForward=forward)


def test_the_next_key_names_all_keys(wide: Engine) -> None:
    answer = wide.scan(TableName="films", IndexName="wide", Limit=1)
    assert sorted(answer["LastEvaluatedKey"]) == ["a", "b", "c", "d", "e", "f", "g", "h", "p"]


@pytest.mark.parametrize(
    ("text", "values", "keep"),
    [
        ("e = :e", {"e": n(10)}, lambda key: key[0] == 10),
        ("e < :e", {"e": n(10)}, lambda key: key[0] < 10),
        ("e = :e AND f = :f", {"e": n(-1), "f": s("fx")}, lambda key: key[:2] == (-1, "fx")),
        (
            "e = :e AND f BETWEEN :f AND :h",
            {"e": n(-1), "f": s("f"), "h": s("fw")},
            lambda key: key[:2] == (-1, "f"),
        ),
        (
            "f = :f AND e = :e AND begins_with(g, :g)",
            {"e": n(0.5), "f": s("f"), "g": {"B": b"\x00\xff"}},
            lambda key: key[:3] == (0.5, "f", b"\x00\xff"),
        ),
        (
            "e = :e AND f = :f AND g = :g AND h > :h",
            {"e": n(0.5), "f": s("f"), "g": {"B": b"\x00"}, "h": s("x")},
            lambda key: key == (0.5, "f", b"\x00", "xy"),
        ),
    ],
)
def test_sort_keys_are_conditioned_from_the_left(
    wide: Engine, text: str, values: Json, keep: Callable[[Any], bool]
) -> None:
    expected = [item for item in query(wide) if keep(order(item))]
    assert expected
    assert query(wide, text, **values) == expected
    assert query(wide, text, Limit=2, ScanIndexForward=False, **values) == expected[::-1]


OPEN = (
    "RANGE key attributes {} must have equality conditions specified in the query because a "
    "condition is present on key attribute {}"
)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("f = :f", {"f": s("f")}, OPEN.format("e", "f")),
        ("e > :e AND f = :f", {"e": n(1), "f": s("f")}, OPEN.format("e", "f")),
        ("e = :e AND g = :g", {"e": n(1), "g": {"B": b"g"}}, OPEN.format("f", "g")),
        ("h = :h", {"h": s("h")}, OPEN.format("e, f, g", "h")),
    ],
)
def test_a_gap_in_the_sort_keys_is_refused(
    wide: Engine, text: str, values: Json, message: str
) -> None:
    with refused("ValidationException", message):
        query(wide, text, **values)


def test_a_start_key_must_have_all_keys(wide: Engine) -> None:
    last = wide.scan(TableName="films", IndexName="wide", Limit=1)["LastEvaluatedKey"]
    del last["g"]
    with refused("ValidationException", "The provided starting key is invalid"):
        query(wide, ExclusiveStartKey=last)


def test_more_conditions_than_keys_are_refused(engine: Engine) -> None:
    engine.create_table(**table("films", indexes=[index("idx", "a:S b:S", "c:S")]))
    with refused(
        "ValidationException",
        "The number of query conditions (4) exceeds the number of key attributes defined in the "
        "schema (3)",
    ):
        engine.query(
            TableName="films",
            IndexName="idx",
            KeyConditionExpression="a = :v AND b = :v AND c = :v AND d = :v",
            ExpressionAttributeValues={":v": s("x")},
        )


def test_an_item_that_lacks_one_key_is_not_in_the_index(wide: Engine) -> None:
    for name in "abcdefgh":
        wide.update_item(TableName="films", Key={"p": s("00")}, UpdateExpression=f"REMOVE {name}")
        assert described_index(wide, "films", "wide")["ItemCount"] == 47
        restored = {"a": A, "b": n(1), "c": C, "d": D, "e": n(-1), "f": s("f"), "g": {"B": b"\x00"}}
        value = restored.get(name, s("x"))
        wide.update_item(
            TableName="films",
            Key={"p": s("00")},
            UpdateExpression=f"SET {name} = :v",
            ExpressionAttributeValues={":v": value},
        )
        assert described_index(wide, "films", "wide")["ItemCount"] == 48
    assert wide.check() == []


def test_partition_keys_do_not_run_into_each_other(engine: Engine) -> None:
    engine.create_table(**table("films", indexes=[index("idx", "a:S b:S")]))
    for number, (a, b) in enumerate((("x", "yz"), ("xy", "z"), ("x\x00", "yz"), ("x", "\x00yz"))):
        engine.put_item(TableName="films", Item={"p": s(str(number)), "a": s(a), "b": s(b)})
        found = engine.query(
            TableName="films",
            IndexName="idx",
            KeyConditionExpression="b = :b AND a = :a",
            ExpressionAttributeValues={":a": s(a), ":b": s(b)},
        )
        assert [item["p"] for item in found["Items"]] == [s(str(number))]


def test_such_an_index_is_filled_too(engine: Engine) -> None:
    engine.create_table(**table("films"))
    for number in range(5):
        engine.put_item(
            TableName="films",
            Item={"p": s(str(number)), "a": s("x"), "b": n(1), "c": n(-number)},
        )
    engine.update_table(**adding("films", index("idx", "a:S b:N", "c:N")))
    found = engine.query(
        TableName="films",
        IndexName="idx",
        KeyConditionExpression="a = :a AND b = :b",
        ExpressionAttributeValues={":a": s("x"), ":b": n(1)},
    )
    assert [item["p"]["S"] for item in found["Items"]] == ["4", "3", "2", "1", "0"]
