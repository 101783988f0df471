"""A request as JSON, AWS CLI and boto3."""

from __future__ import annotations

import json
import shlex
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.tables.requests import Request, as_aws_cli, as_boto3, as_json, kebab
from engine.model.service import service_model

QUERY = Request(
    "Query",
    {
        "TableName": "movies",
        "KeyConditionExpression": "genre = :v0",
        "ExpressionAttributeValues": {":v0": {"S": "it's"}, ":v1": {"B": b"\x01"}},
        "ScanIndexForward": False,
        "ConsistentRead": True,
        "Limit": 5,
    },
)


def test_json_is_the_body_of_the_request() -> None:
    body = json.loads(as_json(QUERY))
    assert body["ExpressionAttributeValues"] == {":v0": {"S": "it's"}, ":v1": {"B": "AQ=="}}
    assert body["Limit"] == 5


def test_aws_cli_is_a_shell_command() -> None:
    words = shlex.split(as_aws_cli(QUERY, "eu-west-1"))
    assert words[:3] == ["aws", "dynamodb", "query"]
    assert words[words.index("--table-name") + 1] == "movies"
    assert "--no-scan-index-forward" in words
    assert "--consistent-read" in words
    assert words[words.index("--limit") + 1] == "5"
    values = json.loads(words[words.index("--expression-attribute-values") + 1])
    assert values == {":v0": {"S": "it's"}, ":v1": {"B": "AQ=="}}
    assert words[-2:] == ["--region", "eu-west-1"]


def _boto3_call(source: str) -> tuple[str, dict[str, Any]]:
    """Run a snippet with a client that only remembers what it was asked."""
    asked: list[tuple[str, dict[str, Any]]] = []

    class Client:
        def __getattr__(self, name: str) -> Any:
            return lambda **members: asked.append((name, members))

    boto3 = SimpleNamespace(client=lambda _service, **_options: Client())
    body = source.removeprefix("import boto3\n")
    assert body != source
    exec(body, {"boto3": boto3})
    return asked[0]


def test_boto3_runs_and_asks_the_same() -> None:
    assert _boto3_call(as_boto3(QUERY, "eu-west-1")) == ("query", QUERY.members)


def test_boto3_without_members() -> None:
    assert _boto3_call(as_boto3(Request("ListTables", {}), "eu-west-1")) == ("list_tables", {})


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_boto3_keeps_any_value(value: Any) -> None:
    request = Request("PutItem", {"Item": value})
    assert _boto3_call(as_boto3(request, "us-east-1")) == ("put_item", {"Item": value})


@pytest.mark.parametrize("operation", sorted(service_model().operations))
def test_names_are_spelled_as_the_aws_cli_spells_them(operation: str) -> None:
    assert kebab(operation) == xform_name(operation, "-")
