"""Which part of a statement's text is what, for colours; of unfinished text too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dyntui.core.statements.extended import AGGREGATES
from dyntui.core.statements.parameters import starts_named
from dyntui.core.statements.script import SILENT
from engine.partiql.lexer import FUNCTIONS, Token, tokens

SpanKind = Literal[
    "keyword", "function", "name", "string", "number", "parameter", "comment", "error"
]
_KINDS: dict[str, SpanKind] = {
    "keyword": "keyword",
    "string": "string",
    "quoted": "name",
    "name": "name",
    "number": "number",
    "parameter": "parameter",
    "comment": "comment",
    "error": "error",
}
# What is not closed yet has the colour that it will have.
_OPENED: dict[str, SpanKind] = {"'": "string", '"': "name", "/*": "comment"}
_CALLED = frozenset({*FUNCTIONS, *(name.lower() for name in AGGREGATES)})


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, by offsets, and what it is; blanks and symbols have none."""

    start: int
    end: int
    kind: SpanKind


def spans(text: str) -> list[Span]:
    """The parts of one or several statements, in their order."""
    found = list(tokens(text))
    parts: list[Span] = []
    place = 0
    while place < len(found):
        token = found[place]
        if starts_named(found, place):
            parts.append(Span(token.start, found[place + 1].end, "parameter"))
            place += 2
            continue
        kind = _kind(found, place)
        if kind is not None:
            parts.append(Span(token.start, token.end, kind))
        place += 1
    return parts


def _kind(found: Sequence[Token], place: int) -> SpanKind | None:
    token = found[place]
    kind = _KINDS.get(token.kind)
    if kind == "name" and token.text.lower() in _CALLED and _is_called(found, place):
        return "function"
    if kind == "name" and token.text.upper() == "OF" and _is_behind_as(found, place):
        return "keyword"
    if kind == "error":
        return next((k for mark, k in _OPENED.items() if token.text.startswith(mark)), kind)
    return kind


def _is_behind_as(found: Sequence[Token], place: int) -> bool:
    """Whether AS is what stands before, as in `FROM t AS OF '…'`."""
    before = (token for token in reversed(found[:place]) if token.kind not in SILENT)
    return next((token.word == "AS" for token in before), False)


def _is_called(found: Sequence[Token], place: int) -> bool:
    """Whether an opening parenthesis is the next thing."""
    following = (token for token in found[place + 1 :] if token.kind not in SILENT)
    return next((token.text == "(" for token in following), False)
