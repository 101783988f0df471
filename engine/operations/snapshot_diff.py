"""What differs between two snapshots, or between a snapshot and now.

Both states are read in key order at once, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import orjson

from engine.archives.archive import Row
from engine.client.protocol import Json
from engine.client.recovery import Difference
from engine.errors import FolderError, InternalServerError
from engine.model.values import to_python
from engine.operations.region import Region
from engine.operations.restore_sources import RowsAfter, stored_rows
from engine.operations.snapshots import opened_snapshot
from engine.storage.catalog import Table


@dataclass(frozen=True, slots=True)
class _State:
    """One table as it was, or is."""

    table: Table
    rows: RowsAfter


def diff_snapshots(region: Region, old: str, new: str | None) -> Iterator[Difference]:
    """See `RecoveryTools.diff_snapshots`."""
    with ExitStack() as stack:
        before = _snapshot(region, old, stack)
        after = _now(region, stack) if new is None else _snapshot(region, new, stack)
        try:
            for name in sorted(before.keys() | after.keys()):
                if new is None and name not in before:
                    # A snapshot of some tables says nothing of the others.
                    continue
                yield from _table_differences(name, before.get(name), after.get(name))
        except FolderError as error:
            raise InternalServerError(str(error)) from error


def _snapshot(region: Region, name: str, stack: ExitStack) -> dict[str, _State]:
    archive = stack.enter_context(opened_snapshot(region, name))
    return {
        section.name: _State(
            Table.from_json(section.definition),
            partial(archive.rows, section),
        )
        for section in archive.sections
    }


def _now(region: Region, stack: ExitStack) -> dict[str, _State]:
    now_us = region.clock.now_us()
    rows = stack.enter_context(stored_rows(region))
    states = {}
    for name, table in region.database.reload_catalog().tables.items():
        if table.status(now_us) not in ("CREATING", "DELETING") and not table.is_gone(now_us):
            states[name] = _State(table, partial(rows, table.storage))
    return states


def _table_differences(
    name: str, before: _State | None, after: _State | None
) -> Iterator[Difference]:
    if before is None or after is None:
        old, new = (None if state is None else _definition(state) for state in (before, after))
        yield Difference(name, None, old, new)
        return
    if before.table.keys != after.table.keys:
        yield Difference(name, None, _definition(before), _definition(after))
        return
    for old_row, new_row in _paired(before.rows(b""), after.rows(b"")):
        if old_row is None or new_row is None or old_row[2] != new_row[2]:
            yield _difference(before.table, old_row, new_row)


def _definition(state: _State) -> Json:
    types = {"TableName": state.table.name, "Keys": [key.name for key in state.table.keys]}
    return types | {"Indexes": [index.name for index in state.table.indexes]}


def _difference(table: Table, old_row: Row | None, new_row: Row | None) -> Difference:
    old, new = (
        None if row is None else to_python(orjson.loads(row[2])) for row in (old_row, new_row)
    )
    item: Json = (old if old is not None else new) or {}
    return Difference(table.name, {name: item[name] for name in table.key_names}, old, new)


def _paired(
    old_rows: Iterator[Row], new_rows: Iterator[Row]
) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of two states by key, both in key order."""
    old, new = next(old_rows, None), next(new_rows, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old[0] < new[0]):
            yield old, None
            old = next(old_rows, None)
        elif old is None or new[0] < old[0]:
            yield None, new
            new = next(new_rows, None)
        else:
            yield old, new
            old, new = next(old_rows, None), next(new_rows, None)
