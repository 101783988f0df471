"""The protocol around the operations: what the service answers, by facts on its behaviour, §1."""

from __future__ import annotations

import gzip
import re
import zlib

import orjson
import pytest

from tests.dyntui.serve.live import (
    AMAZON_JSON,
    CREDENTIAL,
    SCOPE,
    LiveServer,
    Response,
    request_json,
    request_text,
)

SERIALIZATION = {"__type": "com.amazon.coral.service#SerializationException"}
UNKNOWN = {"__type": "com.amazon.coral.service#UnknownOperationException"}
MISSING = {
    "__type": "com.amazon.coral.service#MissingAuthenticationTokenException",
    "message": "Request is missing Authentication Token",
}
BOTH = {
    "__type": "com.amazon.coral.service#InvalidSignatureException",
    "message": "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
    "header.",
}


def incomplete(message: str) -> dict[str, str]:
    """The error for a signature of which something is missing."""
    return {
        "__type": "com.amazon.coral.service#IncompleteSignatureException",
        "message": message,
    }


def assert_checked(response: Response) -> None:
    """Every answer has a request id and the checksum of its body as sent."""
    assert re.fullmatch("[0-9A-Z]{52}", response.headers["x-amzn-requestid"])
    assert int(response.headers["x-amz-crc32"]) == zlib.crc32(response.body)
    assert int(response.headers["content-length"]) == len(response.body)
    assert response.headers["date"].endswith(" GMT")


def test_an_answer_has_a_checksum_a_request_id_and_the_type_of_the_request(
    server: LiveServer,
) -> None:
    for kind in (AMAZON_JSON, "application/json"):
        response = server.ask(request_text(content_type=kind))
        assert response.status == 200
        assert response.headers["content-type"] == kind
        assert_checked(response)
        assert response.json() == {"TableNames": []}


def test_every_answer_has_a_request_id_of_its_own(server: LiveServer) -> None:
    ids = {server.ask(request_text()).headers["x-amzn-requestid"] for _ in range(20)}
    assert len(ids) == 20


def test_a_look_at_the_health_is_answered_in_plain_text(server: LiveServer) -> None:
    response = server.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert response.status == 200
    assert response.body == b"healthy: dynamodb.us-east-1.amazonaws.com "
    assert response.headers["x-amz-crc32"] == "3128867991"


