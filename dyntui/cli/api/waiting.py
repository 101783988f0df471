"""`dyntui dynamodb wait`: ask again until a table is there, or gone; from botocore's list."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import click

from dyntui.cli.api.answer import selection
from dyntui.cli.api.aws_options import aws_options
from dyntui.cli.api.commands import OperationCommand
from dyntui.cli.api.flags import SKELETON
from dyntui.cli.api.request import operation_request
from dyntui.cli.api.running import print_skeleton
from dyntui.cli.command import global_options
from dyntui.cli.exits import FAILED, Failure, OperationError
from dyntui.cli.workspace import workspace
from dyntui.core.tables.requests import kebab
from engine.client.protocol import Json
from engine.model.service import model_document

DELAY_S = 1.0
"""Seconds between two calls; the AWS CLI waits longer, but in all no longer than this does."""


class WaitGroup(click.Group):
    """The waiters by the AWS CLI's names."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names of all waiters."""
        return sorted(_waiters())

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command of a waiter."""
        return WaitCommand(name) if name in _waiters() else None

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the waiters without making them."""
        with formatter.section("Commands"):
            rows = [(name, f"Asks {entry['operation']}.") for name, entry in _waiters().items()]
            formatter.write_dl(sorted(rows))


@cache
def _waiters() -> Mapping[str, Json]:
    """botocore's entries by the AWS CLI's names."""
    entries = model_document("waiters-2.json")["waiters"]
    return {kebab(name): entry for name, entry in entries.items()}


class WaitCommand(OperationCommand):
    """Takes the flags of the operation that it calls; says nothing when it is done."""

    def __init__(self, name: str) -> None:
        entry = _waiters()[name]
        super().__init__(entry["operation"])
        self.name = name
        self._entry = entry

    def invoke(self, context: click.Context) -> None:
        """Call until the answer is the one that is waited for.

        Raises `Failure` where it can no longer come, or does not in time.
        """
        operation = self.operation
        if context.params[SKELETON] is not None:
            print_skeleton(operation, context.params[SKELETON])
            return
        request = operation_request(context, operation, context.params)
        work = workspace(context)
        tries = max(1, round(self._entry["delay"] * self._entry["maxAttempts"] / DELAY_S))
        for number in range(tries):
            if number:
                time.sleep(DELAY_S)
            error: OperationError | None = None
            answer: Json = {}
            try:
                answer = work.call(operation, request)
            except OperationError as failed:
                error = failed
            match self._state(answer, error):
                case "success":
                    return
                case "failure":
                    raise Failure(f"{self.name}: it will not come to that", FAILED)
                case "" if error is not None:
                    raise error
        raise Failure(f"{self.name}: not yet, after {tries} calls", FAILED)

    def _state(self, answer: Json, error: OperationError | None) -> str:
        """The state of the first acceptor that the outcome meets; empty where it meets none."""
        for acceptor in self._entry["acceptors"]:
            if _meets(acceptor, answer, error):
                return str(acceptor["state"])
        return ""


def _meets(acceptor: Json, answer: Json, error: OperationError | None) -> bool:
    expected = acceptor["expected"]
    if acceptor["matcher"] == "error":
        return error is not None and error.error.code == expected
    if error is not None:
        return False
    found: Any = selection(acceptor["argument"])(answer)
    if acceptor["matcher"] == "pathAny":
        return isinstance(found, list) and expected in found
    return bool(found == expected)


def wait_group() -> click.Group:
    """The command `wait`."""
    group = WaitGroup("wait", help="Wait until something is so: a table is there, or gone.")
    group.params.extend([*aws_options(), *global_options()])
    return group
