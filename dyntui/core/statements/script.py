"""The statements of a text: where each begins and ends, and which one stands under a cursor.

Semicolons end statements, except inside of strings, quoted names and comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.partiql.lexer import parts

SILENT = frozenset({"space", "comment"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a text, without its semicolon and the blanks and comments around it.

    `text` is `whole[start:end]`. `region_start` and `region_end` are what belongs to it of the
    whole text: from the semicolon before it to the end of its own, if it has one (`ended`).
    """

    text: str
    start: int
    end: int
    region_start: int
    region_end: int
    ended: bool


def pieces(text: str) -> list[Piece]:
    """The statements of a text in their order; empty ones are left out."""
    found: list[Piece] = []
    region_start = start = end = 0
    for kind, part_start, part_end in parts(text):
        if kind == "end":
            if end:
                found.append(_piece(text, start, end, region_start, part_end, ended=True))
            region_start, end = part_end, 0
        elif kind != "comment":
            part = text[part_start:part_end]
            if part.isspace():
                continue
            if not end:
                start = part_end - len(part.lstrip())
            end = part_end if kind == "open" else part_start + len(part.rstrip())
    if end:
        found.append(_piece(text, start, end, region_start, len(text), ended=False))
    return found


def piece_at(text: str, offset: int) -> Piece | None:
    """The statement under an offset; between two, or after the last, the one before it.

    Right after a semicolon that is the statement which it ends. None where there is none at all.
    """
    found = pieces(text)
    for number, piece in enumerate(found):
        if offset < piece.start and number:
            return found[number - 1]
        if offset <= piece.region_end:
            return piece
    return found[-1] if found else None


def read_statements(
    lines: Iterable[str], *, with_commands: bool = False
) -> Iterator[tuple[str, int]]:
    """The statements of lines as they come, each with the line, from 1, in which it begins.

    The last statement need not be ended. `with_commands` takes a line that begins with a
    backslash, between statements, as it is.
    """
    rest, line_number = "", 1
    for line in lines:
        if with_commands and line.lstrip().startswith("\\") and not pieces(rest):
            yield line.strip(), line_number + rest.count("\n")
            rest, line_number = "", line_number + rest.count("\n") + 1
            continue
        rest += line
        if ";" not in line:
            continue
        done = 0
        for piece in pieces(rest):
            if piece.ended:
                yield piece.text, line_number + rest.count("\n", 0, piece.start)
                done = piece.region_end
        line_number += rest.count("\n", 0, done)
        rest = rest[done:]
    for piece in pieces(rest):
        yield piece.text, line_number + rest.count("\n", 0, piece.start)


def _piece(
    text: str, start: int, end: int, region_start: int, region_end: int, *, ended: bool
) -> Piece:
    return Piece(text[start:end], start, end, region_start, region_end, ended)
