"""Tables of other programs' SQLite files, read row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw

Cell = None | int | float | str | bytes


class ForeignFileError(Exception):
    """A file is no SQLite database, or has no such table; the text says which."""


def foreign_rows(path: Path, table: str) -> Iterator[dict[str, Cell]]:
    """The rows of a table or view, each by its columns; raises `ForeignFileError`."""
    if not path.is_file():
        raise ForeignFileError(f"{path}: there is no such file")
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            yield from _rows(connection, path, table)
        finally:
            connection.close()
    except apsw.Error as error:
        raise ForeignFileError(f"{path}: {error}") from None


def _rows(connection: apsw.Connection, path: Path, table: str) -> Iterator[dict[str, Cell]]:
    names = [
        str(name)
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"
        )
    ]
    if table not in names:
        listed = ", ".join(names) or "none"
        raise ForeignFileError(f"{path}: has no table {table!r}; there are: {listed}")
    quoted = table.replace('"', '""')
    cursor = connection.execute(f'SELECT * FROM "{quoted}"')
    columns: list[str] = []
    for row in cursor:
        columns = columns or [column[0] for column in cursor.get_description()]
        yield dict(zip(columns, row, strict=True))
