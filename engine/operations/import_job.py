"""The work of an import: files read, checked and sorted, and a new table filled with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

from engine.client.protocol import OWNER, Json, Removal
from engine.errors import ApiError
from engine.operations.buckets import bucket_store
from engine.operations.jobs import JobCancelledError, Running
from engine.operations.load import gather
from engine.operations.region import Region
from engine.operations.restore_job import fill_table, show_table
from engine.operations.restore_sources import RowsAfter
from engine.storage.catalog import Table
from engine.storage.jobs import Job
from engine.storage.sorting import SortedRuns
from engine.storage.transaction import WriteTransaction
from engine.storage.transfers import Transfer
from engine.transfer.sources import Format, Found, Reading, of_files
from engine.transfer.stores import StoreError

REJECTIONS_MAX = 10_000
"""So many rejected records are kept; all of them are counted."""

_FORMATS: dict[str, Format] = {"DYNAMODB_JSON": "dynamodb-json", "ION": "ion", "CSV": "csv"}
_RECORDS_PER_PULSE = 1_000
_INVALID_ITEMS = {
    "FailureCode": "ItemValidationError",
    "FailureMessage": (
        "Some of the items failed validation checks and were not imported. "
        "Please check CloudWatch error logs for more details."
    ),
}


@dataclass(slots=True)
class _Count:
    """What was read so far."""

    records: int = 0
    bytes: int = 0
    errors: int = 0
    rejections: list[Json] = field(default_factory=list)


def run(running: Running) -> None:
    """Do an import; one that was cut off by a kill reads again, and goes on writing."""
    region, state = running.region, dict(running.job.state)
    transfer = region.database.read(lambda reader, _: reader.transfer(state["id"]))
    if transfer is None:
        raise JobCancelledError
    table = Table.from_json(state["definition"])
    count = _Count()
    running.begun()
    try:
        fill_table(running, state, table, lambda: _sorted_rows(running, transfer, table, count))
    except StoreError as error:
        failure: Json | None = {"FailureCode": "S3AccessDenied", "FailureMessage": str(error)}
    else:
        failure = _INVALID_ITEMS if count.errors else None
    told: Json = {
        "ImportStatus": "FAILED" if failure else "COMPLETED",
        "ErrorCount": count.errors,
        "ProcessedItemCount": count.records,
        "ProcessedSizeBytes": count.bytes,
        "ImportedItemCount": state["done"],
    }

    def finish(transaction: WriteTransaction) -> None:
        show_table(region, transaction, table)
        ended = transfer.state | told | (failure or {})
        ended["EndTime"] = transaction.stamp_us / 1_000_000
        transaction.put_transfer(replace(transfer, state=ended), count.rejections)

    running.finish(finish)


@contextmanager
def _sorted_rows(
    running: Running, transfer: Transfer, table: Table, count: _Count
) -> Iterator[RowsAfter]:
    """The items of all files in key order, each key once."""
    path = running.region.database.path
    with closing(SortedRuns(None if path is None else path.parent)) as runs:
        places: list[Found] = []
        items = _items(running, transfer, table, count, places)

        def reject(_: int, error: ApiError) -> None:
            _reject(count, transfer, places[0], error.message)

        _, last_run = gather(table, items, runs, OWNER, None, reject)
        rows = runs.merged(last_run)
        yield lambda after: (row for row in rows if row[0] > after)


def _items(
    running: Running, transfer: Transfer, table: Table, count: _Count, places: list[Found]
) -> Iterator[Json | Removal]:
    """The items; where the last one stands is left in `places`."""
    store = bucket_store(running.region, transfer.state["S3BucketSource"]["S3Bucket"])

    def add_bytes(read: int) -> None:
        count.bytes += read

    for found in of_files(store, running.job.state["keys"], _reading(transfer, table), add_bytes):
        count.records += 1
        if count.records % _RECORDS_PER_PULSE == 0:
            running.pulse(0)
        places[:] = [found]
        if found.record.item is None:
            _reject(count, transfer, found, found.record.reason)
        else:
            yield found.record.item


def _reading(transfer: Transfer, table: Table) -> Reading:
    state = transfer.state
    options = (state["InputFormatOptions"] or {}).get("Csv") or {}
    return Reading(
        form=_FORMATS[state["InputFormat"]],
        compression=state["InputCompressionType"],
        delimiter=options.get("Delimiter") or ",",
        names=options.get("HeaderList"),
        types=table.attribute_types,
    )


def _reject(count: _Count, transfer: Transfer, found: Found, reason: str) -> None:
    count.errors += 1
    if len(count.rejections) < REJECTIONS_MAX:
        pointer = {
            "bucket": transfer.state["S3BucketSource"]["S3Bucket"],
            "key": found.file,
            "itemIndex": found.record.line,
        }
        count.rejections.append(
            {
                "itemS3Pointer": pointer,
                "importArn": transfer.state["ImportArn"],
                "errorMessages": [reason],
            }
        )


def abandon(region: Region, transaction: WriteTransaction, job: Job) -> None:
    """Take away the table that is half full, and say that the import failed."""
    table = Table.from_json(job.state["definition"])
    current = transaction.catalog.tables.get(table.name)
    if current is not None and current.table_id == table.table_id:
        transaction.remove_table(table.name)
    transfer = transaction.transfer(job.state["id"])
    if transfer is not None:
        told = {
            "ImportStatus": "CANCELLED" if job.cancelled else "FAILED",
            "FailureCode": "InternalServerError",
            "FailureMessage": "the import was ended before it was done",
            "EndTime": region.clock.now_us() / 1_000_000,
        }
        transaction.put_transfer(replace(transfer, state=transfer.state | told))
