"""TransactWriteItems and TransactGetItems: several items, of several tables, all or nothing.

A transaction is one storage transaction, so that it is atomic through a kill and isolated from
everything else. What only concerns the request refuses the whole call; what concerns an item
cancels the transaction, with a reason per action.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import orjson

from engine.capacity.charges import TRANSACTION_FACTOR, Charges
from engine.capacity.consumed import consumed_by_table
from engine.capacity.refusals import Refusal
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import (
    IdempotentParameterMismatchException,
    TransactionCanceledException,
    ValidationException,
)
from engine.expressions import Condition, Projection
from engine.operations import actions
from engine.operations.actions import Action
from engine.operations.admission import (
    charge_failed_write,
    charge_get,
    refusal_of_read,
    refusal_of_write,
)
from engine.operations.collections import (
    CollectionLimit,
    collection_metrics,
    metrics_by_table,
)
from engine.operations.conflicts import claimed
from engine.operations.parameters import (
    attribute_map,
    cause_of,
    placeholders,
    projection_of,
    without_idle_maps,
)
from engine.operations.region import Region, Write
from engine.operations.schema import check_key, check_nested_paths, has_empty_key
from engine.storage.catalog import Catalog, Table
from engine.storage.items import ItemChange, StoredItem
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction

TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
TOKEN_SECONDS = 600
_PREPARE: dict[str, Callable[[Json], Action]] = {
    "ConditionCheck": actions.condition_check,
    "Put": actions.put,
    "Delete": actions.delete,
    "Update": actions.update,
}
_NO_REASON: Json = {"Code": "None"}


@dataclass(frozen=True, slots=True)
class _Target:
    """An action in its table: the item's key, and the item as it is."""

    action: Action
    table: Table
    key: bytes
    old: StoredItem | None


def transact_write_items(region: Region, request: Json, context: Context) -> Write[Json]:
    """Carry out up to 100 actions on different items, all of them or none."""
    prepared = [_prepared(entry) for entry in request["TransactItems"]]
    return write_transaction(region, request, prepared, request["TransactItems"], context)


def write_transaction(
    region: Region,
    request: Json,
    prepared: Sequence[Action],
    identity: Sequence[Json],
    context: Context,
    answer: Callable[[Json], Json] = lambda response: response,
) -> Write[Json]:
    """Carry out prepared actions, all or none; `identity` is what a replay has to have the same."""
    if sum(action.payload_bytes for action in prepared) > TRANSACTION_BYTES_MAX:
        raise ValidationException(
            f"Transaction payload size cannot exceed {TRANSACTION_BYTES_MAX} bytes"
        )
    token = request.get("ClientRequestToken")
    digest = b"" if token is None else _digest(identity)

    def work(transaction: WriteTransaction) -> Json:
        tables = [region.data_table(transaction.catalog, a.table_name) for a in prepared]
        keys = [a.key_values(table) for a, table in zip(prepared, tables, strict=True)]
        _check_distinct(keys, tables)
        replayed = token is not None and _is_replay(transaction, token, digest)
        targets = _located(transaction, prepared, tables)
        if replayed:
            return _replay_response(region, request, targets)
        changes = _changes(region, transaction, targets)
        for target, change in zip(targets, changes, strict=True):
            transaction.write(target.table, (change,), cause_of(context))
        if token is not None:
            transaction.put_token(token, digest, TOKEN_SECONDS)
        return _write_response(request, transaction, targets, changes)

    with ExitStack() as claims:
        targets = [(action.table_name, action.key) for action in prepared]
        _refuse_conflicts(claims.enter_context(claimed(region, targets)))
        return Write(work, answer, claims.pop_all().close)


def _refuse_conflicts(conflicts: Sequence[Json | None]) -> None:
    """Cancel because of other transactions in flight (E134)."""
    if any(conflicts):
        raise _cancelled([reason or _NO_REASON for reason in conflicts])


def _prepared(entry: Json) -> Action:
    """The one action of an entry (E128)."""
    given = [kind for kind in _PREPARE if entry.get(kind) is not None]
    if len(given) != 1:
        raise ValidationException(
            "TransactItems can only contain one of Check, Put, Update or Delete"
        )
    return _PREPARE[given[0]](without_idle_maps(entry[given[0]]))


def _digest(items: Sequence[Json]) -> bytes:
    """What tells a replayed request from another; the order of members does not count."""
    encoded = orjson.dumps(
        items, default=lambda raw: {"bytes": bytes(raw).hex()}, option=orjson.OPT_SORT_KEYS
    )
    return hashlib.sha256(encoded).digest()


def _is_replay(transaction: WriteTransaction, token: str, digest: bytes) -> bool:
    """Whether the request was carried out within the last ten minutes (E131)."""
    known = transaction.token_digest(token)
    if known is not None and known != digest:
        raise IdempotentParameterMismatchException(
            "The request was retried with a client token that was used before, but its parameters "
            "differ from those of the first request"
        )
    return known is not None


