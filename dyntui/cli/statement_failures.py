"""How statements of a script end the command: in the words and with the codes of all verbs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from dyntui.cli.exits import PARTIAL, REFUSED, Failure, OperationError, say
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.meant_table import table_hint
from dyntui.core.statements.groups import cancellation_lines
from dyntui.core.statements.parameters import InputError
from dyntui.core.statements.runner import StatementRunner
from dyntui.core.statements.statements import fault_place
from dyntui.core.text.amounts import counted
from engine.errors import ApiError
from engine.partiql.faults import StatementError


class BatchError(Exception):
    """Statements of a batch that were refused, each a line."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lines[0])
        self.lines = lines


@contextmanager
def told_at(
    connection: Connection, runner: StatementRunner, text: str, number: int, line: int
) -> Iterator[None]:
    """Carry out a statement, the `number`th, which begins on a line of its script.

    What it raises becomes an error of the command: `OperationError`, `Failure`, `UsageError`.
    """
    place = f"statement {number}: " if number > 1 else ""
    done = f"{counted(runner.writes, 'statement')} wrote" if runner.writes else ""
    try:
        yield
    except StatementError as error:
        hint = place + fault_place(text, error, line)
        raise OperationError("ExecuteStatement", error.as_error(), done=done, hint=hint) from error
    except ApiError as error:
        lines = cancellation_lines(error)
        meant = table_hint(connection, error, runner.session.asked)
        hint = (place + "; ".join([*lines, meant] if meant else lines)).removesuffix(": ")
        raise OperationError(runner.operation, error, done=done, hint=hint) from error
    except InputError as error:
        if done:
            raise Failure(f"{place}{error}; before that, {done}", PARTIAL) from error
        raise click.UsageError(f"{place}{error}") from error
    except BatchError as error:
        for one in error.lines[:-1]:
            say(f"dyntui: {place}{one}")
        raise Failure(f"{place}{error.lines[-1]}", REFUSED) from error
