"""`dyntui dynamodb`: every operation of the model is there, and is said as the AWS CLI says it."""

from __future__ import annotations

import pytest

from dyntui.cli.api.commands import OperationCommand
from dyntui.cli.exits import FOLDER
from dyntui.cli.paging import paginations
from dyntui.core.tables.requests import kebab
from engine import Engine
from engine.client.protocol import Context, Json
from engine.model.service import service_model
from engine.operations import OPERATIONS
from engine.operations.region import Region
from tests.dyntui.cli.shell import Shell

OPERATION_NAMES = service_model().operations


def test_names_are_those_of_botocore() -> None:
    from botocore import xform_name

    model = service_model()
    names = {*OPERATION_NAMES}
    for operation in OPERATION_NAMES:
        names.update(model.input_shape(operation).members)
    assert {name: kebab(name) for name in names} == {name: xform_name(name, "-") for name in names}


def test_the_help_lists_every_operation_of_the_model(shell: Shell) -> None:
    text = shell.ok("dynamodb --help").out
    here, _, elsewhere = text.partition("Not available here:")
    for operation in OPERATION_NAMES:
        listed = here if operation in Engine.operations() else elsewhere
        assert kebab(operation) in listed.split()
    assert "Updates auto scaling settings" in elsewhere


def test_help_is_a_word_too(shell: Shell) -> None:
    assert shell.ok("dynamodb help").out == shell.ok("dynamodb --help").out
    assert shell.ok("dynamodb scan help").out == shell.ok("dynamodb scan --help").out


@pytest.mark.parametrize("operation", OPERATION_NAMES)
def test_every_operation_has_help_without_markup(operation: str, shell: Shell) -> None:
    text = shell.ok(f"dynamodb {kebab(operation)} --help").out
    assert ("is not available here" in text) == (operation not in Engine.operations())
    pagination = paginations().get(operation)
    by_hand = () if pagination is None else (pagination.input_token, pagination.limit)
    for name in service_model().input_shape(operation).members:
        assert (f" --{kebab(name)} " in text) == (name not in by_hand)
    assert not any(mark in text for mark in ("<p>", "</", "<code>", "&lt;", "&gt;"))


def test_the_help_of_a_flag_has_its_documentation_its_values_and_whether_it_is_required(
    shell: Shell,
) -> None:
    text = " ".join(shell.ok("dynamodb query --help").out.split())
    assert "--table-name TEXT The name of the table containing the requested items." in text
    assert "One of ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES, SPECIFIC_ATTRIBUTES, COUNT." in text
    assert "in this parameter. [required]" in text
    assert "--scan-index-forward / --no-scan-index-forward" in text
    assert "--attributes-to-get TEXT..." in text
    assert "--expression-attribute-values JSON" in text


@pytest.mark.parametrize("operation", [name for name in OPERATION_NAMES if name not in OPERATIONS])
def test_an_operation_that_is_not_here_says_so(operation: str, shell: Shell) -> None:
    assert shell.refused(f"dynamodb {kebab(operation)}") == (
        f"An error occurred (UnknownOperationException) when calling the {operation} operation: "
        f"{operation} is not available here"
    )


def test_an_operation_that_the_engine_gets_is_there_at_once(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Json] = []

    def describe_limits(_region: Region, request: Json, _context: Context) -> Json:
        asked.append(request)
        return {"TableMaxReadCapacityUnits": 40_000}

    monkeypatch.setitem(OPERATIONS, "DescribeLimits", describe_limits)
    assert "DescribeLimits is not available" not in orders.ok("dynamodb describe-limits help").out
    answer = orders.ok("dynamodb describe-limits")
    assert answer.out == '{\n    "TableMaxReadCapacityUnits": 40000\n}\n'
    assert asked == [{}]


def test_a_name_that_is_no_operation(shell: Shell) -> None:
    assert shell.misused("dynamodb drop-everything") == (
        "dyntui dynamodb: No such command 'drop-everything' (see dyntui dynamodb --help)"
    )
    assert shell.misused("dynamodb") == (
        "dyntui dynamodb: the name of a command is missing (see dyntui dynamodb --help)"
    )


def test_every_flag_of_an_operation_belongs_to_one_member() -> None:
    for operation in OPERATION_NAMES:
        names = [name for option in OperationCommand(operation).params for name in option.opts]
        assert len(names) == len(set(names)), operation


# The AWS CLI's own options.


