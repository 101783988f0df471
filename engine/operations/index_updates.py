"""GlobalSecondaryIndexUpdates of UpdateTable: indexes added, removed, and given other throughput.

The texts are E184 and E186 to E191 of the API's errors, and what the service was seen to say beside
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.client.protocol import Json
from engine.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    ValidationException,
)
from engine.operations.definition import (
    GLOBAL_INDEXES_MAX,
    Attributes,
    check_projections,
    new_global_index,
)
from engine.operations.region import Region
from engine.operations.tables import FOREVER_US, check_index_active
from engine.operations.throughput import (
    Subject,
    changed,
    check_units,
    followed_warm,
    on_demand,
    provisioned,
    raised_warm,
    warm_of,
)
from engine.storage.backfill import KIND as BACKFILL
from engine.storage.backfill import add_backfill, filled_part, subject_of
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction

_INVALID = "One or more parameter values were invalid: "
_KINDS = ("Update", "Create", "Delete")


def check_warm_units(updates: Sequence[Json]) -> None:
    """A warm throughput of an index says at least one number; looked at before all else."""
    for update in updates:
        form = update.get("Update") or {}
        if form.get("WarmThroughput") == {}:
            raise ValidationException(
                f"{_INVALID}WarmThroughput must have at least one of ReadUnitsPerSecond or "
                f"WriteUnitsPerSecond specified for index: {form['IndexName']}"
            )


def check_index_updates(updates: Sequence[Json]) -> None:
    """One action per entry, one entry per index, one creation or deletion in all (E186 to E191)."""
    if not updates:
        raise ValidationException(f"{_INVALID}List of GlobalSecondaryIndexUpdates is empty")
    named: set[str] = set()
    structural = 0
    for update in updates:
        given = [kind for kind in _KINDS if update.get(kind) is not None]
        if not given:
            raise ValidationException(
                f"{_INVALID}One of GlobalSecondaryIndexUpdate.Update, "
                "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be "
                "null"
            )
        if len(given) > 1:
            raise ValidationException(
                f"{_INVALID}Only one global secondary index action is allowed per "
                "GlobalSecondaryIndexUpdate object"
            )
        name = update[given[0]]["IndexName"]
        if name in named:
            raise ValidationException(
                f"{_INVALID}Only one global secondary index update per index is allowed "
                f"simultaneously. Index: {name}"
            )
        named.add(name)
        structural += given[0] != "Update"
    if structural > 1:
        raise _one_at_a_time()


def _one_at_a_time() -> LimitExceededException:
    return LimitExceededException(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
        "per table"
    )


def change_indexes(
    region: Region, transaction: WriteTransaction, table: Table, request: Json
) -> tuple[Table, list[int]]:
    """The table with its indexes changed, and the jobs that fill new ones.

    All is checked before the first write.
    """
    updates = request.get("GlobalSecondaryIndexUpdates") or ()
    for update in updates:
        if update.get("Update") is not None:
            table = _update_index(region, table, update["Update"], transaction.stamp_us)
    _check_all_provisioned(table)
    for update in updates:
        if update.get("Create") is not None:
            index = _new_index(region, table, request, update["Create"], transaction.stamp_us)
            index = replace(index, storage_id=transaction.new_storage(), backfilling=True)
            table = replace(table, indexes=(*table.indexes, index))
            job = add_backfill(transaction, table, index)
            # The answer shows it as it is before the fill.
            shown = replace(index, changing="CREATING", changing_until_us=FOREVER_US)
            return _with_index(table, shown), [job]
        if update.get("Delete") is not None:
            return _remove_index(transaction, table, update["Delete"]["IndexName"]), []
    return table, []


def fills(region: Region, table_name: str) -> dict[str, float]:
    """How far indexes are filled, as `LocalTools.fills` says."""

    def read(reader: Reader, catalog: Catalog) -> dict[str, float]:
        table = region.known_table(catalog, table_name)
        names = {subject_of(table, index): index.name for index in table.global_indexes}
        return {
            names[job.subject]: filled_part(job.state)
            for job in reader.jobs()
            if job.kind == BACKFILL and job.subject in names
        }

    return region.database.read(read)


def _with_index(table: Table, changed_index: Index) -> Table:
    return replace(
        table,
        indexes=tuple(
            changed_index if index.name == changed_index.name else index for index in table.indexes
        ),
    )


def _check_all_provisioned(table: Table) -> None:
    """In provisioned mode every global index has units of its own (E188)."""
    if table.settings["BillingMode"] != "PROVISIONED":
        return
    bare = [i.name for i in table.global_indexes if "ProvisionedThroughput" not in i.settings]
    if bare:
        raise ValidationException(
            f"{_INVALID}ProvisionedThroughput must be specified for index: {','.join(bare)}"
        )


def _check_none_in_motion(table: Table, name: str, now_us: int) -> None:
    """Only one index at a time is made or removed (E191)."""
    if any(i.name != name and i.status(now_us) == "CREATING" for i in table.global_indexes):
        raise _one_at_a_time()


# Adding.


def _new_index(region: Region, table: Table, request: Json, form: Json, now_us: int) -> Index:
    """The index to be added, checked against the table (E180, E190)."""
    name = form["IndexName"]
    definitions = request.get("AttributeDefinitions")
    if not definitions:
        raise ValidationException(
            f"{_INVALID}AttributeDefinitions is not specified for index: {name}"
        )
    index = new_global_index(
        form, Attributes(definitions), table.settings["BillingMode"], region.name
    )
    if table.index(name) is not None:
        raise ValidationException("Attempting to create an index which already exists")
    _check_types(table, index)
    _check_none_in_motion(table, name, now_us)
    if len(table.global_indexes) >= GLOBAL_INDEXES_MAX:
        raise LimitExceededException(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table "
            f"limit of {GLOBAL_INDEXES_MAX}"
        )
    check_projections((*table.indexes, index))
    return index


def _check_types(table: Table, index: Index) -> None:
    """An attribute has one type in all keys of a table and its indexes (E190)."""
    known = table.attribute_types
    if all(known.get(key.name, key.type) == key.type for key in index.keys):
        return
    kinds = {key.name: "HASH" for key in index.hash} | {key.name: "RANGE" for key in index.range}
    before = [f"{n}:{known[n]}:{kind}" for n, kind in kinds.items() if n in known]
    after = [f"{key.name}:{key.type}:{kinds[key.name]}" for key in index.keys]
    raise ValidationException(
        f"{_INVALID}Attributes cannot be redefined. Please check that your attribute has the same "
        "type as previously defined. "
        f"Existing schema: Schema:[SchemaElement: key{{{', '.join(before)}}}] "
        f"New schema: Schema:[SchemaElement: key{{{', '.join(after)}}}]"
    )


# Removing.


def _remove_index(transaction: WriteTransaction, table: Table, name: str) -> Table:
    index = _global_index(table, name, "delete")
    _check_none_in_motion(table, name, transaction.stamp_us)
    transaction.retire_storage(index.storage_id)
    transaction.end_jobs(BACKFILL, subject_of(table, index))
    left = tuple(other for other in table.indexes if other.name != name)
    gone = replace(
        index,
        storage_id=0,
        backfilling=False,
        changing="DELETING",
        changing_until_us=FOREVER_US,
    )
    return replace(table, indexes=left, leaving=(*table.leaving, gone))


def _global_index(table: Table, name: str, verb: str) -> Index:
    index = table.index(name)
    if index is None:
        raise ResourceNotFoundException(
            f"Requested resource not found: Index {name} for table {table.name}"
        )
    if not index.is_global:
        raise ValidationException(
            f"Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}"
        )
    return index


# Other throughput.


def _update_index(region: Region, table: Table, form: Json, now_us: int) -> Table:
    index = _global_index(table, form["IndexName"], "update")
    check_index_active(table, index, now_us)
    subject = Subject(region.name, index.name)
    billing = table.settings["BillingMode"]
    throughput = form.get("ProvisionedThroughput")
    maxima, warm = form.get("OnDemandThroughput"), form.get("WarmThroughput")
    if billing == "PAY_PER_REQUEST" and (throughput is not None or not (maxima or warm)):
        raise ValidationException(
            f"{_INVALID}The only Updates for index: {index.name} when TableThroughputMode is "
            "PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
        )
    if throughput is not None:
        index = _provision(index, throughput, subject, now_us)
    if maxima is not None:
        before = index.settings.get("OnDemandThroughput")
        index = index.with_settings(
            OnDemandThroughput=on_demand(before, maxima, billing, subject, is_new=False)
        )
    if warm is not None:
        raised = raised_warm(warm_of(index.settings), warm, subject)
        index = index.with_settings(WarmThroughput=raised)
    return _with_index(table, replace(index, changing="UPDATING", changing_until_us=FOREVER_US))


def _provision(index: Index, throughput: Json, subject: Subject, now_us: int) -> Index:
    check_units(throughput, subject)
    before = index.settings.get("ProvisionedThroughput")
    # None where the table has become provisioned by the same request.
    after = (
        provisioned(throughput) if before is None else changed(before, throughput, now_us, subject)
    )
    return index.with_settings(
        ProvisionedThroughput=after, WarmThroughput=followed_warm(warm_of(index.settings), after)
    )
