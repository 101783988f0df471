"""SDKs and tools written for the service, against a live server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from engine import Account
from tests.dyntui.serve.live import HOST, LiveServer

CREDENTIALS = {"aws_access_key_id": "any", "aws_secret_access_key": "thing"}
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "AttributeDefinitions": [
        {"AttributeName": "customer", "AttributeType": "S"},
        {"AttributeName": "number", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "number", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
ORDER = {
    "customer": {"S": "ada"},
    "number": {"N": "12345678901234567890123456789012345678"},
    "binary": {"B": bytes(range(256))},
    "sets": {"M": {"s": {"SS": ["a", "b"]}, "n": {"NS": ["1", "2.5"]}, "b": {"BS": [b"\0", b"1"]}}},
    "list": {"L": [{"BOOL": True}, {"NULL": True}, {"S": "\u0000 snow ☃ and 𝄞"}, {"S": ""}]},
}


def arguments(live: LiveServer, region: str = "us-east-1") -> dict[str, Any]:
    """What points an SDK at the server."""
    return {
        "endpoint_url": f"http://{HOST}:{live.port}",
        "region_name": region,
        "config": Config(retries={"total_max_attempts": 1}),
        **CREDENTIALS,
    }


@pytest.fixture
def live() -> Iterator[LiveServer]:
    """A server in memory, which must have seen no failure in the end."""
    with LiveServer(Account.in_memory()) as server:
        yield server
    assert server.failures == []


@pytest.fixture
def client(live: LiveServer) -> Iterator[Any]:
    """boto3's client."""
    made = boto3.session.Session().client("dynamodb", **arguments(live))
    yield made
    made.close()


def test_a_client_of_boto3_gets_back_what_it_put(client: Any) -> None:
    client.create_table(**TABLE)
    client.get_waiter("table_exists").wait(TableName="orders")
    client.put_item(TableName="orders", Item=ORDER)
    key = {name: ORDER[name] for name in ("customer", "number")}
    answer = client.get_item(TableName="orders", Key=key, ReturnConsumedCapacity="TOTAL")
    item = answer["Item"]
    for kind in ("s", "n", "b"):
        (members,) = item["sets"]["M"][kind].values()
        members.sort()
    assert item == ORDER
    assert answer["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 0.5}
    assert len(answer["ResponseMetadata"]["RequestId"]) == 52
    assert client.list_tables()["TableNames"] == ["orders"]
    client.delete_table(TableName="orders")
    client.get_waiter("table_not_exists").wait(TableName="orders")


def test_errors_are_those_that_boto3_expects(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="orders", Key={"customer": {"S": "ada"}})
    client.create_table(**TABLE)
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.create_table(**TABLE)
    client.put_item(TableName="orders", Item=ORDER)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as failed:
        client.put_item(
            TableName="orders",
            Item=ORDER,
            ConditionExpression="attribute_not_exists(customer)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert failed.value.response["Item"]["binary"] == ORDER["binary"]
    with pytest.raises(ClientError, match="ValidationException"):
        client.get_item(TableName="orders", Key={"customer": {"S": "ada"}})


def test_pages_and_the_resource_of_boto3(live: LiveServer) -> None:
    resource = boto3.session.Session().resource("dynamodb", **arguments(live))
    table = resource.create_table(**TABLE)
    table.wait_until_exists()
    for number in range(25):
        table.put_item(Item={"customer": "ada", "number": number, "even": number % 2 == 0})
    page = table.query(
        KeyConditionExpression=Key("customer").eq("ada") & Key("number").gte(5),
        FilterExpression=Attr("even").eq(True),
        ScanIndexForward=False,
    )
    assert [item["number"] for item in page["Items"]] == [Decimal(n) for n in range(24, 5, -2)]
    updated = table.update_item(
        Key={"customer": "ada", "number": 3},
        UpdateExpression="SET amount = if_not_exists(amount, :zero) + :more",
        ExpressionAttributeValues={":zero": 0, ":more": Decimal("1.25")},
        ReturnValues="ALL_NEW",
    )
    assert updated["Attributes"]["amount"] == Decimal("1.25")
    paginator = resource.meta.client.get_paginator("scan")
    pages = list(paginator.paginate(TableName="orders", PaginationConfig={"PageSize": 10}))
    assert [page["Count"] for page in pages] == [10, 10, 5]
    assert sum(len(page["Items"]) for page in pages) == 25
    resource.meta.client.close()


def test_two_regions_are_apart(live: LiveServer, client: Any) -> None:
    client.create_table(**TABLE)
    there = boto3.session.Session().client("dynamodb", **arguments(live, "ap-south-1"))
    assert there.list_tables()["TableNames"] == []
    there.close()


class ByTotal(GlobalSecondaryIndex["Order"]):  # type: ignore[no-untyped-call]
    """Orders of a customer by their total."""

    class Meta:
        """Of the index."""

        index_name = "by-total"
        projection = AllProjection()

    customer = UnicodeAttribute(hash_key=True)
    total = NumberAttribute(range_key=True)


class Order(Model):
    """An order, as PynamoDB has it."""

    class Meta:
        """Of the table; the server's address is set by the test."""

        table_name = "orders"
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"
        aws_access_key_id = CREDENTIALS["aws_access_key_id"]
        aws_secret_access_key = CREDENTIALS["aws_secret_access_key"]
        host: str | None = None

    customer = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    total = NumberAttribute()
    tags = UnicodeSetAttribute(null=True)
    by_total = ByTotal()


def test_a_model_of_pynamodb(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Order.Meta, "host", f"http://{HOST}:{live.port}")
    monkeypatch.setattr(Order, "_connection", None)
    Order.create_table(wait=True)
    for number in range(10):
        Order("ada", number, total=100 - number, tags={"new", "paid"}).save()
    found = Order.get("ada", 4)
    assert (found.total, found.tags) == (96, {"new", "paid"})
    found.update(actions=[Order.total.set(Order.total + 5)], condition=Order.total == 96)
    assert [order.number for order in Order.by_total.query("ada", Order.total > 97)] == [2, 1, 0, 4]
    found.delete()
    with pytest.raises(Order.DoesNotExist):
        Order.get("ada", 4)
    assert sum(1 for _ in Order.scan(page_size=3)) == 9
    Order.delete_table()


def test_the_aws_cli(live: LiveServer, tmp_path: Path) -> None:
    program = shutil.which(os.environ.get("DYNTUI_AWS_CLI", "aws"))
    if program is None:
        pytest.skip("the AWS CLI is not installed")
    environment = {
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "thing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "HOME": str(tmp_path),
    }

    def aws(*command: str) -> Any:
        finished = subprocess.run(
            [program, "dynamodb", "--endpoint-url", f"http://{HOST}:{live.port}", *command],
            capture_output=True,
            env=os.environ | environment,
            check=False,
        )
        if finished.returncode:
            return finished.stderr.decode().strip()
        return orjson.loads(finished.stdout) if finished.stdout else None

    aws("create-table", "--cli-input-json", orjson.dumps(TABLE).decode())
    item = '{"customer": {"S": "ada"}, "number": {"N": "1"}}'
    assert aws("put-item", "--table-name", "orders", "--item", item) is None
    assert aws("scan", "--table-name", "orders")["Count"] == 1
    assert aws("describe-table", "--table-name", "nothing") == (
        "An error occurred (ResourceNotFoundException) when calling the DescribeTable operation: "
        "Requested resource not found: Table: nothing not found"
    )
