"""What answers as DynamoDB does not: one line says so, whatever came."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest

from engine.client.remote import RemoteClient
from engine.errors import ApiError, ConnectionFailed, ValidationException
from tests.engine.client.scripted import Answer, scripted

Json = dict[str, Any]

TABLE: Json = {
    "TableName": "orders",
    "TableStatus": "ACTIVE",
    "TableArn": "arn:aws:dynamodb:us-east-1:1:table/orders",
    "CreationDateTime": 1.5,
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "N"},
        {"AttributeName": "day", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-day",
            "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
NAMES = b'{"TableNames": ["orders"]}'
FOREIGN = "what answers there is no DynamoDB (status "
DONE = "; it may have carried out the request all the same"


def json_answer(body: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(orjson.dumps(body), status)


def outcome(answer: Answer, operation: str = "ListTables", **request: Any) -> Json | ApiError:
    """What a client makes of an answer."""
    with scripted(answer) as server:
        client = RemoteClient(endpoint_url=server.url, attempts_max=1)
        try:
            return client.call(operation, request)
        except ApiError as error:
            return error
        finally:
            client.close()


def refusal(answer: Answer, operation: str = "ListTables", **request: Any) -> str:
    """Its text, where it is that no DynamoDB answers."""
    error = outcome(answer, operation, **request)
    assert type(error) is ConnectionFailed
    assert "\n" not in error.message
    return error.message


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (json_answer({}), "200): its answer to ListTables has no TableNames"),
        (json_answer({"message": "hello"}), "200): it has no member of an answer to ListTables"),
        (json_answer({"TableNames": None}), "200): its answer to ListTables has no TableNames"),
        (json_answer({"TableNames": 5}), "200): its TableNames is not of the right type"),
        (json_answer({"TableNames": "abc"}), "200): its TableNames is not of the right type"),
        (json_answer({"TableNames": {"a": 1}}), "200): its TableNames is not of the right type"),
        (json_answer({"TableNames": ["a", 1]}), "200): its TableNames[1] is not of the right type"),
        (json_answer({"TableNames": [None]}), "200): its TableNames[0] is not of the right type"),
        (json_answer([]), "200)"),
        (Answer(b""), "200)"),
        (Answer(b'{"TableNames": [}'), "200)"),
        (Answer(b'{"TableNames": ["\xff\xfe"]}'), "200)"),
        (Answer(b'{"TableNames": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"), "200)"),
        (Answer(NAMES, length=len(NAMES) - 4), "200)"),
        (Answer(gzip.compress(NAMES)[:-9], headers={"Content-Encoding": "gzip"}), "200)"),
        (Answer(NAMES, headers={"x-amz-crc32": "x"}), "200): its checksum is 'x'"),
        (Answer(b"", 302, headers={"Location": "/elsewhere"}), "302)"),
        (json_answer({"message": "Forbidden"}, 403), "403): Forbidden"),
        (json_answer({"message": "two\nlines"}, 403), "403): two lines"),
        (json_answer({"message": "slow down"}, 429), "429): slow down"),
        (json_answer({"__type": 5, "message": "no"}, 400), "400): no"),
        (json_answer({"__type": None}, 400), "400)"),
        (json_answer({"__type": "", "message": ["no"]}, 400), "400)"),
        (json_answer("text", 400), "400)"),
    ],
)
def test_what_is_no_dynamodbs_answer_is_told_in_a_line(answer: Answer, text: str) -> None:
    assert refusal(answer) == FOREIGN + text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (json_answer({"message": "upstream timed out"}, 500), ": upstream timed out (status 500)"),
        (json_answer({"__type": ["a"]}, 500), " and gave no reason (status 500)"),
        (json_answer([1], 500), " and gave no reason (status 500)"),
        (json_answer("text", 503), " and gave no reason (status 503)"),
        (Answer(b"\xff\xfe", 500), " and gave no reason (status 500)"),
        (Answer(b"", 500), " and gave no reason (status 500)"),
    ],
)
def test_a_servers_failure_in_any_form_is_one(answer: Answer, text: str) -> None:
    assert refusal(answer) == f"the server failed at ListTables{text}{DONE}"


def test_an_answer_that_ends_too_early_is_no_answer() -> None:
    assert refusal(Answer(NAMES[:-3], length=len(NAMES))).endswith(("(status 200)", DONE))


@pytest.mark.parametrize("message", [5, None, {"a": 1}, ["a"]])
def test_an_error_may_have_no_text(message: Any) -> None:
    error = outcome(json_answer({"__type": "a#ValidationException", "message": message}, 400))
    assert type(error) is ValidationException
    assert error.message == ""


@pytest.mark.parametrize(
    ("code", "member"),
    [
        ("ConditionalCheckFailedException", {"Item": {"id": 5}}),
        ("ConditionalCheckFailedException", {"Item": "text"}),
        ("TransactionCanceledException", {"CancellationReasons": 5}),
        ("TransactionCanceledException", {"CancellationReasons": [{"Code": ["a"]}]}),
    ],
)
def test_members_of_an_error_that_are_wrong_are_left_out(code: str, member: Json) -> None:
    error = outcome(json_answer({"__type": f"a#{code}", "message": "no"} | member, 400))
    assert isinstance(error, ApiError)
    assert (error.code, error.message, error.members) == (code, "no", {})


def _table(**changed: Any) -> Answer:
    """A description of a table, some members of which are others; None leaves one out."""
    return json_answer({"Table": {k: v for k, v in (TABLE | changed).items() if v is not None}})


def test_a_whole_description_is_taken() -> None:
    assert outcome(_table(), "DescribeTable", TableName="orders") == {"Table": TABLE}


@pytest.mark.parametrize(
    "member",
    ["TableName", "TableStatus", "TableArn", "CreationDateTime", "KeySchema"],
)
def test_a_table_is_described_whole(member: str) -> None:
    text = refusal(_table(**{member: None}), "DescribeTable", TableName="orders")
    assert text == f"{FOREIGN}200): its answer to DescribeTable has no Table.{member}"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"KeySchema": []}, "KeySchema"),
        ({"KeySchema": [{"AttributeName": "id"}]}, "KeySchema[0].KeyType"),
        ({"KeySchema": [{"AttributeName": "id", "KeyType": "X"}]}, "KeySchema[0].KeyType"),
        ({"CreationDateTime": "yesterday"}, "CreationDateTime"),
        ({"ItemCount": "many"}, "ItemCount"),
        ({"DeletionProtectionEnabled": 1}, "DeletionProtectionEnabled"),
        ({"BillingModeSummary": []}, "BillingModeSummary"),
    ],
)
def test_a_member_of_a_wrong_type_is_named(changed: Json, path: str) -> None:
    text = refusal(_table(**changed), "DescribeTable", TableName="orders")
    assert text == f"{FOREIGN}200): its Table.{path} is not of the right type"


@pytest.mark.parametrize("missing", ["id", "day"])
def test_each_key_attribute_of_table_and_index_has_its_type(missing: str) -> None:
    defined = [one for one in TABLE["AttributeDefinitions"] if one["AttributeName"] != missing]
    text = refusal(_table(AttributeDefinitions=defined), "DescribeTable", TableName="orders")
    assert text.endswith(f"has no AttributeDefinition of the key attribute '{missing}'")


def test_an_index_is_described_whole() -> None:
    bare = _table(GlobalSecondaryIndexes=[{"IndexName": "by-day"}])
    text = refusal(bare, "DescribeTable", TableName="orders")
    assert text.endswith("has no Table.GlobalSecondaryIndexes.KeySchema")


@pytest.mark.parametrize(
    "value",
    [
        5,
        {},
        {"S": 5},
        {"N": 5},
        {"N": "five"},
        {"B": "not base64"},
        {"BOOL": "true"},
        {"SS": "text"},
        {"NS": ["1", "x"]},
        {"L": [{"S": None}]},
        {"M": {"inner": 5}},
        {"S": "a", "N": "1"},
        {"X": "new"},
    ],
)
def test_what_is_no_attribute_value_is_told(value: Any) -> None:
    answer = json_answer({"Items": [{"id": value}], "Count": 1, "ScannedCount": 1})
    text = refusal(answer, "Scan", TableName="orders")
    assert text == f"{FOREIGN}200): its Items[0].id is not of the right type"


def test_a_scan_without_items_is_one_that_counts() -> None:
    answer = json_answer({"Count": 1, "ScannedCount": 1})
    assert refusal(answer, "Scan", TableName="orders").endswith("its answer to Scan has no Items")
    counted = outcome(answer, "Scan", TableName="orders", Select="COUNT")
    assert counted == {"Count": 1, "ScannedCount": 1}


def test_a_write_that_gives_nothing_is_done_and_another_answer_is_none() -> None:
    put: Json = {"TableName": "orders", "Item": {"id": {"N": "1"}}}
    assert outcome(json_answer({}), "PutItem", **put) == {}
    text = refusal(json_answer({"status": "queued"}), "PutItem", **put)
    assert text == f"{FOREIGN}200): it has no member of an answer to PutItem"


def test_members_that_the_model_does_not_know_are_no_fault() -> None:
    assert outcome(json_answer({"TableNames": [], "New": 5})) == {"TableNames": []}


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_an_answer_that_was_damaged_on_its_way_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    damaged = Answer(NAMES, headers={"x-amz-crc32": "12345"})
    told: list[str] = []
    with scripted(damaged, Answer(NAMES)) as server:
        client = RemoteClient(endpoint_url=server.url, attempts_max=2)
        client.on_wait = lambda wait: told.append(str(wait))
        assert client.list_tables() == {"TableNames": ["orders"]}
        client.close()
    assert told == ["a damaged answer: trying again (attempt 2 of 2)"]
    assert refusal(damaged) == f"the answer was damaged on its way{DONE}"
