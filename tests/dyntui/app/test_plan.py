"""What a query form means: operation, request, cost."""

from __future__ import annotations

from typing import Any

import pytest

from dyntui.core.browse.plan import FILTER_FIELD, PROJECTION_FIELD, Plan, PlanError, make_plan
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.tables.schema import TableInfo
from tests.dyntui.app.descriptions import EMPTY, EVENTS, FILMS, SMALL

Terms = dict[str, KeyTerm | str]


def plan(info: TableInfo, terms: Terms | None = None, **fields: Any) -> Plan:
    """The plan for key terms (a text is an equality) and other fields, 20 rows a page."""
    keys = {
        name: term if isinstance(term, KeyTerm) else KeyTerm(term)
        for name, term in (terms or {}).items()
    }
    return make_plan(info, QueryFields(keys=keys, **fields), 20)


# Which operation.


@pytest.mark.parametrize(
    ("info", "terms", "fields", "operation"),
    [
        (FILMS, {}, {}, "Scan"),
        (FILMS, {"id": ""}, {}, "Scan"),
        (FILMS, {"id": "a"}, {}, "GetItem"),
        (FILMS, {"id": "a"}, {"filter": "year > 1"}, "Query"),
        (FILMS, {"id": "a"}, {"filter": "  "}, "GetItem"),
        (FILMS, {"genre": "Drama"}, {"index": "by-genre"}, "Query"),
        (FILMS, {"genre": "Drama", "year": "1999"}, {"index": "by-genre"}, "Query"),
        (FILMS, {"year": "1999"}, {"index": "by-genre"}, "Scan"),
        (EVENTS, {"net": "us"}, {}, "Query"),
        (EVENTS, {"net": "us", "time": "1"}, {}, "GetItem"),
        (EVENTS, {"net": "us", "time": KeyTerm("1", ">")}, {}, "Query"),
        (EVENTS, {"time": "1"}, {}, "Scan"),
        (EVENTS, {"a": "x"}, {"index": "multi"}, "Scan"),
        (EVENTS, {"a": "x", "b": "y"}, {"index": "multi"}, "Query"),
    ],
)
def test_operation(info: TableInfo, terms: Terms, fields: dict[str, Any], operation: str) -> None:
    made = plan(info, terms, **fields)
    assert made.operation == made.request.operation == operation
    assert made.explanation.startswith(operation)


# The requests.


def test_get_item() -> None:
    made = plan(EVENTS, {"net": "us", "time": " 12 "}, consistent=True)
    assert made.request.members == {
        "TableName": "films",
        "Key": {"net": {"S": "us"}, "time": {"N": "12"}},
        "ConsistentRead": True,
    }
    assert made.page_units == made.whole_units == 1.0


def test_query_on_an_index() -> None:
    made = plan(
        FILMS,
        {"genre": "Drama", "year": KeyTerm("1990", "between", "1999")},
        index="by-genre",
        filter="gross > 1000",
        descending=True,
    )
    assert made.request.members == {
        "TableName": "films",
        "IndexName": "by-genre",
        "KeyConditionExpression": "genre = :v0 AND #year BETWEEN :v1 AND :v2",
        "FilterExpression": "gross > :v3",
        "ScanIndexForward": False,
        "ExpressionAttributeNames": {"#year": "year"},
        "ExpressionAttributeValues": {
            ":v0": {"S": "Drama"},
            ":v1": {"N": "1990"},
            ":v2": {"N": "1999"},
            ":v3": {"N": "1000"},
        },
    }
    assert not made.partial
    assert "by year descending" in made.explanation


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (KeyTerm("5"), "net = :v0 AND mag = :v1"),
        (KeyTerm("5", "<="), "net = :v0 AND mag <= :v1"),
        (KeyTerm("5", "between", "6"), "net = :v0 AND mag BETWEEN :v1 AND :v2"),
    ],
)
def test_sort_key_operators(term: KeyTerm, expected: str) -> None:
    made = plan(EVENTS, {"net": "us", "mag": term}, index="by-mag")
    assert made.request.members["KeyConditionExpression"] == expected


def test_binary_keys_are_base64() -> None:
    made = plan(EVENTS, {"raw": "AQI="}, index="by-raw")
    assert made.request.members["ExpressionAttributeValues"] == {":v0": {"B": b"\x01\x02"}}


def test_keys_of_several_attributes() -> None:
    made = plan(EVENTS, {"a": "x", "b": "y", "c": "1", "d": KeyTerm("2", ">")}, index="multi")
    expected = "a = :v0 AND b = :v1 AND c = :v2 AND d > :v3"
    assert made.request.members["KeyConditionExpression"] == expected


