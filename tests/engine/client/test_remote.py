"""A remote client: what it sends, what it makes of failures, where it says it is."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine import Context, Engine
from engine.client.remote import Credentials, RemoteClient
from engine.errors import (
    ApiError,
    ConnectionFailed,
    InternalServerError,
    SerializationException,
    ServiceError,
    UnknownOperationException,
    api_error,
)
from engine.model.service import service_model
from tests.engine.client.scripted import Answer, scripted
from tests.engine.client.wire_server import server_of

NOBODY = "http://127.0.0.1:1"
NO_TABLES = Answer(b'{"TableNames": []}')


def client_of(url: str, attempts_max: int = 1, **arguments: Any) -> RemoteClient:
    """A client that tries once."""
    return RemoteClient(endpoint_url=url, attempts_max=attempts_max, **arguments)


def error_answer(code: str, status: int = 400, **members: Any) -> Answer:
    """An error as DynamoDB sends it."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}"} | members
    return Answer(orjson.dumps(body), status)


def failure_of(url: str, operation: str = "ListTables", **request: Any) -> ApiError:
    """The error of one request."""
    client = client_of(url)
    with pytest.raises(ApiError) as caught:
        client.call(operation, request)
    client.close()
    return caught.value


# What is sent.


def test_a_request_goes_out_as_it_was_given() -> None:
    request = {
        "TableName": 7,
        "Key": {"a": {"B": b"\x00\xff"}, "b": {"B": "AP8="}, "c": {"N": 5}},
        "Unknown": [None, True],
    }
    with scripted() as server:
        client_of(server.url).call("GetItem", request)
    assert server.asked[0].json == {
        "TableName": 7,
        "Key": {"a": {"B": "AP8="}, "b": {"B": "AP8="}, "c": {"N": 5}},
        "Unknown": [None, True],
    }
    assert server.asked[0].headers["x-amz-target"] == "DynamoDB_20120810.GetItem"


def test_an_empty_request_is_an_empty_object() -> None:
    with scripted(NO_TABLES) as server:
        client_of(server.url).call("ListTables", {})
    assert server.asked[0].body == b"{}"


def test_every_operation_can_be_sent_with_and_without_its_members() -> None:
    model = service_model()
    with scripted() as server:
        client = client_of(server.url)
        for operation in model.operations:
            values: tuple[Any, ...] = ("", None, [], {})
            for value in values:
                members = model.input_shape(operation).members
                _send(client, operation, dict.fromkeys(members, value))
            _send(client, operation, {})
            assert server.asked[-1].json.keys() <= {"ClientRequestToken", "ClientToken"}
    assert len(server.asked) == 5 * len(model.operations)


def _send(client: RemoteClient, operation: str, request: dict[str, Any]) -> None:
    """An empty answer is right for some operations only."""
    with suppress(ConnectionFailed):
        client.call(operation, request)


def test_a_transaction_gets_a_token_unless_it_has_one() -> None:
    with scripted() as server:
        client = client_of(server.url)
        client.call("TransactWriteItems", {"TransactItems": []})
        client.call("TransactWriteItems", {"TransactItems": [], "ClientRequestToken": "mine"})
    drawn, given = (asked.json["ClientRequestToken"] for asked in server.asked)
    assert len(drawn) == 36
    assert given == "mine"


def test_a_transaction_tried_again_keeps_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with scripted(Answer(b"", 503), Answer()) as server:
        client = client_of(server.url, attempts_max=2)
        client.call("TransactWriteItems", {"TransactItems": []})
    first, second = (asked.json["ClientRequestToken"] for asked in server.asked)
    assert first == second


@pytest.mark.parametrize("value", [Decimal(1), {1, 2}, "\ud800", 2**70])
def test_what_json_does_not_hold_is_not_sent(value: Any) -> None:
    with scripted() as server:
        client = client_of(server.url)
        with pytest.raises(SerializationException):
            client.call("PutItem", {"TableName": "table", "Item": {"a": value}})
    assert server.asked == []


def test_an_unknown_operation_is_not_sent() -> None:
    with scripted() as server, pytest.raises(UnknownOperationException):
        client_of(server.url).call("NoOperation", {})
    assert server.asked == []


def test_a_cancelled_request_is_not_sent() -> None:
    with scripted() as server, pytest.raises(InternalServerError, match="cancelled"):
        client_of(server.url).call("ListTables", {}, Context(cancelled=lambda: True))
    assert server.asked == []


