"""What is imported: files in a format, wherever they lie, record by record.

A source is one file, all files below a prefix, or exports of the service (one full, and incremental
ones after it). Each record says in which file it stands.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, NamedTuple

from engine.transfer import dynamodb_json, incremental, ion, plain_lines
from engine.transfer.compression import Compression, DamagedFileError, of_head, reading
from engine.transfer.csv_rows import CsvReader
from engine.transfer.layout import Export, ManifestError
from engine.transfer.records import Record
from engine.transfer.stores import Store
from engine.transfer.streams import Counted, Hashed, buffered, looked_into

Format = Literal["dynamodb-json", "ion", "csv", "jsonl", "mongodb", "parquet"]
FORMATS: tuple[Format, ...] = ("dynamodb-json", "ion", "csv", "jsonl", "mongodb", "parquet")
SUFFIXES: dict[str, Format] = {
    ".ion": "ion",
    ".10n": "ion",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "dynamodb-json",
    ".parquet": "parquet",
}
_HEAD_BYTES = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read.

    `compression` None: each file's own, by its first bytes. `types` are those of columns or
    attributes that the format has as text only; `inferred` finds out those of a CSV's columns.
    """

    form: Format
    compression: Compression | None = None
    delimiter: str = ","
    names: Sequence[str] | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    inferred: bool = False


class Found(NamedTuple):
    """A record with the file in which it stands."""

    file: str
    record: Record


def format_of(name: str) -> Format | None:
    """The format that a file's name tells, its compression aside; None where it tells none."""
    for packed in (".gz", ".zst"):
        name = name.removesuffix(packed)
    return next((form for suffix, form in SUFFIXES.items() if name.endswith(suffix)), None)


def _nobody(_: int) -> None:
    """Where nobody wants to know how much was read."""


def records_of(
    stream: BinaryIO, how: Reading, on_bytes: Callable[[int], None] = _nobody
) -> Iterator[Record]:
    """The records of one file; damage of its compression is a rejected record, the last one.

    `on_bytes` is told how many bytes were read, unpacked.
    """
    if how.form == "parquet":
        # It compresses itself, and is not read from its beginning to its end.
        from engine.transfer import parquet

        yield from parquet.read(
            stream if stream.seekable() else io.BytesIO(stream.read()), how.types
        )
        return
    head, whole = looked_into(stream, _HEAD_BYTES)
    kind = of_head(head) if how.compression is None else how.compression
    last_line = 0
    try:
        plain = buffered(Counted(reading(whole, kind), on_bytes))
        for record in _parsed(plain, how):
            last_line = record.line
            yield record
    except DamagedFileError as error:
        reason = f"the file is damaged ({kind}: {error}), and its rest lost"
        yield Record.rejected(last_line + 1, reason, b"")


def _parsed(stream: BinaryIO, how: Reading) -> Iterator[Record]:
    match how.form:
        case "dynamodb-json":
            return dynamodb_json.read(stream)
        case "ion":
            return ion.read(stream)
        case "csv":
            reader = CsvReader(
                delimiter=how.delimiter, names=how.names, types=how.types, inferred=how.inferred
            )
            return reader.records(stream)
    return plain_lines.read(stream, how.types, extended=how.form == "mongodb")


def of_files(
    store: Store, keys: Sequence[str], how: Reading, on_bytes: Callable[[int], None] = _nobody
) -> Iterator[Found]:
    """The records of several files of a store, in their order."""
    for key in keys:
        with closing(store.read(key)) as file:
            for record in records_of(file, how, on_bytes):
                yield Found(key, record)


def of_export(store: Store, export: Export) -> Iterator[Found]:
    """The records of an export; an incremental one has changes, see `incremental`.

    Raises `ManifestError` where a file does not match its checksum or its number of records.
    """
    form: Format = "ion" if export.output_format == "ION" else "dynamodb-json"
    how = Reading(form, "GZIP")
    for data in export.files:
        records = 0
        with closing(store.read(data.key)) as file:
            hashed = Hashed(file)
            stream = buffered(hashed)
            if export.incremental:
                found = incremental.read(reading(stream, "GZIP"), form)
            else:
                found = records_of(stream, how)
            for record in found:
                records += 1
                yield Found(data.key, record)
            if data.md5 and hashed.md5() != data.md5:
                raise ManifestError(f"{store.name}/{data.key}: does not match its checksum")
        if records != data.items:
            raise ManifestError(
                f"{store.name}/{data.key}: holds {records:,} records, its manifest says"
                f" {data.items:,}"
            )
