"""The work of an export: a table as of a time, or what became of its keys in a window of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.client.recreate import create_request
from engine.errors import ApiError, TableNotFoundException
from engine.model.values import item_size
from engine.operations.buckets import bucket_store
from engine.operations.describe import describe, nothing_counted
from engine.operations.export_filter import Selection, selection
from engine.operations.jobs import JobCancelledError, Running
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Table
from engine.storage.jobs import Job
from engine.storage.log_reads import LogReads
from engine.storage.past import items_at, point_at
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction
from engine.storage.transfers import Transfer
from engine.transfer import dynamodb_json, incremental, ion
from engine.transfer.incremental import NetChange
from engine.transfer.layout import ExportFacts, Written, remove_export, write_export
from engine.transfer.stores import StoreError

Lines = Iterator[tuple[bytes, int]]
"""Lines of data files, each with the size in bytes of what it is of."""

_ACCESS_DENIED = "S3AccessDenied"


def run(running: Running) -> None:
    """Do an export; one that was cut off by a kill is begun anew."""
    transfer = _transfer(running.region, running.job)
    try:
        written = _export(running, transfer.state)
    except StoreError as error:
        _end(running, transfer, "FAILED", {"FailureCode": _ACCESS_DENIED}, str(error))
    except ApiError as error:
        _end(running, transfer, "FAILED", {"FailureCode": error.code}, error.message)
    else:
        home = _facts(transfer.state, {}).home
        told = {
            "ExportManifest": f"{home}/manifest-summary.json",
            "ItemCount": written.items,
            "BilledSizeBytes": written.billed_bytes,
        }
        _end(running, transfer, "COMPLETED", told, None)


def _transfer(region: Region, job: Job) -> Transfer:
    transfer = region.database.read(lambda reader, _: reader.transfer(job.state["id"]))
    if transfer is None:
        raise JobCancelledError
    return transfer


def _end(
    running: Running, transfer: Transfer, status: str, told: Json, failure: str | None
) -> None:
    state = transfer.state | told | {"ExportStatus": status, "FailureMessage": failure}

    def work(transaction: WriteTransaction) -> None:
        ended = state | {"EndTime": transaction.stamp_us / 1_000_000}
        transaction.put_transfer(replace(transfer, state=ended))

    running.finish(work)


def _export(running: Running, state: Json) -> Written:
    region = running.region
    store = bucket_store(region, state["S3Bucket"])
    region.database.reload_catalog()
    window = _window_us(state)
    # Changes at the end of a window are not in it.
    ends_us = [at_us - 1 for at_us in window] if window else [_us(state["ExportTime"])]
    seqs = [point_at(region.database, at_us) for at_us in ends_us]

    def read(reader: Reader, catalog: Catalog) -> tuple[Table, Lines]:
        table = catalog.tables.get(region.table_name(state["TableArn"]))
        if table is None or table.table_id != state["TableId"]:
            raise TableNotFoundException(f"Table not found: {state['TableArn']}")
        if len(seqs) == 1:
            wanted = selection(table, state.get("FilterSpecification"))
            return table, _items(reader, table, seqs[0], state["ExportFormat"], wanted)
        return table, _changes(region, reader, table, (seqs[0], seqs[1]), state)

    def write(table: Table, lines: Lines) -> Written:
        definition = create_request(describe(region, table, nothing_counted))
        facts = _facts(state, definition)
        if running.job.attempts:
            remove_export(store, facts)
        running.begun()
        return write_export(store, facts, lines, region.clock.now_us, running.pulse)

    if region.database.path is None:
        table, lines = region.database.read(lambda reader, catalog: _listed(read(reader, catalog)))
        return write(table, iter(lines))
    with region.database.reading() as reader:
        return write(*read(reader, region.database.current_catalog(reader)))


def _listed(found: tuple[Table, Lines]) -> tuple[Table, list[tuple[bytes, int]]]:
    """In memory all share one connection: what is read is read to its end at once."""
    return found[0], list(found[1])


def _items(reader: Reader, table: Table, seq: int, form: str, wanted: Selection) -> Lines:
    line: Callable[[bytes], bytes] = ion.line if form == "ION" else dynamodb_json.line
    for _, stored in items_at(reader, table, seq, wanted.keys):
        raw = wanted.taken(stored)
        if raw is not None:
            yield line(raw), item_size(orjson.loads(raw))


def _changes(
    region: Region, reader: Reader, table: Table, window: tuple[int, int], state: Json
) -> Lines:
    with_old = state["IncrementalExportSpecification"]["ExportViewType"] == "NEW_AND_OLD_IMAGES"
    with closing(LogReads(reader.connection, region.database.tails, reader.seals)) as log:
        for key in log.changed_between(table.storage_id, *window):
            change = _net_change(reader, log, table, key, window)
            if change is not None:
                line = incremental.line(change, state["ExportFormat"], with_old)
                yield line, sum(item_size(orjson.loads(raw)) for raw in change[2:] if raw)


def _net_change(
    reader: Reader, log: LogReads, table: Table, key: bytes, window: tuple[int, int]
) -> NetChange | None:
    """What became of a key in a window; None where it is as it was, or was never there."""
    from_seq, to_seq = window
    old, new = (_image(reader, log, table, key, seq) for seq in window)
    if old == new:
        return None
    last = log.entry(next(log.of_key(table.storage_id, key, from_seq, to_seq + 1)))
    assert last is not None
    item: Any = orjson.loads(new or old or b"{}")
    return NetChange(last.stamp_us, {name: item[name] for name in table.key_names}, old, new)


def _image(reader: Reader, log: LogReads, table: Table, key: bytes, seq: int) -> bytes | None:
    """An item as of an entry of the log."""
    first = log.first_after(table.storage_id, key, seq)
    if first is not None:
        return log.old(first)
    stored = reader.get(table.storage, key)
    return None if stored is None else stored.raw


def _facts(state: Json, definition: Json) -> ExportFacts:
    window = _window_us(state)
    return ExportFacts(
        export_id=state["ExportArn"].rpartition("/")[2],
        table_arn=state["TableArn"],
        table_id=state["TableId"],
        bucket=state["S3Bucket"],
        prefix=state["S3Prefix"],
        output_format=state["ExportFormat"],
        start_us=_us(state["StartTime"]),
        export_time_us=None if window else _us(state["ExportTime"]),
        window_us=window,
        view=state["IncrementalExportSpecification"]["ExportViewType"] if window else None,
        table=definition,
        sse_algorithm=state["S3SseAlgorithm"],
    )


def _window_us(state: Json) -> tuple[int, int] | None:
    window = state.get("IncrementalExportSpecification")
    return window and (_us(window["ExportFromTime"]), _us(window["ExportToTime"]))


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def abandon(region: Region, transaction: WriteTransaction, job: Job) -> None:
    """Say that the export failed; what is left of its files was left by a kill."""
    transfer = transaction.transfer(job.state["id"])
    if transfer is not None:
        if job.attempts > 1:
            with suppress(StoreError):
                store = bucket_store(region, transfer.state["S3Bucket"])
                remove_export(store, _facts(transfer.state, {}))
        told = {
            "ExportStatus": "FAILED",
            "FailureCode": "InternalServerError",
            "FailureMessage": "the export was ended before it was done",
            "EndTime": region.clock.now_us() / 1_000_000,
        }
        transaction.put_transfer(replace(transfer, state=transfer.state | told))
