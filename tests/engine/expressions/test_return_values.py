"""ReturnValues of the operations that write, and what a failed condition returns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Engine
from engine.errors import ConditionalCheckFailedException
from tests.engine.cases import Json
from tests.engine.cases.tables import HASH_KEY, ITEMS, make_tables

ITEM = ITEMS["hash"][0]
NOBODY: Json = {"p": {"S": "nobody"}}
ONE: Json = {"N": "1"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A fresh engine with the tables of the cases."""
    with Engine.in_memory() as opened:
        make_tables(opened)
        yield opened


def _update(engine: Engine, text: str, returned: str, key: Json = HASH_KEY) -> Json:
    answer: Json = engine.update_item(
        TableName="hash",
        Key=key,
        UpdateExpression=text,
        ExpressionAttributeNames={"#inner": "inner"} if "#" in text else None,
        ExpressionAttributeValues={":v": ONE} if ":v" in text else None,
        ReturnValues=returned,
    )
    return answer


def _item(engine: Engine, key: Json = HASH_KEY) -> Json | None:
    item: Json | None = engine.get_item(TableName="hash", Key=key).get("Item")
    return item


def test_an_update_returns_the_image_that_was_asked_for(engine: Engine) -> None:
    text = "SET m.#inner.two = :v, li[2].deep = :v, zz = :v REMOVE m.one, s ADD n :v"
    old_parts = {
        "m": {"M": {"one": ONE, "inner": {"M": {"two": {"N": "2"}}}}},
        "li": {"L": [{"M": {"deep": {"N": "2"}}}]},
        "s": {"S": "text"},
        "n": {"N": "5"},
    }
    new_parts = {
        "m": {"M": {"inner": {"M": {"two": ONE}}}},
        "li": {"L": [{"M": {"deep": ONE}}]},
        "zz": ONE,
        "n": {"N": "6"},
    }
    expected: Json = {"NONE": None, "ALL_OLD": ITEM, "UPDATED_OLD": old_parts}
    for returned, attributes in (expected | {"UPDATED_NEW": new_parts}).items():
        engine.put_item(TableName="hash", Item=ITEM)
        assert _update(engine, text, returned).get("Attributes") == attributes
    engine.put_item(TableName="hash", Item=ITEM)
    assert _update(engine, text, "ALL_NEW")["Attributes"] == _item(engine)


@pytest.mark.parametrize("returned", ["ALL_OLD", "UPDATED_OLD"])
def test_of_an_item_that_was_not_there_no_old_attributes_are_returned(
    engine: Engine, returned: str
) -> None:
    assert _update(engine, "SET a = :v", returned, NOBODY) == {}
    assert _item(engine, NOBODY) == NOBODY | {"a": ONE}


def test_a_new_item_is_returned_with_its_key_and_its_updated_parts_without(engine: Engine) -> None:
    assert _update(engine, "SET a = :v", "ALL_NEW", NOBODY)["Attributes"] == NOBODY | {"a": ONE}
    somebody = {"p": {"S": "somebody"}}
    assert _update(engine, "ADD a :v", "UPDATED_NEW", somebody)["Attributes"] == {"a": ONE}


@pytest.mark.parametrize("returned", ["ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_an_update_that_only_removes_finds_and_makes_nothing(engine: Engine, returned: str) -> None:
    assert _update(engine, "REMOVE a.b, c[1]", returned, NOBODY) == {}
    assert _item(engine, NOBODY) is None


def test_an_update_without_an_expression_makes_an_item_of_its_key(engine: Engine) -> None:
    answer = engine.update_item(TableName="hash", Key=NOBODY, ReturnValues="ALL_NEW")
    assert answer == {"Attributes": NOBODY}
    answer = engine.update_item(TableName="hash", Key=HASH_KEY, ReturnValues="UPDATED_NEW")
    assert answer == {}
    assert _item(engine) == ITEM


def test_put_and_delete_return_the_old_item(engine: Engine) -> None:
    put = {"TableName": "hash", "Item": HASH_KEY, "ReturnValues": "ALL_OLD"}
    assert engine.put_item(**put) == {"Attributes": ITEM}
    assert engine.put_item(**put) == {"Attributes": HASH_KEY}
    delete = {"TableName": "hash", "Key": HASH_KEY, "ReturnValues": "ALL_OLD"}
    assert engine.delete_item(**delete) == {"Attributes": HASH_KEY}
    assert engine.delete_item(**delete) == {}
    assert engine.put_item(**put) == {}


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_a_failed_condition_returns_the_item_on_request_and_changes_nothing(
    engine: Engine, operation: str
) -> None:
    member = "Item" if operation == "PutItem" else "Key"
    request: Json = {"TableName": "hash", member: HASH_KEY, "ConditionExpression": "s = n"}
    for returned, expected in ((None, None), ("NONE", None), ("ALL_OLD", ITEM)):
        request["ReturnValuesOnConditionCheckFailure"] = returned
        with pytest.raises(ConditionalCheckFailedException) as caught:
            engine.call(operation, request)
        assert caught.value.message == "The conditional request failed"
        assert caught.value.members.get("Item") == expected
    request[member] = NOBODY
    with pytest.raises(ConditionalCheckFailedException) as caught:
        engine.call(operation, request)
    assert "Item" not in caught.value.members
    assert (_item(engine), _item(engine, NOBODY)) == (ITEM, None)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("attribute_not_exists(p)", True),
        ("attribute_exists(p)", False),
        ("p <> s", True),
        ("p = s", False),
        ("NOT a < b", True),
        ("size(a) = b", False),
    ],
)
def test_a_condition_on_a_missing_item_sees_an_empty_one(
    engine: Engine, text: str, met: bool
) -> None:
    request = {"TableName": "hash", "Item": NOBODY, "ConditionExpression": text}
    if met:
        assert engine.call("PutItem", request) == {}
    else:
        with pytest.raises(ConditionalCheckFailedException):
            engine.call("PutItem", request)
    assert (_item(engine, NOBODY) is not None) is met
