"""What to say where a table is not found: where there are tables, or which one was meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from dyntui.core.connection.connect import Connection, neighbours_with_tables
from engine.client.paging import answers
from engine.errors import ApiError


def table_hint(connection: Connection, error: ApiError, names: Iterable[str]) -> str:
    """A line about an error of requests that named these tables; empty where there is none."""
    if error.code != "ResourceNotFoundException":
        return ""
    return neighbours_with_tables(connection) or _near(connection, names)


def _near(connection: Connection, names: Iterable[str]) -> str:
    """Which table was meant by a name that is none; nothing where that is not clear."""
    try:
        told = list(answers(connection.client.call, "ListTables", {}))
    except ApiError:
        return ""
    tables = [table for answer in told for table in answer["TableNames"]]
    unknown = [name for name in names if name not in tables]
    near = [found for name in unknown for found in get_close_matches(name, tables, 1)]
    return f"did you mean {near[0]}?" if near else ""
