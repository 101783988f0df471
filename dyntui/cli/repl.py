"""`dyntui repl`: the PartiQL prompt, on a terminal or over a pipe."""

from __future__ import annotations

import sys

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import say
from dyntui.cli.files import decoded_lines
from dyntui.cli.statement_failures import BatchError, told_at
from dyntui.cli.statement_options import ask_above_bytes, ask_options
from dyntui.cli.workspace import workspace
from dyntui.core.connection.connect import Connection
from dyntui.core.statements.script import read_statements
from dyntui.core.text.item_output import FORMATS, Format
from dyntui.core.text.spool import item_spool
from dyntui.repl.inputs import run_input
from dyntui.repl.screens import PipeScreen
from dyntui.repl.shell import LeaveError, Shell


@click.command(cls=Command)
@click.option("--vi", is_flag=True, help="Edit with the keys of vi, not those of emacs.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="The form of the items.",
)
@ask_options
@click.pass_context
def repl(context: click.Context, vi: bool, output: Format, ask_above: float, yes: bool) -> None:
    r"""Open a prompt for PartiQL statements, which semicolons end.

    \help lists the commands of the prompt. Over a pipe it runs the statements and commands that
    come, without a prompt, and ends at the first that fails.
    """
    connection = workspace(context).connection
    asked = ask_above_bytes(ask_above, yes)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _run_pipe(connection, asked, output)
        return

    from dyntui.repl.terminal import open_prompt

    open_prompt(connection, asked, output, vi=vi)


def _run_pipe(connection: Connection, asked: int | None, output: Format) -> None:
    with item_spool() as spool:
        shell = Shell(connection, PipeScreen(say), spool, ask_above_bytes=asked, interactive=False)
        shell.settings.form = output
        shell.settings.status = False
        lines = decoded_lines(sys.stdin.buffer, "stdin")
        number = 1
        try:
            for number, (text, line) in enumerate(read_statements(lines, with_commands=True), 1):
                with told_at(connection, shell.runner, text, number, line):
                    _run(shell, text)
        except LeaveError:
            return
        with told_at(connection, shell.runner, "", number, 1):
            shell.session.check_end()


def _run(shell: Shell, text: str) -> None:
    failures = run_input(shell, text)
    if failures:
        raise BatchError(failures)