def _check_distinct(keys: Sequence[Json], tables: Sequence[Table]) -> None:
    """No two actions may be about one item (E126); `keys` hold the key attributes of each."""
    seen = set()
    for attributes, table in zip(keys, tables, strict=True):
        target = (table.table_id, orjson.dumps([attributes.get(n) for n in table.key_names]))
        if target in seen:
            raise ValidationException(
                "Transaction request cannot include multiple operations on one item"
            )
        seen.add(target)


def _located(
    transaction: WriteTransaction, prepared: Sequence[Action], tables: Sequence[Table]
) -> list[_Target]:
    """The items that the actions are about; keys that do not fit cancel, empty ones refuse."""
    targets = []
    for position, (action, table) in enumerate(zip(prepared, tables, strict=True)):
        try:
            key = action.key(table)
        except ValidationException as error:
            if has_empty_key(table, action.key_values(table)):
                raise
            raise _cancelled_by(error, position, len(prepared)) from error
        targets.append(_Target(action, table, key, transaction.read(table, key)))
    return targets


def _changes(
    region: Region, transaction: WriteTransaction, targets: Sequence[_Target]
) -> list[ItemChange]:
    """What the actions do; raises with a reason per action where they cannot all be done."""
    reasons = [_NO_REASON] * len(targets)
    changes = []
    for position, target in enumerate(targets):
        failure = target.action.failure(target.table, target.old)
        if failure is not None:
            code = failure.code.removesuffix("Exception")
            reasons[position] = failure.members | {"Code": code, "Message": failure.message}
            continue
        try:
            change = target.action.change(target.table, target.key, target.old)
        except ValidationException as error:
            raise _cancelled_by(error, position, len(targets)) from error
        changes.append(change)
    if any(reason is not _NO_REASON for reason in reasons):
        _charge_failed(region, targets)
        raise _cancelled(reasons)
    limit = CollectionLimit(region, transaction)
    for position, (target, change) in enumerate(zip(targets, changes, strict=True)):
        if not limit.admits(target.table, change):
            reasons[position] = {
                "Code": "ItemCollectionSizeLimitExceeded",
                "Message": "Collection size exceeded",
            }
            raise _cancelled(reasons)
    _admit(region, targets, changes)
    return changes


def _charge_failed(region: Region, targets: Sequence[_Target]) -> None:
    """What is cancelled by a condition pays for all its actions, as if each had been refused."""
    for target in targets:
        new_bytes = target.action.attributes_bytes
        charge_failed_write(
            region, target.table, target.key, target.old, new_bytes, TRANSACTION_FACTOR
        )


def _admit(region: Region, targets: Sequence[_Target], changes: Sequence[ItemChange]) -> None:
    """Draw what all actions cost; those that are throttled cancel the transaction."""
    reasons = [_NO_REASON] * len(targets)
    for position, (target, change) in enumerate(zip(targets, changes, strict=True)):
        refusal = refusal_of_write(region, target.table, change, TRANSACTION_FACTOR)
        if refusal is not None:
            reasons[position] = _throttled(refusal)
    if any(reason is not _NO_REASON for reason in reasons):
        raise _cancelled(reasons)


def _throttled(refusal: Refusal) -> Json:
    """The reason of an action, or a read, that was throttled."""
    code = "ThrottlingError" if refusal.on_demand else "ProvisionedThroughputExceeded"
    return {"Code": code, "Message": refusal.error("").message}


def _cancelled_by(
    error: ValidationException, position: int, count: int
) -> TransactionCanceledException:
    """The first action that cannot be done cancels; the conditions of others do not count."""
    reasons = [_NO_REASON] * count
    reasons[position] = {"Code": "ValidationError", "Message": error.message}
    return _cancelled(reasons)


def _cancelled(reasons: list[Json]) -> TransactionCanceledException:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return TransactionCanceledException(
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=reasons,
    )


def _write_response(
    request: Json,
    transaction: WriteTransaction,
    targets: Sequence[_Target],
    changes: Sequence[ItemChange],
) -> Json:
    response: Json = {}
    charges: dict[str, Charges] = {}
    for target, change in zip(targets, changes, strict=True):
        name = target.action.table_name
        charges.setdefault(name, Charges()).add_change(change, TRANSACTION_FACTOR)
    consumed = consumed_by_table(request.get("ReturnConsumedCapacity"), charges, "Write")
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    if request.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics = metrics_by_table(
            (
                target.action.table_name,
                collection_metrics(transaction, target.table, change, target.action.attributes),
            )
            for target, change in zip(targets, changes, strict=True)
        )
        if metrics:
            response["ItemCollectionMetrics"] = metrics
    return response


