"""Exit codes, and how what went wrong is said: in one line on stderr.

From 252 on the codes are those that the AWS CLI gives, for every verb, so that scripts that look at
them need no change.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.units_limit import UnitsLimitReached
from dyntui.core.text.symbols import drawn
from engine.errors import ApiError, ConnectionFailed, FolderError

OK = 0
UNMET = 1
"""Nothing failed, but the answer is no: what was asked for is not there, a check found a problem,
or the person said no."""
PARTIAL = 3
"""Some of several things were done, items written or changes made, before a failure, or before
the limit of units was reached."""
INTERRUPTED = 130
BROKEN_PIPE = 141
USAGE = 252
"""The command line, or a file named in it, cannot be understood; nothing was done."""
FOLDER = 253
"""The data folder cannot be used, or the remote cannot be reached."""
REFUSED = 254
"""The service refused the request."""
FAILED = 255
"""A failure inside dyntui, or of the system under it."""


class OperationError(Exception):
    """An operation of the API gave an error.

    `done` says what had been done before it, `hint` is a further line; both may be empty.
    """

    def __init__(self, operation: str, error: ApiError, *, done: str = "", hint: str = "") -> None:
        super().__init__(operation)
        self.operation = operation
        self.error = error
        self.done = done
        self.hint = hint

    def line(self) -> str:
        """What the AWS CLI says."""
        if isinstance(self.error, ConnectionFailed | UnitsLimitReached):
            return f"dyntui: {self.error.message}"
        return (
            f"An error occurred ({self.error.code}) when calling the {self.operation} operation: "
            f"{self.error.message}"
        )


class UnitsStoppedError(OperationError):
    """The command has consumed the units that it may; what came before stands."""


class Failure(click.ClickException):
    """Something that ends the command with one line and an exit code of its own."""

    def __init__(self, message: str, exit_code: int = UNMET) -> None:
        super().__init__(message)
        self.code = exit_code


def say(message: str) -> None:
    """One line of talk, on stderr; what data in it could do to a terminal is escaped.

    Where stderr cannot be written to, there is nobody to talk to.
    """
    line = drawn(" ".join(message.split("\n")))
    with suppress(OSError):
        # What was shown before stands before it where both end in one place.
        sys.stdout.flush()
    with suppress(OSError):
        click.echo("".join(c if c.isprintable() else repr(c)[1:-1] for c in line), err=True)


def exit_code_of(error: BaseException) -> int:
    """Say what went wrong, and give the exit code for it."""
    match error:
        case OperationError():
            return _operation_error(error)
        case FolderError() | ConnectionFailed():
            say(f"dyntui: {error}")
            return FOLDER
        case ApiError():
            say(f"dyntui: {error.message}")
            return FAILED
        case ConnectError():
            say(f"dyntui: {error}")
            return USAGE
        case click.UsageError():
            say(_usage_line(error))
            return USAGE
        case Failure():
            say(f"dyntui: {error.message}")
            return error.code
        case click.ClickException():
            say(f"dyntui: {error.format_message()}")
            return USAGE
        case KeyboardInterrupt() | EOFError() | click.Abort():
            return INTERRUPTED
        case BrokenPipeError():
            _abandon_stdout()
            return BROKEN_PIPE
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            say(f"dyntui: {place}{error.strerror or error}")
            return FAILED
    say(f"dyntui: {type(error).__name__}: {error} (details: --debug)")
    return FAILED


def _operation_error(failed: OperationError) -> int:
    say(failed.line())
    if "Item" in failed.error.members:
        from dyntui.core.text.formats import dynamodb_json

        say(f"The item is {dynamodb_json(failed.error.members['Item'], indent=False)}")
    if failed.hint:
        say(failed.hint)
    if failed.done:
        say(f"before that, {failed.done}")
        return PARTIAL
    if isinstance(failed.error, UnitsLimitReached):
        return PARTIAL
    return FOLDER if isinstance(failed.error, ConnectionFailed) else REFUSED


def _usage_line(error: click.UsageError) -> str:
    # Where a command is missing, click's message is all of its help.
    missing = isinstance(error, click.exceptions.NoArgsIsHelpError)
    message = "the name of a command is missing" if missing else error.format_message()
    # click lists choices a line each.
    message = message.replace("\n\t", " ").removesuffix(".")
    context = error.ctx
    if context is None:
        return f"dyntui: {message}"
    return f"{context.command_path}: {message} (see {context.command_path} --help)"


def _abandon_stdout() -> None:
    """Let nothing more be written to a pipe that nobody reads, not even at exit."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
