"""ConsumedCapacity: the member by which an answer tells what the request cost."""

from __future__ import annotations

from collections.abc import Iterable

from engine.capacity.units import item_write_units, sum_by_index
from engine.client.protocol import Json
from engine.storage.catalog import Index
from engine.storage.items import ItemChange


def consumed_capacity(
    requested: str | None,
    table_name: str,
    table_units: float,
    index_units: dict[str, tuple[bool, float]],
) -> Json | None:
    """The member in the form that ReturnConsumedCapacity asks for; None for NONE.

    `index_units`: units by index name, with whether the index is global. An index without units has
    no entry.
    """
    if requested is None or requested == "NONE":
        return None
    total = table_units + sum(units for _, units in index_units.values())
    answer: Json = {"TableName": table_name, "CapacityUnits": total}
    if requested == "INDEXES":
        answer["Table"] = {"CapacityUnits": table_units}
        for name, (is_global, units) in index_units.items():
            kind = "GlobalSecondaryIndexes" if is_global else "LocalSecondaryIndexes"
            answer.setdefault(kind, {})[name] = {"CapacityUnits": units}
    return answer


def write_consumed(requested: str | None, table_name: str, change: ItemChange) -> Json | None:
    """ConsumedCapacity of a single write."""
    if requested is None or requested == "NONE":
        return None
    return consumed_capacity(
        requested, table_name, item_write_units(change), sum_by_index(change.indexes)
    )


def read_consumed(
    requested: str | None,
    table_name: str,
    index: Index | None,
    units: float,
    fetched_units: Iterable[float] = (),
) -> Json | None:
    """ConsumedCapacity of a read of a table, or of an index and what was fetched from its table."""
    if requested is None or requested == "NONE":
        return None
    if index is None:
        return consumed_capacity(requested, table_name, units, {})
    indexes = {index.name: (index.is_global, units)}
    return consumed_capacity(requested, table_name, sum(fetched_units, 0.0), indexes)
