"""BatchWriteItem and BatchGetItem."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine
from tests.engine.operations.tables import items_of, key, n, refused, s

Json = dict[str, Any]


def put(**item: Json) -> Json:
    return {"PutRequest": {"Item": item}}


def delete(**keys: Json) -> Json:
    return {"DeleteRequest": {"Key": keys}}


def test_a_batch_puts_and_deletes_in_several_tables(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("old")})
    answer = engine.batch_write_item(
        RequestItems={
            "hash": [put(p=s("a"), data={"B": b"\x00\xff"}), delete(p=s("old"))],
            "ranged": [put(p=s("a"), r=s("1"), g=n(7)), delete(p=s("no"), r=s("such"))],
        },
        ReturnConsumedCapacity="INDEXES",
    )
    assert answer == {
        "UnprocessedItems": {},
        "ConsumedCapacity": [
            {"TableName": "hash", "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}},
            {
                "TableName": "ranged",
                "CapacityUnits": 3.0,
                "Table": {"CapacityUnits": 2.0},
                "GlobalSecondaryIndexes": {"by-g": {"CapacityUnits": 1.0}},
            },
        ],
    }
    assert items_of(engine, "hash") == [{"p": s("a"), "data": {"B": b"\x00\xff"}}]
    assert len(items_of(engine, "ranged")) == 1


def test_each_write_is_rounded_up_by_itself(engine: Engine) -> None:
    answer = engine.batch_write_item(
        RequestItems={
            "hash": [put(p=s("a"), t=s("x" * 490)), put(p=s("b"), t=s("x" * 3_580))],
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"] == [{"TableName": "hash", "CapacityUnits": 5.0}]


@pytest.mark.parametrize(
    "bad",
    [
        put(p=n(1)),
        put(q=s("no key")),
        put(p=s("a"), t=s("x" * 409_600)),
        delete(p=s("a"), r=s("no such key")),
        delete(p=s("")),
    ],
)
def test_one_bad_member_means_that_nothing_is_written(engine: Engine, bad: Json) -> None:
    with refused("ValidationException"):
        engine.batch_write_item(RequestItems={"hash": [put(p=s("good")), bad]})
    assert items_of(engine, "hash") == []


def test_a_missing_table_means_that_nothing_is_written(engine: Engine) -> None:
    with refused("ResourceNotFoundException", "Requested resource not found"):
        engine.batch_write_item(
            RequestItems={"hash": [put(p=s("good"))], "missing": [put(p=s("a"))]}
        )
    assert items_of(engine, "hash") == []


def test_one_item_twice_in_a_batch_of_writes_is_refused(engine: Engine) -> None:
    with refused("ValidationException", "Provided list of item keys contains duplicates"):
        engine.batch_write_item(RequestItems={"hash": [put(p=s("a")), delete(p=s("a"))]})


def test_a_write_request_is_either_put_or_delete(engine: Engine) -> None:
    message = (
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes"
    )
    for entry in ({}, put(p=s("a")) | delete(p=s("b"))):
        with refused("ValidationException", message):
            engine.batch_write_item(RequestItems={"hash": [entry]})


def test_a_batch_writes_25_items_at_most_over_all_tables(engine: Engine) -> None:
    many = [put(p=s(str(number))) for number in range(25)]
    engine.batch_write_item(RequestItems={"hash": many})
    with refused("ValidationException", "Too many items requested for the BatchWriteItem call"):
        engine.batch_write_item(RequestItems={"hash": many, "ranged": [put(p=s("a"), r=s("1"))]})


def test_a_batch_reads_what_is_there(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("a"), "v": n(1), "data": {"BS": [b"x"]}})
    engine.put_item(TableName="ranged", Item=key("a", "1") | {"v": {"M": {"w": n(2)}}})
    answer = engine.batch_get_item(
        RequestItems={
            "hash": {"Keys": [{"p": s("a")}, {"p": s("missing")}], "ConsistentRead": True},
            "ranged": {
                "Keys": [key("a", "1")],
                "ProjectionExpression": "#v.w",
                "ExpressionAttributeNames": {"#v": "v"},
            },
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer == {
        "Responses": {
            "hash": [{"p": s("a"), "v": n(1), "data": {"BS": [b"x"]}}],
            "ranged": [{"v": {"M": {"w": n(2)}}}],
        },
        "UnprocessedKeys": {},
        "ConsumedCapacity": [
            {"TableName": "hash", "CapacityUnits": 2.0},
            {"TableName": "ranged", "CapacityUnits": 0.5},
        ],
    }


def test_a_table_without_a_hit_has_an_empty_list(engine: Engine) -> None:
    answer = engine.batch_get_item(RequestItems={"hash": {"Keys": [{"p": s("missing")}]}})
    assert answer == {"Responses": {"hash": []}, "UnprocessedKeys": {}}


def test_more_than_16_mb_is_left_for_another_request(engine: Engine) -> None:
    keys = [{"p": s(f"{number:02}")} for number in range(45)]
    for one in keys:
        engine.put_item(TableName="hash", Item=one | {"t": s("x" * 400_000)})
    rest: Json = {"hash": {"Keys": keys, "ConsistentRead": True}}
    found: list[int] = []
    while rest:
        answer = engine.batch_get_item(RequestItems=rest)
        found.append(len(answer["Responses"]["hash"]))
        rest = answer["UnprocessedKeys"]
    assert found == [41, 4]


def test_duplicate_keys_of_a_batch_of_reads_are_compared_as_written(engine: Engine) -> None:
    engine.create_table(
        TableName="numbers",
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with refused("ValidationException", "Provided list of item keys contains duplicates"):
        engine.batch_get_item(RequestItems={"numbers": {"Keys": [{"p": n(1)}, {"p": n(1)}]}})
    engine.put_item(TableName="numbers", Item={"p": n(1)})
    answer = engine.batch_get_item(
        RequestItems={"numbers": {"Keys": [{"p": n(1)}, {"p": {"N": "1.0"}}]}}
    )
    assert answer["Responses"] == {"numbers": [{"p": n(1)}, {"p": n(1)}]}


def test_a_batch_reads_100_items_at_most_over_all_tables(engine: Engine) -> None:
    keys = [{"p": s(str(number))} for number in range(100)]
    engine.batch_get_item(RequestItems={"hash": {"Keys": keys}})
    with refused("ValidationException", "Too many items requested for the BatchGetItem call"):
        engine.batch_get_item(
            RequestItems={"hash": {"Keys": keys}, "ranged": {"Keys": [key("a", "1")]}}
        )


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem"])
def test_an_empty_batch_is_refused(engine: Engine, operation: str) -> None:
    message = f"The requestItems parameter is required for {operation}"
    with refused("ValidationException", message):
        engine.call(operation, {"RequestItems": {}})


def test_the_answer_on_the_wire_has_base64(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("a"), "data": {"B": b"\x00"}})
    body = b'{"RequestItems": {"hash": {"Keys": [{"p": {"S": "a"}}]}}}'
    assert engine.call_wire("BatchGetItem", body) == (
        b'{"Responses":{"hash":[{"p":{"S":"a"},"data":{"B":"AA=="}}]},"UnprocessedKeys":{}}'
    )
