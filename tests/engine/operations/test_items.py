"""PutItem, GetItem, UpdateItem, DeleteItem: answers, conditions, sizes."""

from __future__ import annotations

from typing import Any

import pytest

from engine import ApiError, Engine, VirtualClock
from tests.engine.operations.definitions import Json, index, table
from tests.engine.operations.tables import items_of, key, n, refused, s

KEY = {"p": s("a")}
MAX_ITEM_BYTES = 409_600
EVERY_TYPE: Json = {
    "S": {"S": "text é 🚀 \x00"},
    "N": {"N": "-12345678901234567890123456789012345678"},
    "B": {"B": b"\x00\xff"},
    "BOOL": {"BOOL": False},
    "NULL": {"NULL": True},
    "SS": {"SS": ["b", "a", ""]},
    "NS": {"NS": ["1", "-2.5"]},
    "BS": {"BS": [b"\x00", b""]},
    "L": {"L": [{"L": []}, {"M": {}}, {"S": ""}]},
    "M": {"M": {"deep": {"M": {"B": {"B": b"x"}}}}},
}


def put(engine: Engine, item: Json, **members: Any) -> Json:
    answer: Json = engine.put_item(TableName="hash", Item=item, **members)
    return answer


def get(engine: Engine, **members: Any) -> Json:
    answer: Json = engine.get_item(TableName="hash", Key=KEY, **members)
    return answer


def update(engine: Engine, text: str | None = None, **members: Any) -> Json:
    if text is not None:
        members["UpdateExpression"] = text
    answer: Json = engine.update_item(TableName="hash", Key=KEY, **members)
    return answer


def delete(engine: Engine, **members: Any) -> Json:
    answer: Json = engine.delete_item(TableName="hash", Key=KEY, **members)
    return answer


def values(**given: Json) -> Json:
    return {f":{name}": value for name, value in given.items()}


# Put and get.


def test_what_is_put_is_got(engine: Engine) -> None:
    item = {**KEY, **EVERY_TYPE}
    assert put(engine, item) == {}
    assert get(engine) == {"Item": item}


def test_numbers_come_back_in_their_canonical_form(engine: Engine) -> None:
    put(engine, {**KEY, "a": {"N": "+01.50e1"}, "b": {"NS": ["1e3", ".5"]}})
    assert get(engine)["Item"] == {**KEY, "a": n(15), "b": {"NS": ["1000", "0.5"]}}


def test_binary_values_are_given_as_bytes_or_as_base64(engine: Engine) -> None:
    put(engine, {**KEY, "a": {"B": "AP8="}, "b": {"B": bytearray(b"\x00\xff")}})
    item = get(engine)["Item"]
    assert item["a"] == item["b"] == {"B": b"\x00\xff"}


def test_keys_are_equal_by_their_value(engine: Engine) -> None:
    engine.create_table(**table("numbers", "p:N", "r:B"))
    engine.put_item(TableName="numbers", Item={"p": {"N": "1.0"}, "r": {"B": b"a"}, "v": s("x")})
    found = engine.get_item(TableName="numbers", Key={"p": {"N": "1e0"}, "r": {"B": "YQ=="}})
    assert found["Item"] == {"p": n(1), "r": {"B": b"a"}, "v": s("x")}


def test_a_missing_item_has_no_item_in_the_answer(engine: Engine) -> None:
    assert get(engine) == {}
    assert get(engine, ConsistentRead=True) == {}


def test_a_projection_shows_what_it_names(engine: Engine) -> None:
    put(engine, {**KEY, "a": n(1), "b": {"L": [n(1), n(2), n(3)]}})
    assert get(engine, ProjectionExpression="b[2], b[0], c") == {"Item": {"b": {"L": [n(1), n(3)]}}}
    assert get(engine, ProjectionExpression="c") == {"Item": {}}


def test_a_put_replaces_the_whole_item(engine: Engine) -> None:
    put(engine, {**KEY, "a": n(1)})
    assert put(engine, {**KEY, "b": n(2)}, ReturnValues="ALL_OLD") == {
        "Attributes": {**KEY, "a": n(1)}
    }
    assert get(engine)["Item"] == {**KEY, "b": n(2)}


