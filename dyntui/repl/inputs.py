"""What is typed or piped in: whether it is whole, what carries it out, what went wrong with it."""

from __future__ import annotations

from dyntui.core.actions.hints import hint
from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.meant_table import table_hint
from dyntui.core.statements.extended import read_extended
from dyntui.core.statements.groups import cancellation_lines, group_word
from dyntui.core.statements.parameters import InputError, question_marks
from dyntui.core.statements.script import pieces
from dyntui.repl.commands import run_command
from dyntui.repl.shell import Shell
from engine.errors import ApiError, FolderError
from engine.partiql.faults import StatementError
from engine.partiql.lexer import line_and_column
from engine.partiql.parser import parsed


def is_whole(text: str) -> bool:
    """Whether Enter runs a text: it ends with a semicolon, is a command, or lacks nothing.

    What is wrong is whole: running it tells why.
    """
    if text.lstrip().startswith("\\"):
        return True
    found = pieces(text)
    if not found or found[-1].ended or group_word(found[-1].text) is not None:
        return True
    statement = question_marks(found[-1].text)
    try:
        parsed(statement)
    except StatementError as error:
        try:
            extended = read_extended(statement)
        except StatementError as other:
            return not other.at_end
        return extended is not None or not error.at_end
    return True


def run_input(shell: Shell, text: str) -> list[str]:
    """Carry out a statement or a command; gives the statements of a batch that failed.

    Raises what statements and commands raise.
    """
    if text.startswith("\\"):
        run_command(shell, text)
        return []
    return shell.run(text)


def error_lines(shell: Shell, error: Exception, text: str) -> list[str]:
    """What went wrong, in lines for people; where a statement is wrong, with a mark below it."""
    if isinstance(error, StatementError):
        return [error.message, *_marked(text, error)]
    if isinstance(error, ApiError):
        advice = table_hint(shell.connection, error, shell.session.asked) or hint(error)
        return [
            f"{error.code}: {error.message}",
            *cancellation_lines(error),
            *([advice] if advice else []),
        ]
    if isinstance(error, (InputError, FolderError, ConnectError, OSError)):
        return [str(error)]
    return [f"{type(error).__name__}: {error}"]


def _marked(text: str, error: StatementError) -> list[str]:
    line, column = line_and_column(text, min(error.offset, len(text)))
    shown = text.split("\n")[line - 1].replace("\t", " ")
    return [f"  {shown}", "  " + " " * (column - 1) + "^"]
