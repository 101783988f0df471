"""The conversation on a terminal: read an input, carry it out, tell what went wrong, again."""

from __future__ import annotations

import os

import click

from dyntui.core.connection.connect import Connection
from dyntui.core.statements.runner import NotRunError
from dyntui.core.statements.script import read_statements
from dyntui.core.statements.statements import StatementCancelledError, outcome_text
from dyntui.core.text.formats import printable
from dyntui.core.text.item_output import Format
from dyntui.core.text.spool import item_spool
from dyntui.repl.inputs import error_lines, run_input
from dyntui.repl.prompt import Editor, kept_history
from dyntui.repl.screens import TerminalScreen
from dyntui.repl.shell import LeaveError, Shell


def open_prompt(connection: Connection, asked: int | None, form: Format, *, vi: bool) -> None:
    """Talk until the person leaves."""
    with item_spool() as spool:
        screen = TerminalScreen(lambda question, typed: editor.ask(question, typed))
        shell = Shell(connection, screen, spool, ask_above_bytes=asked)
        shell.settings.form = form
        shell.settings.mode = "vi" if vi else "emacs"
        editor = Editor(shell, kept_history(connection))
        screen.say(f"{connection.place}, {connection.region}. \\help lists the commands.")
        converse(shell, editor)


def converse(shell: Shell, editor: Editor) -> None:
    """Read and carry out inputs until Ctrl-D or `\\quit`."""
    while True:
        try:
            text = editor.read()
        except KeyboardInterrupt:
            continue
        except EOFError:
            break
        try:
            run_text(shell, text)
        except LeaveError:
            break
    if shell.session.group is not None:
        shell.screen.say(f"the {shell.session.group.kind} was dropped, nothing was sent")


def run_text(shell: Shell, text: str) -> None:
    """Carry out the statements and commands of a text, up to the first that fails."""
    for one, _ in read_statements(text.splitlines(keepends=True), with_commands=True):
        if not _succeeds(shell, one):
            return


def _succeeds(shell: Shell, text: str) -> bool:
    """Carry out one input; whatever goes wrong is told, and the conversation goes on."""
    try:
        failures = run_input(shell, text)
    except LeaveError:
        raise
    except NotRunError:
        shell.screen.say("nothing was done")
    except (StatementCancelledError, KeyboardInterrupt):
        outcome, is_read = shell.runner.outcome, shell.runner.is_read
        shell.screen.say(f"cancelled: {outcome_text(outcome, is_read=is_read)}")
    except Exception as error:
        _complain(error_lines(shell, error, text))
    else:
        _complain(failures)
        return not failures
    return False


def _complain(lines: list[str]) -> None:
    for line in lines:
        click.secho(printable(line), fg=None if os.environ.get("NO_COLOR") else "red")