def test_a_new_item_has_no_old_image(engine: Engine) -> None:
    assert put(engine, {**KEY, "a": n(1)}, ReturnValues="ALL_OLD") == {}
    assert put(engine, KEY, ReturnValues="NONE") == {}


def test_the_request_stays_as_it_is(engine: Engine) -> None:
    item = {**KEY, "a": {"N": "01"}, "b": {"L": [{"N": "1.0"}]}}
    put(engine, item)
    assert item == {**KEY, "a": {"N": "01"}, "b": {"L": [{"N": "1.0"}]}}


# Delete.


def test_a_deleted_item_is_gone(engine: Engine) -> None:
    put(engine, {**KEY, "a": {"B": b"x"}})
    assert delete(engine, ReturnValues="ALL_OLD") == {"Attributes": {**KEY, "a": {"B": b"x"}}}
    assert get(engine) == {}
    assert delete(engine, ReturnValues="ALL_OLD") == {}


# Update.


def test_an_update_makes_the_item_that_is_not_there(engine: Engine) -> None:
    update(engine, "SET a = :a", ExpressionAttributeValues=values(a=n(1)))
    assert get(engine)["Item"] == {**KEY, "a": n(1)}


def test_an_update_of_nothing_makes_an_item_of_its_key(engine: Engine) -> None:
    assert update(engine, ReturnValues="ALL_NEW") == {"Attributes": KEY}
    assert get(engine)["Item"] == KEY


@pytest.mark.parametrize("text", ["REMOVE a", "DELETE b :b"])
def test_an_update_that_only_takes_away_makes_no_item(engine: Engine, text: str) -> None:
    members = {"ExpressionAttributeValues": values(b={"SS": ["x"]})} if ":b" in text else {}
    assert update(engine, text, **members) == {}
    assert get(engine) == {}


def test_what_an_update_returns(engine: Engine) -> None:
    put(engine, {**KEY, "a": n(1), "m": {"M": {"x": n(1), "y": n(2)}}, "z": n(9)})

    def returned(wanted: str, number: int) -> Any:
        answer = update(
            engine,
            "SET a = :n, m.x = :n, c = :n REMOVE z",
            ExpressionAttributeValues=values(n=n(number)),
            ReturnValues=wanted,
        )
        return answer.get("Attributes")

    assert returned("NONE", 2) is None
    assert returned("UPDATED_OLD", 3) == {
        "a": n(2),
        "m": {"M": {"x": n(2)}},
        "c": n(2),
    }
    assert returned("UPDATED_NEW", 4) == {"a": n(4), "m": {"M": {"x": n(4)}}, "c": n(4)}
    whole = {**KEY, "a": n(4), "m": {"M": {"x": n(4), "y": n(2)}}, "c": n(4)}
    assert returned("ALL_OLD", 5) == whole
    assert returned("ALL_NEW", 4) == whole


def test_an_update_returns_nothing_where_there_is_nothing(engine: Engine) -> None:
    assert update(engine, "REMOVE a", ReturnValues="ALL_NEW") == {}
    assert update(engine, ReturnValues="ALL_OLD") == {}
    assert update(engine, "REMOVE zz", ReturnValues="UPDATED_NEW") == {}
    assert update(engine, ReturnValues="UPDATED_OLD") == {}


# Conditions.


def test_a_false_condition_changes_nothing(engine: Engine) -> None:
    put(engine, {**KEY, "a": n(1)})
    false = {
        "ConditionExpression": "a > :one",
        "ExpressionAttributeValues": values(one=n(1)),
    }
    with refused("ConditionalCheckFailedException"):
        put(engine, {**KEY, "a": n(5)}, **false)
    with refused("ConditionalCheckFailedException"):
        delete(engine, **false)
    with refused("ConditionalCheckFailedException"):
        update(engine, "SET a = :one", **false)
    assert get(engine)["Item"] == {**KEY, "a": n(1)}


def test_a_true_condition_lets_the_write_pass(engine: Engine) -> None:
    absent = {"ConditionExpression": "attribute_not_exists(p)"}
    put(engine, {**KEY, "a": n(1)}, **absent)
    update(engine, "SET a = a + a", ConditionExpression="size(p) = a OR size(p) < b")
    assert get(engine)["Item"] == {**KEY, "a": n(2)}
    delete(engine, ConditionExpression="attribute_exists(a)")
    assert get(engine) == {}


