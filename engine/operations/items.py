"""GetItem, PutItem, UpdateItem, DeleteItem.

Each prepares what can be checked without the table, then runs in one storage transaction:
old image → condition → new image → plan → write.
"""

from __future__ import annotations

import orjson

from engine.capacity.consumed import read_consumed, write_consumed
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import ConditionalCheckFailedException, ValidationException
from engine.expressions import (
    Condition,
    Placeholders,
    Update,
    compile_condition,
    compile_projection,
    compile_update,
)
from engine.model.values import MAX_ITEM_BYTES
from engine.operations.parameters import (
    attribute_map,
    cause_of,
    old_image_wanted,
    placeholders,
    refuse_legacy,
)
from engine.operations.region import Region
from engine.operations.schema import (
    check_item,
    check_key,
    check_local_sizes,
    check_nested_paths,
    check_update_targets,
    check_updated_index_keys,
)
from engine.storage.catalog import Catalog, Table
from engine.storage.database import Reader
from engine.storage.items import ItemChange, StoredItem, plan_change
from engine.storage.transaction import WriteTransaction

_TOO_LARGE = "Item size has exceeded the maximum allowed size"  # E015
_UPDATED_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"  # E016
_EMPTY = StoredItem(b"{}", 0)


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
        units = read_units(size, bool(request.get("ConsistentRead")))
        _add_consumed(response, read_consumed(requested, table_name, None, units))
    return response


def put_item(region: Region, request: Json, context: Context) -> Json:
    """Create an item, or replace the one with the same key."""
    refuse_legacy(request)
    item, size = attribute_map(request, "Item")
    wants_old = old_image_wanted(request)
    if size > MAX_ITEM_BYTES:
        raise ValidationException(_TOO_LARGE)
    bound = placeholders(request, ("ConditionExpression",))
    condition = _condition(request, bound)
    new = StoredItem.of(item, size)

    def work(transaction: WriteTransaction) -> ItemChange:
        table = region.data_table(transaction.catalog, request["TableName"])
        key = check_item(table, item)
        old = transaction.read(table, key)
        _check_condition(table, condition, old, request)
        change = plan_change(table, key, old, new)
        check_local_sizes(change, _TOO_LARGE)
        transaction.write(table, (change,), cause_of(context))
        return change

    change = region.database.write(work)
    return _write_response(request, change, change.old.raw if wants_old and change.old else None)


def delete_item(region: Region, request: Json, context: Context) -> Json:
    """Delete an item by its key; deleting what is not there succeeds."""
    refuse_legacy(request)
    key, _ = attribute_map(request, "Key")
    wants_old = old_image_wanted(request)
    bound = placeholders(request, ("ConditionExpression",))
    condition = _condition(request, bound)

    def work(transaction: WriteTransaction) -> ItemChange:
        table = region.data_table(transaction.catalog, request["TableName"])
        blob = check_key(table, key)
        old = transaction.read(table, blob)
        _check_condition(table, condition, old, request)
        change = plan_change(table, blob, old, None)
        transaction.write(table, (change,), cause_of(context))
        return change

    change = region.database.write(work)
    return _write_response(request, change, change.old.raw if wants_old and change.old else None)


def update_item(region: Region, request: Json, context: Context) -> Json:
    """Change attributes of an item, or create it."""
    refuse_legacy(request)
    key, _ = attribute_map(request, "Key")
    bound = placeholders(request, ("UpdateExpression", "ConditionExpression"))
    text = request.get("UpdateExpression")
    update = None if text is None else compile_update(text, bound)
    condition = _condition(request, bound)

    def work(transaction: WriteTransaction) -> ItemChange:
        table = region.data_table(transaction.catalog, request["TableName"])
        blob = check_key(table, key)
        if update is not None:
            check_update_targets(table, update.attributes)
            check_nested_paths(table, update.paths)
        old = transaction.read(table, blob)
        _check_condition(table, condition, old, request)
        change = plan_change(table, blob, old, _updated(table, key, update, old))
        check_local_sizes(change, _UPDATED_TOO_LARGE)
        transaction.write(table, (change,), cause_of(context))
        return change

    change = region.database.write(work)
    return _write_response(request, change, _updated_values(request, update, change))


def _updated(
    table: Table, key: Json, update: Update | None, old: StoredItem | None
) -> StoredItem | None:
    """The new image; None where an update that only removes finds no item."""
    if update is None:
        return StoredItem.of(key) if old is None else old
    item = update.apply(None if old is None else old.item(), key)
    if item is None:
        return None
    check_updated_index_keys(table, item, update.attributes)
    new = StoredItem.of(item)
    if new.size > MAX_ITEM_BYTES:
        raise ValidationException(_UPDATED_TOO_LARGE)
    return new


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


def _condition(request: Json, bound: Placeholders) -> Condition | None:
    """The compiled ConditionExpression; it is the last expression of a write to be parsed."""
    text = request.get("ConditionExpression")
    condition = None if text is None else compile_condition(text, bound)
    bound.check_all_used()
    return condition


def _check_condition(
    table: Table, condition: Condition | None, old: StoredItem | None, request: Json
) -> None:
    if condition is None:
        return
    check_nested_paths(table, condition.paths)
    if condition.matches((old or _EMPTY).item()):
        return
    members: Json = {}
    if old is not None and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
        members["Item"] = old.item()
    raise ConditionalCheckFailedException("The conditional request failed", **members)


def _write_response(request: Json, change: ItemChange, attributes: bytes | None) -> Json:
    response: Json = {}
    if attributes is not None:
        response["Attributes"] = attributes
    requested = request.get("ReturnConsumedCapacity")
    _add_consumed(response, write_consumed(requested, request["TableName"], change))
    return response


def _add_consumed(response: Json, consumed: Json | None) -> None:
    if consumed is not None:
        response["ConsumedCapacity"] = consumed


def _dump(item: Json) -> bytes:
    return orjson.dumps(item)