def _replay_response(region: Region, request: Json, targets: Sequence[_Target]) -> Json:
    """The answer to a request that was carried out before: it costs the reading of its items."""
    charges: dict[str, Charges] = {}
    for target in targets:
        size = 0 if target.old is None else target.old.size
        units = TRANSACTION_FACTOR * read_units(size, consistent=True)
        charge_get(region, target.table, target.key, target.old, units)
        charges.setdefault(target.action.table_name, Charges()).table += units
    consumed = consumed_by_table(request.get("ReturnConsumedCapacity"), charges, "Read")
    return {} if consumed is None else {"ConsumedCapacity": consumed}


# Reading.


class Get:
    """One Get of a transaction, prepared without its table."""

    condition: Condition | None = None

    def __init__(self, table_name: str, key: Json, projection: Projection | None) -> None:
        self.table_name = table_name
        self.attributes = key
        self.projection = projection

    def key_values(self, table: Table) -> Json:
        """The attributes of the item's key; they may still be wrong."""
        del table
        return self.attributes

    def key(self, table: Table) -> bytes:
        """The key of the item (E071 to E077)."""
        if self.projection is not None:
            check_nested_paths(table, self.projection.paths)
        return check_key(table, self.key_values(table))

    def shown(self, stored: StoredItem | None) -> bytes | None:
        """What the answer holds of the item; None where there is none."""
        if stored is None:
            return None
        if self.condition is not None and not self.condition.matches(stored.item()):
            return None
        if self.projection is None:
            return stored.raw
        return orjson.dumps(self.projection.apply(stored.item()))


def transact_get_items(region: Region, request: Json, _context: Context) -> Json:
    """Read up to 100 items at one moment."""
    gets = [_prepared_get(entry["Get"]) for entry in request["TransactItems"]]
    return read_transaction(region, request, gets)


def read_transaction(region: Region, request: Json, gets: Sequence[Get]) -> Json:
    """Read items at one moment."""

    def read(reader: Reader, catalog: Catalog) -> list[StoredItem | None]:
        tables = [region.data_table(catalog, get.table_name) for get in gets]
        keys = [get.key_values(table) for get, table in zip(gets, tables, strict=True)]
        _check_distinct(keys, tables)
        blobs = [_get_key(gets, position, table) for position, table in enumerate(tables)]
        _admit_gets(region, tables, blobs)
        found = [reader.get(table.storage, blob) for table, blob in zip(tables, blobs, strict=True)]
        for table, blob, stored in zip(tables, blobs, found, strict=True):
            size = 0 if stored is None else stored.size
            units = TRANSACTION_FACTOR * read_units(size, consistent=True)
            charge_get(region, table, blob, stored, units)
        return found

    with claimed(region, [(get.table_name, get.key) for get in gets]) as conflicts:
        _refuse_conflicts(conflicts)
        found = region.read(read, consistent=True)
    if sum(stored.size for stored in found if stored is not None) > TRANSACTION_BYTES_MAX:
        raise ValidationException(
            f"Aggregated size of items in the transaction cannot exceed {TRANSACTION_BYTES_MAX} "
            "bytes"
        )
    return _get_response(request, gets, found)


def _admit_gets(region: Region, tables: Sequence[Table], keys: Sequence[bytes]) -> None:
    """Let all reads in, or cancel the transaction because of those that are throttled."""
    refusals = [
        refusal_of_read(region, table, None, key) for table, key in zip(tables, keys, strict=True)
    ]
    if any(refusals):
        raise _cancelled([_throttled(found) if found else _NO_REASON for found in refusals])


def _prepared_get(request: Json) -> Get:
    request = without_idle_maps(request)
    key, _ = attribute_map(request, "Key")
    bound = placeholders(request, ("ProjectionExpression",))
    projection = projection_of(request, bound)
    bound.check_all_used()
    return Get(request["TableName"], key, projection)


def _get_key(gets: Sequence[Get], position: int, table: Table) -> bytes:
    get = gets[position]
    try:
        return get.key(table)
    except ValidationException as error:
        if has_empty_key(table, get.key_values(table)):
            raise
        raise _cancelled_by(error, position, len(gets)) from error


def _get_response(request: Json, gets: Sequence[Get], found: Sequence[StoredItem | None]) -> Json:
    answers: list[Json] = []
    charges: dict[str, Charges] = {}
    for get, stored in zip(gets, found, strict=True):
        size = 0 if stored is None else stored.size
        units = TRANSACTION_FACTOR * read_units(size, consistent=True)
        charges.setdefault(get.table_name, Charges()).table += units
        shown = get.shown(stored)
        answers.append({} if shown is None else {"Item": shown})
    response: Json = {"Responses": answers}
    consumed = consumed_by_table(request.get("ReturnConsumedCapacity"), charges, "Read")
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    return response
