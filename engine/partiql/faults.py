"""What is wrong with the text of a statement, and where."""

from __future__ import annotations

from engine.errors import ValidationException
from engine.partiql.lexer import Token, line_and_column

_NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: "

UNEXPECTED_TOKEN = "Unexpected token after expression"  # P01
UNEXPECTED_KEYWORD = "Unexpected keyword"  # P02
BAD_DOT = "Invalid path dot component"  # P03
UNREADABLE = ""  # P04
UNEXPECTED_TERM = "Unexpected term"
NO_STATEMENT = "Expected data manipulation"
UNEXPECTED_END = "Unexpected end of statement"


class StatementError(Exception):
    """A statement that cannot be parsed.

    `message` is the service's text; `offset` is where in the statement; `at_end` says that more
    text could make it right, which is what a prompt waits for.
    """

    def __init__(self, message: str, offset: int, *, at_end: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.at_end = at_end

    def as_error(self) -> ValidationException:
        """The error with which the API answers."""
        return ValidationException(self.message)


def not_well_formed(token: Token, detail: str) -> StatementError:
    """A token that does not fit the grammar."""
    at_end = token.kind == "end" or (token.kind == "error" and len(token.text) > 1)
    if token.kind == "error":
        detail = UNREADABLE
    elif token.kind == "end":
        detail = UNEXPECTED_END
    return StatementError(_NOT_WELL_FORMED + detail, token.start, at_end=at_end)


def position(text: str, start: int, end: int) -> str:
    """A place in a statement as the service prints it: line, column and length."""
    line, column = line_and_column(text, start)
    return f"{line}:{column}:{end - start}"