def test_given_credentials_sign_the_request_and_are_not_shown() -> None:
    credentials = Credentials("AKIDGIVEN", "very secret", "token")
    with scripted(NO_TABLES) as server:
        client_of(server.url, credentials=credentials, region="eu-west-1").list_tables()
    headers = server.asked[0].headers
    assert "Credential=AKIDGIVEN/" in headers["authorization"]
    assert "/eu-west-1/dynamodb/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "token"
    assert "secret" not in repr(credentials)
    assert "token'" not in repr(credentials)


def test_a_profile_chooses_credentials_and_region(aws_config: Path) -> None:
    aws_config.write_text(
        "[profile shop]\nregion = eu-north-1\n"
        "aws_access_key_id = AKIDSHOP\naws_secret_access_key = secret\n"
    )
    with scripted(NO_TABLES) as server:
        client = client_of(server.url, profile="shop")
        client.list_tables()
    assert "Credential=AKIDSHOP/" in server.asked[0].headers["authorization"]
    assert (client.region, client.profile) == ("eu-north-1", "shop")


def test_a_server_elsewhere_needs_neither_credentials_nor_region() -> None:
    with scripted(NO_TABLES) as server:
        client = client_of(server.url)
        client.list_tables()
    assert "Credential=dyntui/" in server.asked[0].headers["authorization"]
    assert client.region == "us-east-1"


# What becomes of failures.


def test_an_error_without_a_class_of_ours_keeps_code_and_members() -> None:
    answer = error_answer("ReplicaNotFoundException", message="Busy")
    with scripted(answer) as server:
        error = failure_of(server.url, "DeleteBackup", BackupArn="arn")
    assert type(error) is ServiceError
    assert (error.code, error.message, error.members) == ("ReplicaNotFoundException", "Busy", {})


def test_reasons_of_a_cancelled_transaction_hold_bytes() -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"a": {"B": "AP8="}}}]
    answer = error_answer(
        "TransactionCanceledException", Message="Cancelled", CancellationReasons=reasons
    )
    with scripted(answer) as server:
        error = failure_of(server.url, "TransactWriteItems", TransactItems=[])
    assert (error.code, error.message) == ("TransactionCanceledException", "Cancelled")
    assert error.members == {
        "CancellationReasons": [
            {"Code": "ConditionalCheckFailed", "Item": {"a": {"B": b"\x00\xff"}}}
        ]
    }


def test_a_server_that_is_not_there_is_named() -> None:
    error = failure_of(NOBODY)
    assert type(error) is ConnectionFailed
    assert error.message == f'Could not connect to the endpoint URL: "{NOBODY}/"'


def test_many_clients_connect_at_once_to_the_server_of_the_tests() -> None:
    with Engine.in_memory() as engine, server_of(engine) as server, ExitStack() as opened:
        for _ in range(64):
            address = ("127.0.0.1", server.server_port)
            opened.enter_context(socket.create_connection(address, timeout=5))


def test_an_answer_that_does_not_come_leaves_open_what_happened() -> None:
    with scripted(Answer(None)) as server:
        error = failure_of(server.url, "DeleteTable", TableName="table")
    assert type(error) is ConnectionFailed
    assert error.message.endswith("it may have carried out the request all the same")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>welcome</html>", 200, "text/html"),
        Answer(b"<html>not found</html>", 404, "text/html"),
        Answer(b'["a", "list"]', 200, "application/json"),
        Answer(b'{"detail": "not found"}', 404, "application/json"),
        Answer(b"", 204, "text/plain"),
        Answer(b'{"TableNames": ["cut sho', 200, "application/json"),
    ],
)
def test_a_server_that_is_no_dynamodb_is_told(answer: Answer) -> None:
    with scripted(answer) as server:
        error = failure_of(server.url)
    assert type(error) is ConnectionFailed
    assert error.message == f"what answers there is no DynamoDB (status {answer.status})"


def test_a_servers_failure_without_a_reason_is_told_with_the_operation() -> None:
    with scripted(Answer(b"<html>bad gateway</html>", 502, "text/html")) as server:
        error = failure_of(server.url)
    assert type(error) is ConnectionFailed
    assert error.message == (
        "the server failed at ListTables and gave no reason (status 502); "
        "it may have carried out the request all the same"
    )


def test_an_operation_that_a_server_does_not_have_is_named() -> None:
    with scripted(error_answer("UnknownOperationException", 400)) as server:
        error = failure_of(server.url)
    assert type(error) is UnknownOperationException
    assert error.message == "ListTables is not an operation of this server"


