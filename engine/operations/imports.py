"""ImportTable, DescribeImport, ListImports."""

from __future__ import annotations

from dataclasses import replace

from engine.client.protocol import Context, Json
from engine.errors import ImportConflictException, ImportNotFoundException, ResourceInUseException
from engine.model.dated_id import dated_id
from engine.operations import transfer_book
from engine.operations.buckets import bucket_exists, bucket_store
from engine.operations.jobs import LARGE_BYTES, start_job
from engine.operations.region import ACCOUNT_ID, Region
from engine.operations.restores import make
from engine.operations.tables import (
    forget_gone,
    on_demand_since,
    read_definition,
    refuse_absent,
)
from engine.storage.catalog import Table
from engine.storage.transaction import WriteTransaction
from engine.storage.transfers import Transfer
from engine.transfer.stores import StoreError

KIND = "import"
_SUMMARY = (
    "ImportArn",
    "ImportStatus",
    "TableArn",
    "S3BucketSource",
    "CloudWatchLogGroupArn",
    "InputFormat",
    "StartTime",
    "EndTime",
)


def import_table(region: Region, request: Json, _context: Context) -> Json:
    """Begin an import into a new table; the answer shows it IN_PROGRESS."""
    parameters = request["TableCreationParameters"]
    refuse_absent("ImportTable", parameters, ("VectorIndexes",))
    table = read_definition(region, parameters)
    source = request["S3BucketSource"]
    keys, failure = _keys(region, source)

    def work(transaction: WriteTransaction) -> tuple[Transfer, int | None]:
        known = transfer_book.begun_with(transaction, KIND, request, ImportConflictException)
        if known is not None:
            return known, None
        forget_gone(transaction)
        if table.name in transaction.catalog.tables:
            raise ResourceInUseException(f"Table already exists: {table.name}")
        transfer = _new(region, table, request, transaction.stamp_us)
        if failure is not None:
            ended = {"ImportStatus": "FAILED", "EndTime": transaction.stamp_us / 1_000_000}
            transfer = replace(transfer, state=transfer.state | failure | ended)
            transaction.put_transfer(transfer)
            return transfer, None
        transaction.put_transfer(transfer)
        made = make(transaction, _dated(table, transaction.stamp_us), replaces=False)
        state = {
            "id": transfer.id,
            "definition": made.to_json(),
            "keys": keys,
            "phase": None,
            "after": "",
            "done": 0,
            "total": 0,
        }
        return transfer, transaction.add_job(KIND, table.name, state)

    transfer, job_id = region.database.write(work)
    if job_id is not None:
        # Nobody knows what the files unpack to before they are read.
        start_job(region, job_id, LARGE_BYTES)
    return {"ImportTableDescription": transfer_book.described(transfer.state)}


def _keys(region: Region, source: Json) -> tuple[list[str], Json | None]:
    """The files to import, or why there are none, as members of the description."""
    bucket, prefix = source["S3Bucket"], source.get("S3KeyPrefix") or ""
    if not bucket_exists(region, bucket):
        return [], {"FailureCode": "S3NoSuchBucket", "FailureMessage": f"no bucket {bucket}"}
    try:
        keys = bucket_store(region, bucket).list(prefix)
    except StoreError as error:
        return [], {"FailureCode": "S3AccessDenied", "FailureMessage": str(error)}
    if not keys:
        reason = f"no object in {bucket} begins with {prefix!r}"
        return [], {"FailureCode": "S3NoSuchKey", "FailureMessage": reason}
    return keys, None


def _dated(table: Table, now_us: int) -> Table:
    if table.settings["BillingMode"] != "PAY_PER_REQUEST":
        return table
    return table.with_settings(BillingModeSummary=on_demand_since(now_us))


def _new(region: Region, table: Table, request: Json, now_us: int) -> Transfer:
    transfer_id = dated_id(now_us)
    arn = region.table_arn(table.name)
    logs = f"arn:aws:logs:{region.name}:{ACCOUNT_ID}:log-group:/aws-dynamodb/imports:*"
    state: Json = {
        "Digest": transfer_book.digest(request),
        "ImportArn": f"{arn}/import/{transfer_id}",
        "ImportStatus": "IN_PROGRESS",
        "TableArn": arn,
        "TableId": table.table_id,
        "ClientToken": request.get("ClientToken"),
        "S3BucketSource": request["S3BucketSource"],
        "ErrorCount": 0,
        "CloudWatchLogGroupArn": logs,
        "InputFormat": request["InputFormat"],
        "InputFormatOptions": request.get("InputFormatOptions"),
        "InputCompressionType": request.get("InputCompressionType") or "NONE",
        "TableCreationParameters": request["TableCreationParameters"],
        "StartTime": now_us / 1_000_000,
        "ProcessedSizeBytes": 0,
        "ProcessedItemCount": 0,
        "ImportedItemCount": 0,
    }
    return Transfer(transfer_id, KIND, table.name, state, now_us)


def describe_import(region: Region, request: Json, _context: Context) -> Json:
    """Describe an import."""
    return {"ImportTableDescription": transfer_book.described(_found(region, request).state)}


def _found(region: Region, request: Json) -> Transfer:
    transfer = transfer_book.find(region, KIND, request["ImportArn"])
    if transfer is None:
        raise ImportNotFoundException(f"Import not found: {request['ImportArn']}")
    return transfer


def list_imports(region: Region, request: Json, _context: Context) -> Json:
    """Imports of the last 90 days, the newest first, page by page."""
    found, following = transfer_book.page(region, KIND, request, request.get("PageSize"), _summary)
    answer: Json = {"ImportSummaryList": found}
    if following is not None:
        answer["NextToken"] = following
    return answer


def _summary(transfer: Transfer) -> Json:
    return {member: transfer.state[member] for member in _SUMMARY if member in transfer.state}


def import_errors(region: Region, import_arn: str) -> list[Json]:
    """What an import could not take, as `LocalTools.import_errors` says."""
    transfer = _found(region, {"ImportArn": import_arn})
    return region.database.read(lambda reader, _: reader.rejections(transfer.id))
