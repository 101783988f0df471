"""`dyntui dynamodb`, `dyntui dynamodbstreams`: a command for every operation of a service model.

They are made when they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import click

from dyntui.cli.api.aws_options import aws_options
from dyntui.cli.api.documentation import first_sentence, paragraphs
from dyntui.cli.api.flags import (
    flag_options,
    input_options,
    operation_flags,
    paging_options,
    spread_lists,
)
from dyntui.cli.command import Command, global_options
from dyntui.cli.paging import paginations
from dyntui.core.tables.requests import kebab
from engine import Engine
from engine.model.service import DYNAMODB, STREAMS, model_of, service_model

HELP_WORD = "help"
WAIT = "wait"


class OperationGroup(click.Group):
    """The operations of a service by the AWS CLI's names; `help` is a name of `--help`."""

    def __init__(self, service: str, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._service = service
        self._waits = service == DYNAMODB
        self.params.extend([*aws_options(), *global_options()])

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names of all operations of the model."""
        return [*_operations(self._service), *([WAIT] if self._waits else [])]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command of an operation."""
        if self._waits and name == WAIT:
            from dyntui.cli.api.waiting import wait_group

            return wait_group()
        operation = _operations(self._service).get(name)
        return None if operation is None else OperationCommand(operation)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Take `help` for `--help`."""
        return super().parse_args(context, _help_option(args))

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the operations, those that are here before the others."""
        model, here = service_model(self._service), Engine.operations()
        texts = {
            name: (operation, first_sentence(model.operation(operation).documentation))
            for name, operation in _operations(self._service).items()
        }
        for title, wanted in (("Operations", True), ("Not available here", False)):
            rows = [
                (name, text)
                for name, (operation, text) in texts.items()
                if (operation in here) == wanted
            ]
            if wanted and self._waits:
                rows.append((WAIT, "Waits until a table is there, or gone"))
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class OperationCommand(Command):
    """An operation: its flags, the AWS CLI's options, and the global ones."""

    def __init__(self, operation: str) -> None:
        model, pagination = model_of(operation), paginations().get(operation)
        super().__init__(
            kebab(operation),
            callback=click.pass_context(partial(_run, operation)),
            params=[
                *flag_options(model, operation_flags(model, operation), pagination),
                *paging_options(pagination),
                *input_options(),
            ],
        )
        self.params.extend(aws_options())
        self.operation = operation

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Take `help` for `--help`, and all words after a flag that takes a list."""
        options = {
            name: option
            for option in self.params
            if isinstance(option, click.Option)
            for name in (*option.opts, *option.secondary_opts)
        }
        return super().parse_args(context, spread_lists(_help_option(args), options))

    def format_help_text(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """All of the operation's documentation."""
        for text in _description(self.operation):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(text)


def _help_option(arguments: list[str]) -> list[str]:
    return ["--help"] if arguments == [HELP_WORD] else arguments


@cache
def _operations(service: str) -> Mapping[str, str]:
    """The API's names of the operations, by the AWS CLI's."""
    return {kebab(operation): operation for operation in service_model(service).operations}


def _description(operation: str) -> list[str]:
    texts = paragraphs(model_of(operation).operation(operation).documentation)
    if operation not in Engine.operations():
        texts.insert(0, f"{operation} is not available here.")
    return texts


def _run(operation: str, context: click.Context, /, **arguments: Any) -> None:
    """Carry out an operation; what that needs is imported only then."""
    from dyntui.cli.api.running import run_operation

    run_operation(context, operation, arguments)


@click.command("dynamodb", cls=OperationGroup, service=DYNAMODB)
def dynamodb() -> None:
    """Any operation of DynamoDB, with the AWS CLI's names, flags and output.

    Scripts carry over by changing a word: `aws dynamodb` becomes `dyntui dynamodb`.
    """


@click.command("dynamodbstreams", cls=OperationGroup, service=STREAMS)
def dynamodbstreams() -> None:
    """Any operation of DynamoDB Streams, with the AWS CLI's names, flags and output."""
