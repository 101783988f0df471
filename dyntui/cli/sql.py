"""`dyntui sql`: PartiQL statements from the command line, a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import PARTIAL, REFUSED, Failure, OperationError, say
from dyntui.cli.files import TEXT_FILE, decode, open_file
from dyntui.cli.output import format_options, write_items
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.formats import dynamodb_json
from dyntui.core.item_output import Format
from dyntui.core.statement_groups import Group, GroupError, cancellation_lines
from dyntui.core.statement_parameters import ParameterError, read_value
from dyntui.core.statement_runner import Rows, StatementRunner, explained, requests
from dyntui.core.statement_script import read_statements
from dyntui.core.statement_session import (
    ClientCaller,
    Noted,
    Ready,
    StatementSession,
)
from dyntui.core.statements import Outcome, fault_place, outcome_text
from engine.client.protocol import Json
from engine.errors import ApiError
from engine.partiql.faults import StatementError

BYTES_IN_A_MB = 1_000_000


@click.command(cls=Command)
@click.argument("statement", required=False)
@click.option(
    "-f", "--file", metavar="FILE", help="Read statements from a file, `-` is standard input."
)
@click.option(
    "--param",
    "parameters",
    metavar="[:NAME=]VALUE",
    multiple=True,
    help="The value of the next `?`, or of :NAME: 12, 'text', true or DynamoDB JSON.",
)
@click.option("--max-items", type=click.IntRange(min=1), help="Stop a SELECT after so many items.")
@click.option("--consistent", is_flag=True, help="Read strongly consistent.")
@click.option("--explain", "explains", is_flag=True, help="Tell what would be done; do nothing.")
@click.option("--dry-run", is_flag=True, help="Show the requests; send nothing.")
@click.option(
    "--ask-above",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="MB",
    envvar="DYNTUI_ASK_ABOVE",
    help="Ask before a full scan of a table that is larger.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_options("table")
@click.pass_context
def sql(
    context: click.Context,
    statement: str | None,
    file: str | None,
    parameters: tuple[str, ...],
    max_items: int | None,
    consistent: bool,
    explains: bool,
    dry_run: bool,
    ask_above: float,
    yes: bool,
    output: Format,
    plain: bool,
) -> None:
    """Run PartiQL statements, which semicolons part.

    They are the argument, or come from a file or standard input. Beyond the service, COUNT, SUM,
    AVG, MIN, MAX, GROUP BY, any ORDER BY and LIMIT are done here, while rows stream by.
    """
    if statement is not None and file is not None:
        raise click.UsageError("give a statement or --file, not both")
    named, positional = _parameters(parameters)
    work = workspace(context)
    session = StatementSession(ClientCaller(work.connection.client, "script"))
    session.named, session.consistent = named, consistent
    runner = StatementRunner(
        session,
        _Streams(work, output, plain),
        None if yes else round(ask_above * BYTES_IN_A_MB),
        refuses_partial_keys=not work.is_remote,
        max_items=max_items,
    )
    script = _Script(work, runner, positional)
    act = script.explain if explains else script.show_request if dry_run else script.run
    lines = [statement] if statement is not None else _lines(file)
    for number, (text, line) in enumerate(read_statements(lines), 1):
        script.number, script.line = number, line
        act(text)
    script.end()


def _lines(file: str | None) -> Iterator[str]:
    """The lines of a file or of standard input; raises `UsageError`."""
    if file is None and sys.stdin.isatty():
        raise click.UsageError("give a statement, --file, or statements on standard input")
    if file in (None, "-"):
        yield from decoded_lines(sys.stdin.buffer, "stdin")
        return
    with open_file(f"{TEXT_FILE}{file}") as stream:
        yield from decoded_lines(stream, str(file))


def decoded_lines(stream: BinaryIO, source: str) -> Iterator[str]:
    """The lines of a stream as they come; raises `UsageError`."""
    for number, line in enumerate(stream, 1):
        yield decode(line, f"{source}, line {number}")


def _parameters(texts: tuple[str, ...]) -> tuple[dict[str, Json], Iterator[Json]]:
    """Parameters by name, and those in their order; raises `UsageError`."""
    named: dict[str, Json] = {}
    positional: list[Json] = []
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            if name.startswith(":") and equals:
                named[name[1:]] = read_value(value)
            else:
                positional.append(read_value(text))
        except ParameterError as error:
            raise click.UsageError(f"--param: {error}") from None
    return named, iter(positional)


@dataclass(slots=True)
class _Script:
    """The statements of one command; `number` and `line` say where the current one stands."""

    work: Workspace
    runner: StatementRunner
    positional: Iterator[Json]
    number: int = 1
    line: int = 1

    def taken(self, text: str) -> Ready | Group | Noted:
        """What a statement becomes; raises what ends the command."""
        try:
            return self.runner.session.take(text, self.positional)
        except StatementError as error:
            place = fault_place(text, error, self.line)
            raise self._refused("ExecuteStatement", error.as_error(), [place]) from error
        except (GroupError, ParameterError) as error:
            raise self._misused(str(error)) from error

    def run(self, text: str) -> None:
        """Run one statement; raises what ends the command."""
        taken = self.taken(text)
        if isinstance(taken, Noted):
            return
        try:
            failures = self.runner.run(taken)
        except ApiError as error:
            operation = taken.operation if isinstance(taken, Group) else "ExecuteStatement"
            raise self._refused(operation, error, cancellation_lines(error)) from error
        for failure in failures[:-1]:
            say(f"dyntui: {self._placed(failure)}")
        for failure in failures[-1:]:
            raise Failure(self._placed(failure), REFUSED)

    def explain(self, text: str) -> None:
        """Tell what a statement would do."""
        taken = self.taken(text)
        consistent = self.runner.session.consistent
        try:
            lines = explained(taken, self.work.connection.tools, consistent)
        except ApiError as error:
            raise self._refused("ExecuteStatement", error) from error
        if self.number > 1 and lines:
            sys.stdout.write("\n")
        sys.stdout.writelines(f"{line}\n" for line in lines)

    def show_request(self, text: str) -> None:
        """Show the request that a statement would become."""
        taken = self.taken(text)
        shown = requests(taken, self.runner.session.consistent)
        if shown is not None:
            sys.stdout.write(dynamodb_json(shown) + "\n")
        if isinstance(taken, Ready) and taken.prepared.done_here:
            say(f"done here, not by the service: {', '.join(taken.prepared.done_here)}")

    def end(self) -> None:
        """Refuse what the statements leave open."""
        group = self.runner.session.group
        if group is not None:
            raise self._misused(f"the {group.kind} is not closed: nothing of it was done")
        left = sum(1 for _ in self.positional)
        if left:
            raise self._misused(f"--param: {left} more than there are question marks")

    def _refused(
        self, operation: str, error: ApiError, details: Sequence[str] = ()
    ) -> OperationError:
        places = [f"statement {self.number}"] if self.number > 1 else []
        done = f"{self.runner.writes} statements wrote" if self.runner.writes else ""
        return OperationError(operation, error, done=done, hint=", ".join([*places, *details]))

    def _misused(self, message: str) -> click.ClickException:
        if self.runner.writes:
            done = f"{self.runner.writes} statements wrote"
            return Failure(f"{self._placed(message)}; before that, {done}", PARTIAL)
        return click.UsageError(self._placed(message))

    def _placed(self, message: str) -> str:
        return f"statement {self.number}: {message}" if self.number > 1 else message


@dataclass(slots=True)
class _Streams:
    """Rows on stdout, talk on stderr; see `Face`."""

    work: Workspace
    form: Format
    plain: bool
    blocks: int = 0

    def show(self, rows: Rows) -> None:
        """Write rows as they come."""
        if self.blocks and self.form == "table":
            # Tables are for people, who see better where one ends.
            sys.stdout.write("\n")
        self.blocks += 1
        keys = rows.keys() if rows.columns is None and self.form in ("table", "csv") else ()
        write_items(rows.items, self.form, plain=self.plain, keys=keys, columns=rows.columns)

    def note(self, text: str) -> None:
        """Say a line."""
        say(text)

    def done(self, what: str, outcome: Outcome, *, is_read: bool) -> None:
        """Tell where nothing was found, and the cost, if the person wants to know."""
        if is_read and not outcome.rows:
            say("no items")
        if self.work.verbose:
            say(f"{what}: {outcome_text(outcome, is_read=is_read)}")

    def may(self, question: str) -> bool:
        """Ask; a no, or nobody there, ends the command."""
        self.work.confirm(question, yes=False)
        return True
