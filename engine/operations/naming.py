"""Which tables a request names, for what is counted by table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.client.protocol import Json
from engine.operations.region import Region
from engine.storage.catalog import Table


def tables_named(region: Region, request: Json) -> list[Table]:
    """The tables of a request, as far as it names them as it should and they are there."""
    tables = region.database.catalog.tables
    prefix = region.table_arn("")
    names = dict.fromkeys(name.removeprefix(prefix) for name in _names(request))
    return [tables[name] for name in names if name in tables]


def _names(request: Any) -> Iterator[str]:
    """The names and ARNs, of a request in which nothing is certain."""
    if not isinstance(request, dict):
        return
    name, by_table, actions = map(request.get, ("TableName", "RequestItems", "TransactItems"))
    if isinstance(name, str):
        yield name
    if isinstance(by_table, dict):
        yield from by_table
    for entry in actions if isinstance(actions, list) else ():
        for action in entry.values() if isinstance(entry, dict) else ():
            yield from _names(action)
