"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup."""

from __future__ import annotations

from engine.archives.shelf import BACKUPS
from engine.client.protocol import Context, Json
from engine.errors import (
    BackupInUseException,
    FolderError,
    InternalServerError,
    TableInUseException,
    TableNotFoundException,
)
from engine.model.dated_id import dated_id
from engine.operations.backup_book import Backup, all_backups, backup_arn, find_backup
from engine.operations.describe import describe
from engine.operations.jobs import start_job
from engine.operations.region import ACCOUNT_ID, Region
from engine.storage.catalog import Catalog, Table
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction

_PAGE_MAX = 100
_INDEX_MEMBERS = ("IndexName", "KeySchema", "Projection")
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def create_backup(region: Region, request: Json, _context: Context) -> Json:
    """Back a table up as it is now; the answer shows the backup CREATING."""
    job_id, backup = prepare_backup(
        region, request["TableName"], request["BackupName"], "USER", None
    )
    start_job(region, job_id, backup.bytes)
    return {"BackupDetails": details(region, backup)}


def prepare_backup(
    region: Region, table_name: str, name: str, kind: str, kept_us: int | None
) -> tuple[int, Backup]:
    """Note a job that makes a backup of a type, kept for so long; gives it, and the backup."""

    def measure(reader: Reader, catalog: Catalog) -> tuple[Table, int, int]:
        table = table_to_back_up(region, catalog, table_name)
        return (table, *reader.counts(table.storage_id))

    table, items, size = region.database.read(measure)

    def work(transaction: WriteTransaction) -> tuple[int, Backup]:
        now_us = transaction.stamp_us
        backup = Backup(
            id=dated_id(now_us),
            name=name,
            type=kind,
            status="CREATING",
            table=table,
            items=items,
            bytes=size,
            created_us=now_us,
            expires_us=None if kept_us is None else now_us + kept_us,
            source_region=region.name,
            source={},
        )
        state = {
            "id": backup.id,
            "name": name,
            "type": kind,
            "definition": table.to_json(),
            "items": items,
            "bytes": size,
            "created_us": now_us,
            "expires_us": backup.expires_us,
            "done": 0,
            "total": items,
        }
        return transaction.add_job("backup", table.name, state), backup

    return region.database.write(work)


def table_to_back_up(region: Region, catalog: Catalog, name_or_arn: str) -> Table:
    """The table that is to be backed up (E205)."""
    name = region.table_name(name_or_arn)
    table = catalog.tables.get(name)
    now_us = region.clock.now_us()
    if table is None or table.is_gone(now_us):
        raise TableNotFoundException(f"Table not found: {name}")
    region.require_key(catalog, table)
    status = table.status(now_us)
    if status != "ACTIVE":
        raise TableInUseException(f"Table is being {status[:-3].lower()}ed: {name}")
    return table


def describe_backup(region: Region, request: Json, _context: Context) -> Json:
    """Describe a backup and the table that it is of."""
    return {"BackupDescription": description(region, find_backup(region, request["BackupArn"]))}


def list_backups(region: Region, request: Json, _context: Context) -> Json:
    """Backups in the order of their making, page by page; those of users unless asked otherwise."""
    kind = request.get("BackupType") or "USER"
    after = (request.get("ExclusiveStartBackupArn") or "").rpartition("/")[2]
    name = request.get("TableName")
    wanted_name = None if name is None else region.table_name(name)
    low, high = request.get("TimeRangeLowerBound"), request.get("TimeRangeUpperBound")
    found = [
        backup
        for backup in all_backups(region)
        if backup.id > after
        and kind in ("ALL", backup.type)
        and wanted_name in (None, backup.table.name)
        and (low is None or backup.created_us >= low * 1_000_000)
        and (high is None or backup.created_us < high * 1_000_000)
    ]
    limit = request.get("Limit") or _PAGE_MAX
    response: Json = {"BackupSummaries": [_summary(region, each) for each in found[:limit]]}
    if len(found) > limit:
        response["LastEvaluatedBackupArn"] = backup_arn(region, found[limit - 1])
    return response


