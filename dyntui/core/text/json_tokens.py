"""The tokens of a line of JSON, to be coloured."""

from __future__ import annotations

import re

Token = tuple[int, int, str]
"""Start, end, kind: `name`, `type` (of an attribute value), `string`, `number` or `constant`."""

_TOKEN = re.compile(
    r"""
      (?<=\{)(?P<type>"(?:[SNBML]|SS|NS|BS|BOOL|NULL)")(?=\s*:)
    | (?P<name>"(?:[^"\\]|\\.)*")(?=\s*:)
    | (?P<string>"(?:[^"\\]|\\.)*"?)
    | (?P<number>-?\d[\d.eE+-]*)
    | (?P<constant>\b(?:true|false|null)\b)
    """,
    re.VERBOSE,
)


def json_tokens(line: str) -> list[Token]:
    """The tokens of one line, in their order; places count characters from 0."""
    return [(match.start(), match.end(), str(match.lastgroup)) for match in _TOKEN.finditer(line)]