def test_prometheus_is_answered_without_a_signature(server: LiveServer) -> None:
    server.ask(request_json("ListTables"))
    response = server.ask(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    assert response.status == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert_checked(response)


NOT_FOUND = {
    "PUT": request_text(method="PUT"),
    "DELETE": request_text(method="DELETE"),
    "OPTIONS without an origin": request_text(method="OPTIONS"),
    "no content type": request_text(content_type=None),
    "another content type": request_text(content_type="text/plain"),
    "JSON 1.1": request_text(content_type="application/x-amz-json-1.1"),
}


@pytest.mark.parametrize("text", NOT_FOUND.values(), ids=NOT_FOUND.keys())
def test_what_is_no_call_is_not_found(server: LiveServer, text: bytes) -> None:
    response = server.ask(text)
    assert response.status == 404
    assert response.body == b"<UnknownOperationException/>\n"
    assert response.headers["x-amz-crc32"] == "3552371480"
    assert_checked(response)


def test_a_head_request_is_answered_without_a_body(server: LiveServer) -> None:
    with server.client() as client:
        client.send(request_text(method="HEAD", body=b"") + request_text())
        assert client.receive("HEAD").status == 404
        assert client.receive().json() == {"TableNames": []}


def test_a_content_type_may_name_a_character_set(server: LiveServer) -> None:
    response = server.ask(request_text(content_type=f"{AMAZON_JSON}; charset=utf-8"))
    assert response.status == 200
    assert response.headers["content-type"] == AMAZON_JSON


def test_names_of_headers_may_be_in_any_case(server: LiveServer) -> None:
    head, _, body = request_text().partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    lower = [name.lower() + b":" + value for name, _, value in (h.partition(b":") for h in headers)]
    assert server.ask(b"\r\n".join([line, *lower]) + b"\r\n\r\n" + body).status == 200


# The order of the service: JSON, target, credential, then the operation's own checks.
REFUSED = {
    "not JSON": (request_text(body=b"hi"), SERIALIZATION),
    "not JSON, before target and credential": (
        request_text(None, b"hi", authorization=None),
        SERIALIZATION,
    ),
    "not UTF-8": (request_text(body=b'{"TableName":"\xff"}'), SERIALIZATION),
    "two values": (request_text(body=b"{}{}"), SERIALIZATION),
    "no body": (request_text(body=b""), SERIALIZATION),
    "no target": (request_text(None), UNKNOWN),
    "no target and no body": (request_text(None, b"", content_type=None), UNKNOWN),
    "a target without a dot": (request_text(None, x_amz_target="ListTables"), UNKNOWN),
    "another service": (request_text("DynamoDB_20111205.ListTables"), UNKNOWN),
    "no such operation": (request_text("ListTable"), UNKNOWN),
    "an operation of tables asked of streams": (
        request_text("DynamoDBStreams_20120810.ListTables"),
        UNKNOWN,
    ),
    "no target, before the credential": (request_text(None, authorization=None), UNKNOWN),
    "no credential": (request_text(authorization=None), MISSING),
    "no credential and no body": (request_text(body=b"", authorization=None), MISSING),
    "another kind of credential": (request_text(authorization="Basic YTpi"), MISSING),
    "half the name of the algorithm": (request_text(authorization="AWS4"), MISSING),
    "only the name of the algorithm": (
        request_text(authorization="AWS4-", x_amz_date=None),
        incomplete(
            "Authorization header requires 'Credential' parameter. "
            "Authorization header requires 'Signature' parameter. "
            "Authorization header requires 'SignedHeaders' parameter. "
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            "Authorization=AWS4-"
        ),
    ),
    "no signature": (
        request_text(authorization="AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host"),
        incomplete(
            "Authorization header requires 'Signature' parameter. "
            "Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host"
        ),
    ),
    "no date": (
        request_text(x_amz_date=None),
        incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            f"Authorization={CREDENTIAL.format(SCOPE.format('us-east-1'))}"
        ),
    ),
    "credentials in header and query": (
        request_text(path="/?X-Amz-Algorithm=AWS4-HMAC-SHA256"),
        BOTH,
    ),
    "half a credential in the query": (
        request_text(path="/?X-Amz-Algorithm=a&X-Amz-Date=b", authorization=None),
        incomplete(
            "AWS query-string parameters must include 'X-Amz-Credential'. "
            "AWS query-string parameters must include 'X-Amz-Signature'. "
            "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
            "Re-examine the query-string parameters."
        ),
    ),
    "a number": (
        request_text(body=b"1"),
        {
            "__type": "com.amazon.coral.service#SerializationException",
            "Message": "Unexpected value type in payload",
        },
    ),
    "a wrong type": (
        request_text("GetItem", b'{"TableName":1}'),
        {
            "__type": "com.amazon.coral.service#SerializationException",
            "Message": "NUMBER_VALUE cannot be converted to String",
        },
    ),
    "a missing table": (
        request_json("GetItem", TableName="none", Key={"a": {"S": "b"}}),
        {
            "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
            "message": "Requested resource not found",
        },
    ),
    "a missing member": (
        request_json("GetItem", TableName="none"),
        {
            "__type": "com.amazon.coral.validate#ValidationException",
            "message": "1 validation error detected: Value null at 'key' failed to satisfy "
            "constraint: Member must not be null",
        },
    ),
}


