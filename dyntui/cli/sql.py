"""`dyntui sql`: PartiQL statements from the command line, a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from dyntui.cli.command import Command, at_option
from dyntui.cli.exits import say
from dyntui.cli.files import TEXT_FILE, decoded_lines, open_file
from dyntui.cli.output import format_options, write_items
from dyntui.cli.statement_failures import BatchError, told_at
from dyntui.cli.statement_options import ask_above_bytes, ask_options, max_rcu_option
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.statements.groups import Group
from dyntui.core.statements.parameters import ParameterError, read_value
from dyntui.core.statements.runner import Rows, StatementRunner, explained, requests
from dyntui.core.statements.script import read_statements
from dyntui.core.statements.session import ClientCaller, Noted, Ready, StatementSession
from dyntui.core.statements.statements import Outcome, outcome_text
from dyntui.core.text.formats import dynamodb_json
from dyntui.core.text.item_output import Format
from engine.client.protocol import Json


@click.command(cls=Command)
@click.argument("statement", required=False)
@click.option(
    "-f",
    "--file",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help="Read statements from a file, `-` is standard input.",
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
@at_option
@max_rcu_option
@ask_options
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
    max_rcu: float | None,
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
    work.limit_rates(max_rcu)
    session = StatementSession(ClientCaller(work.client, "script"))
    session.named, session.consistent = named, consistent
    runner = StatementRunner(
        session,
        _Streams(work, output, plain),
        ask_above_bytes(ask_above, yes),
        refuses_partial_keys=work.connection.refuses_partial_keys,
        max_items=max_items,
    )
    script = _Script(work, runner, positional)
    act = script.explain if explains else script.show_request if dry_run else script.run
    lines = [statement] if statement is not None else _lines(file)
    for script.number, (text, line) in enumerate(read_statements(lines), 1):
        with told_at(work.connection, runner, text, script.number, line):
            act(text)
    with told_at(work.connection, runner, "", script.number, 1):
        script.check_end()


def _lines(file: str | None) -> Iterator[str]:
    """The lines of a file or of standard input; raises `UsageError`."""
    if file is None and sys.stdin.isatty():
        raise click.UsageError("give a statement, --file, or statements on standard input")
    if file in (None, "-"):
        yield from decoded_lines(sys.stdin.buffer, "stdin")
        return
    with open_file(f"{TEXT_FILE}{file}") as stream:
        yield from decoded_lines(stream, str(file))


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
    """The statements of one command."""

    work: Workspace
    runner: StatementRunner
    positional: Iterator[Json]
    number: int = 1

    def run(self, text: str) -> None:
        """Run one statement."""
        taken = self._taken(text)
        if isinstance(taken, Noted):
            return
        failures = self.runner.run(taken)
        if failures:
            raise BatchError(failures)

    def explain(self, text: str) -> None:
        """Tell what a statement would do."""
        taken = self._taken(text)
        lines = explained(taken, self.work.connection.local_tools, self.runner.session)
        if self.number > 1 and lines:
            sys.stdout.write("\n")
        sys.stdout.writelines(f"{line}\n" for line in lines)

    def show_request(self, text: str) -> None:
        """Show the request that a statement would become."""
        taken = self._taken(text)
        shown = requests(taken, self.runner.session.consistent)
        if shown is not None:
            sys.stdout.write(dynamodb_json(shown) + "\n")
        if isinstance(taken, Ready):
            for note in taken.prepared.notes:
                say(note)

    def check_end(self) -> None:
        """Refuse what the statements leave open."""
        self.runner.session.check_end()
        left = sum(1 for _ in self.positional)
        if left:
            raise ParameterError(f"--param: {left} more than there are question marks")

    def _taken(self, text: str) -> Ready | Group | Noted:
        return self.runner.session.take(text, self.positional)


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

    def may(self, question: str, typed: str | None = None) -> bool:
        """Ask; a no, or nobody there, ends the command."""
        self.work.confirm(question, yes=False, typed=typed)
        return True
