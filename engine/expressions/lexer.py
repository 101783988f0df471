"""Tokens of expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import SerializationException, ValidationException
from engine.model.json_types import UNEXPECTED_TOKEN

EXPRESSION_BYTES_MAX = 4_096
# The text about another expression that is too long ends without its size.
_SIZE_TOLD = ("ConditionExpression", "FilterExpression")
KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"})

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<nameref>\#[A-Za-z0-9_]+)
      | (?P<valueref>:[A-Za-z0-9_]+)
      | (?P<number>0|[1-9][0-9]*)
      | (?P<symbol><>|<=|>=|[=<>()\[\].,+-])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text, where it starts and ends, and its word if it is a keyword.

    Kinds: name, nameref, valueref, number, symbol, keyword, other (what no rule allows), end.
    """

    kind: str
    text: str
    start: int
    end: int
    keyword: str = ""


def tokenise(text: str, kind: str) -> list[Token]:
    """The tokens of an expression (E038, E040); `kind` is the parameter's name, for the texts."""
    if not text:
        raise ValidationException(f"Invalid {kind}: The expression can not be empty;")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise SerializationException(UNEXPECTED_TOKEN) from None
    if size > EXPRESSION_BYTES_MAX:
        told = f" expression size: {size}" if kind in _SIZE_TOLD else ""
        raise ValidationException(
            f"Invalid {kind}: Expression size has exceeded the maximum allowed size;{told}"
        )
    tokens = []
    for match in _TOKEN.finditer(text):
        found, word = str(match.lastgroup), match.group()
        if found == "space":
            continue
        # Keywords are written in any case, and are keywords wherever they stand.
        keyword = word.upper() if found == "name" and word.upper() in KEYWORDS else ""
        tokens.append(Token("keyword" if keyword else found, word, *match.span(), keyword))
    tokens.append(Token("end", "<EOF>", len(text), len(text)))
    return tokens


def syntax_error(text: str, kind: str, tokens: list[Token], position: int) -> ValidationException:
    """E039: the token that does not fit, and the text from the one before to the one after."""
    first = tokens[max(position - 1, 0)]
    last = tokens[min(position + 1, len(tokens) - 1)]
    near = text[first.start : last.end]
    return ValidationException(
        f'Invalid {kind}: Syntax error; token: "{tokens[position].text}", near: "{near}"'
    )
