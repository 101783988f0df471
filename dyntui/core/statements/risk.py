"""What a face asks about before it runs a statement: full scans of large tables, writes that do
not name one item.

DynamoDB refuses an UPDATE or a DELETE without its whole key, and so does the engine, before
anything is written. Other servers that speak the protocol may carry it out on every item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dyntui.core.connection.choices import LARGE_BYTES
from dyntui.core.statements.statements import Prepared, TableOf, key_schema
from dyntui.core.tables.cost import scan_question
from dyntui.core.tables.schema import TableInfo
from engine.errors import ApiError
from engine.expressions.ast import Condition
from engine.partiql.ast import Delete, Select, Update
from engine.partiql.binding import bind
from engine.partiql.planner import conjunction, equality, plan_select

Json = dict[str, Any]


def risk(
    prepared: Prepared,
    parameters: Sequence[Json],
    table_of: TableOf,
    *,
    large_bytes: int = LARGE_BYTES,
    refuses_partial_keys: bool = True,
) -> str | None:
    """What is risky about a statement, as a sentence; None where nothing is.

    `refuses_partial_keys` tells that who answers refuses writes without a full key; nothing has to
    be asked then. Nothing is risky either about what will be refused anyway.
    """
    tree = prepared.tree
    if not isinstance(tree, Select | Update | Delete):
        return None
    if not isinstance(tree, Select) and refuses_partial_keys:
        return None
    missing = prepared.parameter_count - len(parameters)
    try:
        bound = bind(tree, prepared.parameter_count, [*parameters, *[{"S": "?"}] * missing])
        info = table_of(prepared.source.table)
        if isinstance(bound, Select):
            return _scan_risk(prepared, bound, info, large_bytes)
    except ApiError:
        return None
    assert isinstance(bound, Update | Delete)
    return _write_risk(prepared, bound.where, info)


def _scan_risk(prepared: Prepared, select: Select, info: TableInfo, large_bytes: int) -> str | None:
    """A scan of everything, but for one that a LIMIT ends in time."""
    if prepared.extended is not None and prepared.extended.ends_early:
        return None
    source = prepared.source
    index = next((one for one in info.indexes if one.name == source.index), None)
    plan = plan_select(replace(select, order=()), key_schema(info, source.index))
    return None if plan.accesses is not None else scan_question(info, index, large_bytes)


def _write_risk(prepared: Prepared, where: Condition | None, info: TableInfo) -> str | None:
    equalities = [] if where is None else map(equality, conjunction(where))
    named = {found[0] for found in equalities if found is not None}
    missing = [name for name in info.key_names if name not in named]
    if not missing:
        return None
    return (
        f"This {prepared.verb} does not say which item: {', '.join(missing)} of the key of "
        f"{info.name} has no value. It may change many items."
    )