def test_a_servers_failure_is_tried_again_as_often_as_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with scripted(error_answer("InternalServerError", 500, message="Oops")) as server:
        client = client_of(server.url, attempts_max=2)
        with pytest.raises(InternalServerError, match="Oops"):
            client.list_tables()
    assert len(server.asked) == 2


@pytest.mark.parametrize("url", ["localhost:8000", "http://", "ftp://host", "http://h:99999", ""])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(ConnectionFailed, match="is not the address of a server"):
        RemoteClient(endpoint_url=url)


def test_a_missing_profile_is_told_in_a_line() -> None:
    with pytest.raises(ConnectionFailed, match=r"The config profile \(nobody\) could not be found"):
        RemoteClient(profile="nobody", endpoint_url=NOBODY)


def test_the_service_needs_a_region() -> None:
    with pytest.raises(ConnectionFailed, match="no Region is given, and none is configured"):
        RemoteClient()


def test_the_service_needs_credentials() -> None:
    client = RemoteClient(region="us-east-1", attempts_max=1)
    with pytest.raises(ConnectionFailed, match="Unable to locate credentials"):
        client.list_tables()


@pytest.mark.parametrize("text", ["[[ nonsense", "[default]\nmax_attempts = many\n"])
def test_a_broken_configuration_is_told_in_a_line(aws_config: Path, text: str) -> None:
    aws_config.write_text(text)
    with pytest.raises(ConnectionFailed) as caught:
        RemoteClient(endpoint_url=NOBODY)
    assert "\n" not in caught.value.message
    assert caught.value.message


# Where it is.


@pytest.mark.parametrize(
    ("url", "is_service"),
    [
        (None, True),
        ("https://dynamodb.eu-west-1.amazonaws.com", True),
        ("https://dynamodb.cn-north-1.amazonaws.com.cn", True),
        ("https://dynamodb.us-east-1.api.aws", True),
        ("http://localhost:8000", False),
        ("https://dynamodb.amazonaws.com.example.org", False),
        ("http://amazonaws.com:8000", False),
    ],
)
def test_the_service_is_told_from_other_servers(url: str | None, is_service: bool) -> None:
    keys = Credentials("a", "b")
    client = RemoteClient(endpoint_url=url, region="us-east-1", credentials=keys)
    assert client.is_service is is_service


def test_a_configured_address_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://localhost:8000")
    client = RemoteClient(region="us-east-1")
    assert (client.endpoint_url, client.is_service) == ("http://localhost:8000", False)


def test_the_account_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Answer(
        b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        b"<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>"
        b"</GetCallerIdentityResponse>",
        content_type="text/xml",
    )
    with scripted(identity) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        client = RemoteClient(region="us-east-1", credentials=Credentials("a", "b"))
        assert [client.account_id, client.account_id] == ["123456789012"] * 2
    assert len(server.asked) == 1


def test_an_account_that_cannot_be_had_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", NOBODY)
    keys = Credentials("a", "b")
    assert RemoteClient(region="us-east-1", credentials=keys).account_id is None
    assert RemoteClient(endpoint_url=NOBODY).account_id is None


def test_the_module_imports_no_botocore() -> None:
    code = "import sys, engine.client.remote; assert 'botocore' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# Errors by their code.


def test_a_code_becomes_the_class_of_its_name() -> None:
    error = api_error("ResourceInUseException", "Busy", Extra=1)
    assert (error.code, error.message, error.members) == (
        "ResourceInUseException",
        "Busy",
        {"Extra": 1},
    )
    assert type(error).__name__ == "ResourceInUseException"


@pytest.mark.parametrize("code", ["ServiceError", "ConnectionFailed", "RequestLimitExceeded"])
def test_other_codes_are_kept(code: str) -> None:
    error = api_error(code, "text")
    assert (type(error), error.code) == (ServiceError, code)


def test_what_is_tried_again_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    throttled = error_answer("ProvisionedThroughputExceededException", message="too much")
    told: list[str] = []
    failed = error_answer("InternalServerError", 500)
    with scripted(throttled, failed, Answer(None), throttled, NO_TABLES) as one:
        client = client_of(one.url, attempts_max=5)
        client.on_wait = lambda wait: told.append(str(wait))
        client.list_tables()
    assert told == [
        "throttled: trying again (attempt 2 of 5)",
        "InternalServerError: trying again (attempt 3 of 5)",
        "no answer: trying again (attempt 4 of 5)",
        "throttled: trying again (attempt 5 of 5)",
    ]