def delete_backup(region: Region, request: Json, _context: Context) -> Json:
    """Delete a backup; the answer describes it once more."""
    backup = find_backup(region, request["BackupArn"])
    if backup.status == "CREATING" or _is_being_restored(region, backup):
        raise BackupInUseException(f"Backup is being used: {request['BackupArn']}")
    described = description(region, backup)
    if backup.is_archive:
        try:
            region.shelves.remove(BACKUPS, backup.id)
        except FolderError as error:
            raise InternalServerError(str(error)) from error
    else:
        region.database.write(lambda transaction: transaction.empty_trash(backup.id))
    described["BackupDetails"]["BackupStatus"] = "DELETED"
    return {"BackupDescription": described}


def _is_being_restored(region: Region, backup: Backup) -> bool:
    jobs = region.database.read(lambda reader, _: reader.jobs())
    return any(
        entry["source"] == backup.source
        for job in jobs
        if job.kind == "restore" and job.failure is None
        for entry in job.state["tables"]
    )


# Descriptions.


def description(region: Region, backup: Backup) -> Json:
    """The BackupDescription."""
    table = backup.table
    described = describe(region, table, lambda _: (backup.items, backup.bytes))
    units = described["ProvisionedThroughput"]
    source: Json = {
        "TableName": table.name,
        "TableId": table.table_id,
        "TableArn": source_arn(backup),
        "TableSizeBytes": backup.bytes,
        "KeySchema": described["KeySchema"],
        "TableCreationDateTime": table.created_us / 1_000_000,
        "ProvisionedThroughput": {member: units[member] for member in _UNITS},
        "ItemCount": backup.items,
        "BillingMode": table.settings["BillingMode"],
    }
    if "OnDemandThroughput" in table.settings:
        source["OnDemandThroughput"] = table.settings["OnDemandThroughput"]
    return {
        "BackupDetails": details(region, backup),
        "SourceTableDetails": source,
        "SourceTableFeatureDetails": _features(table, described),
    }


def source_arn(backup: Backup) -> str:
    """The ARN of the table that a backup is of."""
    return f"arn:aws:dynamodb:{backup.source_region}:{ACCOUNT_ID}:table/{backup.table.name}"


def details(region: Region, backup: Backup) -> Json:
    """The BackupDetails."""
    shown: Json = {
        "BackupArn": backup_arn(region, backup),
        "BackupName": backup.name,
        "BackupSizeBytes": backup.bytes,
        "BackupStatus": backup.status,
        "BackupType": backup.type,
        "BackupCreationDateTime": backup.created_us / 1_000_000,
    }
    if backup.expires_us is not None:
        shown["BackupExpiryDateTime"] = backup.expires_us / 1_000_000
    return shown


def _summary(region: Region, backup: Backup) -> Json:
    whose = {
        "TableName": backup.table.name,
        "TableId": backup.table.table_id,
        "TableArn": source_arn(backup),
    }
    return whose | details(region, backup)


def _features(table: Table, described: Json) -> Json:
    features: Json = {}
    if table.local_indexes:
        features["LocalSecondaryIndexes"] = [
            {member: index[member] for member in _INDEX_MEMBERS}
            for index in described["LocalSecondaryIndexes"]
        ]
    if table.global_indexes:
        names = {index.name for index in table.global_indexes}
        features["GlobalSecondaryIndexes"] = [
            {member: index[member] for member in _INDEX_MEMBERS}
            | {
                "ProvisionedThroughput": {
                    member: index["ProvisionedThroughput"][member] for member in _UNITS
                }
            }
            for index in described["GlobalSecondaryIndexes"]
            if index["IndexName"] in names
        ]
    if "StreamSpecification" in described:
        features["StreamDescription"] = described["StreamSpecification"]
    expiry = (table.settings.get("TimeToLive") or {}).get("AttributeName")
    features["TimeToLiveDescription"] = (
        {"TimeToLiveStatus": "DISABLED"}
        if expiry is None
        else {"TimeToLiveStatus": "ENABLED", "AttributeName": expiry}
    )
    if "SSEDescription" in described:
        features["SSEDescription"] = described["SSEDescription"]
    return features
