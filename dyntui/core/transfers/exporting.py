"""An export: a table's items to a file, a stream, or a folder as the service lays it out.

Everything is written aside and takes its name at the end: what is there is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

import orjson

from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import json_default
from engine.client.history import ItemDiff
from engine.client.protocol import Json, StoredItems
from engine.client.recreate import create_request
from engine.clock import Clock
from engine.model.dated_id import dated_id
from engine.model.values import item_size
from engine.transfer import csv_rows, dynamodb_json, incremental, ion, plain_json
from engine.transfer.compression import SUFFIXES as PACKED
from engine.transfer.compression import Compression, writing
from engine.transfer.incremental import NetChange
from engine.transfer.layout import ExportFacts, write_export
from engine.transfer.sources import format_of
from engine.transfer.stores import store_at, written_aside

Form = Literal["dynamodb-json", "ion", "csv", "jsonl", "parquet"]
FORMS: tuple[Form, ...] = ("dynamodb-json", "ion", "csv", "jsonl", "parquet")
LOSSLESS: dict[str, str] = {"dynamodb-json": "DYNAMODB_JSON", "ion": "ION"}
"""The formats that keep every type and digit, with the API's names for them."""

_LINES: dict[str, Callable[[bytes], bytes]] = {
    "dynamodb-json": dynamodb_json.line,
    "ion": ion.line,
    "jsonl": plain_json.line,
}


class ExportError(ValueError):
    """What was asked for cannot be exported so."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes: one file or stream (`is_file`), or a folder or bucket.

    `compression` is that of a file; a folder's data files are always gzip.
    """

    address: str
    form: Form
    is_file: bool
    compression: Compression = "NONE"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported, and where it lies."""

    items: int
    item_bytes: int
    place: str


def target_of(address: str, form: Form | None, compression: Compression | None) -> Target:
    """What a destination means; raises `ExportError`.

    `-` is standard output; a name that ends as a file of a format does is a file; all else is a
    folder, or a bucket such as `s3://name`.
    """
    packed = next((kind for end, kind in PACKED.items() if address.endswith(end)), None)
    told = format_of(address)
    if address == "-" or told is not None or packed is not None:
        if told == "mongodb":
            told = None
        chosen = form or told or "dynamodb-json"
        if chosen == "parquet" and (compression or packed or "NONE") != "NONE":
            raise ExportError("parquet compresses itself: give no compression")
        return Target(address, chosen, True, compression or packed or "NONE")
    if (form or "dynamodb-json") not in LOSSLESS:
        raise ExportError(
            f"{form} is written to a file, such as {address.rstrip('/')}.{form}: a folder has the"
            " service's layout, in dynamodb-json or ion"
        )
    if compression not in (None, "GZIP"):
        raise ExportError("the data files of a folder are gzip, as the service writes them")
    return Target(address, form or "dynamodb-json", False, "GZIP")


def stored_form(items: Iterable[Json]) -> StoredItems:
    """Items of a Client's answers as they are stored."""
    for item in items:
        raw = orjson.dumps(item, default=json_default)
        yield raw, item_size(orjson.loads(raw))


def export_file(
    target: Target,
    stdout: BinaryIO,
    read: Callable[[], StoredItems],
    columns: Sequence[str] | None,
    first: Sequence[str],
    on_items: Callable[[int], None],
) -> Exported:
    """Write one file; raises `StoreError`.

    A CSV's columns, where they are not told, and a Parquet file's with their types are found by
    reading the items once before: `first` come first.
    """
    path = None if target.address == "-" else Path(target.address)
    place: AbstractContextManager[BinaryIO] = (
        nullcontext(stdout) if path is None else written_aside(path)
    )
    with place as file:
        if target.form == "parquet":
            items, size = _write_parquet(file, read, first, on_items)
            return Exported(items, size, "standard output" if path is None else str(path))
        if target.form == "csv":
            names = columns or csv_rows.columns_of((raw for raw, _ in read()), first)
            file_head, line = csv_rows.head_line(names), _row(names)
        else:
            file_head, line = b"", _LINES[target.form]
        packed = writing(file, target.compression)
        packed.write(file_head)
        items = size = 0
        for raw, item_bytes in read():
            packed.write(line(raw))
            items += 1
            size += item_bytes
            if items % 1_000 == 0:
                on_items(items)
        if packed is not file:
            packed.close()
        on_items(items)
    return Exported(items, size, "standard output" if path is None else str(path))


def _write_parquet(
    file: BinaryIO,
    read: Callable[[], StoredItems],
    first: Sequence[str],
    on_items: Callable[[int], None],
) -> tuple[int, int]:
    """Write items, read once before for the types of their columns; how many, of how many bytes."""
    from engine.transfer import parquet

    columns = parquet.columns_of((raw for raw, _ in read()), first)
    items = size = 0

    def raws() -> Iterator[bytes]:
        nonlocal items, size
        for raw, item_bytes in read():
            items += 1
            size += item_bytes
            yield raw

    for done in parquet.write(file, columns, raws()):
        on_items(done)
    on_items(items)
    return items, size


def _row(names: Sequence[str]) -> Callable[[bytes], bytes]:
    return lambda raw: csv_rows.row_line(names, raw)


def export_folder(
    target: Target,
    info: TableInfo,
    read: Callable[[], StoredItems],
    at_us: int,
    clock: Clock,
    on_items: Callable[[int], None],
) -> Exported:
    """Write a folder, or bucket, as the service lays it out; raises `StoreError`.

    `at_us` is the time as of which the items are.
    """
    line = _LINES[target.form]
    lines = ((line(raw), size) for raw, size in read())
    facts = replace(_facts(target, info, clock), export_time_us=at_us)
    return _write(target, facts, lines, clock, on_items)


def export_changes(
    target: Target,
    info: TableInfo,
    changes: Iterable[tuple[ItemDiff, int]],
    window_us: tuple[int, int],
    view: str,
    clock: Clock,
    on_items: Callable[[int], None],
) -> Exported:
    """Write what became of a table's items in a window as an incremental export.

    Each change comes with the time of its last write. Raises `StoreError`.
    """
    form, with_old = LOSSLESS[target.form], view == "NEW_AND_OLD_IMAGES"
    facts = replace(_facts(target, info, clock), window_us=window_us, view=view)

    def lines() -> Iterator[tuple[bytes, int]]:
        for change, written_us in changes:
            old, new = (
                None if item is None else next(stored_form([item]))
                for item in (change.old, change.new)
            )
            net = NetChange(written_us, change.key, old and old[0], new and new[0])
            yield incremental.line(net, form, with_old), sum(one[1] for one in (old, new) if one)

    return _write(target, facts, lines(), clock, on_items)


def _facts(target: Target, info: TableInfo, clock: Clock) -> ExportFacts:
    now_us = clock.now_us()
    description = info.description
    return ExportFacts(
        export_id=dated_id(now_us),
        table_arn=description["TableArn"],
        table_id=description.get("TableId", ""),
        bucket=target.address.rstrip("/").rpartition("/")[2],
        prefix=None,
        output_format=LOSSLESS[target.form],
        start_us=now_us,
        export_time_us=None,
        window_us=None,
        view=None,
        table=create_request(info.description),
    )


def _write(
    target: Target,
    facts: ExportFacts,
    lines: Iterable[tuple[bytes, int]],
    clock: Clock,
    on_items: Callable[[int], None],
) -> Exported:
    store = store_at(target.address)
    written = write_export(store, facts, lines, clock.now_us, on_items)
    return Exported(
        written.items, written.billed_bytes, f"{target.address.rstrip('/')}/{facts.home}"
    )
