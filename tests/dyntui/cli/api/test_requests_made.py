"""The request that flags make: value syntaxes, files, JSON input, and what is refused before it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dyntui.cli.api.skeleton import skeleton
from dyntui.core.tables.requests import kebab
from dyntui.core.text.formats import dynamodb_json
from engine.client.protocol import Context, Json
from engine.model.service import service_model
from engine.operations import OPERATIONS
from engine.operations.region import Region
from tests.dyntui.cli.shell import Shell

Requests = list[Json]


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    """The requests that were made, of any operation of the model; all have an empty answer.

    What the engine's checks would refuse comes through, too.
    """
    made: Requests = []

    def answer(_region: Region, request: Json, _context: Context) -> Json:
        made.append(request)
        return {}

    for operation in service_model().operations:
        monkeypatch.setitem(OPERATIONS, operation, answer)
    monkeypatch.setattr("engine.answering.validate", lambda _operation, _request: None)
    return made


KEY = {"id": {"S": "a"}}
T = "--table-name tab"


@pytest.mark.parametrize(
    ("command", "request_made"),
    [
        # Scalars.
        (f"get-item {T} --key id={{S=a}}", {"TableName": "tab", "Key": KEY}),
        ("list-backups --limit 5 --table-name=tab", {"TableName": "tab", "Limit": 5}),
        (
            "list-backups --time-range-lower-bound 1700000000.5",
            {"TimeRangeLowerBound": 1700000000.5},
        ),
        (
            "list-backups --time-range-lower-bound 2026-11-23T18:00:00Z "
            "--time-range-upper-bound 2026-11-23T20:00:00+02:00",
            {"TimeRangeLowerBound": 1795456800.0, "TimeRangeUpperBound": 1795456800.0},
        ),
        ("list-backups --time-range-lower-bound 2026-11-23", {"TimeRangeLowerBound": 1795392000.0}),
        (f"scan {T} --consistent-read", {"TableName": "tab", "ConsistentRead": True}),
        (f"scan {T} --no-consistent-read", {"TableName": "tab", "ConsistentRead": False}),
        (f"scan {T} --limit -5", {"TableName": "tab", "Limit": -5}),
        # Lists of scalars.
        (
            "untag-resource --resource-arn r --tag-keys a b --region eu-west-1",
            {"ResourceArn": "r", "TagKeys": ["a", "b"]},
        ),
        (
            """untag-resource --tag-keys '["a", "b"]' --resource-arn r""",
            {"ResourceArn": "r", "TagKeys": ["a", "b"]},
        ),
        (
            "untag-resource --tag-keys a --resource-arn r --tag-keys b",
            {"ResourceArn": "r", "TagKeys": ["a", "b"]},
        ),
        # Structures, maps, and lists of them.
        (
            f'get-item {T} --key \'{{"id": {{"S": "a"}}}}\'',
            {"TableName": "tab", "Key": KEY},
        ),
        (
            "tag-resource --resource-arn r --tags Key=a,Value=b Key=c,Value=",
            {
                "ResourceArn": "r",
                "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": ""}],
            },
        ),
        (
            """tag-resource --resource-arn r --tags '{"Key": "a", "Value": "b"}' Key=c,Value=d""",
            {
                "ResourceArn": "r",
                "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}],
            },
        ),
        (
            """tag-resource --resource-arn r --tags '[{"Key": "a", "Value": "b"}]'""",
            {"ResourceArn": "r", "Tags": [{"Key": "a", "Value": "b"}]},
        ),
        (
            f"update-table {T} --provisioned-throughput ReadCapacityUnits=5,WriteCapacityUnits=6",
            {
                "TableName": "tab",
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
            },
        ),
        # Shorthand has the types of the model, and a word may be a list.
        (
            f"put-item {T} --item 'id={{S=a}},n={{N=5}},t={{BOOL=true}},u={{NULL=TRUE}},"
            "s={SS=x},l={L=[{N=1},{M={k={S=v}}}]}'",
            {
                "TableName": "tab",
                "Item": {
                    "id": {"S": "a"},
                    "n": {"N": "5"},
                    "t": {"BOOL": True},
                    "u": {"NULL": True},
                    "s": {"SS": ["x"]},
                    "l": {"L": [{"N": "1"}, {"M": {"k": {"S": "v"}}}]},
                },
            },
        ),
        (
            "batch-get-item --request-items 'tab={Keys=[{id={S=a}}],ConsistentRead=false}'",
            {"RequestItems": {"tab": {"Keys": [KEY], "ConsistentRead": False}}},
        ),
        (
            f"update-table-replica-auto-scaling {T} "
            "--provisioned-write-capacity-auto-scaling-update MinimumUnits=5,ScalingPolicyUpdate="
            "{TargetTrackingScalingPolicyConfiguration={TargetValue=70.5,DisableScaleIn=false}}",
            {
                "TableName": "tab",
                "ProvisionedWriteCapacityAutoScalingUpdate": {
                    "MinimumUnits": 5,
                    "ScalingPolicyUpdate": {
                        "TargetTrackingScalingPolicyConfiguration": {
                            "TargetValue": 70.5,
                            "DisableScaleIn": False,
                        }
                    },
                },
            },
        ),
        # Binary values.
        (
            f"get-item {T} --key id={{B=aGVsbG8=}}",
            {"TableName": "tab", "Key": {"id": {"B": b"hello"}}},
        ),
        (
            f"get-item {T} --key id={{B=hello}} --cli-binary-format raw-in-base64-out",
            {"TableName": "tab", "Key": {"id": {"B": b"hello"}}},
        ),
        # JSON in place of flags; flags win.
        (
            """scan --cli-input-json '{"TableName": "tab", "Limit": 5}' --limit 7""",
            {"TableName": "tab", "Limit": 7},
        ),
    ],
)
def test_what_flags_mean(
    command: str, request_made: Json, shell: Shell, requests: Requests
) -> None:
    shell.ok(f"dynamodb {command}")
    assert requests == [request_made]


def test_files(shell: Shell, requests: Requests, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"id": {"S": "ü"}}', encoding="utf-8-sig")
    (tmp_path / "raw").write_bytes(b"\x00\xff")
    (tmp_path / "input.json").write_text('{"TableName": "tab"}')
    shell.ok(f"dynamodb get-item {T} --key file://{tmp_path}/key.json")
    shell.ok(f"dynamodb get-item {T} --key fileb://{tmp_path}/key.json")
    shell.ok(f"dynamodb get-item {T} --key id={{B@=fileb://{tmp_path}/raw}}")
    shell.ok(f"dynamodb get-item {T} --key id={{S@=file://{tmp_path}/input.json}}")
    shell.ok(f"dynamodb describe-table --cli-input-json file://{tmp_path}/input.json")
    assert [request.get("Key", request) for request in requests] == [
        {"id": {"S": "ü"}},
        {"id": {"S": "ü"}},
        {"id": {"B": b"\x00\xff"}},
        {"id": {"S": '{"TableName": "tab"}'}},
        {"TableName": "tab"},
    ]


def test_a_token_that_clients_choose_is_chosen(shell: Shell, requests: Requests) -> None:
    command = """dynamodb transact-write-items --transact-items '{"Delete": {}}'"""
    shell.misused(command)
    delete = '{"Delete": {"TableName": "tab", "Key": {}}}'
    for given in ("", "", "--client-request-token mine"):
        shell.ok(f"dynamodb transact-write-items --transact-items '{delete}' {given}")
    first, second, third = (request["ClientRequestToken"] for request in requests)
    assert re.fullmatch(r"[0-9a-f-]{36}", first)
    assert first != second
    assert third == "mine"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("get-item", "the following arguments are required: --table-name, --key"),
        (f"get-item {T}", "the following arguments are required: --key"),
        (f"get-item {T} --key", "Option '--key' requires an argument"),
        (f"get-item {T} --key ''", "'--key': expected a name and = at character 1, found the end"),
        (f"get-item {T} --key '{{'", "'--key': Invalid JSON: "),
        (f"get-item {T} --key '{{\"id\": 1}}'", "Key.id has to be a structure, as in {…}, not 1"),
        (f"get-item {T} --key '[]'", "Key has to be a map, as in {…}, not []"),
        (f"get-item {T} --key id=a", 'Key.id has to be a structure, as in {…}, not "a"'),
        (f"get-item {T} --key id={{N=5,X=6}}", "Key.id has no member 'X'; there are S, N, B, SS"),
        (f"get-item {T} --key id={{B=hello}}", "Key.id.B: Invalid base64: 'hello'"),
        (f"get-item {T} --key id={{BOOL=maybe}}", "'maybe' is neither true nor false"),
        (f'get-item {T} --key \'{{"id": {{"N": 5}}}}\'', "Key.id.N has to be text, not 5"),
        (
            f"get-item {T} --key '{{\"id\": null}}'",
            "Key.id has to be a structure, as in {…}, not null",
        ),
        (f"get-item {T} --key file:///nowhere", "'--key': file:///nowhere: No such file"),
        (f"get-item {T} --key id={{S@=file:///nowhere}}", "file:///nowhere: No such file"),
        ("tag-resource --resource-arn r --tags Key=a", "Tags[0] lacks Value"),
        ("tag-resource --resource-arn r --tags a", "expected a name and ="),
        ("list-backups --limit five", "Error parsing parameter '--limit': 'five' is not a whole"),
        ("list-backups --limit 1_0", "'1_0' is not a whole number"),
        ("list-backups --time-range-lower-bound soon", "TimeRangeLowerBound has to be a time"),
        ("list-backups --bogus 5", "No such option '--bogus'"),
        ("list-backups --max-items 0", "'--max-items': 0 is not in the range"),
        ("scan x", "Got unexpected extra argument (x)"),
        ("scan --consistent-read true", "Got unexpected extra argument (true)"),
        ("scan --cli-input-json '{'", "'--cli-input-json': Invalid JSON: "),
        ("scan --cli-input-json '[]'", "--cli-input-json: the request has to be an object"),
        ("scan --cli-input-json '{}'", "the request lacks TableName"),
        ("scan --cli-input-json '{\"Table\": 1}'", "the request lacks TableName"),
        (f"scan {T} --cli-input-json '{{\"Limt\": 1}}'", "the request has no member 'Limt'"),
        ("scan --cli-input-json file:///nowhere", "file:///nowhere: No such file"),
        (f"scan {T} --query '['", "Bad value for --query [: Invalid jmespath expression"),
        (f"scan {T} --output yaml", "'yaml' is not one of 'json', 'text', 'table'"),
        (f"scan {T} --limit 1 --max-items 3", "pagination arguments: --max-items"),
        (f"scan {T} --no-paginate --page-size 3", "pagination arguments: --page-size"),
        (f"scan {T} --starting-token x", "--starting-token: 'x' is not a token"),
        ("scan --generate-cli-skeleton yaml-input", "'yaml-input' is not one of"),
    ],
)
def test_what_is_refused_before_a_request_is_made(
    command: str, message: str, shell: Shell, requests: Requests
) -> None:
    said = shell.misused(f"dynamodb {command}")
    assert message in said
    assert "\n" not in said
    assert requests == []


def test_nesting_without_end_is_refused(shell: Shell, requests: Requests) -> None:
    deep = '{"L": [' * 500 + "]}" * 500
    words = ["dynamodb", "get-item", "--table-name", "tab", "--key", f'{{"id": {deep}}}']
    assert "nested deeper than 200 levels" in shell.misused(words)
    assert requests == []


# Skeletons.


@pytest.mark.parametrize("operation", service_model().operations)
def test_a_skeleton_can_be_given_back(operation: str, shell: Shell, requests: Requests) -> None:
    name = kebab(operation)
    printed = shell.ok(f"dynamodb {name} --generate-cli-skeleton").out
    assert requests == []
    shell.ok(["dynamodb", name, "--cli-input-json", printed])
    members = service_model().input_shape(operation).members
    assert list(requests[0]) == list(members)


def test_a_skeleton_of_a_request_and_of_an_answer(shell: Shell) -> None:
    assert shell.ok("dynamodb list-tables --generate-cli-skeleton").out == (
        '{\n    "ExclusiveStartTableName": "",\n    "Limit": 0\n}\n'
    )
    assert shell.ok("dynamodb list-tables --generate-cli-skeleton output").json == {
        "TableNames": [""],
        "LastEvaluatedTableName": "",
    }
    assert shell.ok("dynamodb tag-resource --generate-cli-skeleton output").json == {}


def test_a_skeleton_does_not_go_round_in_circles() -> None:
    model = service_model()
    value: Any = skeleton(model, model.shape("AttributeValue"))
    assert value["M"] == {"KeyName": {}}
    assert value["L"] == [{}]
    assert dynamodb_json(value, indent=False).count('"S"') == 1
