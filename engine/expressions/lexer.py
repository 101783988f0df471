"""Tokens of expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import ValidationException

EXPRESSION_BYTES_MAX = 4_096

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<nameref>\#[A-Za-z0-9_]+)
      | (?P<valueref>:[A-Za-z0-9_]+)
      | (?P<number>[0-9]+)
      | (?P<symbol><>|<=|>=|[=<>()\[\].,+-])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text, where it starts and ends. The last is of kind `end`."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The text in upper case where it is a name: keywords are written in any case."""
        return self.text.upper() if self.kind == "name" else ""


def tokenise(text: str, kind: str) -> list[Token]:
    """The tokens of an expression (E038, E040); `kind` is the parameter's name, for the texts."""
    if not text:
        raise ValidationException(f"Invalid {kind}: The expression can not be empty;")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > EXPRESSION_BYTES_MAX:
        raise ValidationException(
            f"Invalid {kind}: Expression size has exceeded the maximum allowed size; "
            f"expression size: {size}"
        )
    tokens = [
        Token(str(match.lastgroup), match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]
    tokens.append(Token("end", "<EOF>", len(text), len(text)))
    for position, token in enumerate(tokens):
        if token.kind == "other":
            raise syntax_error(text, kind, tokens, position)
    return tokens


def syntax_error(text: str, kind: str, tokens: list[Token], position: int) -> ValidationException:
    """E039: the token that does not fit, and the text from the one before to the one after."""
    first = tokens[max(position - 1, 0)]
    last = tokens[min(position + 1, len(tokens) - 1)]
    near = text[first.start : last.end]
    return ValidationException(
        f'Invalid {kind}: Syntax error; token: "{tokens[position].text}", near: "{near}"'
    )
