"""What a statement will do where only a table's description is known: on a remote.

The way to the data is planned as the engine plans it. How much there is to read is judged by the
item count and the size that DescribeTable tells, which the service brings up to date every six
hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from dyntui.core.statements.statements import Prepared, TableOf, key_schema
from dyntui.core.tables.cost import WRITE_BYTES, page_read_units, read_units
from dyntui.core.tables.schema import IndexInfo, TableInfo
from engine.client.protocol import Explanation
from engine.errors import ResourceNotFoundException, ValidationException
from engine.partiql.ast import Delete, Exists, Insert, Select, Update
from engine.partiql.binding import bind
from engine.partiql.explaining import access_text, equal_names, filter_text
from engine.partiql.planner import Access, conjunction, equality, plan_select

Json = dict[str, Any]


def explain_described(
    prepared: Prepared, parameters: Sequence[Json], consistent: bool, table_of: TableOf
) -> Explanation:
    """Explain a statement; parameters may be missing. Raises `ApiError`."""
    missing = max(0, prepared.parameter_count - len(parameters))
    filled = [*parameters, *[{"S": "?"}] * missing][: prepared.parameter_count]
    bound = bind(prepared.tree, prepared.parameter_count, filled)
    if isinstance(bound, Exists):
        bound = bound.select
    info = table_of(prepared.source.table)
    if isinstance(bound, Select):
        return _read(bound, info, consistent)
    return _write(bound, info)


def _read(select: Select, info: TableInfo, consistent: bool) -> Explanation:
    index = _index(select, info)
    part: TableInfo | IndexInfo = info if index is None else index
    schema = key_schema(info, select.source.index)
    plan = plan_select(select, schema)
    accesses = plan.accesses
    average = part.size_bytes / part.item_count if part.item_count else 0
    if accesses is None:
        items, units = part.item_count, page_read_units(part.size_bytes, consistent)
    else:
        # One item of each collection: how long it is nobody tells.
        items = len(accesses)
        units = items * read_units(average, consistent)
    exact = accesses is not None and all(access.is_item(schema) for access in accesses)
    return Explanation(
        operation=plan.operation(schema, of_index=index is not None),
        table=info.name,
        index=select.source.index,
        keys=() if accesses is None else tuple(map(access_text, accesses)),
        filter=filter_text(select.where, accesses),
        descending=plan.descending,
        items=items,
        exact=exact and index is None,
        units=units,
        full_scan=accesses is None,
        better=tuple(_better(select, info)) if accesses is None else (),
    )


def _index(select: Select, info: TableInfo) -> IndexInfo | None:
    name = select.source.index
    if name is None:
        return None
    for index in info.indexes:
        if index.name == name:
            return index
    raise ResourceNotFoundException("Requested resource not found")


def _better(select: Select, info: TableInfo) -> Iterator[str]:
    """Tables and indexes that would answer a full scan with a Query."""
    if select.where is None:
        return
    found = False
    for name in (None, *(index.name for index in info.indexes)):
        if name == select.source.index:
            continue
        try:
            plan = plan_select(replace(select, paths=None, order=()), key_schema(info, name))
        except ValidationException:
            continue
        if plan.accesses is not None:
            found = True
            target = "the table itself" if name is None else f"index {name}"
            yield f"{target} answers this with a Query"
    names = equal_names(select.where)
    if names and not found:
        yield f"an index with the partition key {names[0]} would make this a Query"


def _write(statement: Insert | Update | Delete, info: TableInfo) -> Explanation:
    keys: tuple[str, ...] = ()
    rest: str | None = None
    operation = "PutItem"
    if not isinstance(statement, Insert):
        operation = "UpdateItem" if isinstance(statement, Update) else "DeleteItem"
        terms = [] if statement.where is None else conjunction(statement.where)
        named = dict(found for term in terms if (found := equality(term)) is not None)
        key = {name: named[name] for name in info.key_names if name in named}
        if len(key) < len(info.key_names):
            raise ValidationException(
                "Where clause does not contain a mandatory equality on all key attributes"
            )
        keys = (access_text(Access(key)),)
        rest = filter_text(statement.where, (Access(key),))
    average = info.size_bytes / info.item_count if info.item_count else 0
    units = float(max(1, ceil(average / WRITE_BYTES)) * (1 + len(info.indexes)))
    return Explanation.of_write(operation, info.name, keys, rest, units)
