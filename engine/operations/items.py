"""GetItem, PutItem, UpdateItem, DeleteItem.

Each prepares what can be checked without the table, then runs in one storage transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from engine.capacity.charges import change_charges, read_charges
from engine.capacity.consumed import consumed_capacity
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.expressions import Projection, Update
from engine.operations import actions
from engine.operations.actions import Action
from engine.operations.admission import metered_get
from engine.operations.collections import collection_metrics
from engine.operations.conflicts import refuse_conflict
from engine.operations.parameters import (
    attribute_map,
    check_maps,
    check_mixing,
    is_plain,
    placeholders,
    projection_of,
)
from engine.operations.region import Region, Write
from engine.operations.schema import check_key, check_nested_paths
from engine.operations.single_action import carry_out
from engine.storage.catalog import Catalog
from engine.storage.items import ItemChange, StoredItem
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction

_OF_GET = ("ProjectionExpression",)


def get_item(region: Region, request: Json, _context: Context) -> Json:
    """Read one item by its key."""
    plain = is_plain(request)
    if not plain:
        check_mixing(request)
        check_maps(request, _OF_GET)
    key, _ = attribute_map(request, "Key")
    projection = None if plain else _projection(request)
    table_name = request["TableName"]

    def read(reader: Reader, catalog: Catalog) -> StoredItem | None:
        table = region.data_table(catalog, table_name)
        blob = check_key(table, key)
        if projection is not None:
            check_nested_paths(table, projection.paths)
        return metered_get(region, reader, table, blob, consistent)

    consistent = bool(request.get("ConsistentRead"))
    stored = region.read(read, consistent)
    response: Json = {}
    if stored is not None:
        raw = stored.raw
        response["Item"] = raw if projection is None else _dump(projection.apply(stored.item()))
    requested = request.get("ReturnConsumedCapacity")
    if requested is not None:
        size = 0 if stored is None else stored.size
        charges = read_charges(None, read_units(size, consistent))
        _add_consumed(response, consumed_capacity(requested, table_name, charges))
    return response


def _projection(request: Json) -> Projection | None:
    bound = placeholders(request, _OF_GET)
    projection = projection_of(request, bound)
    bound.check_all_used()
    return projection


def put_item(region: Region, request: Json, context: Context) -> Write[Any]:
    """Create an item, or replace the one with the same key."""
    action = actions.put(request)

    def answer(written: _Written) -> Json:
        return _write_response(request, written, written.old_raw if action.returns_old else None)

    return Write(_work(region, request, action, context), answer)


def delete_item(region: Region, request: Json, context: Context) -> Write[Any]:
    """Delete an item by its key; deleting what is not there succeeds."""
    action = actions.delete(request)

    def answer(written: _Written) -> Json:
        return _write_response(request, written, written.old_raw if action.returns_old else None)

    return Write(_work(region, request, action, context), answer)


def update_item(region: Region, request: Json, context: Context) -> Write[Any]:
    """Change attributes of an item, or create it."""
    action = actions.update(request)

    def answer(written: _Written) -> Json:
        return _write_response(
            request, written, _updated_values(request, action.update, written.change)
        )

    return Write(_work(region, request, action, context), answer)


class _Written(NamedTuple):
    """What a request wrote, and the metrics of the item collection where they were asked for."""

    change: ItemChange
    metrics: Json | None

    @property
    def old_raw(self) -> bytes | None:
        return None if self.change.old is None else self.change.old.raw


def _work(
    region: Region, request: Json, action: Action, context: Context
) -> Callable[[WriteTransaction], _Written]:
    wants_metrics = request.get("ReturnItemCollectionMetrics") == "SIZE"
    refuse_conflict(region, action)

    def work(transaction: WriteTransaction) -> _Written:
        table, change = carry_out(region, transaction, action, context)
        if not wants_metrics:
            return _Written(change, None)
        return _Written(change, collection_metrics(transaction, table, change, action.attributes))

    return work


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


def _write_response(request: Json, written: _Written, attributes: bytes | None) -> Json:
    response: Json = {}
    if attributes is not None:
        response["Attributes"] = attributes
    requested = request.get("ReturnConsumedCapacity")
    if requested is not None:
        consumed = consumed_capacity(
            requested, request["TableName"], change_charges(written.change)
        )
        _add_consumed(response, consumed)
    if written.metrics is not None:
        response["ItemCollectionMetrics"] = written.metrics
    return response


def _add_consumed(response: Json, consumed: Json | None) -> None:
    if consumed is not None:
        response["ConsumedCapacity"] = consumed


def _dump(item: Json) -> bytes:
    return orjson.dumps(item)
