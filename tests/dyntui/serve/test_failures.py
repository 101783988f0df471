"""What nobody expected: no traceback, no hang, an InternalServerError and a word to the owner."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntui.serve.process import new_loop
from engine import Account
from engine.model.service import service_model
from engine.operations import OPERATIONS
from tests.dyntui.serve.live import AMAZON_JSON, LiveServer, RawClient, request_json, request_text
from tests.dyntui.serve.test_protocol import assert_checked, create_table

INTERNAL = {
    "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
    "message": "Internal server error",
}


@pytest.mark.parametrize("operation", ["GetItem", "DescribeTable", "Scan"])
def test_an_exception_in_an_operation_is_an_internal_error_and_is_told(
    operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> Any:
        raise ZeroDivisionError("in an operation")

    monkeypatch.setitem(OPERATIONS, operation, failing)
    with LiveServer() as live:
        text = request_json(operation, TableName="some", Key={"pk": {"S": "a"}})
        response = live.ask(text)
        assert (response.status, response.json()) == (500, INTERNAL)
        assert_checked(response)
        assert live.ask(request_text()).status == 200
    assert [type(failure) for failure in live.failures] == [ZeroDivisionError]


def test_a_region_that_cannot_be_opened_does_not_touch_the_others(tmp_path: Path) -> None:
    with Account.open(tmp_path) as account:
        account.engine("eu-west-1")
    (tmp_path / "eu-west-1" / "data.db").write_bytes(b"damaged" * 10_000)
    with LiveServer(Account.open(tmp_path)) as live:
        response = live.ask(request_text(region="eu-west-1"))
        assert response.status == 500
        assert "eu-west-1" in response.json()["message"]
        assert live.ask(request_text()).json() == {"TableNames": []}
    assert live.failures == []


def test_the_server_works_on_the_loop_of_asyncio_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = new_loop()
    assert type(loop).__module__.startswith("asyncio.")
    loop.close()
    with LiveServer() as live:
        assert isinstance(live.loop, asyncio.SelectorEventLoop)
        item = {"pk": {"S": "a"}, "text": {"S": "x" * 390_000}}
        put = request_json("PutItem", TableName="some", Item=item)
        get = request_json("GetItem", TableName="some", Key={"pk": {"S": "a"}})
        with live.client() as client:
            client.send(request_text("CreateTable", create_table("some")) + put + get * 20)
            assert [client.receive().status for _ in range(2)] == [200, 200]
            for _ in range(20):
                assert client.receive().json() == {"Item": item}
            client.send(b"garbage\r\n\r\n")
            assert client.rest().startswith(b"HTTP/1.1 400 ")
    assert live.failures == []


# Random requests.

TEXT = st.one_of(
    st.sampled_from(["some", "pk", "", "S", "N", "#a", ":v", "a = :v", "SET a = :v", "1e400"]),
    st.text(max_size=8),
)
SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=8,
)
VALUE = st.one_of(
    st.builds(lambda kind, value: {kind: value}, st.sampled_from(["S", "N", "B", "M", "L"]), JSON),
    st.just({"S": "a"}),
    st.just({"N": "1"}),
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, bytes]:
    """An operation, and members of its request with values of all sorts."""
    model = service_model()
    operation = draw(st.sampled_from(model.operations))
    members = model.input_shape(operation).members
    request: Any = {
        name: draw(st.one_of(JSON, st.dictionaries(TEXT, VALUE, max_size=3)))
        for name in draw(st.sets(st.sampled_from(sorted(members) or ["none"]), max_size=6))
    }
    if "TableName" in members and draw(st.booleans()):
        request["TableName"] = "some"
    if "Key" in members and draw(st.booleans()):
        request["Key"] = {"pk": {"S": "a"}}
    request = draw(st.one_of(st.just(request), st.just(request), JSON))
    # Python's own writer knows whole numbers of any size, as those of other languages do.
    return operation, json.dumps(request).encode()


@pytest.fixture(scope="module")
def talk() -> Iterator[RawClient]:
    """A connection to a server with one table."""
    with LiveServer() as live, live.client() as client:
        client.send(request_text("CreateTable", create_table("some")))
        assert client.receive().status == 200
        yield client
    assert live.failures == []


@settings(deadline=None)
@given(requests())
def test_no_request_makes_an_internal_error(talk: RawClient, request: tuple[str, bytes]) -> None:
    operation, body = request
    if operation in ("CreateTable", "DeleteTable", "UpdateTable"):
        body = body.replace(b'"some"', b'"none"')
    talk.send(request_text(operation, body))
    response = talk.receive()
    assert response.status in (200, 400), response.body
    assert response.headers["content-type"] == AMAZON_JSON


HEADER = st.tuples(
    st.sampled_from(
        (
            *("X-Amz-Target", "Content-Type", "Authorization", "X-Amz-Date", "Accept-Encoding"),
            *("Content-Encoding", "Origin", "Access-Control-Request-Method", "X-Other"),
        )
    ),
    st.one_of(
        st.sampled_from(["", "gzip", "identity", "AWS4-", "AWS4-HMAC-SHA256 Credential=a,,b="]),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    ),
)


@settings(deadline=None)
@given(
    st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD", "DELETE", "PATCH"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    st.lists(HEADER, max_size=5),
    st.binary(max_size=50),
)
def test_no_headers_make_an_internal_error(
    talk: RawClient, method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    given_headers = {name.replace("-", "_").lower(): value for name, value in headers}
    talk.send(request_text("ListTables", body, method=method, path=f"/{path}", **given_headers))
    assert talk.receive(method).status in (200, 400, 404)
