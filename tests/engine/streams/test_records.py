"""Stream records: their exact shape, images by view type, and writes that leave none."""

from __future__ import annotations

from typing import Any

import pytest

from engine import ApiError, Engine, VirtualClock
from tests.engine.streams.reading import TABLE, key, make_table, put, read_all, told

ONE = key("a") | {"n": {"N": "1"}}
TWO = key("a") | {"n": {"N": "2"}, "raw": {"B": b"\x00\x01"}}


def test_the_whole_shape(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    engine.put_item(TableName=TABLE, Item=ONE)
    clock.advance(2.9)
    engine.put_item(TableName=TABLE, Item=TWO)
    first, second = read_all(engine, arn)
    number = int(first["dynamodb"]["SequenceNumber"])
    assert len(first.pop("eventID")) == 32
    assert first == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_700_000_000,
            "Keys": key("a"),
            "NewImage": ONE,
            "SequenceNumber": str(number),
            "SizeBytes": 4 + 4 + 3,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }
    assert second["eventID"] != first
    assert second["dynamodb"] == {
        "ApproximateCreationDateTime": 1_700_000_002,
        "Keys": key("a"),
        "NewImage": TWO,
        "OldImage": ONE,
        "SequenceNumber": str(number + 1),
        "SizeBytes": 4 + (4 + 3 + 5) + (4 + 3),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert read_all(engine, arn)[1] == second


@pytest.mark.parametrize(
    ("view", "with_old", "with_new"),
    [
        ("KEYS_ONLY", False, False),
        ("NEW_IMAGE", False, True),
        ("OLD_IMAGE", True, False),
        ("NEW_AND_OLD_IMAGES", True, True),
    ],
)
def test_images_by_view_type(engine: Engine, view: str, with_old: bool, with_new: bool) -> None:
    arn = make_table(engine, view)
    engine.put_item(TableName=TABLE, Item=ONE)
    engine.put_item(TableName=TABLE, Item=TWO)
    engine.delete_item(TableName=TABLE, Key=key("a"))
    records = read_all(engine, arn)

    def image(wanted: bool, item: Any) -> Any:
        return item if wanted else None

    assert [told(record) for record in records] == [
        ("INSERT", None, image(with_new, ONE)),
        ("MODIFY", image(with_old, ONE), image(with_new, TWO)),
        ("REMOVE", image(with_old, TWO), None),
    ]
    sizes = [4 + 7 * with_new, 4 + 7 * with_old + 12 * with_new, 4 + 12 * with_old]
    for record, size in zip(records, sizes, strict=True):
        assert record["dynamodb"]["Keys"] == key("a")
        assert record["dynamodb"]["StreamViewType"] == view
        assert record["dynamodb"]["SizeBytes"] == size


def test_writes_that_change_nothing_leave_no_record(engine: Engine) -> None:
    arn = make_table(engine)
    put(engine, "a", tags={"SS": ["x", "y"]}, n={"N": "1"})
    # The same item, its attributes, the members of its set and its number written otherwise.
    put(engine, "a", n={"N": "1.0"}, tags={"SS": ["y", "x"]})
    engine.delete_item(TableName=TABLE, Key=key("none"))
    update: dict[str, Any] = {
        "TableName": TABLE,
        "Key": key("a"),
        "UpdateExpression": "SET n = :n REMOVE gone",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    engine.update_item(**update)
    with pytest.raises(ApiError, match="conditional"):
        engine.put_item(TableName=TABLE, Item=key("a"), ConditionExpression="attribute_exists(x)")
    assert len(read_all(engine, arn)) == 1
    update["ExpressionAttributeValues"] = {":n": {"N": "2"}}
    engine.update_item(**update)
    assert [told(record)[0] for record in read_all(engine, arn)] == ["INSERT", "MODIFY"]


def test_every_way_to_write_leaves_records(engine: Engine) -> None:
    arn = make_table(engine)
    engine.update_item(TableName=TABLE, Key=key("upsert"))
    engine.batch_write_item(
        RequestItems={TABLE: [{"PutRequest": {"Item": key(p)}} for p in ("b1", "b2")]}
    )
    engine.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": TABLE, "Item": key("t1")}},
            {"Delete": {"TableName": TABLE, "Key": key("b1")}},
        ]
    )
    engine.execute_statement(Statement=f"INSERT INTO {TABLE} VALUE {{'p': 'q', 'r': '1'}}")
    engine.load_items(TABLE, [key("loaded")])
    found = [
        (record["eventName"], record["dynamodb"]["Keys"]["p"]["S"])
        for record in read_all(engine, arn)
    ]
    assert found == [
        ("INSERT", "upsert"),
        ("INSERT", "b1"),
        ("INSERT", "b2"),
        ("INSERT", "t1"),
        ("REMOVE", "b1"),
        ("INSERT", "q"),
        ("INSERT", "loaded"),
    ]


def test_an_engine_in_memory_logs_only_what_a_stream_asks_for(engine: Engine) -> None:
    make_table(engine)
    engine.create_table(
        TableName="other",
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    engine.put_item(TableName="other", Item={"p": {"S": "a"}})
    put(engine, "a")
    assert engine.storage_report().change_log_entries == 1
