"""Tokens of PartiQL statements, for the parser, and for editors that colour text while it is typed.

Every character belongs to a token; what no rule knows, and text or comments that do not end, are
tokens too, of kind `error`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

KEYWORDS = frozenset(
    {
        "ALL",
        "AND",
        "AS",
        "ASC",
        "BETWEEN",
        "BY",
        "DELETE",
        "DESC",
        "DISTINCT",
        "EXISTS",
        "FALSE",
        "FROM",
        "GROUP",
        "HAVING",
        "IN",
        "INSERT",
        "INTO",
        "IS",
        "JOIN",
        "LIMIT",
        "MISSING",
        "MODIFIED",
        "NEW",
        "NOT",
        "NULL",
        "OFFSET",
        "OLD",
        "ON",
        "OR",
        "ORDER",
        "REMOVE",
        "RETURNING",
        "SELECT",
        "SET",
        "TRUE",
        "UNION",
        "UPDATE",
        "VALUE",
        "VALUES",
        "WHERE",
    }
)
FUNCTIONS = (
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "list_append",
    "set_add",
    "set_delete",
    "size",
)

_COMMENT = r"--[^\n]*|/\*.*?\*/"
_STRING = r"'[^']*(?:''[^']*)*'"
_QUOTED = r'"[^"]*(?:""[^"]*)*"'
_UNENDED = r"'.*|\".*|/\*.*"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
      | (?P<comment>{_COMMENT})
      | (?P<string>{_STRING})
      | (?P<quoted>{_QUOTED})
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_$])
      | (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
      | (?P<parameter>\?)
      | (?P<unended>{_UNENDED})
      | (?P<symbol><<|>>|<>|<=|>=|!=|\|\||[=<>()\[\]{{}},.:;*+/%-])
      | (?P<error>.)""",
    re.VERBOSE | re.DOTALL,
)
# Text, with all its strings and names in which a semicolon may stand, is one part.
_PART = re.compile(
    rf"""(?P<comment>{_COMMENT})
      | (?P<end>;)
      | (?P<text>(?:[^'"/;-]+|{_STRING}|{_QUOTED}|-(?!-)|/(?!\*))+)
      | (?P<open>{_UNENDED})""",
    re.VERBOSE | re.DOTALL,
)
_SILENT = frozenset({"space", "comment"})


class Token(NamedTuple):
    """A token: its kind, its text, where it starts and ends in the statement.

    Kinds: space, comment, string, quoted, number, name, keyword, parameter, symbol, error, end.
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A keyword in upper case; empty for all else."""
        return self.text.upper() if self.kind == "keyword" else ""

    @property
    def content(self) -> str:
        """What a string or a quoted name says."""
        quote = self.text[0]
        return self.text[1:-1].replace(quote * 2, quote)


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a text, white space and comments too."""
    return _found(text, frozenset())


def significant(text: str) -> list[Token]:
    """The tokens that mean something, and a last one of kind `end`."""
    found = list(_found(text, _SILENT))
    found.append(Token("end", "", len(text), len(text)))
    return found


def _found(text: str, skipped: frozenset[str]) -> Iterator[Token]:
    start = 0
    for match in _TOKEN.finditer(text):
        kind, part = str(match.lastgroup), match[0]
        end = start + len(part)
        if kind not in skipped:
            if kind == "name" and part.upper() in KEYWORDS:
                kind = "keyword"
            elif kind == "unended":
                kind = "error"
            yield Token(kind, part, start, end)
        start = end


def parts(text: str) -> Iterator[tuple[str, int, int]]:
    """A text in few parts, with where each starts and ends.

    Kinds: `comment`; `end`, a semicolon; `text`; `open`, text or a comment that does not end. It
    takes a fraction of the time of tokens.
    """
    for match in _PART.finditer(text):
        yield str(match.lastgroup), match.start(), match.end()


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Where an offset is, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
