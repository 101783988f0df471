"""RestoreTableFromBackup, RestoreTableToPointInTime: a new table from an old state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.client.keys import region_of
from engine.client.protocol import Context, Json
from engine.errors import (
    BackupInUseException,
    InvalidRestoreTimeException,
    PointInTimeRecoveryUnavailableException,
    TableAlreadyExistsException,
    TableInUseException,
    TableNotFoundException,
    ValidationException,
)
from engine.model.validation import validate
from engine.operations.backup_book import find_backup
from engine.operations.backups import source_arn
from engine.operations.definition import check_billing
from engine.operations.describe import describe, nothing_counted
from engine.operations.encryption import wanted_encryption
from engine.operations.jobs import start_job
from engine.operations.region import Region
from engine.operations.restore_sources import require_source_key, source_in
from engine.operations.tables import (
    FOREVER_US,
    forget_gone,
    on_demand_since,
    refuse_absent,
)
from engine.operations.throughput import Subject, check_units, of_new
from engine.operations.trash import same_table
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.data_keys import Encryption
from engine.storage.making import with_storage
from engine.storage.moments import settled_seq
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction
from engine.storage.window import (
    check_in_window,
    earliest_recovery_us,
    latest_recovery_us,
    now_us,
    time_text,
)

_INVALID = "One or more parameter values were invalid: "
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def restore_from_backup(region: Region, request: Json, _context: Context) -> Json:
    """Restore a backup into a new table; the answer shows it CREATING."""
    refuse_absent("RestoreTableFromBackup", request, ("VectorIndexOverride",))
    target = region.table_name(request["TargetTableName"])
    _check_free(region, target)
    source_region = region.of_arn(request["BackupArn"])
    backup = find_backup(source_region, request["BackupArn"])
    if backup.status != "AVAILABLE":
        raise BackupInUseException(f"Backup is being used: {request['BackupArn']}")
    source = source_in(source_region, region, backup.source)
    require_source_key(region, source)
    summary = {
        "SourceBackupArn": request["BackupArn"],
        "SourceTableArn": source_arn(backup),
        "RestoreDateTime": backup.created_us / 1_000_000,
    }
    table = new_table(region, backup.table, request, summary)
    job_id, made = prepare_restore(
        region,
        [(table, source)],
        backup.items,
        replaces=False,
    )
    start_job(region, job_id, backup.bytes)
    return {"TableDescription": describe(region, made[0], nothing_counted)}


def restore_to_point_in_time(region: Region, request: Json, _context: Context) -> Json:
    """Restore a table as of a time into a new table; the answer shows it CREATING."""
    refuse_absent("RestoreTableToPointInTime", request, ("VectorIndexOverride",))
    given = request.get("SourceTableName") or request.get("SourceTableArn")
    if given is None:
        raise ValidationException(
            f"{_INVALID}One of SourceTableName and SourceTableArn must be specified"
        )
    if (request.get("RestoreDateTime") is None) == (not request.get("UseLatestRestorableTime")):
        raise ValidationException(
            f"{_INVALID}Exactly one of RestoreDateTime and UseLatestRestorableTime must be "
            "specified"
        )
    _check_free(region, region.table_name(request["TargetTableName"]))
    when_s = request.get("RestoreDateTime")
    source_region = region.of_arn(given)
    found = _point_in_time(source_region, given, when_s)
    return _restore_as_of(region, source_region, request, *found)


def restore_from_history(
    region: Region, name: str, new_name: str, when_s: float, without_indexes: bool
) -> None:
    """See `RecoveryTools.restore_as_of`."""

    def read(reader: Reader, catalog: Catalog) -> tuple[Table, tuple[int, int]]:
        table = source_region.readable_table(catalog, name)
        earliest, _ = source_region.database.window_us(reader, table)
        check_in_window(table, at_us, earliest)
        return table, reader.counts(table.storage_id)

    source_region = region.of_arn(name)
    at_us = round(when_s * 1_000_000)
    request: Json = {"TargetTableName": new_name}
    if without_indexes:
        request |= {"GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": []}
    validate("RestoreTableToPointInTime", request)
    _check_free(region, new_name)
    source, counts = source_region.database.read(read)
    _restore_as_of(region, source_region, request, source, at_us, counts)


def _restore_as_of(
    region: Region,
    source_region: Region,
    request: Json,
    source: Table,
    at_us: int,
    counts: tuple[int, int],
) -> Json:
    entry = {
        "table": source.name,
        "table_id": source.table_id,
        "at_us": at_us,
        "seq": settled_seq(source_region.database, at_us),
    }
    summary = {
        "SourceTableArn": source_region.table_arn(source.name),
        "RestoreDateTime": at_us / 1_000_000,
    }
    table = new_table(region, source, request, summary)
    job_id, made = prepare_restore(
        region, [(table, source_in(source_region, region, entry))], counts[0], replaces=False
    )
    start_job(region, job_id, counts[1])
    return {"TableDescription": describe(region, made[0], nothing_counted)}


def _point_in_time(
    region: Region, name_or_arn: str, when_s: float | None
) -> tuple[Table, int, tuple[int, int]]:
    """The table to be restored, as of which time, and its counts of today (E207, E208)."""

    def read(reader: Reader, catalog: Catalog) -> tuple[Table, int, tuple[int, int]]:
        name = region.table_name(name_or_arn)
        table = catalog.tables.get(name)
        if table is None or table.is_gone(region.clock.now_us()):
            raise TableNotFoundException(f"Source table not found: {name}")
        region.require_key(catalog, table)
        if table.status(region.clock.now_us()) == "DELETING":
            raise TableInUseException(f"Table is being deleted: {name}")
        now = now_us(reader.log_times(), region.clock.now_us())
        earliest = earliest_recovery_us(table, now)
        if earliest is None:
            raise PointInTimeRecoveryUnavailableException(
                f"Point in time recovery is not enabled for table '{name}'"
            )
        latest = latest_recovery_us(now, earliest, region.settings.pitr_lag_s)
        at_us = latest if when_s is None else round(when_s * 1_000_000)
        if at_us == earliest - earliest % 1_000_000:
            # SDKs send whole seconds, of the earliest time that they were told as well.
            at_us = earliest
        if not earliest <= at_us <= latest:
            raise InvalidRestoreTimeException(
                f"The table can be restored to a time between {time_text(earliest)} and "
                f"{time_text(latest)}, not to {time_text(at_us)}"
            )
        return table, at_us, reader.counts(table.storage_id)

    return region.database.read(read)


def _check_free(region: Region, name: str) -> None:
    """A restore makes a new table (E206)."""
    existing = region.database.reload_catalog().tables.get(name)
    if existing is not None and not existing.is_gone(region.clock.now_us()):
        raise TableAlreadyExistsException(f"Table already exists: {name}")


def prepare_restore(
    region: Region, tables: Sequence[tuple[Table, Json]], items: int, replaces: bool
) -> tuple[int, list[Table]]:
    """Note a job that restores tables from their sources; gives it, and the tables to be made.

    Where it `replaces`, they are seen at the end only, and take the place of tables of their names.
    Otherwise they are shown CREATING from now on.
    """

    def work(transaction: WriteTransaction) -> tuple[int, list[Table]]:
        forget_gone(transaction)
        for table, _ in tables:
            if not replaces and table.name in transaction.catalog.tables:
                raise TableAlreadyExistsException(f"Table already exists: {table.name}")
        made = [make(transaction, table, replaces) for table, _ in tables]
        entries = [
            {"definition": table.to_json(), "source": source}
            for table, (_, source) in zip(made, tables, strict=True)
        ]
        state = {
            "tables": entries,
            "at": 0,
            "phase": None,
            "after": "",
            "done": 0,
            "total": items,
        }
        subject = ", ".join(table.name for table in made)
        return transaction.add_job("restore", subject, state), made

    return region.database.write(work)


def make(transaction: WriteTransaction, table: Table, replaces: bool) -> Table:
    """The table with storage of its own, in the catalog unless it is to replace another."""
    made = replace(
        with_storage(transaction, table), changing="CREATING", changing_until_us=FOREVER_US
    )
    if not replaces:
        transaction.put_table(made)
    return made


def new_table(region: Region, source: Table, request: Json, summary: Json) -> Table:
    """The table that a restore makes of a definition, with the overrides of its request.

    Keys, indexes, throughput and encryption come along; tags, streams, Time to Live, deletion
    protection and what else is set on a table do not.
    """
    billing = request.get("BillingModeOverride") or source.settings["BillingMode"]
    if billing == "PAY_PER_REQUEST" or source.settings["BillingMode"] != billing:
        given = request.get("ProvisionedThroughputOverride")
        check_billing({"ProvisionedThroughput": given}, billing, region.name)
    settings = _settings(region, source, request, billing) | {"RestoreSummary": summary}
    if billing == "PAY_PER_REQUEST":
        settings["BillingModeSummary"] = on_demand_since(region.clock.now_us())
    local = _chosen(source.local_indexes, request.get("LocalSecondaryIndexOverride"))
    chosen = _chosen(source.global_indexes, request.get("GlobalSecondaryIndexOverride"))
    return replace(
        same_table(source, region.table_name(request["TargetTableName"])),
        indexes=(
            *(index for index, _ in local),
            *(_with_throughput(region, index, form, billing) for index, form in chosen),
        ),
        settings=settings,
        encryption=_encryption(region, source, request),
    )


def _encryption(region: Region, source: Table, request: Json) -> Encryption | None:
    """The key that the restored table is to be under: that of its source, unless another is asked
    for."""
    override = request.get("SSESpecificationOverride")
    if override is not None:
        return wanted_encryption(region, override)
    arn = None if source.encryption is None else source.encryption.key_arn
    if arn is None:
        return None
    if region_of(arn) != region.name:
        raise ValidationException(
            f"{_INVALID}SSESpecificationOverride must be specified: the source is under a key of "
            f"another Region, {arn}"
        )
    return Encryption(arn)


def _settings(region: Region, source: Table, request: Json, billing: str) -> Json:
    form: Json = {}
    if billing == "PROVISIONED":
        units = request.get("ProvisionedThroughputOverride") or _units(source.settings)
        check_units(units, Subject(region.name))
        form["ProvisionedThroughput"] = units
    form["OnDemandThroughput"] = request.get("OnDemandThroughputOverride") or (
        source.settings.get("OnDemandThroughput") if billing == "PAY_PER_REQUEST" else None
    )
    return {"BillingMode": billing} | of_new(form, billing, Subject(region.name))


def _units(settings: Json) -> Json:
    """The provisioned units of a table or an index, without the history of their changes."""
    return {member: settings["ProvisionedThroughput"][member] for member in _UNITS}


def _chosen(
    indexes: Sequence[Index], override: Sequence[Json] | None
) -> list[tuple[Index, Json | None]]:
    """The indexes to restore, with their forms in the request; all where there are none."""
    if override is None:
        return [(index, None) for index in indexes]
    known = {index.name: index for index in indexes}
    chosen: list[tuple[Index, Json | None]] = []
    for form in override:
        index = known.pop(form["IndexName"], None)
        if index is None or not _is_same(index, form):
            raise ValidationException(
                f"{_INVALID}Index {form['IndexName']} is not an index of the source table with "
                "this key schema and projection"
            )
        chosen.append((index, form))
    return chosen


def _is_same(index: Index, form: Json) -> bool:
    schema = [(key.name, "HASH") for key in index.hash]
    schema += [(key.name, "RANGE") for key in index.range]
    given = [(element["AttributeName"], element["KeyType"]) for element in form["KeySchema"]]
    projection = form["Projection"]
    return (
        given == schema
        and projection.get("ProjectionType") == index.projection_type
        and sorted(projection.get("NonKeyAttributes") or ()) == sorted(index.non_key_attributes)
    )


def _with_throughput(region: Region, index: Index, form: Json | None, billing: str) -> Index:
    """A global index with the throughput of its form, or else what it had (E169, E188)."""
    given = dict(form or {})
    units = given.get("ProvisionedThroughput")
    if billing == "PAY_PER_REQUEST":
        if units is not None:
            raise ValidationException(
                f"{_INVALID}ProvisionedThroughput should not be specified for index: "
                f"{index.name} when BillingMode is PAY_PER_REQUEST"
            )
        given.setdefault("OnDemandThroughput", index.settings.get("OnDemandThroughput"))
    elif units is None:
        if "ProvisionedThroughput" not in index.settings:
            raise ValidationException(
                f"{_INVALID}ProvisionedThroughput must be specified for index: {index.name}"
            )
        given["ProvisionedThroughput"] = _units(index.settings)
    subject = Subject(region.name, index.name)
    if given.get("ProvisionedThroughput") is not None:
        check_units(given["ProvisionedThroughput"], subject)
    return replace(index, settings=of_new(given, billing, subject))
