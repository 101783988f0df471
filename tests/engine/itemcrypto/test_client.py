"""A Client around an engine: what is stored is sealed, what is answered is plain and verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine import ApiError, Engine
from engine.client.protocol import OWNER, Context, Json
from engine.errors import (
    ConditionalCheckFailedException,
    TransactionCanceledException,
    ValidationException,
)
from engine.itemcrypto.beacons import StandardBeacon, hmac_key
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.errors import (
    ItemKeyError,
    ItemRefusedError,
    ItemSchemaError,
    ItemTamperedError,
    NotSealedError,
    SealedOperationError,
    SealRefusedError,
)
from engine.itemcrypto.header import Suite
from engine.itemcrypto.protection import PlainItems, Protection
from engine.itemcrypto.schema import FOOTER, HEADER
from tests.engine.itemcrypto.samples import AES, ITEM, KEY, SCHEMA, changed
from tests.vectors.comparing import check_item

KEY_OF_ITEM = {"id": ITEM["id"], "at": ITEM["at"]}
PROTECTION = Protection(SCHEMA, AES)
_BEACON = StandardBeacon("name", 8, hmac_key(KEY, "name"))


@pytest.fixture
def db() -> Iterator[Engine]:
    """An engine with the tables `orders`, which is to be sealed, and `plain`."""
    with Engine.in_memory() as engine:
        for table in ("orders", "plain"):
            engine.create_table(
                TableName=table,
                KeySchema=[
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                AttributeDefinitions=[
                    {"AttributeName": "id", "AttributeType": "S"},
                    {"AttributeName": "at", "AttributeType": "N"},
                    {"AttributeName": "aws_dbe_b_name", "AttributeType": "S"},
                ],
                BillingMode="PAY_PER_REQUEST",
                GlobalSecondaryIndexes=[
                    {
                        "IndexName": "by-name",
                        "KeySchema": [{"AttributeName": "aws_dbe_b_name", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
            )
        yield engine


@pytest.fixture
def client(db: Engine) -> EncryptedClient:
    return EncryptedClient(db, {"orders": PROTECTION})


@pytest.fixture
def searching(db: Engine) -> EncryptedClient:
    protection = replace(PROTECTION, suite=Suite.MAC_ONLY, beacons=(_BEACON,))
    return EncryptedClient(db, {"orders": protection})


def stored(db: Engine, key: Json = KEY_OF_ITEM) -> Json:
    item: Json = db.get_item(TableName="orders", Key=key)["Item"]
    return item


def numbered(number: int, **values: Any) -> Json:
    return ITEM | {"at": {"N": str(number)}} | values


def test_an_item_is_stored_sealed_and_comes_back_plain(db: Engine, client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    assert {HEADER, FOOTER} < stored(db).keys()
    assert "S" not in stored(db)["name"]
    check_item(client.get_item(TableName="orders", Key=KEY_OF_ITEM)["Item"], ITEM)
    assert "Item" not in client.get_item(TableName="orders", Key={**KEY_OF_ITEM, "at": {"N": "9"}})


def test_other_tables_pass_through(db: Engine, client: EncryptedClient) -> None:
    client.put_item(TableName="plain", Item=ITEM)
    check_item(db.get_item(TableName="plain", Key=KEY_OF_ITEM)["Item"], ITEM)
    assert client.list_tables()["TableNames"] == ["orders", "plain"]


def test_parts_of_items_are_taken_from_whole_ones(client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    parts = {
        "ProjectionExpression": "#n, #l[0].price",
        "ExpressionAttributeNames": {"#n": "name", "#l": "lines"},
    }
    part = {"name": ITEM["name"], "lines": ITEM["lines"]}
    got = client.get_item(TableName="orders", Key=KEY_OF_ITEM, **parts)
    assert got["Item"] == part
    assert client.scan(TableName="orders", **parts)["Items"] == [part]
    assert client.scan(TableName="orders", Select="SPECIFIC_ATTRIBUTES", **parts)["Count"] == 1
    batch = client.batch_get_item(RequestItems={"orders": {"Keys": [KEY_OF_ITEM], **parts}})
    assert batch["Responses"]["orders"] == [part]
    get = {"Get": {"TableName": "orders", "Key": KEY_OF_ITEM, **parts}}
    assert client.transact_get_items(TransactItems=[get])["Responses"] == [{"Item": part}]


@pytest.mark.parametrize(
    ("select", "projection"),
    [("SPECIFIC_ATTRIBUTES", None), ("COUNT", "city"), ("ALL_ATTRIBUTES", "city")],
)
def test_a_select_that_does_not_go_with_the_projection_is_refused(
    client: EncryptedClient, select: str, projection: str | None
) -> None:
    more = {} if projection is None else {"ProjectionExpression": projection}
    with pytest.raises(ValidationException, match="when choosing to get"):
        client.scan(TableName="orders", Select=select, **more)


def test_query_and_scan_open_what_they_find(client: EncryptedClient) -> None:
    for number in range(3):
        client.put_item(TableName="orders", Item=numbered(number))
    query = {
        "TableName": "orders",
        "KeyConditionExpression": "id = :i AND #a > :a",
        "FilterExpression": "city = :c",
        "ExpressionAttributeNames": {"#a": "at"},
        "ExpressionAttributeValues": {":i": {"S": "ada"}, ":a": {"N": "0"}, ":c": ITEM["city"]},
    }
    answer = client.query(**query)
    assert [item["at"]["N"] for item in answer["Items"]] == ["1", "2"]
    check_item(answer["Items"][0], numbered(1))
    counted = client.query(**query, Select="COUNT")
    assert (counted["Count"], "Items" in counted) == (2, False)
    assert client.scan(TableName="orders")["Count"] == 3


def test_old_images_are_opened(client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    old = client.put_item(TableName="orders", Item=ITEM, ReturnValues="ALL_OLD")
    check_item(old["Attributes"], ITEM)
    with pytest.raises(ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName="orders",
            Item=ITEM,
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    check_item(caught.value.members["Item"], ITEM)
    gone = client.delete_item(TableName="orders", Key=KEY_OF_ITEM, ReturnValues="ALL_OLD")
    check_item(gone["Attributes"], ITEM)


def test_batches_seal_and_open(db: Engine, client: EncryptedClient) -> None:
    puts = [{"PutRequest": {"Item": numbered(number)}} for number in range(3)]
    answer = client.batch_write_item(RequestItems={"orders": puts, "plain": puts[:1]})
    assert answer["UnprocessedItems"] == {}
    keys = [{"id": ITEM["id"], "at": {"N": str(number)}} for number in range(3)]
    read = client.batch_get_item(RequestItems={"orders": {"Keys": keys}})
    found = sorted(read["Responses"]["orders"], key=lambda item: str(item["at"]["N"]))
    for number, item in enumerate(found):
        check_item(item, numbered(number))
        assert HEADER in stored(db, keys[number])


def test_a_table_may_be_named_by_its_arn() -> None:
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
    client = EncryptedClient(_Unwilling(), {"orders": PROTECTION})
    assert client.protection_of(arn) is PROTECTION
    writes = [{"PutRequest": {"Item": ITEM}}]
    answer = client.batch_write_item(RequestItems={arn: writes})
    assert answer["UnprocessedItems"] == {arn: writes}


class _Unwilling:
    """A Client that does nothing of a batch."""

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        del context
        name = "UnprocessedKeys" if operation == "BatchGetItem" else "UnprocessedItems"
        return {"Responses": {}, name: request["RequestItems"]}


def test_what_a_batch_leaves_comes_back_as_it_was_given() -> None:
    client = EncryptedClient(_Unwilling(), {"orders": PROTECTION})
    writes = [
        {"PutRequest": {"Item": ITEM}},
        {"DeleteRequest": {"Key": KEY_OF_ITEM}},
    ]
    answer = client.batch_write_item(RequestItems={"orders": writes})
    assert answer["UnprocessedItems"] == {"orders": writes}
    asked = {"orders": {"Keys": [KEY_OF_ITEM], "ProjectionExpression": "city"}}
    assert client.batch_get_item(RequestItems=asked)["UnprocessedKeys"] == asked


def test_transactions_seal_open_and_check(client: EncryptedClient) -> None:
    put = {"Put": {"TableName": "orders", "Item": ITEM}}
    client.transact_write_items(TransactItems=[put])
    get = {"Get": {"TableName": "orders", "Key": KEY_OF_ITEM}}
    [response] = client.transact_get_items(TransactItems=[get])["Responses"]
    check_item(response["Item"], ITEM)
    put["Put"] |= {
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[put])
    check_item(caught.value.members["CancellationReasons"][0]["Item"], ITEM)
    condition = {"ConditionExpression": "#n = :n", "ExpressionAttributeNames": {"#n": "name"}}
    check = {"ConditionCheck": {"TableName": "orders", "Key": KEY_OF_ITEM, **condition}}
    with pytest.raises(SealedOperationError, match="name is encrypted"):
        client.transact_write_items(TransactItems=[check])


def test_an_update_may_touch_only_what_is_unsigned(client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    update: Json = {
        "TableName": "orders",
        "Key": KEY_OF_ITEM,
        "UpdateExpression": "SET seen = seen + :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValues": "ALL_NEW",
    }
    answer = client.update_item(**update)
    check_item(answer["Attributes"], changed(ITEM, seen={"N": "4"}))
    assert client.update_item(**update | {"ReturnValues": "UPDATED_NEW"})["Attributes"] == {
        "seen": {"N": "5"}
    }
    absent = update | {
        "Key": {**KEY_OF_ITEM, "at": {"N": "9"}},
        "UpdateExpression": "SET seen = :one",
    }
    with pytest.raises(ConditionalCheckFailedException):
        client.update_item(**absent)
    with pytest.raises(ConditionalCheckFailedException):
        client.update_item(**update | {"ConditionExpression": "seen = :one OR seen = :one"})
    for expression, reason in (
        ("SET city = :one", "city is signed"),
        ("REMOVE #n", "name is signed"),
        ("SET seen = #n", "name is encrypted"),
        ("SET aws_dbe_head = :one", "aws_dbe_head is signed"),
    ):
        with pytest.raises(SealedOperationError, match=reason):
            client.update_item(
                **update
                | {"UpdateExpression": expression, "ExpressionAttributeNames": {"#n": "name"}}
            )
    with pytest.raises(SealedOperationError, match="AttributeUpdates cannot be used"):
        client.update_item(TableName="orders", Key=KEY_OF_ITEM, AttributeUpdates={})


@pytest.mark.parametrize(
    "condition",
    [
        "seen = :one",
        "seen = :one OR #s = :one",
        "(seen = :one OR #s = :one)",
        "(seen = :one) OR (#s = :one)",
        "NOT seen = :one AND #s <> :one",
    ],
)
def test_an_update_keeps_its_condition_and_makes_no_item(
    condition: str, db: Engine, client: EncryptedClient
) -> None:
    update: Json = {
        "TableName": "orders",
        "Key": KEY_OF_ITEM,
        "UpdateExpression": "SET seen = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    conditional = update | {"ConditionExpression": condition}
    if "#s" in condition:
        conditional["ExpressionAttributeNames"] = {"#s": "seen"}
    for request in (update, conditional):
        with pytest.raises(ConditionalCheckFailedException):
            client.update_item(**request)
        with pytest.raises(TransactionCanceledException):
            client.transact_write_items(TransactItems=[{"Update": request}])
    client.put_item(TableName="orders", Item=ITEM)
    if not condition.startswith("NOT"):
        with pytest.raises(ConditionalCheckFailedException):
            client.update_item(**conditional)
        client.update_item(**update)
    client.update_item(**conditional)
    assert stored(db)["seen"] == {"N": "1"}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ExecuteStatement", {"Statement": "SELECT * FROM orders"}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": 'SELECT * FROM "orders"'}]}),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": "DELETE FROM orders"}]}),
        ("ExecuteStatement", {"Statement": 'SELECT * FROM "orders"."by-name"'}),
        ("ExecuteStatement", {"Statement": "SELECT * FROM(orders)--x"}),
        ("ExecuteStatement", {"Statement": 'SELECT * FROM "arn:aws:x:table/orders"'}),
    ],
)
def test_partiql_is_refused(operation: str, request_: Json, client: EncryptedClient) -> None:
    with pytest.raises(SealedOperationError, match="PartiQL cannot be used on orders"):
        client.call(operation, request_)
    other = client.call("ExecuteStatement", {"Statement": "SELECT orders_1 FROM plain"})
    assert other["Items"] == []


def test_conditions_and_filters_must_not_look_at_what_is_encrypted(client: EncryptedClient) -> None:
    values = {":v": {"S": "x"}}
    for expression in ("card = :v", "attribute_exists(card)", "NOT contains(lines, :v)"):
        with pytest.raises(SealedOperationError, match="is encrypted"):
            client.scan(
                TableName="orders", FilterExpression=expression, ExpressionAttributeValues=values
            )
        with pytest.raises(SealedOperationError, match="is encrypted"):
            client.delete_item(TableName="orders", Key=KEY_OF_ITEM, ConditionExpression=expression)
    with pytest.raises(ValidationException, match="Syntax error"):
        client.scan(TableName="orders", FilterExpression="card = = :v")


@pytest.mark.parametrize("name", ["AttributesToGet", "ScanFilter", "ConditionalOperator"])
def test_parameters_from_before_expressions_are_refused(name: str, client: EncryptedClient) -> None:
    with pytest.raises(SealedOperationError, match=name):
        client.call("Scan", {"TableName": "orders", name: {}})


def test_one_altered_item_fails_the_page(db: Engine, client: EncryptedClient) -> None:
    for number in range(3):
        client.put_item(TableName="orders", Item=numbered(number))
    altered = stored(db, {"id": ITEM["id"], "at": {"N": "1"}})
    db.put_item(TableName="orders", Item=altered | {"city": {"S": "Paris"}})
    with pytest.raises(ItemRefusedError, match="item at 1, id ada of orders: no tag is right"):
        client.scan(TableName="orders")


def test_a_replayed_a_relabelled_and_a_moved_item_are_refused(
    db: Engine, client: EncryptedClient
) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    item = stored(db)
    db.put_item(TableName="orders", Item=item | {"at": {"N": "8"}})
    db.put_item(TableName="plain", Item=item)
    with pytest.raises(ItemKeyError):
        client.get_item(TableName="orders", Key={**KEY_OF_ITEM, "at": {"N": "8"}})
    place = replace(SCHEMA.place, table="plain")
    other = EncryptedClient(db, {"plain": Protection(replace(SCHEMA, place=place), AES)})
    with pytest.raises(ItemKeyError):
        other.get_item(TableName="plain", Key=KEY_OF_ITEM)
    copied = EncryptedClient(db, {"plain": PROTECTION})
    check_item(copied.get_item(TableName="plain", Key=KEY_OF_ITEM)["Item"], ITEM)


class _Swapping:
    """A Client that answers with another item of the same table than it was asked for."""

    def __init__(self, db: Engine, other: Json) -> None:
        self._db = db
        self._other = other

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        answer = self._db.call(operation, request, context)
        for name in ("Item", "Attributes"):
            if name in answer:
                answer[name] = self._other
        if operation == "GetItem":
            answer["Item"] = self._other
        if "RequestItems" in request:
            answer["Responses"] = {"orders": [self._other]}
        if "TransactItems" in request:
            answer["Responses"] = [{"Item": self._other}]
        if "Items" in answer:
            answer["Items"] = [self._other]
        return answer


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetItem", {"Key": KEY_OF_ITEM}),
        ("DeleteItem", {"Key": KEY_OF_ITEM, "ReturnValues": "ALL_OLD"}),
        ("PutItem", {"Item": ITEM, "ReturnValues": "ALL_OLD"}),
        (
            "UpdateItem",
            {"Key": KEY_OF_ITEM, "UpdateExpression": "REMOVE seen", "ReturnValues": "ALL_NEW"},
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "id = :i AND #a < :a",
                "ExpressionAttributeNames": {"#a": "at"},
                "ExpressionAttributeValues": {":i": ITEM["id"], ":a": {"N": "8"}},
            },
        ),
        ("BatchGetItem", {"RequestItems": {"orders": {"Keys": [KEY_OF_ITEM]}}}),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "orders", "Key": KEY_OF_ITEM}}]},
        ),
    ],
)
def test_a_right_item_in_place_of_another_is_refused(
    operation: str, members: Json, db: Engine, client: EncryptedClient
) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    client.put_item(TableName="orders", Item=numbered(8))
    swapping = _Swapping(db, stored(db, {"id": ITEM["id"], "at": {"N": "8"}}))
    several = {"RequestItems", "TransactItems"} & members.keys()
    table = {} if several else {"TableName": "orders"}
    with pytest.raises(ItemTamperedError, match="the answer has it"):
        EncryptedClient(swapping, {"orders": PROTECTION}).call(operation, table | members)
    with pytest.raises(ItemTamperedError, match="the answer has it"):
        EncryptedClient(swapping, {"orders": PROTECTION}).reseal("orders", KEY_OF_ITEM, dict)


def test_an_index_with_parts_of_items_gives_none(db: Engine, client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    keys = {"IndexName": "keys", "Projection": {"ProjectionType": "KEYS_ONLY"}}
    db.update_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "city", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {"Create": keys | {"KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}]}}
        ],
    )
    with pytest.raises(NotSealedError):
        client.scan(TableName="orders", IndexName="keys")


def test_plain_items_are_read_and_written_as_the_protection_says(db: Engine) -> None:
    db.put_item(TableName="orders", Item=ITEM)
    refusing = EncryptedClient(db, {"orders": PROTECTION})
    with pytest.raises(NotSealedError, match="it is plain"):
        refusing.get_item(TableName="orders", Key=KEY_OF_ITEM)
    reading = EncryptedClient(db, {"orders": replace(PROTECTION, plain=PlainItems.READ)})
    check_item(reading.get_item(TableName="orders", Key=KEY_OF_ITEM)["Item"], ITEM)
    reading.put_item(TableName="orders", Item=ITEM)
    assert HEADER in stored(db)
    db.put_item(TableName="orders", Item=changed(stored(db), **{FOOTER: None}))
    with pytest.raises(NotSealedError):
        reading.get_item(TableName="orders", Key=KEY_OF_ITEM)
    writing = EncryptedClient(db, {"orders": replace(PROTECTION, plain=PlainItems.WRITTEN)})
    writing.put_item(TableName="orders", Item=ITEM)
    assert HEADER not in stored(db)


def test_reseal_changes_an_item_and_seals_it_anew(db: Engine, client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    before = stored(db)
    new = client.reseal("orders", KEY_OF_ITEM, lambda item: item | {"name": {"S": "Eve"}})
    assert new["name"] == {"S": "Eve"}
    assert stored(db)[HEADER] != before[HEADER]
    check_item(client.get_item(TableName="orders", Key=KEY_OF_ITEM)["Item"], new)


def test_reseal_writes_only_over_what_it_read(db: Engine, client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)

    def amid(item: Json) -> Json:
        client.update_item(TableName="orders", Key=KEY_OF_ITEM, UpdateExpression="REMOVE seen")
        return item

    with pytest.raises(ConditionalCheckFailedException):
        client.reseal("orders", KEY_OF_ITEM, amid)
    assert "seen" not in stored(db)
    with pytest.raises(ConditionalCheckFailedException):
        client.reseal("orders", {**KEY_OF_ITEM, "at": {"N": "9"}}, lambda item: item)
    with pytest.raises(SealedOperationError, match="keeps its key"):
        client.reseal("orders", KEY_OF_ITEM, lambda item: item | {"at": {"N": "9"}})
    with pytest.raises(SealedOperationError, match="plain has no protection"):
        client.reseal("plain", KEY_OF_ITEM, lambda item: item)


def test_reseal_refuses_an_altered_item(db: Engine, client: EncryptedClient) -> None:
    client.put_item(TableName="orders", Item=ITEM)
    db.put_item(TableName="orders", Item=changed(stored(db), city=None))
    with pytest.raises(ItemSchemaError):
        client.reseal("orders", KEY_OF_ITEM, lambda item: item)


def test_what_cannot_be_sealed_is_not_sent(db: Engine, client: EncryptedClient) -> None:
    with pytest.raises(SealRefusedError):
        client.put_item(TableName="orders", Item=ITEM | {"other": {"S": "x"}})
    with pytest.raises(ApiError):
        client.call("PutItem", {"TableName": "orders", "Item": "x"})
    assert db.scan(TableName="orders")["Count"] == 0


def test_a_beacon_finds_equal_values_and_no_others(db: Engine, searching: EncryptedClient) -> None:
    # 8 bits for 600 names: every beacon is shared.
    for number in range(600):
        searching.put_item(
            TableName="orders", Item=numbered(number, name={"S": f"name-{number // 2}"})
        )
    query: Json = {
        "TableName": "orders",
        "IndexName": "by-name",
        "KeyConditionExpression": "#n = :n",
        "ExpressionAttributeNames": {"#n": "name"},
        "ExpressionAttributeValues": {":n": {"S": "name-7"}},
    }
    answer = searching.query(**query)
    assert sorted(int(item["at"]["N"]) for item in answer["Items"]) == [14, 15]
    assert answer["Count"] == 2 < answer["ScannedCount"]
    assert "aws_dbe_b_name" not in answer["Items"][0]
    assert db.scan(TableName="orders", Limit=1)["Items"][0]["aws_dbe_v_1"] == {"S": " "}
    scanned = searching.scan(
        TableName="orders",
        FilterExpression="#n IN (:n, :m) AND #a > :a",
        ExpressionAttributeNames={"#n": "name", "#a": "at"},
        ExpressionAttributeValues={
            ":n": {"S": "name-7"},
            ":m": {"S": "name-9"},
            ":a": {"N": "14"},
        },
    )
    assert sorted(int(item["at"]["N"]) for item in scanned["Items"]) == [15, 18, 19]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("NOT #n = :v", "without NOT"),
        ("#n <> :v", "by = or IN"),
        ("begins_with(#n, :v)", "by = or IN"),
        ("#n.first = :v", "by = or IN"),
        ("#n = city", "by = or IN"),
        ("#n = :v AND city = :v", "cannot serve for several"),
        ("card = :v", "has no beacon"),
    ],
)
def test_what_a_beacon_cannot_answer_is_refused(
    expression: str, reason: str, searching: EncryptedClient
) -> None:
    with pytest.raises(SealedOperationError, match=reason):
        searching.scan(
            TableName="orders",
            FilterExpression=expression,
            ExpressionAttributeNames={"#n": "name"},
            ExpressionAttributeValues={":v": {"S": "x"}},
        )
