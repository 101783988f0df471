"""Whatever is asked over the wire, the answer is an answer or a refusal: no failure, no hang."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Account
from engine.model.service import STREAM_OPERATIONS, service_model
from engine.operations import OPERATIONS
from tests.dyntui.serve.live import LiveServer, RawClient, request_text
from tests.engine.operations.shapes import requests
from tests.engine.operations.tables import make_tables

_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
_NOT_THERE = sorted(
    {f"DynamoDB_20120810.{name}" for name in set(service_model().operations) - OPERATIONS.keys()}
)


@pytest.fixture(scope="module")
def client() -> Iterator[RawClient]:
    """A connection to a server with tables, which must have seen no failure in the end."""
    account = Account.in_memory()
    make_tables(account.engine())
    with LiveServer(account) as server:
        with server.client() as opened:
            yield opened
        assert server.failures == []


def answer(client: RawClient, operation: str, body: bytes) -> tuple[int, Any]:
    """The status and the decoded body of an answer, for which a hang would end in a timeout."""
    if operation in STREAM_OPERATIONS:
        operation = f"DynamoDBStreams_20120810.{operation}"
    client.send(request_text(operation, body))
    response = client.receive()
    return response.status, response.json()


def wire(request: Any) -> bytes:
    """A request's JSON; what JSON cannot say is left to other tests."""
    try:
        return orjson.dumps(request, default=lambda raw: b64encode(raw).decode())
    except TypeError:
        return b"{}"


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_random_requests_of_an_operation(client: RawClient, operation: str) -> None:
    @settings(suppress_health_check=list(HealthCheck))
    @given(requests(operation))
    def run(request: Any) -> None:
        status, body = answer(client, operation, wire(request))
        assert status in (200, 400)
        assert isinstance(body, dict)
        assert status == 200 or "#" in body["__type"]

    run()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_any_json_for_an_operation(client: RawClient, operation: str) -> None:
    @settings(suppress_health_check=list(HealthCheck))
    @given(_JSON)
    def run(request: Any) -> None:
        status, body = answer(client, operation, wire(request))
        assert status in (200, 400)
        assert status == 200 or "#" in body["__type"]

    run()


@pytest.mark.parametrize("target", _NOT_THERE)
def test_an_operation_that_is_not_there_says_so(client: RawClient, target: str) -> None:
    name = target.partition(".")[2]
    for body in (b"{}", b'{"TableName": "hash"}', b"[]", b'"text"'):
        assert answer(client, target, body) == (
            400,
            {
                "__type": "com.amazon.coral.service#UnknownOperationException",
                "message": f"{name} is not available here",
            },
        )
