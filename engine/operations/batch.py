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
from engine.capacity.refusals import Refusal
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import ApiError, ValidationException
from engine.expressions import Projection
from engine.model import values
from engine.operations import actions
from engine.operations.actions import Action
from engine.operations.admission import (
    charge_get,
    refusal_of_read,
    refusal_of_write,
)
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
    for writes in prepared:
        for action in writes.actions:
            refuse_conflict(region, action)
    cause = cause_of(context)

    def work(transaction: WriteTransaction) -> Json:
        located = _located_writes(region, transaction, prepared)
        limit = CollectionLimit(region, transaction)
        changed = [_changes(transaction, limit, writes) for writes in located]
        left_over = _throttled(region, request, located, changed)
        for writes, changes in zip(located, changed, strict=True):
            transaction.write(writes.table, changes, cause)
        return _response(request, transaction, located, changed, left_over)

    return Write(work, lambda response: response)


@dataclass(frozen=True, slots=True)
class _Writes:
    """What a batch writes to one table, prepared without it."""

    table_name: str
    actions: list[Action]


@dataclass(frozen=True, slots=True)
class _Located:
    """What a batch writes to one table, with the keys of the items."""

    table_name: str
    table: Table
    actions: list[Action]
    keys: list[bytes]


def _prepared_writes(items: Mapping[str, list[Json]]) -> list[_Writes]:
    if sum(map(len, items.values())) > BATCH_WRITES_MAX:
        raise ValidationException("Too many items requested for the BatchWriteItem call")
    return [
        _Writes(table_name, [_prepared_write(table_name, entry) for entry in entries])
        for table_name, entries in items.items()
    ]


def _prepared_write(table_name: str, entry: Json) -> Action:
    put, delete = entry.get("PutRequest"), entry.get("DeleteRequest")
    if bool(put) is bool(delete):
        raise ValidationException(_ONE_REQUEST)
    if put:
        return actions.put({"TableName": table_name, **put})
    return actions.delete({"TableName": table_name, **(delete or {})})


def _located_writes(
    region: Region, transaction: WriteTransaction, prepared: list[_Writes]
) -> list[_Located]:
    """The tables and keys of all writes; no item may come twice (E136)."""
    located = []
    seen: set[tuple[int, bytes]] = set()
    for writes in prepared:
        table = region.data_table(transaction.catalog, writes.table_name)
        keys = []
        for action in writes.actions:
            key = _key(action, table)
            if (table.storage_id, key) in seen:
                raise ValidationException(_DUPLICATES)
            seen.add((table.storage_id, key))
            keys.append(key)
        located.append(_Located(writes.table_name, table, list(writes.actions), keys))
    return located


def _key(action: Action, table: Table) -> bytes:
    """The key of an item; one to be put is told of wrong key attributes as a key is (E073)."""
    try:
        return action.key(table)
    except ValidationException:
        check_key_types(table, action.attributes)
        raise


def _changes(
    transaction: WriteTransaction, limit: CollectionLimit, writes: _Located
) -> list[ItemChange]:
    """What becomes of the items of one table; nothing is written yet."""
    table = writes.table
    changes = []
    for action, key in zip(writes.actions, writes.keys, strict=True):
        change = action.change(table, key, transaction.read(table, key))
        limit.check(table, change)
        changes.append(change)
    return changes


def _throttled(
    region: Region, request: Json, located: list[_Located], changed: list[list[ItemChange]]
) -> Json:
    """Take out the writes that are throttled; gives them as they were asked for, by table.

    Raises the error of the first one where none is left.
    """
    left_over: Json = {}
    first: ApiError | None = None
    for writes, changes in zip(located, changed, strict=True):
        entries = request["RequestItems"][writes.table_name]
        admitted = []
        for position, change in enumerate(changes):
            refusal = refusal_of_write(region, writes.table, change)
            if refusal is None:
                admitted.append(position)
                continue
            first = first or refusal.error(region.table_arn(writes.table.name))
            left_over.setdefault(writes.table_name, []).append(entries[position])
        if len(admitted) < len(changes):
            changes[:] = [changes[position] for position in admitted]
            writes.actions[:] = [writes.actions[position] for position in admitted]
    if first is not None and not any(changed):
        raise first
    return left_over


def _response(
    request: Json,
    transaction: WriteTransaction,
    located: list[_Located],
    changed: list[list[ItemChange]],
    left_over: Json,
) -> Json:
    """The answer of a batch of writes, of which some may be left over."""
    response: Json = {"UnprocessedItems": left_over}
    requested = request.get("ReturnConsumedCapacity")
    if requested is not None:
        charges: dict[str, Charges] = {}
        for writes, changes in zip(located, changed, strict=True):
            of_table = charges.setdefault(writes.table_name, Charges())
            for change in changes:
                of_table.add_change(change)
        consumed = consumed_by_table(requested, charges)
        if consumed is not None:
            response["ConsumedCapacity"] = consumed
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        response["ItemCollectionMetrics"] = metrics_by_table(
            (
                writes.table_name,
                collection_metrics(transaction, writes.table, change, action.attributes),
            )
            for writes, changes in zip(located, changed, strict=True)
            for action, change in zip(writes.actions, changes, strict=True)
        )
    return response


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
    refusal: Refusal | None = None


def batch_get_item(region: Region, request: Json, _context: Context) -> Json:
    """Read up to 100 items; what does not fit into 16 MB is left for another request."""
    prepared = _prepared_gets(request["RequestItems"])

    def read(reader: Reader, catalog: Catalog) -> list[_Found]:
        tables = [region.data_table(catalog, gets.table_name) for gets in prepared]
        located = [_get_keys(table, gets) for table, gets in zip(tables, prepared, strict=True)]
        found = []
        left = BATCH_BYTES_MAX
        for gets, table, keys in zip(prepared, tables, located, strict=True):
            of_table, left = _read(region, reader, gets, table, keys, left)
            found.append(of_table)
        _refuse_if_all_throttled(region, tables, found)
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


def _refuse_if_all_throttled(region: Region, tables: list[Table], found: list[_Found]) -> None:
    """Raise the error of the first key that was throttled where nothing was read at all."""
    if any(of_table.charges.table for of_table in found):
        return
    for table, of_table in zip(tables, found, strict=True):
        if of_table.refusal is not None:
            raise of_table.refusal.error(region.table_arn(table.name))


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
    region: Region, reader: Reader, gets: _Gets, table: Table, keys: list[bytes], left: int
) -> tuple[_Found, int]:
    """Read one table's keys while there is room in the answer; gives the room that is left.

    Keys that are throttled are not reached either.
    """
    found = _Found([], Charges(), [])
    for position, key in enumerate(keys):
        if left <= 0:
            found.unread += gets.request["Keys"][position:]
            break
        refusal = refusal_of_read(region, table, None, key)
        if refusal is not None:
            found.refusal = found.refusal or refusal
            found.unread.append(gets.request["Keys"][position])
            continue
        stored = reader.get(table.storage, key)
        size = 0 if stored is None else stored.size
        if size > left:
            left = 0
            found.unread += gets.request["Keys"][position:]
            break
        units = read_units(size, gets.consistent)
        found.charges.table += units
        charge_get(region, table, key, stored, units)
        if stored is not None:
            left -= size
            projection = gets.projection
            raw = stored.raw if projection is None else projection.apply(stored.item())
            found.items.append(raw if isinstance(raw, bytes) else orjson.dumps(raw))
    return found, left
