"""Parameters from before expressions: they mean what the same expressions mean."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine
from tests.engine.operations.tables import items_of, key, n, refused, s

Json = dict[str, Any]

INVALID = "One or more parameter values were invalid: "


def compared(operator: str, *arguments: Json) -> Json:
    return {"ComparisonOperator": operator, "AttributeValueList": list(arguments)}


ITEM: Json = {
    "p": s("a"),
    "text": s("hello"),
    "number": n(5),
    "set": {"SS": ["x", "y"]},
    "list": {"L": [s("x"), n(1)]},
    "map": {"M": {"k": s("v")}},
}


@pytest.mark.parametrize(
    ("attribute", "condition", "holds"),
    [
        ("text", compared("EQ", s("hello")), True),
        ("text", compared("EQ", n(1)), False),
        ("set", compared("EQ", {"SS": ["y", "x"]}), True),
        ("map", compared("EQ", {"M": {"k": s("v")}}), True),
        ("text", compared("NE", s("hello")), False),
        ("text", compared("NE", n(1)), True),
        ("absent", compared("NE", n(1)), True),
        ("number", compared("LT", n(6)), True),
        ("number", compared("LE", n(5)), True),
        ("number", compared("GT", n(5)), False),
        ("number", compared("GE", n(5)), True),
        ("absent", compared("LT", n(6)), False),
        ("number", compared("BETWEEN", n(1), n(5)), True),
        ("number", compared("IN", n(1), n(5)), True),
        ("number", compared("IN", n(1), n(2)), False),
        ("text", compared("BEGINS_WITH", s("he")), True),
        ("number", compared("BEGINS_WITH", s("5")), False),
        ("text", compared("CONTAINS", s("ell")), True),
        ("set", compared("CONTAINS", s("x")), True),
        ("list", compared("CONTAINS", n(1)), True),
        ("absent", compared("CONTAINS", s("x")), False),
        ("set", compared("NOT_CONTAINS", s("z")), True),
        ("set", compared("NOT_CONTAINS", s("x")), False),
        ("set", compared("NOT_CONTAINS", n(1)), True),
        ("absent", compared("NOT_CONTAINS", s("x")), False),
        ("text", compared("NULL"), False),
        ("absent", compared("NULL"), True),
        ("text", compared("NOT_NULL"), True),
        ("absent", compared("NOT_NULL"), False),
    ],
)
def test_a_comparison(engine: Engine, attribute: str, condition: Json, holds: bool) -> None:
    engine.put_item(TableName="hash", Item=ITEM)
    found = engine.scan(TableName="hash", ScanFilter={attribute: condition})
    assert found["Count"] == int(holds)
    request: Json = {"TableName": "hash", "Item": ITEM, "Expected": {attribute: condition}}
    if holds:
        engine.call("PutItem", request)
    else:
        with refused("ConditionalCheckFailedException", "The conditional request failed"):
            engine.call("PutItem", request)


@pytest.mark.parametrize(("operator", "count"), [(None, 0), ("AND", 0), ("OR", 1)])
def test_conditions_are_joined(engine: Engine, operator: str | None, count: int) -> None:
    engine.put_item(TableName="hash", Item=ITEM)
    request: Json = {
        "TableName": "hash",
        "ScanFilter": {"number": compared("EQ", n(5)), "text": compared("EQ", s("other"))},
    }
    if operator is not None:
        request["ConditionalOperator"] = operator
    assert engine.call("Scan", request)["Count"] == count


def test_expected_without_a_comparison(engine: Engine) -> None:
    absent = {"p": {"Exists": False}}
    engine.put_item(TableName="hash", Item=ITEM, Expected=absent)
    with refused("ConditionalCheckFailedException"):
        engine.put_item(TableName="hash", Item=ITEM, Expected=absent)
    engine.delete_item(TableName="hash", Key={"p": s("a")}, Expected={"number": {"Value": n(5)}})
    assert items_of(engine, "hash") == []


def test_an_empty_expected_is_no_condition(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item=ITEM, Expected={})


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (
            {"a": {"Exists": True}},
            INVALID + "Value must be provided when Exists is true for Attribute: a",
        ),
        ({"a": {}}, INVALID + "Value must be provided when Exists is null for Attribute: a"),
        (
            {"a": {"Exists": False, "Value": n(1)}},
            INVALID + "Value cannot be used when Exists is false for Attribute: a",
        ),
        (
            {"a": {"Exists": False, "ComparisonOperator": "NULL"}},
            INVALID + "Exists and ComparisonOperator cannot be used together for Attribute: a",
        ),
        (
            {"a": compared("EQ", n(1)) | {"Value": n(1)}},
            INVALID + "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            {"a": {"ComparisonOperator": "EQ"}},
            INVALID
            + "Value or AttributeValueList must be used with ComparisonOperator: EQ "
            + "for Attribute: a",
        ),
        (
            {"a": {"AttributeValueList": [n(1)]}},
            INVALID
            + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (
            {"a": compared("BETWEEN", n(1))},
            INVALID + "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ),
        (
            {"a": compared("IN", n(1), s("x"))},
            INVALID + "AttributeValues inside AttributeValueList must be of same type",
        ),
        (
            {"a": compared("LT", {"L": []})},
            INVALID + "ComparisonOperator LT is not valid for L AttributeValue type",
        ),
        (
            {"a": compared("BEGINS_WITH", n(1))},
            INVALID + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
        ),
        (
            {"a": compared("BETWEEN", n(2), n(1))},
            "The BETWEEN condition was provided a range where the lower bound is greater than the "
            "upper bound",
        ),
    ],
)
def test_rules_of_expected(engine: Engine, expected: Json, message: str) -> None:
    with refused("ValidationException", message):
        engine.put_item(TableName="hash", Item=ITEM, Expected=expected)


def test_expressions_are_not_mixed_with_older_parameters(engine: Engine) -> None:
    message = (
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} "
        "Expression parameters: {ProjectionExpression}"
    )
    with refused("ValidationException", message):
        engine.get_item(
            TableName="hash",
            Key={"p": s("a")},
            AttributesToGet=["p"],
            ProjectionExpression="p",
        )


@pytest.mark.parametrize("more", [{}, {"Expected": {}}])
def test_a_conditional_operator_needs_conditions(engine: Engine, more: Json) -> None:
    request = {"TableName": "hash", "Item": ITEM, "ConditionalOperator": "OR"} | more
    with refused("ValidationException"):
        engine.call("PutItem", request)


def test_attributes_to_get(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item=ITEM)
    names = ["number", "missing"]
    answer = engine.get_item(TableName="hash", Key={"p": s("a")}, AttributesToGet=names)
    assert answer == {"Item": {"number": n(5)}}
    assert engine.scan(TableName="hash", AttributesToGet=names)["Items"] == [{"number": n(5)}]
    batch = {"hash": {"Keys": [{"p": s("a")}], "AttributesToGet": names}}
    assert engine.batch_get_item(RequestItems=batch)["Responses"]["hash"] == [{"number": n(5)}]
    with refused("ValidationException", INVALID + "Duplicate value in attribute name: number"):
        engine.get_item(TableName="hash", Key={"p": s("a")}, AttributesToGet=["number", "number"])


@pytest.fixture
def five(engine: Engine) -> Engine:
    """The table `ranged` with sort keys 0 to 4."""
    for number in range(5):
        engine.put_item(TableName="ranged", Item=key("a", str(number)) | {"v": n(number)})
    return engine


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (compared("EQ", s("1")), "1"),
        (compared("LT", s("2")), "01"),
        (compared("LE", s("2")), "012"),
        (compared("GT", s("2")), "34"),
        (compared("GE", s("2")), "234"),
        (compared("BETWEEN", s("1"), s("3")), "123"),
        (compared("BEGINS_WITH", s("3")), "3"),
    ],
)
def test_key_conditions(five: Engine, condition: Json, found: str) -> None:
    conditions = {"p": compared("EQ", s("a")), "r": condition}
    items = five.query(TableName="ranged", KeyConditions=conditions)["Items"]
    assert "".join(item["r"]["S"] for item in items) == found


def test_a_query_filter(five: Engine) -> None:
    conditions = {"p": compared("EQ", s("a"))}
    answer = five.query(
        TableName="ranged", KeyConditions=conditions, QueryFilter={"v": compared("GE", n(3))}
    )
    assert (answer["Count"], answer["ScannedCount"]) == (2, 5)
    message = "QueryFilter can only contain non-primary key attributes: Primary key attribute: r"
    with refused("ValidationException", message):
        five.query(
            TableName="ranged", KeyConditions=conditions, QueryFilter={"r": compared("EQ", s("1"))}
        )


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({}, "Conditions can be of length 1 or 2 only"),
        (
            {name: compared("EQ", s("a")) for name in "prs"},
            "Conditions can be of length 1 or 2 only",
        ),
        (
            {"p": compared("EQ", s("a")), "r": compared("NE", s("1"))},
            "Attempted conditional constraint is not an indexable operation",
        ),
        (
            {"p": compared("GT", s("a"))},
            "Query key condition not supported",
        ),
        (
            {"r": compared("EQ", s("a"))},
            "Query condition missed key schema element: p",
        ),
        (
            {"p": compared("EQ", n(1))},
            INVALID + "Condition parameter type does not match schema type",
        ),
    ],
)
def test_rules_of_key_conditions(engine: Engine, conditions: Json, message: str) -> None:
    with refused("ValidationException", message):
        engine.query(TableName="ranged", KeyConditions=conditions)


def change(action: str | None, value: Json | None = None) -> Json:
    update: Json = {} if action is None else {"Action": action}
    return update if value is None else update | {"Value": value}


@pytest.mark.parametrize(
    ("updates", "after"),
    [
        ({"number": change(None, n(7))}, {"number": n(7)}),
        ({"number": change("ADD", n(2))}, {"number": n(7)}),
        ({"new": change("ADD", n(2))}, {"new": n(2)}),
        ({"set": change("DELETE", {"SS": ["x", "z"]})}, {"set": {"SS": ["y"]}}),
        ({"set": change("DELETE", {"SS": ["x", "y"]})}, {"set": None}),
        ({"text": change("DELETE")}, {"text": None}),
        ({"list": change("ADD", {"L": [n(2)]})}, {"list": {"L": [s("x"), n(1), n(2)]}}),
        ({"new": change("ADD", {"L": [n(2)]})}, {"new": {"L": [n(2)]}}),
        ({}, {}),
    ],
)
def test_attribute_updates(engine: Engine, updates: Json, after: Json) -> None:
    engine.put_item(TableName="hash", Item=ITEM)
    answer = engine.update_item(
        TableName="hash", Key={"p": s("a")}, AttributeUpdates=updates, ReturnValues="ALL_NEW"
    )
    expected = {name: value for name, value in (ITEM | after).items() if value is not None}
    assert answer["Attributes"] == expected


def test_an_update_that_only_deletes_creates_nothing(engine: Engine) -> None:
    engine.update_item(
        TableName="hash", Key={"p": s("new")}, AttributeUpdates={"a": change("DELETE")}
    )
    assert items_of(engine, "hash") == []
    engine.update_item(TableName="hash", Key={"p": s("new")}, AttributeUpdates={})
    assert items_of(engine, "hash") == [{"p": s("new")}]


@pytest.mark.parametrize(
    ("updates", "message"),
    [
        (
            {"a": change("ADD")},
            INVALID + "Only DELETE action is allowed when no attribute value is specified",
        ),
        (
            {"a": change("DELETE", s("x"))},
            INVALID + "DELETE action with value is not supported for the type S",
        ),
        (
            {"a": change("ADD", s("x"))},
            INVALID + "ADD action is not supported for the type S",
        ),
        ({"text": change("ADD", n(1))}, "Type mismatch for attribute to update"),
        ({"text": change("ADD", {"L": []})}, "Type mismatch for attribute to update"),
        (
            {"p": change("PUT", s("b"))},
            INVALID + "Cannot update attribute p. This attribute is part of the key",
        ),
    ],
)
def test_rules_of_attribute_updates(engine: Engine, updates: Json, message: str) -> None:
    engine.put_item(TableName="hash", Item=ITEM)
    with refused("ValidationException", message):
        engine.update_item(TableName="hash", Key={"p": s("a")}, AttributeUpdates=updates)
