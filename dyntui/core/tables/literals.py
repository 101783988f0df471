"""Expressions in which literals and any attribute name may be written directly.

    text        = 'The Matrix'        a quote inside is doubled: 'it''s'
    number      = 12.5   -3   1e6
    binary      = b'3q2+7w=='         base64
    boolean     = true   false
    null        = null
    name        = title   ratings.imdb   tags[0]   "odd-name"    a quote inside is doubled
    everything else is DynamoDB's own grammar: = <> < <= > >= AND OR NOT BETWEEN IN ( ) ,
    begins_with contains size attribute_exists attribute_not_exists attribute_type

`Placeholders` turns literals into `:v0`, `:v1`, … and names that are reserved or hold other
characters into `#name`, so that what is sent is an ordinary expression.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
FUNCTIONS = frozenset(
    {
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
    }
)
_CONSTANTS: dict[str, Json] = {
    "true": {"BOOL": True},
    "false": {"BOOL": False},
    "null": {"NULL": True},
}
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<binary>[bB]'(?:[^']|'')*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<index>\[\s*\d+\s*\])
    | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<symbol><>|<=|>=|=(?!=)|[<>(),.])
    """,
    re.VERBOSE,
)


class LiteralError(ValueError):
    """The text is no expression; `position` is where, counted from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of an expression; `kind` is a group's name in the grammar above."""

    kind: str
    text: str
    position: int


@dataclass(slots=True)
class Placeholders:
    """Collects the ExpressionAttributeNames and -Values of one request."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Json] = field(default_factory=dict)

    def name(self, attribute: str) -> str:
        """How an attribute's name is written: itself, or a placeholder where it must be one."""
        # The words bring the engine's expressions with them, which the first paint does not need.
        from engine.expressions.reserved import RESERVED_WORDS

        if _PLAIN_NAME.match(attribute) and attribute.upper() not in RESERVED_WORDS:
            return attribute
        for placeholder, known in self.names.items():
            if known == attribute:
                return placeholder
        placeholder = "#" + attribute
        if not re.fullmatch(r"#[A-Za-z0-9_]+", placeholder):
            placeholder = f"#n{len(self.names)}"
        while placeholder in self.names:
            placeholder += "_"
        self.names[placeholder] = attribute
        return placeholder

    def value(self, value: Json) -> str:
        """The placeholder of a value; equal values share one."""
        for placeholder, known in self.values.items():
            if known == value:
                return placeholder
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = value
        return placeholder

    def members(self) -> Json:
        """The request's members; a map that would be empty is left out, as the API wants it."""
        members: Json = {}
        if self.names:
            members["ExpressionAttributeNames"] = dict(self.names)
        if self.values:
            members["ExpressionAttributeValues"] = dict(self.values)
        return members


def tokens(text: str) -> list[Token]:
    """All pieces of an expression, blanks included; raises LiteralError."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise LiteralError(_complaint(text, position), position)
        found.append(Token(str(match.lastgroup), match.group(), position))
        position = match.end()
    return found


def condition(text: str, placeholders: Placeholders) -> str:
    """A condition or filter with its literals and odd names replaced; raises LiteralError."""
    pieces = tokens(text)
    return "".join(
        _replaced(piece, before, after, placeholders)
        for before, piece, after in _with_neighbours(pieces)
    ).strip()


def projection(text: str, placeholders: Placeholders) -> tuple[str, ...]:
    """The paths of a comma list, odd names replaced; raises LiteralError."""
    paths: list[str] = []
    path = ""
    for piece in tokens(text):
        if piece.kind == "symbol" and piece.text == ",":
            paths.append(path)
            path = ""
        elif piece.kind in ("word", "quoted"):
            path += placeholders.name(_attribute(piece))
        elif piece.kind == "index" or piece.text == ".":
            path += piece.text.replace(" ", "")
        elif piece.kind != "space":
            raise LiteralError(f"{piece.text} is not an attribute's name", piece.position)
    return tuple(path for path in [*paths, path] if path)


def equalities(text: str) -> tuple[str, ...]:
    """The top-level attributes that an expression, all of whose terms must hold, sets equal to a
    literal: those for which a Query on an index could stand in. None where there is OR or NOT.
    """
    pieces = [piece for piece in tokens(text) if piece.kind != "space"]
    if any(piece.kind == "word" and piece.text.upper() in ("OR", "NOT") for piece in pieces):
        return ()
    found: list[str] = []
    for before, piece, after in _with_neighbours(pieces):
        literal = after is not None and after.kind in ("string", "number", "binary")
        if piece.text == "=" and literal and before is not None and _names_attribute(before):
            position = pieces.index(before)
            if position == 0 or pieces[position - 1].text not in (".", ","):
                found.append(_attribute(before))
    return tuple(found)


def _with_neighbours(
    pieces: list[Token],
) -> Iterator[tuple[Token | None, Token, Token | None]]:
    """Each piece with the nearest pieces before and after it that are not blanks."""
    solid = [piece for piece in pieces if piece.kind != "space"]
    order = {piece.position: rank for rank, piece in enumerate(solid)}
    for piece in pieces:
        rank = order.get(piece.position)
        if rank is None:
            yield None, piece, None
            continue
        before = solid[rank - 1] if rank else None
        after = solid[rank + 1] if rank + 1 < len(solid) else None
        yield before, piece, after


def _replaced(
    piece: Token, before: Token | None, after: Token | None, placeholders: Placeholders
) -> str:
    inside_path = before is not None and before.text == "."
    match piece.kind:
        case "string":
            return placeholders.value({"S": piece.text[1:-1].replace("''", "'")})
        case "binary":
            return placeholders.value({"B": _binary(piece)})
        case "number":
            return placeholders.value({"N": piece.text})
        case "quoted":
            return placeholders.name(_attribute(piece))
        case "word":
            if inside_path:
                return placeholders.name(piece.text)
            if piece.text.upper() in KEYWORDS:
                return piece.text.upper()
            if after is not None and after.text == "(" and piece.text.lower() in FUNCTIONS:
                return piece.text.lower()
            if piece.text.lower() in _CONSTANTS:
                return placeholders.value(dict(_CONSTANTS[piece.text.lower()]))
            return placeholders.name(piece.text)
    return piece.text


def _names_attribute(piece: Token) -> bool:
    return piece.kind == "quoted" or (piece.kind == "word" and piece.text.upper() not in KEYWORDS)


def _attribute(piece: Token) -> str:
    return piece.text[1:-1].replace('""', '"') if piece.kind == "quoted" else piece.text


def _binary(piece: Token) -> bytes:
    try:
        return base64.b64decode(piece.text[2:-1], validate=True)
    except ValueError:
        raise LiteralError("b'…' holds base64 text", piece.position) from None


def _complaint(text: str, position: int) -> str:
    character = text[position]
    if text.startswith("!=", position):
        return "DynamoDB writes ‘not equal’ as <>"
    if text.startswith("==", position):
        return "DynamoDB writes ‘equal’ as a single ="
    if character == "'":
        return "the text that starts here has no closing '"
    if character == '"':
        return 'the name that starts here has no closing "'
    if character in ":#":
        return "write values and names directly: the placeholders are made for you"
    if character in "&|":
        return "DynamoDB writes AND and OR as words"
    return f"{character} has no meaning here"
