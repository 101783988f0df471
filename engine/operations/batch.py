"""BatchWriteItem and BatchGetItem: several items, each for itself.

All of a request is checked before anything is written. The writes share one storage transaction:
nobody can tell, and it saves commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from engine.capacity.charges import Charges
from engine.capacity.consumed import consumed_by_table
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import ValidationException
from engine.expressions import Projection
from engine.model import values
from engine.operations import actions
from engine.operations.actions import Action
from engine.operations.collections import (
    CollectionLimit,
    collection_metrics,
    metrics_by_table,
)
from engine.operations.conflicts import refuse_conflict
from engine.operations.parameters import cause_of, check_mixing, placeholders, projection_of
from engine.operations.region import Region, Write
from engine.operations.schema import check_key, check_key_types, check_nested_paths
from engine.storage.catalog import Catalog, Table
from engine.storage.database import Reader
from engine.storage.items import ItemChange
from engine.storage.transaction import WriteTransaction

BATCH_WRITES_MAX = 25
BATCH_GETS_MAX = 100
BATCH_BYTES_MAX = 16 * 1024 * 1024
_DUPLICATES = "Provided list of item keys contains duplicates"  # E136
_ONE_REQUEST = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes"
)  # E002, which the service says of a write request too


def batch_write_item(region: Region, request: Json, context: Context) -> Write[Json]:
    """Put and delete up to 25 items."""
    prepared = _prepared_writes(request["RequestItems"])
    wants_metrics = request.get("ReturnItemCollectionMetrics") == "SIZE"
    for action in prepared:
        refuse_conflict(region, action)

    def work(transaction: WriteTransaction) -> Json:
        located = _located_writes(region, transaction, prepared)
        limit = CollectionLimit(region, transaction)
        changes: list[tuple[Table, ItemChange]] = []
        for action, table, key in located:
            change = action.change(table, key, transaction.read(table, key))
            limit.check(table, change)
            changes.append((table, change))
        charges: dict[str, Charges] = {}
        for (action, _, _), (table, change) in zip(located, changes, strict=True):
            transaction.write(table, (change,), cause_of(context))
            charges.setdefault(action.table_name, Charges()).add_change(change)
        response: Json = {"UnprocessedItems": {}}
        consumed = consumed_by_table(request.get("ReturnConsumedCapacity"), charges)
        if consumed is not None:
            response["ConsumedCapacity"] = consumed
        if wants_metrics:
            response["ItemCollectionMetrics"] = metrics_by_table(
                (
                    action.table_name,
                    collection_metrics(transaction, table, change, action.attributes),
                )
                for (action, _, _), (table, change) in zip(located, changes, strict=True)
            )
        return response

    return Write(work, lambda response: response)


def _prepared_writes(items: Mapping[str, list[Json]]) -> list[Action]:
    if sum(map(len, items.values())) > BATCH_WRITES_MAX:
        raise ValidationException("Too many items requested for the BatchWriteItem call")
    prepared: list[Action] = []
    for table_name, entries in items.items():
        for entry in entries:
            given = [kind for kind in ("PutRequest", "DeleteRequest") if entry.get(kind)]
            if len(given) != 1:
                raise ValidationException(_ONE_REQUEST)
            prepare = actions.put if given[0] == "PutRequest" else actions.delete
            prepared.append(prepare({"TableName": table_name} | entry[given[0]]))
    return prepared


def _located_writes(
    region: Region, transaction: WriteTransaction, prepared: list[Action]
) -> list[tuple[Action, Table, bytes]]:
    """The tables and keys of all writes; no item may come twice (E136)."""
    located = []
    seen: set[tuple[int, bytes]] = set()
    for action in prepared:
        table = region.data_table(transaction.catalog, action.table_name)
        key = _key(action, table)
        if (table.storage_id, key) in seen:
            raise ValidationException(_DUPLICATES)
        seen.add((table.storage_id, key))
        located.append((action, table, key))
    return located


def _key(action: Action, table: Table) -> bytes:
    """The key of an item; one to be put is told of wrong key attributes as a key is (E073)."""
    try:
        return action.key(table)
    except ValidationException:
        check_key_types(table, action.attributes)
        raise


@dataclass(frozen=True, slots=True)
class _Gets:
    """What a batch reads of one table, prepared without it."""

    table_name: str
    request: Json
    keys: list[Json]
    projection: Projection | None

    @property
    def consistent(self) -> bool:
        return bool(self.request.get("ConsistentRead"))


@dataclass(slots=True)
class _Found:
    """What was read of one table: items as wire JSON, units, the keys that were not reached."""

    items: list[bytes]
    charges: Charges
    unread: list[Json]


def batch_get_item(region: Region, request: Json, _context: Context) -> Json:
    """Read up to 100 items; what does not fit into 16 MB is left for another request."""
    prepared = _prepared_gets(request["RequestItems"])

    def read(reader: Reader, catalog: Catalog) -> list[_Found]:
        tables = [region.data_table(catalog, gets.table_name) for gets in prepared]
        located = [_get_keys(table, gets) for table, gets in zip(tables, prepared, strict=True)]
        found = []
        left = BATCH_BYTES_MAX
        for gets, table, keys in zip(prepared, tables, located, strict=True):
            of_table, left = _read(reader, gets, table, keys, left)
            found.append(of_table)
        return found

    consistent = any(gets.consistent for gets in prepared)
    found = region.read(read, consistent)
    by_gets = list(zip(prepared, found, strict=True))
    response: Json = {
        "Responses": {g.table_name: b"[" + b",".join(f.items) + b"]" for g, f in by_gets},
        "UnprocessedKeys": {
            g.table_name: g.request | {"Keys": f.unread} for g, f in by_gets if f.unread
        },
    }
    charges = {g.table_name: f.charges for g, f in by_gets}
    consumed = consumed_by_table(request.get("ReturnConsumedCapacity"), charges)
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    return response


def _prepared_gets(items: Mapping[str, Json]) -> list[_Gets]:
    if sum(len(of_table["Keys"]) for of_table in items.values()) > BATCH_GETS_MAX:
        raise ValidationException("Too many items requested for the BatchGetItem call")
    check_mixing({name: value for of_table in items.values() for name, value in of_table.items()})
    return [_prepared_table(table_name, of_table) for table_name, of_table in items.items()]


def _prepared_table(table_name: str, request: Json) -> _Gets:
    """The keys of one table, which are compared as they are written (E136)."""
    keys = [values.normalise_item(key)[0] for key in request["Keys"]]
    bound = placeholders(request, ("ProjectionExpression",))
    projection = projection_of(request, bound)
    bound.check_all_used()
    written = {
        orjson.dumps(key, default=lambda raw: bytes(raw).hex(), option=orjson.OPT_SORT_KEYS)
        for key in request["Keys"]
    }
    if len(written) < len(keys):
        raise ValidationException(_DUPLICATES)
    return _Gets(table_name, request, keys, projection)


def _get_keys(table: Table, gets: _Gets) -> list[bytes]:
    if gets.projection is not None:
        check_nested_paths(table, gets.projection.paths)
    return [check_key(table, key) for key in gets.keys]


def _read(
    reader: Reader, gets: _Gets, table: Table, keys: list[bytes], left: int
) -> tuple[_Found, int]:
    """Read one table's keys while there is room in the answer; gives the room that is left."""
    found = _Found([], Charges(), [])
    for position, key in enumerate(keys):
        if left <= 0:
            found.unread = gets.request["Keys"][position:]
            break
        stored = reader.get(table.storage, key)
        size = 0 if stored is None else stored.size
        if size > left:
            left = 0
            found.unread = gets.request["Keys"][position:]
            break
        found.charges.table += read_units(size, gets.consistent)
        if stored is not None:
            left -= size
            projection = gets.projection
            raw = stored.raw if projection is None else projection.apply(stored.item())
            found.items.append(raw if isinstance(raw, bytes) else orjson.dumps(raw))
    return found, left
