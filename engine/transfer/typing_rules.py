"""From untyped cells to attribute values: the types of columns, inferred or told.

A column of text has one of the types S, N, B (base64), BOOL, NULL, SS, NS, BS (members apart by a
bar) or JSON (a list or object of plain JSON). An empty cell is no attribute, unless its column is
told to be of type S.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import ApiError
from engine.model import numbers
from engine.model.values import normalise_value
from engine.transfer import plain_json
from engine.transfer.records import Record

CELL_TYPES = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "JSON")
SEPARATOR = "|"
SAMPLED_ROWS = 1_000
"""So many rows decide the type of a column that is inferred."""

_TRUE = frozenset({"true", "True", "TRUE"})
_BOOLEANS = _TRUE | {"false", "False", "FALSE"}


class CellError(ValueError):
    """A cell does not hold what its column is to hold."""


def parse_types(text: str) -> dict[str, str]:
    """`name=N,other=BOOL` as types by column; raises `ValueError`."""
    types = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, kind = part.rpartition("=")
        if not equals or kind not in CELL_TYPES:
            raise ValueError(f"{part!r} is not NAME=TYPE with one of {', '.join(CELL_TYPES)}")
        types[name] = kind
    return types


def infer(names: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """The narrowest type that holds every cell of a column that is not empty: BOOL, N or JSON.

    A column that is missing is text. A number with leading zeros, as of a postal code, is text.
    """
    candidates = {name: ["BOOL", "N", "JSON"] for name in names}
    seen: set[str] = set()
    for row in rows:
        for name, cell in zip(names, row, strict=False):
            if cell:
                seen.add(name)
                candidates[name] = [kind for kind in candidates[name] if _fits(kind, cell)]
    return {name: candidates[name][0] for name in names if candidates[name] and name in seen}


def _fits(kind: str, cell: str) -> bool:
    if kind == "BOOL":
        return cell in _BOOLEANS
    if kind == "JSON":
        return cell[0] in "[{" and _json_value(cell) is not None
    digits = cell.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return False
    try:
        numbers.canonical(cell)
    except ApiError:
        return False
    return True


def item_of(names: Sequence[str], row: Sequence[str], types: Mapping[str, str]) -> Json:
    """A row as an item; columns without a type are text. Raises `CellError`."""
    item = {}
    for name, cell in zip(names, row, strict=True):
        kind = types.get(name)
        if cell or kind == "S":
            item[name] = value_of(name, cell, kind or "S")
    return item


def value_of(name: str, cell: str, kind: str) -> Json:
    """A cell as an attribute value of its column's type; raises `CellError`."""
    if kind == "S":
        return {"S": cell}
    if kind == "BOOL":
        if cell not in _BOOLEANS:
            raise CellError(f"{name}: {cell[:50]!r} is neither true nor false")
        return {"BOOL": cell in _TRUE}
    if kind == "NULL":
        return {"NULL": True}
    if kind == "JSON":
        value = _json_value(cell)
        if value is None:
            raise CellError(f"{name}: {cell[:50]!r} is not JSON")
        return value
    content: Any = cell.split(SEPARATOR) if kind in ("SS", "NS", "BS") else cell
    try:
        return normalise_value({kind: content})[0]
    except ApiError as error:
        raise CellError(f"{name}: {error.message}") from None


def _json_value(cell: str) -> Json | None:
    try:
        return plain_json.value_of(cell)
    except plain_json.PlainJsonError:
        return None


def record_of(
    line: int,
    row: Mapping[str, Any],
    types: Mapping[str, str],
    value: Callable[[str, Any, str | None], Json],
) -> Record:
    """A row of typed cells as an item; an empty cell is no attribute.

    `value` makes one of a column's name, a cell and the type that is told, or raises `CellError`.
    """
    try:
        item = {
            name: value(name, cell, types.get(name))
            for name, cell in row.items()
            if cell is not None
        }
    except CellError as error:
        return Record.rejected(line, str(error), repr(row).encode())
    return Record(line, item)


def cell_of(value: Json) -> str:
    """An attribute value as a cell, which its type reads back; lists and maps are plain JSON."""
    [(kind, content)] = value.items()
    match kind:
        case "S" | "N" | "B":
            return str(content)
        case "BOOL":
            return "true" if content else "false"
        case "NULL":
            return ""
        case "SS" | "NS" | "BS":
            return SEPARATOR.join(content)
    return orjson.dumps(plain_json.plain(value)).decode()
