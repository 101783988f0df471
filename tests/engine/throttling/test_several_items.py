"""Throttling of batches, transactions, pages and statements, by virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from engine.errors import ProvisionedThroughputExceededException, TransactionCanceledException
from tests.engine.throttling.provisioned import create

Json = dict[str, Any]
TABLE = "orders"


def item_of(number: int, text_bytes: int = 0) -> Json:
    """An item of about so many bytes."""
    return {"id": {"S": f"item-{number:03}"}, "text": {"S": "x" * text_bytes}}


def put_batch(engine: Engine, count: int, text_bytes: int = 0) -> Json:
    """Put so many items at once."""
    entries = [{"PutRequest": {"Item": item_of(number, text_bytes)}} for number in range(count)]
    return engine.call("BatchWriteItem", {"RequestItems": {TABLE: entries}})


def get_batch(engine: Engine, count: int) -> Json:
    """Get so many items at once, strongly consistent."""
    keys = [{"id": {"S": f"item-{number:03}"}} for number in range(count)]
    wanted = {"Keys": keys, "ConsistentRead": True}
    return engine.call("BatchGetItem", {"RequestItems": {TABLE: wanted}})


def ids(items: list[Json]) -> list[str]:
    """The keys of items."""
    return [item["id"]["S"] for item in items]


def test_a_batch_leaves_over_exactly_what_was_throttled(
    engine: Engine, clock: VirtualClock
) -> None:
    create(engine, 100, 7)
    answer = put_batch(engine, 10)
    left = [entry["PutRequest"]["Item"] for entry in answer["UnprocessedItems"][TABLE]]
    assert ids(left) == ["item-007", "item-008", "item-009"]
    written = engine.call("Scan", {"TableName": TABLE})["Items"]
    assert sorted(ids(written)) == [f"item-{number:03}" for number in range(7)]
    clock.advance(1)
    again = engine.call("BatchWriteItem", {"RequestItems": answer["UnprocessedItems"]})
    assert again["UnprocessedItems"] == {}


def test_a_batch_that_is_throttled_altogether_is_an_error(engine: Engine) -> None:
    create(engine, 100, 5)
    put_batch(engine, 5)
    with pytest.raises(ProvisionedThroughputExceededException):
        put_batch(engine, 5)


def test_keys_that_were_not_read_are_told(engine: Engine, clock: VirtualClock) -> None:
    create(engine, 4, 1_000)
    put_batch(engine, 10)
    answer = get_batch(engine, 10)
    assert ids(answer["Responses"][TABLE]) == [f"item-{number:03}" for number in range(4)]
    left = answer["UnprocessedKeys"][TABLE]
    assert ids(left["Keys"]) == [f"item-{number:03}" for number in range(4, 10)]
    assert left["ConsistentRead"] is True
    with pytest.raises(ProvisionedThroughputExceededException):
        get_batch(engine, 3)
    clock.advance(1)
    assert len(get_batch(engine, 3)["Responses"][TABLE]) == 3


def test_three_transactional_writes_of_five_kb_take_thirty_units(
    engine: Engine, clock: VirtualClock
) -> None:
    create(engine, 100, 30)
    for _ in range(2):
        for number in range(3):
            put = {"TableName": TABLE, "Item": item_of(number, 5_000)}
            engine.call("TransactWriteItems", {"TransactItems": [{"Put": put}]})
        with pytest.raises(TransactionCanceledException) as caught:
            engine.call("TransactWriteItems", {"TransactItems": [{"Put": put}]})
        (reason,) = caught.value.members["CancellationReasons"]
        assert reason["Code"] == "ProvisionedThroughputExceeded"
        clock.advance(1)


def test_five_transactional_reads_of_five_kb_take_twenty_units(
    engine: Engine, clock: VirtualClock
) -> None:
    create(engine, 20, 1_000)
    put_batch(engine, 1, 5_000)
    get = {"Get": {"TableName": TABLE, "Key": {"id": {"S": "item-000"}}}}
    for _ in range(2):
        for _ in range(5):
            engine.call("TransactGetItems", {"TransactItems": [get]})
        with pytest.raises(TransactionCanceledException, match="ProvisionedThroughputExceeded"):
            engine.call("TransactGetItems", {"TransactItems": [get]})
        clock.advance(1)


@pytest.mark.parametrize(
    ("operation", "request_of_all"),
    [
        ("Scan", {"TableName": TABLE}),
        ("ExecuteStatement", {"Statement": "SELECT * FROM orders"}),
    ],
)
def test_a_page_overdraws_and_the_next_one_waits(
    engine: Engine, clock: VirtualClock, operation: str, request_of_all: Json
) -> None:
    create(engine, 10, 1_000)
    put_batch(engine, 25, 16_000)
    assert len(engine.call(operation, request_of_all)["Items"]) == 25
    waited = 0
    while True:
        try:
            engine.call(operation, request_of_all)
            break
        except ProvisionedThroughputExceededException:
            clock.advance(1)
            waited += 1
    # 400 KB cost 49.5 units of the 10 that were there.
    assert waited == 4


def test_a_query_of_an_index_draws_on_the_index(engine: Engine) -> None:
    create(engine, 100, 1_000, index_writes=1_000)
    engine.call("PutItem", {"TableName": TABLE, "Item": item_of(1) | {"day": {"S": "Monday"}}})
    request = {
        "TableName": TABLE,
        "IndexName": "by-day",
        "KeyConditionExpression": "#day = :day",
        "ExpressionAttributeNames": {"#day": "day"},
        "ExpressionAttributeValues": {":day": {"S": "Monday"}},
    }
    for _ in range(2):
        engine.call("Query", request)
    with pytest.raises(ProvisionedThroughputExceededException) as caught:
        engine.call("Query", request)
    (reason,) = caught.value.members["ThrottlingReasons"]
    assert reason["reason"] == "IndexReadProvisionedThroughputExceeded"


def test_statements_are_throttled_one_by_one_in_a_batch(engine: Engine) -> None:
    create(engine, 100, 2)
    statements = [
        {"Statement": f"INSERT INTO orders VALUE {{'id': 'item-{number}'}}"} for number in range(4)
    ]
    answers = engine.call("BatchExecuteStatement", {"Statements": statements})["Responses"]
    codes = [answer.get("Error", {}).get("Code") for answer in answers]
    assert codes == [None, None, "ProvisionedThroughputExceeded", "ProvisionedThroughputExceeded"]


def test_a_statement_on_demand_is_refused_with_the_code_of_batches(clock: VirtualClock) -> None:
    with Engine.in_memory(settings=Settings(throttling="enforce"), clock=clock) as engine:
        engine.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            OnDemandThroughput={"MaxReadRequestUnits": 1, "MaxWriteRequestUnits": 1},
        )
        statements = [{"Statement": f"INSERT INTO orders VALUE {{'id': '{n}'}}"} for n in range(2)]
        _, refused = engine.batch_execute_statement(Statements=statements)["Responses"]
    assert refused["Error"]["Code"] == "ThrottlingError"


def test_a_transaction_that_a_condition_cancels_pays_for_all_its_actions(
    engine: Engine, clock: VirtualClock
) -> None:
    create(engine, 100, 20)
    put_batch(engine, 1, 3_000)
    clock.advance(1)
    actions = [
        {
            "Put": {
                "TableName": TABLE,
                "Item": item_of(0),
                "ConditionExpression": "attribute_not_exists(id)",
            }
        },
        {"Put": {"TableName": TABLE, "Item": item_of(1)}},
    ]
    with pytest.raises(TransactionCanceledException, match="ConditionalCheckFailed, None"):
        engine.call("TransactWriteItems", {"TransactItems": actions})
    (table,) = engine.capacity_report(TABLE, 1).resources
    # 3 KB and a small item, twice each.
    assert table.writes.consumed == (8.0,)
