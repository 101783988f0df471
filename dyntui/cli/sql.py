"""`dyntui sql`: PartiQL statements from the command line, a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import PARTIAL, REFUSED, Failure, OperationError, say
from dyntui.cli.files import TEXT_FILE, decode, open_file
from dyntui.cli.output import format_options, write_items
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.formats import dynamodb_json
from dyntui.core.item_output import Format
from dyntui.core.statement_explain import explain, explanation_lines
from dyntui.core.statement_groups import Group, GroupError, GroupRun, cancellation_lines
from dyntui.core.statement_parameters import ParameterError, read_value
from dyntui.core.statement_risk import risk
from dyntui.core.statement_script import read_statements
from dyntui.core.statement_session import (
    ClientCaller,
    Noted,
    Ready,
    StatementSession,
    result_columns,
    result_keys,
)
from dyntui.core.statements import Run, fault_place, outcome_text, request_of
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
    runner = _Runner(
        work, session, output, plain, max_items, round(ask_above * BYTES_IN_A_MB), yes, positional
    )
    lines = [statement] if statement is not None else _lines(file)
    for number, (text, line) in enumerate(read_statements(lines), 1):
        runner.number, runner.line = number, line
        if explains:
            runner.explain(text)
        elif dry_run:
            runner.show_request(text)
        else:
            runner.run(text)
    runner.end()


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
class _Runner:
    """Carries out statements; `number` and `line` say where the current one
    stands."""

    work: Workspace
    session: StatementSession
    form: Format
    plain: bool
    max_items: int | None
    ask_above_bytes: int
    yes: bool
    positional: Iterator[Json]
    number: int = 1
    line: int = 1
    writes: int = 0
    blocks: int = 0

    def run(self, text: str) -> None:
        """Run one statement, and write its rows; raises what ends the command."""
        taken = self._taken(text)
        try:
            if isinstance(taken, Ready):
                self._run_statement(taken)
            elif isinstance(taken, Group):
                self._run_group(taken)
        except ApiError as error:
            operation = taken.operation if isinstance(taken, Group) else "ExecuteStatement"
            raise self._refused(operation, error, cancellation_lines(error)) from error

    def explain(self, text: str) -> None:
        """Tell what a statement would do."""
        taken = self._taken(text)
        statements = taken.statements if isinstance(taken, Group) else []
        if isinstance(taken, Ready):
            statements = [taken.prepared]
        parameters = taken.parameters if isinstance(taken, Ready) else ()
        for prepared in statements:
            try:
                found = explain(
                    self.work.connection.tools, prepared, parameters, self.session.consistent
                )
            except ApiError as error:
                raise self._refused("ExecuteStatement", error) from error
            self._begin_block()
            sys.stdout.writelines(f"{line}\n" for line in explanation_lines(found, prepared))

    def show_request(self, text: str) -> None:
        """Show the request that a statement would become."""
        taken = self._taken(text)
        if isinstance(taken, Noted):
            return
        if isinstance(taken, Group):
            shown = {taken.operation: taken.request}
        else:
            request = request_of(
                taken.prepared, taken.parameters, consistent=self.session.consistent
            )
            shown = {"ExecuteStatement": request}
            self._say_done_here(taken)
        sys.stdout.write(dynamodb_json(shown) + "\n")

    def end(self) -> None:
        """Refuse what the statements leave open."""
        if self.session.group is not None:
            kind = self.session.group.kind
            raise self._misused(f"the {kind} is not closed: nothing of it was done")
        left = sum(1 for _ in self.positional)
        if left:
            raise self._misused(f"--param: {left} more than there are question marks")

    def _taken(self, text: str) -> Ready | Group | Noted:
        try:
            return self.session.take(text, self.positional)
        except StatementError as error:
            place = fault_place(text, error, self.line)
            raise self._refused("ExecuteStatement", error.as_error(), [place]) from error
        except ApiError as error:
            raise self._refused("ExecuteStatement", error) from error
        except (GroupError, ParameterError) as error:
            raise self._misused(str(error)) from error

    def _refused(
        self, operation: str, error: ApiError, details: Sequence[str] = ()
    ) -> OperationError:
        hint = ", ".join([*self._places(), *details])
        done = f"{self.writes} statements wrote" if self.writes else ""
        return OperationError(operation, error, done=done, hint=hint)

    def _places(self) -> list[str]:
        """Which statement it is, of several."""
        return [f"statement {self.number}"] if self.number > 1 else []

    def _misused(self, message: str) -> click.ClickException:
        place = "".join(f"{place}: " for place in self._places())
        if self.writes:
            done = f"{self.writes} statements wrote"
            return Failure(f"{place}{message}; before that, {done}", PARTIAL)
        return click.UsageError(f"{place}{message}")

    def _run_statement(self, ready: Ready) -> None:
        prepared = ready.prepared
        self._confirm(ready)
        run = Run(
            self.session.caller, prepared, ready.parameters, consistent=self.session.consistent
        )
        if not prepared.is_read:
            rows = list(run)
            self.writes += 1
            if rows:
                self._write(iter(rows), ready)
        else:
            self._say_done_here(ready)
            self._write(islice(run, self.max_items), ready)
            if not run.outcome.rows:
                say("no items")
        if self.work.verbose:
            say(f"{prepared.verb} {prepared.source.table}: {outcome_text(prepared, run.outcome)}")

    def _run_group(self, group: Group) -> None:
        run = GroupRun(self.session.caller, group)
        rows = list(run)
        self.writes += not group.is_read
        if rows:
            self._begin_block()
            write_items(rows, self.form, plain=self.plain)
        if self.work.verbose:
            unit = "RCU" if group.is_read else "WCU"
            say(f"{group.kind}: {run.outcome.bill.text(unit)}")
        if run.failures:
            place = "".join(f"{place}: " for place in self._places())
            for failure in run.failures[:-1]:
                say(f"dyntui: {place}{failure}")
            raise Failure(f"{place}{run.failures[-1]}", REFUSED)

    def _confirm(self, ready: Ready) -> None:
        if self.yes:
            return
        remote = self.work.connection.remote is not None
        asked = risk(
            ready.prepared,
            ready.parameters,
            self.session.table,
            large_bytes=self.ask_above_bytes,
            refuses_partial_keys=not remote,
        )
        if asked is not None:
            self.work.confirm(f"{asked} Go on?", yes=False)

    def _write(self, rows: Iterator[Json], ready: Ready) -> None:
        self._begin_block()
        prepared = ready.prepared
        columns = result_columns(prepared)
        keys: tuple[str, ...] = ()
        if columns is None and self.form in ("table", "csv"):
            keys = result_keys(prepared, self.session.table(prepared.source.table))
        write_items(rows, self.form, plain=self.plain, keys=keys, columns=columns)

    def _begin_block(self) -> None:
        """A blank line between what is for people."""
        if self.blocks and self.form == "table":
            sys.stdout.write("\n")
        self.blocks += 1

    def _say_done_here(self, ready: Ready) -> None:
        if ready.prepared.done_here:
            say(f"done here, not by the service: {', '.join(ready.prepared.done_here)}")
