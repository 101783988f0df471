"""TransactWriteItems and TransactGetItems."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from tests.engine.operations.tables import items_of, key, make_tables, n, refused, s

Json = dict[str, Any]


def put(table: str, item: Json, **more: Any) -> Json:
    return {"Put": {"TableName": table, "Item": item} | more}


def delete(table: str, item_key: Json, **more: Any) -> Json:
    return {"Delete": {"TableName": table, "Key": item_key} | more}


def update(table: str, item_key: Json, expression: str, **more: Any) -> Json:
    change = {"TableName": table, "Key": item_key, "UpdateExpression": expression}
    return {"Update": change | more}


def check(table: str, item_key: Json, condition: str, **more: Any) -> Json:
    what = {"TableName": table, "Key": item_key, "ConditionExpression": condition}
    return {"ConditionCheck": what | more}


def test_all_actions_are_carried_out_together(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("gone")})
    engine.put_item(TableName="hash", Item={"p": s("checked"), "v": n(1)})
    answer = engine.transact_write_items(
        TransactItems=[
            put("ranged", key("a", "1") | {"g": n(1)}),
            delete("hash", {"p": s("gone")}),
            update(
                "hash",
                {"p": s("made")},
                "SET v = :one",
                ExpressionAttributeValues={":one": n(1)},
            ),
            check("hash", {"p": s("checked")}, "attribute_exists(v)"),
        ],
        ReturnConsumedCapacity="INDEXES",
    )

    def units(count: float) -> Json:
        return {"CapacityUnits": count, "WriteCapacityUnits": count}

    assert answer == {
        "ConsumedCapacity": [
            {"TableName": "ranged"}
            | units(4.0)
            | {"Table": units(2.0), "GlobalSecondaryIndexes": {"by-g": units(2.0)}},
            {"TableName": "hash"} | units(6.0) | {"Table": units(6.0)},
        ]
    }
    assert {item["p"]["S"] for item in items_of(engine, "hash")} == {"made", "checked"}
    assert items_of(engine, "ranged") == [key("a", "1") | {"g": n(1)}]


def test_every_failed_condition_is_a_reason_and_nothing_is_written(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("a"), "data": {"B": b"x"}})
    absent = "attribute_not_exists(p)"
    with refused(
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[ConditionalCheckFailed, None, ConditionalCheckFailed]",
    ) as members:
        engine.transact_write_items(
            TransactItems=[
                put(
                    "hash",
                    {"p": s("a")},
                    ConditionExpression=absent,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ),
                put("ranged", key("a", "1")),
                check("hash", {"p": s("b")}, "attribute_exists(p)"),
            ]
        )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert members["CancellationReasons"] == [
        failed | {"Item": {"p": s("a"), "data": {"B": b"x"}}},
        {"Code": "None"},
        failed,
    ]
    assert items_of(engine, "ranged") == []


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (put("hash", {"p": n(1)}), "Type mismatch for key p expected: S actual: N"),
        (
            update("hash", {"p": s("a")}, "SET v = w + :v", ExpressionAttributeValues={":v": n(1)}),
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            update(
                "hash",
                {"p": s("a")},
                "SET v = list_append(p, :v)",
                ExpressionAttributeValues={":v": {"L": []}},
            ),
            "An operand in the update expression has an incorrect data type",
        ),
        (
            update(
                "hash",
                {"p": s("a")},
                "SET v = :v, w = :v",
                ExpressionAttributeValues={":v": s("x" * 205_000)},
            ),
            "Item size to update has exceeded the maximum allowed size",
        ),
    ],
)
def test_what_does_not_fit_an_item_cancels(engine: Engine, action: Json, message: str) -> None:
    engine.put_item(TableName="hash", Item={"p": s("a")})
    failing = check("hash", {"p": s("x")}, "attribute_exists(p)")
    with refused("TransactionCanceledException") as members:
        engine.transact_write_items(TransactItems=[failing, action])
    first, second = members["CancellationReasons"]
    assert first == {"Code": "None"}
    assert second["Code"] == "ValidationError"
    assert second["Message"].endswith(message)


def test_names_and_values_without_an_expression_are_no_mistake(engine: Engine) -> None:
    idle = {
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":v": n(1)},
    }
    engine.transact_write_items(
        TransactItems=[put("hash", {"p": s("a")}, **idle), delete("hash", {"p": s("b")}, **idle)]
    )
    get = {"TableName": "hash", "Key": {"p": s("a")}, "ExpressionAttributeNames": {"#n": "n"}}
    answers = engine.transact_get_items(TransactItems=[{"Get": get}])["Responses"]
    assert answers == [{"Item": {"p": s("a")}}]


@pytest.mark.parametrize(
    "action",
    [
        put("hash", {"p": s("")}),
        put("hash", {"p": s("b")}, ConditionExpression="nonsense"),
        put("hash", {"p": s("b"), "t": s("x" * 409_600)}),
        delete(
            "hash",
            {"p": s("b")},
            ConditionExpression="attribute_exists(p)",
            ExpressionAttributeValues={":v": n(1)},
        ),
        put("hash", {"p": s("a")}),
        {},
        put("hash", {"p": s("b")}) | delete("hash", {"p": s("c")}),
    ],
)
def test_what_concerns_the_request_refuses_the_whole_call(engine: Engine, action: Json) -> None:
    with refused("ValidationException"):
        engine.transact_write_items(TransactItems=[put("hash", {"p": s("a")}), action])
    assert items_of(engine, "hash") == []


def test_a_missing_table_refuses_the_whole_call(engine: Engine) -> None:
    with refused("ResourceNotFoundException"):
        engine.transact_write_items(
            TransactItems=[put("hash", {"p": s("a")}), put("missing", {"p": s("a")})]
        )
    assert items_of(engine, "hash") == []


def test_two_actions_on_one_item_are_refused(engine: Engine) -> None:
    message = "Transaction request cannot include multiple operations on one item"
    with refused("ValidationException", message):
        engine.transact_write_items(
            TransactItems=[
                check("hash", {"p": s("a")}, "attribute_not_exists(p)"),
                put("hash", {"p": s("a")}),
            ]
        )
    with refused("ValidationException", message):
        engine.transact_get_items(
            TransactItems=[{"Get": {"TableName": "hash", "Key": {"p": s("a")}}}] * 2
        )


def test_the_payload_is_limited_but_not_what_a_delete_removes(engine: Engine) -> None:
    keys = [{"p": s(f"{number:02}")} for number in range(50)]
    puts = [put("hash", one | {"t": s("x" * 100_000)}) for one in keys]
    with refused("ValidationException", "Transaction payload size cannot exceed 4194304 bytes"):
        engine.transact_write_items(TransactItems=puts)
    for half in (puts[:25], puts[25:]):
        engine.transact_write_items(TransactItems=half)
    engine.transact_write_items(TransactItems=[delete("hash", one) for one in keys])
    assert items_of(engine, "hash") == []


def test_a_token_makes_a_retry_harmless(engine: Engine, clock: VirtualClock) -> None:
    count = update("hash", {"p": s("a")}, "ADD v :one", ExpressionAttributeValues={":one": n(1)})
    request = {
        "TransactItems": [count],
        "ClientRequestToken": "token",
        "ReturnConsumedCapacity": "TOTAL",
    }

    def units(kind: str) -> list[Json]:
        return [{"TableName": "hash", "CapacityUnits": 2.0, f"{kind}CapacityUnits": 2.0}]

    assert engine.call("TransactWriteItems", request)["ConsumedCapacity"] == units("Write")
    reordered = {"Update": dict(reversed(count["Update"].items()))}
    again = request | {"TransactItems": [reordered]}
    assert engine.call("TransactWriteItems", again)["ConsumedCapacity"] == units("Read")
    assert items_of(engine, "hash") == [{"p": s("a"), "v": n(1)}]
    with refused("IdempotentParameterMismatchException"):
        engine.call("TransactWriteItems", request | {"TransactItems": [put("hash", {"p": s("b")})]})
    clock.advance(601)
    engine.call("TransactWriteItems", request)
    assert items_of(engine, "hash") == [{"p": s("a"), "v": n(2)}]


def test_a_cancelled_transaction_does_not_use_up_its_token(engine: Engine) -> None:
    request = {
        "TransactItems": [put("hash", {"p": s("a")}, ConditionExpression="attribute_exists(p)")],
        "ClientRequestToken": "token",
    }
    for _ in range(2):
        with refused("TransactionCanceledException"):
            engine.call("TransactWriteItems", request)


def test_items_are_read_in_the_order_of_the_request(engine: Engine) -> None:
    engine.put_item(TableName="hash", Item={"p": s("a"), "data": {"B": b"x"}, "v": n(1)})
    engine.put_item(TableName="ranged", Item=key("a", "1") | {"t": s("x" * 5_000)})
    answer = engine.transact_get_items(
        TransactItems=[
            {"Get": {"TableName": "ranged", "Key": key("a", "1"), "ProjectionExpression": "p"}},
            {"Get": {"TableName": "hash", "Key": {"p": s("missing")}}},
            {"Get": {"TableName": "hash", "Key": {"p": s("a")}}},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Responses"] == [
        {"Item": {"p": s("a")}},
        {},
        {"Item": {"p": s("a"), "data": {"B": b"x"}, "v": n(1)}},
    ]
    assert answer["ConsumedCapacity"] == [
        {"TableName": "ranged", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0},
        {"TableName": "hash", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0},
    ]


def test_a_key_of_another_type_cancels_a_read(engine: Engine) -> None:
    with refused("TransactionCanceledException") as members:
        engine.transact_get_items(
            TransactItems=[
                {"Get": {"TableName": "hash", "Key": {"p": s("a")}}},
                {"Get": {"TableName": "hash", "Key": {"p": n(1)}}},
            ]
        )
    assert [reason["Code"] for reason in members["CancellationReasons"]] == [
        "None",
        "ValidationError",
    ]


def test_the_course_examples_of_transactions(engine: Engine) -> None:
    item = {"p": s("a"), "t": s("x" * 5_000)}
    written = engine.transact_write_items(
        TransactItems=[put("hash", item)], ReturnConsumedCapacity="TOTAL"
    )
    read = engine.transact_get_items(
        TransactItems=[{"Get": {"TableName": "hash", "Key": {"p": s("a")}}}],
        ReturnConsumedCapacity="TOTAL",
    )
    assert 3 * written["ConsumedCapacity"][0]["CapacityUnits"] == 30
    assert 5 * read["ConsumedCapacity"][0]["CapacityUnits"] == 20


def test_an_item_of_a_transaction_in_flight_is_refused_as_the_service_does() -> None:
    settings = Settings(transaction_conflicts="service")
    message = "Transaction is ongoing for the item"
    with Engine.in_memory(settings=settings) as engine:
        make_tables(engine)
        region = engine._region
        assert region.in_flight is not None
        table = region.database.reload_catalog().tables["hash"]
        target = (table.storage_id, table.key_blob({"p": s("a")}))
        with region.in_flight.claim([target]) as taken:
            assert taken == [False]
            with refused("TransactionConflictException", message):
                engine.put_item(TableName="hash", Item={"p": s("a")})
            engine.put_item(TableName="hash", Item={"p": s("other")})
            assert "Item" not in engine.get_item(TableName="hash", Key={"p": s("a")})
            for operation, action in (
                ("TransactWriteItems", put("hash", {"p": s("a")})),
                ("TransactGetItems", {"Get": {"TableName": "hash", "Key": {"p": s("a")}}}),
            ):
                with refused("TransactionCanceledException") as members:
                    engine.call(operation, {"TransactItems": [action]})
                assert members["CancellationReasons"] == [
                    {"Code": "TransactionConflict", "Message": message}
                ]
        engine.transact_write_items(TransactItems=[put("hash", {"p": s("a")})])
        assert len(items_of(engine, "hash")) == 2
