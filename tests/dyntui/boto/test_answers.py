"""boto3 on an engine in this process: what it gives is what it gives with the service."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError, ParamValidationError

from dyntui import boto
from engine import Engine
from engine.errors import ApiError, InternalServerError, api_error
from tests.dyntui.boto.orders import DEFINITION, TABLE, FailingEngine, code_of, key


@pytest.fixture
def client(dynamodb_client: Any) -> Any:
    """A client, and the table."""
    dynamodb_client.create_table(**DEFINITION)
    return dynamodb_client


@pytest.fixture
def table(dynamodb: Any) -> Any:
    """The table of a resource."""
    return dynamodb.create_table(**DEFINITION)


def test_an_item_of_all_types_comes_back_as_it_was(client: Any) -> None:
    item = key() | {
        "text": {"S": "ü"},
        "number": {"N": "12345678901234567890.123456789012345678"},
        "binary": {"B": b"\x00\xff"},
        "truth": {"BOOL": False},
        "nothing": {"NULL": True},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2.5"]},
        "binaries": {"BS": [b"\x01"]},
        "list": {"L": [{"N": "1"}, {"B": b"\x02"}]},
        "map": {"M": {"inner": {"L": [{"M": {}}]}}},
    }
    client.put_item(TableName=TABLE, Item=item)
    assert client.get_item(TableName=TABLE, Key=key())["Item"] == item


def test_a_table_of_a_resource_takes_and_gives_python_values(table: Any) -> None:
    item = {
        "customer": "ada",
        "placed": 7,
        "total": Decimal("19.90"),
        "tags": {"gift", "express"},
        "seal": b"\x00\x01",
        "lines": [{"what": "pen", "count": 2}, None, True],
    }
    table.put_item(Item=item)
    read = table.get_item(Key={"customer": "ada", "placed": 7})["Item"]
    assert read == item
    assert isinstance(read["seal"], Binary)


def test_the_conditions_of_boto3_become_expressions(table: Any) -> None:
    for placed in range(5):
        table.put_item(Item={"customer": "ada", "placed": placed, "paid": placed % 2 == 0})
    found = table.query(
        KeyConditionExpression=Key("customer").eq("ada") & Key("placed").gt(0),
        FilterExpression=Attr("paid").eq(True),
    )
    assert [item["placed"] for item in found["Items"]] == [2, 4]
    assert (found["Count"], found["ScannedCount"]) == (2, 4)


def test_a_paginator_reads_page_after_page(client: Any) -> None:
    for placed in range(7):
        client.put_item(TableName=TABLE, Item=key(placed=placed))
    pages = client.get_paginator("query").paginate(
        TableName=TABLE,
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": "ada"}},
        PaginationConfig={"PageSize": 3},
    )
    assert [page["Count"] for page in pages] == [3, 3, 1]


def test_waiters_end_at_once(dynamodb_client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", _not_to_be_called)
    dynamodb_client.create_table(**DEFINITION)
    dynamodb_client.get_waiter("table_exists").wait(TableName=TABLE)
    dynamodb_client.delete_table(TableName=TABLE)
    dynamodb_client.get_waiter("table_not_exists").wait(TableName=TABLE)


def test_times_are_those_of_the_clock(dynamodb_client: Any) -> None:
    described = dynamodb_client.create_table(**DEFINITION)["TableDescription"]
    assert described["CreationDateTime"].timestamp() == 1_700_000_000


def test_an_answer_carries_a_request_id_and_its_checksum(client: Any) -> None:
    answers = [client.describe_table(TableName=TABLE)["ResponseMetadata"] for _ in range(2)]
    ids = {answer["RequestId"] for answer in answers}
    assert len(ids) == 2
    assert all(re.fullmatch("[A-Z0-9]{52}", one) for one in ids)
    metadata = client.get_item(TableName=TABLE, Key=key("nobody"))["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 200
    assert metadata["RetryAttempts"] == 0
    assert metadata["HTTPHeaders"] == {
        "content-type": "application/x-amz-json-1.0",
        "content-length": "2",
        "x-amzn-requestid": metadata["RequestId"],
        "x-amz-crc32": "2745614147",
    }


def test_a_failed_condition_raises_its_class_with_the_item(client: Any) -> None:
    client.put_item(TableName=TABLE, Item=key() | {"seal": {"B": b"\x00"}})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName=TABLE,
            Item=key(),
            ConditionExpression="attribute_not_exists(customer)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    error = caught.value
    assert str(error) == (
        "An error occurred (ConditionalCheckFailedException) when calling the PutItem operation: "
        "The conditional request failed"
    )
    assert error.response["Item"] == key() | {"seal": {"B": b"\x00"}}
    assert error.response["message"] == "The conditional request failed"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_missing_table_raises_its_class(dynamodb_client: Any) -> None:
    with pytest.raises(dynamodb_client.exceptions.ResourceNotFoundException):
        dynamodb_client.describe_table(TableName="nowhere")


def test_an_error_without_a_class_is_a_client_error(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        client.get_item(TableName=TABLE, Key={"customer": {"S": ""}, "placed": {"N": "1"}})
    assert code_of(caught.value) == "ValidationException"
    assert "empty string value" in str(caught.value)


def test_the_reasons_of_a_cancelled_transaction_come_with_their_items() -> None:
    reasons = [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": {"seal": {"B": "AAE="}},
        },
    ]
    failure = api_error(
        "TransactionCanceledException", "Transaction cancelled", CancellationReasons=reasons
    )
    client = boto.client(FailingEngine(failure))
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(
            TransactItems=[{"Delete": {"TableName": TABLE, "Key": key()}}] * 2
        )
    assert caught.value.response["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": {"seal": {"B": b"\x00\x01"}},
        },
    ]


@pytest.mark.parametrize(
    "failure",
    [
        api_error("ProvisionedThroughputExceededException", "Too fast"),
        InternalServerError("Internal server error"),
    ],
)
def test_what_the_service_would_have_tried_again_fails_at_once(
    failure: ApiError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", _not_to_be_called)
    with pytest.raises(ClientError) as caught:
        boto.client(FailingEngine(failure)).list_tables()
    assert code_of(caught.value) == failure.code
    assert failure.message in str(caught.value)


def test_a_fault_of_the_engine_is_not_disguised() -> None:
    client = boto.client(FailingEngine(ZeroDivisionError("a fault")))
    with pytest.raises(ZeroDivisionError, match="a fault"):
        client.list_tables()


def test_boto3_checks_parameters_as_ever(client: Any) -> None:
    with pytest.raises(ParamValidationError, match="Missing required parameter"):
        client.put_item(TableName=TABLE)


def test_several_threads_share_a_client(client: Any) -> None:
    def add(_: int) -> None:
        client.update_item(
            TableName=TABLE,
            Key=key(),
            UpdateExpression="ADD visits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(80)))
    assert client.get_item(TableName=TABLE, Key=key())["Item"]["visits"] == {"N": "80"}


def test_engines_do_not_mix() -> None:
    with Engine.in_memory() as one, Engine.in_memory() as other:
        first, second = boto.client(one), boto.resource(other)
        first.create_table(**DEFINITION)
        assert first.list_tables()["TableNames"] == [TABLE]
        assert list(second.tables.all()) == []


def _not_to_be_called(*_: Any) -> None:
    raise AssertionError("something waits")
