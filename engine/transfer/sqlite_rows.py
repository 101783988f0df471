"""Rows of SQLite files as records: integers and reals are N, text S, blobs B; NULL is absent."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.client.protocol import Json
from engine.storage.foreign import Cell, foreign_rows
from engine.transfer.records import Record
from engine.transfer.typing_rules import record_of, value_of


def read(path: Path, table: str, types: Mapping[str, str]) -> Iterator[Record]:
    """The rows of a table; columns whose type is told are read as such.

    Raises `ForeignFileError`. The `line` of a record is the number of its row.
    """
    for number, row in enumerate(foreign_rows(path, table), 1):
        yield record_of(number, row, types, _value)


def _value(name: str, cell: Cell, kind: str | None) -> Json:
    if isinstance(cell, bytes):
        return {"B": base64.b64encode(cell).decode()}
    # repr gives the digits that a real is known by.
    text = cell if isinstance(cell, str) else repr(cell)
    return value_of(name, text, kind or ("S" if isinstance(cell, str) else "N"))