def test_a_failed_condition_shows_the_item_if_it_is_asked_to(engine: Engine) -> None:
    item = {**KEY, "a": {"B": b"x"}}
    put(engine, item)
    never = {"ConditionExpression": "attribute_not_exists(p)"}
    shown = {**never, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    with refused("ConditionalCheckFailedException") as members:
        put(engine, KEY, **shown)
    assert members == {"Item": item}
    with refused("ConditionalCheckFailedException") as members:
        delete(engine, **never)
    assert members == {}
    delete(engine)
    with refused("ConditionalCheckFailedException") as members:
        update(
            engine,
            ConditionExpression="attribute_exists(p)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert members == {}


# The order of checks: each request breaks several rules, and the first counts.

BAD_VALUE = {"p": {"S": "a", "N": "1"}}
TWO_TYPES = "Supplied AttributeValue has more than one datatypes set"
ORDER: list[tuple[str, Json, str]] = [
    (
        "PutItem",
        {"Item": BAD_VALUE, "ReturnValues": "ALL_NEW", "ConditionExpression": "!", "TableName": 5},
        "NUMBER_VALUE cannot be converted to String",
    ),
    (
        "PutItem",
        {"Item": BAD_VALUE, "ReturnValues": "NEW", "TableName": "missing"},
        "1 validation error detected",
    ),
    (
        "PutItem",
        {
            "Item": {"a": {"S": "x" * MAX_ITEM_BYTES}},
            "ReturnValues": "ALL_NEW",
            "TableName": "missing",
        },
        "ReturnValues can only be ALL_OLD or NONE",
    ),
    (
        "PutItem",
        {
            "Item": {"a": {"S": "x" * MAX_ITEM_BYTES}},
            "ConditionExpression": "!",
            "TableName": "missing",
        },
        "Item size has exceeded",
    ),
    (
        "PutItem",
        {"Item": BAD_VALUE, "ReturnValues": "ALL_NEW", "TableName": "missing"},
        TWO_TYPES,
    ),
    (
        "UpdateItem",
        {
            "Key": {},
            "UpdateExpression": "!",
            "ConditionExpression": "?",
            "TableName": "missing",
        },
        "Invalid UpdateExpression",
    ),
    (
        "DeleteItem",
        {"Key": {}, "ConditionExpression": "a = b", "TableName": "missing"},
        "Requested resource not found",
    ),
    (
        "DeleteItem",
        {"Key": {}, "ConditionExpression": "attribute_exists(a)", "TableName": "hash"},
        "The provided key element does not match the schema",
    ),
    (
        "UpdateItem",
        {
            "Key": KEY,
            "UpdateExpression": "SET p = a",
            "ConditionExpression": "attribute_exists(a)",
            "TableName": "hash",
        },
        "One or more parameter values were invalid: Cannot update attribute p.",
    ),
    (
        "UpdateItem",
        {
            "Key": KEY,
            "UpdateExpression": "SET a = b",
            "ConditionExpression": "attribute_exists(a)",
            "TableName": "hash",
        },
        "The conditional request failed",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "message"), ORDER)
def test_the_first_broken_rule_is_told(
    engine: Engine, operation: str, request_: Json, message: str
) -> None:
    with pytest.raises(ApiError) as caught:
        engine.call(operation, request_)
    assert caught.value.message.startswith(message)


# Sizes.


def sized(size: int, partition: str = "a") -> Json:
    """An item of exactly that many bytes, keyed by one letter."""
    return {"p": s(partition), "v": s("x" * (size - 3))}


def test_an_item_may_have_400_kilobytes(engine: Engine) -> None:
    put(engine, sized(MAX_ITEM_BYTES))
    with refused("ValidationException", "Item size has exceeded the maximum allowed size"):
        put(engine, sized(MAX_ITEM_BYTES + 1))
    with refused("ValidationException", "Item size has exceeded the maximum allowed size"):
        put(engine, sized(401 * 1_024, "b"))
    assert items_of(engine, "hash") == [sized(MAX_ITEM_BYTES)]


def test_an_update_may_fill_an_item_to_the_limit(engine: Engine) -> None:
    put(engine, sized(MAX_ITEM_BYTES - 6))
    update(engine, "SET abc = :v", ExpressionAttributeValues=values(v=s("123")))
    with refused(
        "ValidationException", "Item size to update has exceeded the maximum allowed size"
    ):
        update(engine, "SET abc = :v", ExpressionAttributeValues=values(v=s("1234")))
    assert get(engine)["Item"]["abc"] == s("123")


@pytest.fixture
def local(engine: Engine) -> Engine:
    engine.create_table(
        **table(
            "sized",
            "p:S",
            "r:S",
            [index("all", "p:S", "l:S"), index("keys", "p:S", "l:S", "KEYS_ONLY")],
            [index("global", "l:S")],
        )
    )
    return engine


def test_an_item_and_its_entry_in_a_local_index_have_400_kilobytes_together(local: Engine) -> None:
    def item(size: int) -> Json:
        return {**key("a", "b"), "l": s("c"), "v": s("x" * (size - 7))}

    local.put_item(TableName="sized", Item=item(MAX_ITEM_BYTES // 2))
    with refused("ValidationException", "Item size has exceeded the maximum allowed size"):
        local.put_item(TableName="sized", Item=item(MAX_ITEM_BYTES // 2 + 1))
    bare = {name: value for name, value in item(MAX_ITEM_BYTES - 2).items() if name != "l"}
    local.put_item(TableName="sized", Item=bare)
    with refused(
        "ValidationException", "Item size to update has exceeded the maximum allowed size"
    ):
        local.update_item(
            TableName="sized",
            Key=key("a", "b"),
            UpdateExpression="SET l = :l",
            ExpressionAttributeValues=values(l=s("c")),
        )


def test_keys_may_have_their_whole_length(engine: Engine) -> None:
    longest = {"p": s("é" * 1_024), "r": s("x" * 1_024)}
    engine.put_item(TableName="ranged", Item=longest)
    assert engine.get_item(TableName="ranged", Key=longest)["Item"] == longest


# Indexes follow.


def entries(engine: Engine, index_name: str) -> list[Json]:
    items: list[Json] = engine.scan(TableName="films", IndexName=index_name)["Items"]
    return items


def test_an_index_holds_the_items_that_have_its_keys(engine: Engine) -> None:
    form = index("by-g", "g:S", "h:N", ["v"])
    engine.create_table(**table("films", indexes=[form]))

    def change(text: str, **given: Json) -> None:
        engine.update_item(
            TableName="films",
            Key=KEY,
            UpdateExpression=text,
            **({"ExpressionAttributeValues": values(**given)} if given else {}),
        )

    change("SET g = :g, v = :v, w = :v", g=s("x"), v=s("y"))
    assert entries(engine, "by-g") == []
    change("SET h = :h", h=n(1))
    assert entries(engine, "by-g") == [{**KEY, "g": s("x"), "h": n(1), "v": s("y")}]
    change("SET g = :g, v = :v", g=s("z"), v=s("new"))
    assert entries(engine, "by-g") == [{**KEY, "g": s("z"), "h": n(1), "v": s("new")}]
    change("REMOVE h")
    assert entries(engine, "by-g") == []
    engine.put_item(TableName="films", Item={**KEY, "g": s("a"), "h": n(-1)})
    assert entries(engine, "by-g") == [{**KEY, "g": s("a"), "h": n(-1)}]
    engine.delete_item(TableName="films", Key=KEY)
    assert entries(engine, "by-g") == []
    assert engine.check() == []


def test_items_outlive_the_engine_that_wrote_them(tmp_path: Any, clock: VirtualClock) -> None:
    item = {**KEY, **EVERY_TYPE}
    with Engine.open(tmp_path, clock=clock) as engine:
        engine.create_table(**table("films"))
        engine.put_item(TableName="films", Item=item)
    with Engine.open(tmp_path, clock=clock) as engine:
        assert engine.get_item(TableName="films", Key=KEY)["Item"] == item
