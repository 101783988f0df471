"""What a remote gives has the form of what an engine gives, whoever wrote the remote."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from engine import ApiError, Engine, VirtualClock
from engine.client.remote import RemoteClient
from engine.errors import (
    ConditionalCheckFailedException,
    ResourceInUseException,
    ResourceNotFoundException,
    ValidationException,
)
from tests.engine.client.servers import SERVERS, running

Json = dict[str, Any]

_numbers = count()


@pytest.fixture(scope="module", params=SERVERS)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each server's address."""
    with running(str(request.param)) as url:
        yield url


@pytest.fixture(scope="module")
def engine_address() -> Iterator[str]:
    """A server on an engine whose clock stands still."""
    with running("small") as url:
        yield url


@pytest.fixture
def remote(address: str) -> Iterator[RemoteClient]:
    """A client of a server."""
    client = RemoteClient(endpoint_url=address, region="us-east-1")
    yield client
    client.close()


def table_definition(name: str) -> Json:
    """A table with a sort key."""
    return {
        "TableName": name,
        "AttributeDefinitions": [
            {"AttributeName": "who", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "who", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


@pytest.fixture
def table(remote: RemoteClient) -> str:
    """A new table."""
    name = f"table-{next(_numbers)}"
    remote.create_table(**table_definition(name))
    return name


def key(at: int = 1) -> Json:
    """A key."""
    return {"who": {"S": "ada"}, "at": {"N": str(at)}}


ALL_TYPES: Json = {
    "text": {"S": "ü"},
    "number": {"N": "12345678901234567890.123456789012345678"},
    "binary": {"B": b"\x00\xff"},
    "truth": {"BOOL": False},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a"]},
    "numbers": {"NS": ["2.5"]},
    "binaries": {"BS": [b"\x01"]},
    "list": {"L": [{"N": "1"}, {"B": b"\x02"}]},
    "map": {"M": {"inner": {"L": [{"M": {}}]}}},
}


def test_an_item_of_all_types_comes_back_as_it_was(remote: RemoteClient, table: str) -> None:
    remote.put_item(TableName=table, Item=key() | ALL_TYPES)
    assert remote.get_item(TableName=table, Key=key()) == {"Item": key() | ALL_TYPES}


def test_binary_may_be_given_as_the_wires_text(remote: RemoteClient, table: str) -> None:
    remote.put_item(TableName=table, Item=key() | {"seal": {"B": "AP8="}})
    assert remote.get_item(TableName=table, Key=key())["Item"]["seal"] == {"B": b"\x00\xff"}


def test_a_missing_item_is_no_member(remote: RemoteClient, table: str) -> None:
    assert remote.get_item(TableName=table, Key=key(9)) == {}


def test_times_are_seconds_since_the_epoch(remote: RemoteClient, table: str) -> None:
    created = remote.describe_table(TableName=table)["Table"]["CreationDateTime"]
    assert type(created) in (int, float)
    assert 1_600_000_000 < created < 4_000_000_000


def test_a_query_goes_on_where_it_stopped(remote: RemoteClient, table: str) -> None:
    for at in range(5):
        remote.put_item(TableName=table, Item=key(at))
    request: Json = {
        "TableName": table,
        "KeyConditionExpression": "who = :w",
        "ExpressionAttributeValues": {":w": {"S": "ada"}},
        "Limit": 3,
    }
    first = remote.query(**request)
    second = remote.query(**request, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["at"]["N"] for item in first["Items"] + second["Items"]] == list("01234")


def test_a_failed_condition_raises_the_engines_class_with_the_item(
    remote: RemoteClient, table: str
) -> None:
    remote.put_item(TableName=table, Item=key() | {"seal": {"B": b"\x00"}})
    with pytest.raises(ConditionalCheckFailedException) as caught:
        remote.put_item(
            TableName=table,
            Item=key(),
            ConditionExpression="attribute_not_exists(who)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.message == "The conditional request failed"
    assert caught.value.members == {"Item": key() | {"seal": {"B": b"\x00"}}}


def test_errors_have_the_engines_classes(remote: RemoteClient, table: str) -> None:
    with pytest.raises(ResourceNotFoundException):
        remote.describe_table(TableName="nowhere")
    with pytest.raises(ResourceInUseException):
        remote.create_table(**table_definition(table))
    with pytest.raises(ValidationException):
        remote.get_item(TableName=table, Key={"who": {"S": "ada"}})


SCRIPT: list[tuple[str, Json]] = [
    ("ListTables", {}),
    ("CreateTable", table_definition("notes")),
    ("DescribeTable", {"TableName": "notes"}),
    ("PutItem", {"TableName": "notes", "Item": key() | ALL_TYPES}),
    (
        "PutItem",
        {
            "TableName": "notes",
            "Item": key(2),
            "ReturnConsumedCapacity": "INDEXES",
            "ReturnValues": "ALL_OLD",
        },
    ),
    ("GetItem", {"TableName": "notes", "Key": key(), "ReturnConsumedCapacity": "TOTAL"}),
    ("Scan", {"TableName": "notes", "Limit": 1}),
    (
        "UpdateItem",
        {
            "TableName": "notes",
            "Key": key(),
            "UpdateExpression": "SET binary = :b, more = :n",
            "ExpressionAttributeValues": {":b": {"B": b"\x09"}, ":n": {"N": "1e3"}},
            "ReturnValues": "UPDATED_NEW",
        },
    ),
    ("DeleteItem", {"TableName": "notes", "Key": key(2), "ReturnValues": "ALL_OLD"}),
    (
        "DeleteItem",
        {
            "TableName": "notes",
            "Key": key(),
            "ConditionExpression": "attribute_exists(missing)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    ("TagResource", {"ResourceArn": "arn:nothing", "Tags": []}),
    ("PutItem", {"TableName": "notes", "Item": {"who": "not typed"}}),
    ("PutItem", {"TableName": "notes", "Item": "no item"}),
    ("GetItem", {"TableName": "notes"}),
    ("GetItem", {"TableName": 7, "Key": {}}),
    ("Scan", {"TableName": "no", "Segment": 9}),
    ("DeleteTable", {"TableName": "notes"}),
    ("DescribeTable", {"TableName": "notes"}),
    ("NoOperation", {}),
]


def test_a_remote_engine_gives_what_the_engine_gives(engine_address: str) -> None:
    remote = RemoteClient(endpoint_url=engine_address, region="us-east-1")
    with Engine.in_memory(clock=VirtualClock()) as engine:
        answers = [(_outcome(engine, *step), _outcome(remote, *step)) for step in SCRIPT]
    remote.close()
    for (operation, _), (here, there) in zip(SCRIPT, answers, strict=True):
        assert (operation, _without_ids(there)) == (operation, _without_ids(here))


def _outcome(client: Engine | RemoteClient, operation: str, request: Json) -> Any:
    try:
        return client.call(operation, request)
    except ApiError as error:
        return type(error), error.code, error.message, error.members


def _without_ids(outcome: Any) -> Any:
    """A table's id is drawn."""
    for member in ("Table", "TableDescription"):
        if isinstance(outcome, dict) and member in outcome:
            outcome = outcome | {member: outcome[member] | {"TableId": ""}}
    return outcome
