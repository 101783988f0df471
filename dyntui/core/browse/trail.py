"""Where one is, from the outermost part to the innermost: table, index, item collection, time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.browse.visits import ITEMS, Visit
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import printable

BETWEEN = " › "
MORE = "…"
END_CELLS_MIN = 6
"""Of a part that is cut at least so much is shown."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """A part of where one is; `visit` shows it. Without one, a step back leads to it."""

    text: str
    visit: Visit | None = None


def table_crumb(table: str) -> Crumb:
    """A table, which leads to all of its items."""
    return Crumb(table, _visit(table, QueryFields()))


def query_crumbs(info: TableInfo, fields: QueryFields) -> tuple[Crumb, ...]:
    """The index, the item collection, the part of it, and the filter that a form says."""
    index = next((one for one in info.indexes if one.name == fields.index), None)
    target = index or info
    given = {name: term for name, term in fields.keys.items() if term.given}
    collection = {name: given[name] for name in target.partition_keys if name in given}
    said = QueryFields(fields.index)
    crumbs = [] if index is None else [Crumb(index.name, _visit(info.name, said))]
    for terms in (collection, {name: given[name] for name in given if name not in collection}):
        if terms:
            said = replace(said, keys={**said.keys, **terms})
            crumbs.append(Crumb(_terms_text(info, terms), _visit(info.name, said)))
    if fields.filter.strip():
        said = replace(said, filter=fields.filter)
        crumbs.append(Crumb(f"filter {fields.filter.strip()}", _visit(info.name, said)))
    return tuple(crumbs)


def _visit(table: str, fields: QueryFields) -> Visit:
    return Visit(table, fields.index, ITEMS, query=fields)


def _terms_text(info: TableInfo, terms: dict[str, KeyTerm]) -> str:
    return " and ".join(_term_text(info, name, term) for name, term in terms.items())


def _term_text(info: TableInfo, name: str, term: KeyTerm) -> str:
    quote = '"' if info.attribute_types.get(name) == "S" else ""
    text = f"{name} {term.operator} {quote}{term.text}{quote}"
    return f"{text} and {quote}{term.upper}{quote}" if term.operator == "between" else text


def cut_trail(texts: Sequence[str], width: int) -> list[tuple[str, int | None]]:
    """Parts in so many cells, each with its number; what lies between them has none.

    Where there is no room they are cut from the left, with an ellipsis, and the innermost one, if
    it is too long alone, from the right.
    """
    shown = [printable(text) for text in texts]
    first = 0
    while first < len(shown) - 1 and _cells(shown[first:], first) > width:
        first += 1
    if first:
        # Of the part before, so much of its end as there is room for.
        room = width - _cells(shown[first:], first)
        end = _end_of(shown[first - 1], room)
        first -= bool(end)
        shown[first] = MORE + (end or BETWEEN + shown[first])
    pieces: list[tuple[str, int | None]] = []
    for number in range(first, len(shown)):
        pieces += [(BETWEEN, None)] if number > first else []
        pieces.append((shown[number], number))
    return pieces


def _end_of(text: str, width: int) -> str:
    """The end of a text in so many cells; nothing where hardly any of it would be left."""
    if width < END_CELLS_MIN:
        return ""
    end = text[-width:]
    while cell_len(end) > width:
        end = end[1:]
    return end.lstrip(" ·")


def _cells(texts: Sequence[str], left_out: int) -> int:
    more = cell_len(MORE + BETWEEN) if left_out else 0
    return more + sum(map(cell_len, texts)) + cell_len(BETWEEN) * (len(texts) - 1)
