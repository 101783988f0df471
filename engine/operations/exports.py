"""ExportTableToPointInTime, DescribeExport, ListExports."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.errors import (
    ExportConflictException,
    ExportNotFoundException,
    InvalidExportTimeException,
    PointInTimeRecoveryUnavailableException,
    ValidationException,
)
from engine.model.dated_id import dated_id
from engine.operations import transfer_book
from engine.operations.continuous_backups import backed_up_table
from engine.operations.export_filter import kept, selection
from engine.operations.jobs import start_job
from engine.operations.region import Region
from engine.operations.tables import refuse_absent
from engine.storage.catalog import Catalog, Table
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction
from engine.storage.transfers import Transfer
from engine.storage.window import earliest_recovery_us, time_text

KIND = "export"
_SHORTEST_US = 15 * 60 * 1_000_000
_LONGEST_US = 24 * 3_600 * 1_000_000
_INVALID = "One or more parameter values were invalid: "


def export_table(region: Region, request: Json, _context: Context) -> Json:
    """Begin an export; the answer shows it IN_PROGRESS."""
    if request.get("FilterSpecification") is not None:
        if request.get("ExportType") == "INCREMENTAL_EXPORT":
            # Nobody says which of a change's images a filter would be asked of.
            refuse_absent("ExportTableToPointInTime", request, ("FilterSpecification",))
        request = request | {"FilterSpecification": kept(request["FilterSpecification"])}

    def measure(reader: Reader, catalog: Catalog) -> tuple[int, int]:
        table = backed_up_table(region, catalog, request["TableArn"])
        region.require_key(catalog, table)
        selection(table, request.get("FilterSpecification"))
        return reader.counts(table.storage_id)

    items, size = region.database.read(measure)

    def work(transaction: WriteTransaction) -> tuple[Transfer, int | None]:
        known = transfer_book.begun_with(transaction, KIND, request, ExportConflictException)
        if known is not None:
            return known, None
        table = backed_up_table(region, transaction.catalog, request["TableArn"])
        transfer = _new(region, table, request, transaction.stamp_us)
        transaction.put_transfer(transfer)
        state = {"id": transfer.id, "done": 0, "total": items}
        return transfer, transaction.add_job(KIND, table.name, state)

    transfer, job_id = region.database.write(work)
    if job_id is not None:
        start_job(region, job_id, size)
    return {"ExportDescription": transfer_book.described(transfer.state)}


def _new(region: Region, table: Table, request: Json, now_us: int) -> Transfer:
    earliest = earliest_recovery_us(table, now_us)
    if earliest is None:
        raise PointInTimeRecoveryUnavailableException(
            f"Point in time recovery is not enabled for table '{table.name}'"
        )
    transfer_id = dated_id(now_us)
    kind = request.get("ExportType") or "FULL_EXPORT"
    arn = region.table_arn(table.name)
    state: Json = {
        "Digest": transfer_book.digest(request),
        "ExportArn": f"{arn}/export/{transfer_id}",
        "ExportStatus": "IN_PROGRESS",
        "StartTime": now_us / 1_000_000,
        "TableArn": arn,
        "TableId": table.table_id,
        "ClientToken": request.get("ClientToken"),
        "S3Bucket": request["S3Bucket"],
        "S3BucketOwner": request.get("S3BucketOwner"),
        "S3Prefix": request.get("S3Prefix"),
        "S3SseAlgorithm": request.get("S3SseAlgorithm") or "AES256",
        "S3SseKmsKeyId": request.get("S3SseKmsKeyId"),
        "ExportFormat": request.get("ExportFormat") or "DYNAMODB_JSON",
        "ExportType": kind,
        "FilterSpecification": request.get("FilterSpecification"),
    }
    if kind == "FULL_EXPORT":
        at_us = _time(request.get("ExportTime"), now_us)
        _check_time(at_us, earliest, now_us)
        state["ExportTime"] = at_us / 1_000_000
    else:
        given = request.get("IncrementalExportSpecification") or {}
        state["IncrementalExportSpecification"] = _window(given, earliest, now_us)
    return Transfer(transfer_id, KIND, table.name, state, now_us)


def _window(given: Json, earliest: int, now_us: int) -> Json:
    """The window of an incremental export, checked (facts/recovery-and-transfer.md §3)."""
    if given.get("ExportFromTime") is None:
        raise ValidationException(f"{_INVALID}ExportFromTime is required for incremental exports")
    from_us, to_us = _time(given["ExportFromTime"], 0), _time(given.get("ExportToTime"), now_us)
    if not _SHORTEST_US <= to_us - from_us <= _LONGEST_US:
        raise ValidationException(
            f"{_INVALID}the window of an incremental export is from 15 minutes to 24 hours"
        )
    _check_time(from_us, earliest, now_us)
    _check_time(to_us, earliest, now_us)
    return {
        "ExportFromTime": from_us / 1_000_000,
        "ExportToTime": to_us / 1_000_000,
        "ExportViewType": given.get("ExportViewType") or "NEW_AND_OLD_IMAGES",
    }


def _time(given: float | None, otherwise_us: int) -> int:
    return otherwise_us if given is None else round(given * 1_000_000)


def _check_time(at_us: int, earliest_us: int, now_us: int) -> None:
    if not earliest_us <= at_us <= now_us:
        raise InvalidExportTimeException(
            f"{time_text(at_us)} is not from {time_text(earliest_us)} to {time_text(now_us)}"
        )


def describe_export(region: Region, request: Json, _context: Context) -> Json:
    """Describe an export."""
    transfer = transfer_book.find(region, KIND, request["ExportArn"])
    if transfer is None:
        raise ExportNotFoundException(f"Export not found: {request['ExportArn']}")
    return {"ExportDescription": transfer_book.described(transfer.state)}


def list_exports(region: Region, request: Json, _context: Context) -> Json:
    """Exports of the last 90 days, the newest first, page by page."""
    found, following = transfer_book.page(
        region, KIND, request, request.get("MaxResults"), _summary
    )
    answer: Json = {"ExportSummaries": found}
    if following is not None:
        answer["NextToken"] = following
    return answer


def _summary(transfer: Transfer) -> Json:
    members = ("ExportArn", "ExportStatus", "ExportType")
    return {member: transfer.state[member] for member in members}