def test_a_scan_takes_key_values_into_its_filter() -> None:
    made = plan(EVENTS, {"time": KeyTerm("10", ">")}, filter="mag > 5 or mag < 1")
    assert made.request.members == {
        "TableName": "films",
        "FilterExpression": "#time > :v0 AND (mag > :v1 OR mag < :v2)",
        "ExpressionAttributeNames": {"#time": "time"},
        "ExpressionAttributeValues": {
            ":v0": {"N": "10"},
            ":v1": {"N": "5"},
            ":v2": {"N": "1"},
        },
    }


def test_begins_with() -> None:
    made = plan(EVENTS, {"net": "us", "a": KeyTerm("the-", "begins with")}, index="by-a")
    expected = "net = :v0 AND begins_with(a, :v1)"
    assert made.request.members["KeyConditionExpression"] == expected


def test_a_projection_keeps_the_key() -> None:
    made = plan(EVENTS, projection="mag, place.name, net")
    assert made.request.members["ProjectionExpression"] == "net, #time, mag, place.#name"
    assert made.partial


def test_an_index_without_all_attributes_gives_partial_rows() -> None:
    assert plan(FILMS, {"director": "x"}, index="by-director").partial


# Costs.


def test_a_scan_says_what_the_whole_costs() -> None:
    made = plan(FILMS)
    assert made.heavy
    assert made.page_units == 1.5
    # 5,000,000 bytes are four pages of 1 MB (128 units each) and one of 805,696 bytes.
    assert made.whole_units == 4 * 128 + 98.5
    assert "610.5 RCU for all 10,000 items" in made.explanation


def test_a_consistent_scan_costs_twice() -> None:
    assert plan(FILMS, consistent=True).whole_units == 2 * 610.5


def test_a_small_scan_is_not_heavy() -> None:
    made = plan(SMALL)
    assert not made.heavy
    assert made.whole_units == 0.5


def test_an_empty_table_costs_the_minimum() -> None:
    assert plan(EMPTY).whole_units == 0.5
    assert plan(EMPTY, {"id": "a"}).page_units == 0.5


def test_an_index_has_its_own_size() -> None:
    assert plan(FILMS, index="by-genre").whole_units == 24.5


# Advice.


@pytest.mark.parametrize(
    ("info", "fields", "part"),
    [
        (FILMS, {"filter": "genre = 'Drama' and year > 1990"}, "index by-genre"),
        (FILMS, {"filter": "id = 'a'", "index": "by-genre"}, "the table itself"),
        (FILMS, {"filter": "id = 'a'"}, ""),
        (FILMS, {"filter": "genre = 'Drama' or genre = 'War'"}, ""),
        (FILMS, {"filter": "genre <> 'Drama'"}, ""),
        (EVENTS, {"filter": "a = 'x'"}, ""),
        (EVENTS, {"filter": "a = 'x' and b = 'y'"}, "index multi"),
    ],
)
def test_advice(info: TableInfo, fields: dict[str, Any], part: str) -> None:
    advice = plan(info, **fields).advice
    assert part in advice if part else not advice


# What cannot be used.


@pytest.mark.parametrize(
    ("info", "terms", "fields", "field"),
    [
        (EVENTS, {"net": "us", "time": "soon"}, {}, "time"),
        (EVENTS, {"net": "us", "time": KeyTerm("1", "between")}, {}, "time"),
        (EVENTS, {"net": "us", "time": KeyTerm("1", "begins with")}, {}, "time"),
        (EVENTS, {"raw": "?"}, {"index": "by-raw"}, "raw"),
        (EVENTS, {"a": "x", "b": "y", "d": "2"}, {"index": "multi"}, "d"),
        (
            EVENTS,
            {"a": "x", "b": "y", "c": KeyTerm("1", ">"), "d": "2"},
            {"index": "multi"},
            "d",
        ),
        (FILMS, {}, {"filter": "a = 'open"}, FILTER_FIELD),
        (FILMS, {"id": "a"}, {"filter": "id = 'b'"}, FILTER_FIELD),
        (FILMS, {}, {"projection": "a, 'b'"}, PROJECTION_FIELD),
    ],
)
def test_what_cannot_be_used_names_the_field(
    info: TableInfo, terms: Terms, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(PlanError) as caught:
        plan(info, terms, **fields)
    assert caught.value.field == field
