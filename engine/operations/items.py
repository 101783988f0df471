"""GetItem, PutItem, UpdateItem, DeleteItem.

Each prepares what can be checked without the table, then runs in one storage transaction:
old image → condition → new image → plan → write.
"""

from __future__ import annotations

import orjson

from engine.capacity.charges import change_charges, read_charges
from engine.capacity.consumed import consumed_capacity
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.expressions import Update, compile_projection
from engine.operations import actions
from engine.operations.actions import Action
from engine.operations.parameters import (
    attribute_map,
    cause_of,
    placeholders,
    refuse_legacy,
)
from engine.operations.region import Region
from engine.operations.schema import check_key, check_nested_paths
from engine.storage.catalog import Catalog
from engine.storage.database import Reader
from engine.storage.items import ItemChange, StoredItem
from engine.storage.transaction import WriteTransaction


def get_item(region: Region, request: Json, _context: Context) -> Json:
    """Read one item by its key."""
    refuse_legacy(request)
    key, _ = attribute_map(request, "Key")
    bound = placeholders(request, ("ProjectionExpression",))
    text = request.get("ProjectionExpression")
    projection = None if text is None else compile_projection(text, bound)
    bound.check_all_used()
    table_name = request["TableName"]

    def read(reader: Reader, catalog: Catalog) -> StoredItem | None:
        table = region.data_table(catalog, table_name)
        blob = check_key(table, key)
        if projection is not None:
            check_nested_paths(table, projection.paths)
        return reader.get(table.storage, blob)

    stored = region.database.read(read)
    response: Json = {}
    if stored is not None:
        raw = stored.raw
        response["Item"] = raw if projection is None else _dump(projection.apply(stored.item()))
    requested = request.get("ReturnConsumedCapacity")
    if requested is not None:
        size = 0 if stored is None else stored.size
        charges = read_charges(None, read_units(size, bool(request.get("ConsistentRead"))))
        _add_consumed(response, consumed_capacity(requested, table_name, charges))
    return response


def put_item(region: Region, request: Json, context: Context) -> Json:
    """Create an item, or replace the one with the same key."""
    refuse_legacy(request)
    action = actions.put(request)
    return _old_response(request, _write(region, action, context), action.returns_old)


def delete_item(region: Region, request: Json, context: Context) -> Json:
    """Delete an item by its key; deleting what is not there succeeds."""
    refuse_legacy(request)
    action = actions.delete(request)
    return _old_response(request, _write(region, action, context), action.returns_old)


def update_item(region: Region, request: Json, context: Context) -> Json:
    """Change attributes of an item, or create it."""
    refuse_legacy(request)
    action = actions.update(request)
    change = _write(region, action, context)
    return _write_response(request, change, _updated_values(request, action.update, change))


def _write(region: Region, action: Action, context: Context) -> ItemChange:
    def work(transaction: WriteTransaction) -> ItemChange:
        table = region.data_table(transaction.catalog, action.table_name)
        key = action.key(table)
        old = transaction.read(table, key)
        failure = action.failure(table, old)
        if failure is not None:
            raise failure
        change = action.change(table, key, old)
        transaction.write(table, (change,), cause_of(context))
        return change

    return region.database.write(work)


def _updated_values(request: Json, update: Update | None, change: ItemChange) -> bytes | None:
    """What ReturnValues of an update asks for; None where there is nothing to return."""
    wanted = request.get("ReturnValues") or "NONE"
    side = change.old if wanted.endswith("_OLD") else change.new
    if wanted == "NONE" or side is None:
        return None
    if wanted.startswith("ALL"):
        return side.raw
    if update is None:
        return None
    item = side.item()
    touched = update.updated_old(item) if wanted == "UPDATED_OLD" else update.updated_new(item)
    return _dump(touched) if touched else None


def _old_response(request: Json, change: ItemChange, returns_old: bool) -> Json:
    old = change.old if returns_old else None
    return _write_response(request, change, None if old is None else old.raw)


def _write_response(request: Json, change: ItemChange, attributes: bytes | None) -> Json:
    response: Json = {}
    if attributes is not None:
        response["Attributes"] = attributes
    requested = request.get("ReturnConsumedCapacity")
    if requested is not None:
        consumed = consumed_capacity(requested, request["TableName"], change_charges(change))
        _add_consumed(response, consumed)
    return response


def _add_consumed(response: Json, consumed: Json | None) -> None:
    if consumed is not None:
        response["ConsumedCapacity"] = consumed


def _dump(item: Json) -> bytes:
    return orjson.dumps(item)