def test_an_endpoint_is_taken_anywhere(shell: Shell) -> None:
    nowhere = "http://127.0.0.1:1"
    for command in (
        f"dynamodb list-tables --endpoint-url {nowhere}",
        f"dynamodb --endpoint-url {nowhere} list-tables",
        f"--endpoint-url {nowhere} dynamodb list-tables",
        f"dynamodb wait table-exists --table-name orders --endpoint-url {nowhere}",
    ):
        ended = shell.run(command, environment={"AWS_MAX_ATTEMPTS": "1"})
        assert (ended.code, ended.out) == (FOLDER, "")
        assert "Could not connect to the endpoint" in ended.err


def test_options_stand_anywhere_and_the_last_counts(orders: Shell) -> None:
    expected = "TABLENAMES\torders\n"
    assert orders.ok("--output text dynamodb list-tables").out == expected
    assert orders.ok("dynamodb --output text list-tables").out == expected
    assert orders.ok("--output json dynamodb list-tables --output text").out == expected
    assert orders.ok("dynamodb --region eu-west-1 list-tables --query TableNames").json == []


def test_options_of_the_aws_cli_do_not_stand_before_other_verbs(shell: Shell) -> None:
    for option in ("--output csv", "--query x", "--color on"):
        message = shell.misused(f"{option} ls")
        assert message.startswith(
            f"dyntui: {option.split()[0]} belongs after the name of a command"
        )


def test_options_without_meaning_here_are_taken(orders: Shell) -> None:
    orders.ok(
        "--profile shop dynamodb list-tables --no-cli-pager --color off --no-verify-ssl "
        "--no-sign-request --cli-read-timeout 5 --cli-connect-timeout 5 --ca-bundle x "
        "--no-cli-auto-prompt"
    )


def test_the_form_of_the_output_may_stand_in_the_environment(orders: Shell) -> None:
    text = orders.run("dynamodb list-tables", environment={"AWS_DEFAULT_OUTPUT": "text"})
    assert text.out == "TABLENAMES\torders\n"
    yaml = orders.run("dynamodb list-tables", environment={"AWS_DEFAULT_OUTPUT": "yaml"})
    assert yaml.code == 252
    assert "AWS_DEFAULT_OUTPUT: 'yaml' is not one of json, text, table" in yaml.err


# Errors of the service.


def test_an_error_is_told_as_the_aws_cli_tells_it(orders: Shell) -> None:
    assert orders.refused("dynamodb describe-table --table-name nowhere") == (
        "An error occurred (ResourceNotFoundException) when calling the DescribeTable operation: "
        "Requested resource not found: Table: nowhere not found"
    )


def test_a_refused_condition_may_show_the_item(orders: Shell) -> None:
    message = orders.refused(
        "dynamodb put-item --table-name orders --item customer={S=ada},placed={N=1} "
        "--condition-expression attribute_not_exists(customer) "
        "--return-values-on-condition-check-failure ALL_OLD"
    )
    first, second = message.splitlines()
    assert first == (
        "An error occurred (ConditionalCheckFailedException) when calling the PutItem operation: "
        "The conditional request failed"
    )
    assert second.startswith('The item is {"customer":{"S":"ada"}')


# Waiters.


def test_a_waiter_ends_when_it_is_so(orders: Shell) -> None:
    for command in ("table-exists --table-name orders", "table-not-exists --table-name nowhere"):
        assert orders.ok(f"dynamodb wait {command}").both == ""


def test_a_waiter_gives_up(orders: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr("dyntui.cli.api.waiting.time.sleep", naps.append)
    ended = orders.run("dynamodb wait table-exists --table-name nowhere", may_fail=True)
    assert (ended.code, ended.err) == (255, "dyntui: table-exists: not yet, after 500 calls\n")
    assert sum(naps) == pytest.approx(499)


def test_a_waiter_does_not_go_on_after_another_error(orders: Shell) -> None:
    assert "(ExportNotFoundException)" in orders.refused(
        "dynamodb wait export-completed --export-arn arn:aws:dynamodb:us-east-1:0:table/a/export/b"
    )
    assert "required: --table-name" in orders.misused("dynamodb wait table-exists")


def test_waiters_are_listed_and_take_the_flags_of_their_operation(shell: Shell) -> None:
    text = shell.ok("dynamodb wait --help").out
    assert "table-not-exists" in text
    assert "Asks DescribeTable." in text
    assert "--table-name TEXT" in shell.ok("dynamodb wait table-exists help").out
    skeleton = shell.ok("dynamodb wait table-exists --generate-cli-skeleton")
    assert skeleton.json == {"TableName": ""}
    shell.misused("dynamodb wait everything")