@pytest.mark.parametrize(("text", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_request_gets_the_error_that_comes_first(
    server: LiveServer, text: bytes, error: dict[str, str]
) -> None:
    response = server.ask(text)
    assert response.status == 400
    assert_checked(response)
    assert response.json() == error


def test_an_operation_of_streams_is_known_by_its_own_target(server: LiveServer) -> None:
    response = server.ask(request_text("DynamoDBStreams_20120810.ListStreams"))
    assert response.json() != UNKNOWN


ACCEPTED = {
    "any key": request_text(
        authorization=CREDENTIAL.format("any/key at all/2026/us-east-1/dynamodb/aws4_request")
    ),
    "commas without blanks": request_text(
        authorization="AWS4-HMAC-SHA256 Credential=a/b/us-east-1/d/aws4_request,"
        "SignedHeaders=host,Signature=0"
    ),
    "another order": request_text(
        authorization="AWS4-HMAC-SHA256 Signature=0, Credential=a/b/us-east-1/d/e, SignedHeaders=h"
    ),
    "a date of HTTP": request_text(x_amz_date=None, date="Mon, 23 Nov 2026 12:00:00 GMT"),
    "in the query": request_text(
        path="/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb%2Fus-east-1%2Fd%2Fe"
        "&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Date=20261123T120000Z",
        authorization=None,
    ),
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_any_whole_credential_is_accepted(server: LiveServer, text: bytes) -> None:
    assert server.ask(text).json() == {"TableNames": []}


def test_a_credential_that_was_accepted_before_needs_all_its_parts_again(
    server: LiveServer,
) -> None:
    whole = CREDENTIAL.format(SCOPE.format("us-east-1"))
    assert server.ask(request_text(authorization=whole)).status == 200
    for cut in (whole[:-4], whole.replace("SignedHeaders=", "S="), whole.replace("Signature", "s")):
        response = server.ask(request_text(authorization=cut))
        assert response.json()["__type"].endswith("#IncompleteSignatureException")
    assert server.ask(request_text(authorization=whole, x_amz_date=None)).status == 400


def create_table(name: str) -> bytes:
    """The body of a request that makes a table."""
    return orjson.dumps(
        {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
    )


def test_the_region_of_the_credential_selects_the_tables() -> None:
    with LiveServer() as live:
        body = create_table("there")
        assert live.ask(request_text("CreateTable", body, region="eu-central-1")).status == 200
        assert live.ask(request_text(region="eu-central-1")).json() == {"TableNames": ["there"]}
        assert live.ask(request_text(region="us-east-1")).json() == {"TableNames": []}
        assert live.ask(request_text(region="local")).json() == {"TableNames": []}


def test_a_word_that_is_no_region_means_the_default_one() -> None:
    with LiveServer() as live:
        assert live.ask(request_text("CreateTable", create_table("here"))).status == 200
        for word in ("localhost", "us-east-9", "", "../../etc", "aws-global"):
            assert live.ask(request_text(region=word)).json() == {"TableNames": ["here"]}


def test_a_preflight_is_allowed_what_it_asks_for(server: LiveServer) -> None:
    response = server.ask(
        request_text(
            None,
            b"",
            method="OPTIONS",
            origin="http://localhost:3000",
            access_control_request_headers="x-amz-target, authorization",
            access_control_request_method="POST",
        )
    )
    assert response.status == 200
    assert response.body == b""
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-headers"] == "x-amz-target, authorization"
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-max-age"] == "172800"


def test_an_answer_may_be_read_by_a_page_of_any_origin(server: LiveServer) -> None:
    for text in (request_text(origin="http://a"), request_text("None", origin="http://a")):
        response = server.ask(text)
        assert response.headers["access-control-allow-origin"] == "*"
        assert "x-amz-crc32" in response.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in server.ask(request_text()).headers


def test_a_compressed_request_is_read(server: LiveServer) -> None:
    response = server.ask(request_text(body=gzip.compress(b"{}"), content_encoding="gzip"))
    assert response.json() == {"TableNames": []}
    plain = server.ask(request_text(content_encoding="identity"))
    assert plain.json() == {"TableNames": []}


BAD_BODIES = {
    "no gzip": (b"{}", "gzip"),
    "cut off": (gzip.compress(b'{"Limit":1}')[:-9], "gzip"),
    "damaged": (gzip.compress(b"{}")[:-8] + b"\0" * 8, "gzip"),
    "with more behind it": (gzip.compress(b"{}") + b"more", "gzip"),
    "another coding": (b"{}", "br"),
}


@pytest.mark.parametrize(("body", "coding"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_damaged_compressed_request_is_refused(
    server: LiveServer, body: bytes, coding: str
) -> None:
    response = server.ask(request_text(body=body, content_encoding=coding))
    assert (response.status, response.json()) == (400, SERIALIZATION)


def test_what_swells_beyond_the_limit_is_too_large(server: LiveServer) -> None:
    body = gzip.compress(b" " * (16 * 1024 * 1024 + 1))
    assert server.ask(request_text(body=body, content_encoding="gzip")).status == 413


def test_large_answers_are_compressed_for_those_who_can_read_them() -> None:
    with LiveServer() as live:
        live.ask(request_text("CreateTable", create_table("big")))
        item = {"pk": {"S": "a"}, "text": {"S": "text " * 40_000}}
        live.ask(request_json("PutItem", TableName="big", Item=item))
        get = orjson.dumps({"TableName": "big", "Key": {"pk": {"S": "a"}}})
        packed = live.ask(request_text("GetItem", get, accept_encoding="br, gzip;q=0.5"))
        assert packed.headers["content-encoding"] == "gzip"
        assert len(packed.body) < 10_000
        assert_checked(packed)
        assert orjson.loads(gzip.decompress(packed.body)) == {"Item": item}
        for refusing in ("identity", "gzip;q=0", ""):
            plain = live.ask(request_text("GetItem", get, accept_encoding=refusing))
            assert "content-encoding" not in plain.headers
            assert plain.json() == {"Item": item}


def test_small_answers_are_not_compressed(server: LiveServer) -> None:
    assert "content-encoding" not in server.ask(request_text(accept_encoding="gzip")).headers
