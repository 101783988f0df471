"""An import: files, folders and exports, read and put into a table.

Records that are no items, or no items of this table, are told and left out; the rest goes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.put_many import BATCH_ITEMS_MAX, put_many
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import json_default
from engine.client.protocol import Existing, Json, LoadProgress, Removal
from engine.errors import ApiError, ConditionalCheckFailedException
from engine.transfer import sqlite_rows
from engine.transfer.compression import SUFFIXES as PACKED
from engine.transfer.layout import Export, find_exports
from engine.transfer.records import TEXT_BYTES_MAX
from engine.transfer.sources import (
    FORMATS,
    Found,
    Reading,
    format_of,
    of_export,
    of_files,
    records_of,
)
from engine.transfer.stores import FolderStore, Store, store_at

_SQLITE = "sqlite://"


class ImportRefusedError(ValueError):
    """The source, or what is asked of it, cannot be understood."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that was left out: where it stands, and why. `column` 0 is nowhere in particular."""

    file: str
    line: int
    column: int
    reason: str
    text: str

    @property
    def place(self) -> str:
        """File, line and column as compilers write them."""
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")


@dataclass(slots=True)
class Outcome:
    """What an import has done so far."""

    read: int = 0
    written: int = 0
    rejected: int = 0


class TooManyRejectionsError(Exception):
    """More records were rejected than the person allows; nothing more is read."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported: exports in their order, or the files of a store, or one stream.

    `table` is the CreateTable request of the table that was exported, where it is known.
    """

    store: Store | None
    keys: tuple[str, ...]
    exports: tuple[Export, ...]
    stream: BinaryIO | None = None
    name: str = ""
    sqlite: tuple[Path, str] | None = None

    @property
    def table(self) -> Json | None:
        """The request that makes the table from which the export comes."""
        return next((export.table for export in self.exports if export.table is not None), None)

    @property
    def warnings(self) -> list[str]:
        """What may be missing: times between exports that no export covers."""
        found = []
        for before, export in pairwise(self.exports):
            if export.incremental and export.since > before.until:
                found.append(f"no export covers the time from {before.until} to {export.since}")
        return found

    @property
    def items(self) -> int | None:
        """How many records there are, where that is known."""
        return sum(export.items for export in self.exports) if self.exports else None

    @property
    def first_name(self) -> str:
        """The name of the first file, which may tell the format."""
        return self.keys[0] if self.keys else self.name

    def found(self, how: Reading | None) -> Iterator[Found]:
        """All records; raises `StoreError`, `ManifestError`. Exports need no `how`."""
        if self.sqlite is not None:
            for record in sqlite_rows.read(*self.sqlite, how.types if how else {}):
                yield Found(self.name, record)
            return
        if self.stream is not None and how is not None:
            for record in records_of(self.stream, how):
                yield Found(self.name, record)
            return
        assert self.store is not None
        for export in self.exports:
            yield from of_export(self.store, export)
        if not self.exports and how is not None:
            yield from of_files(self.store, self.keys, how)


def source_at(address: str, stdin: BinaryIO) -> Source:
    """What lies at an address; raises `ImportRefusedError`, `ManifestError` or `StoreError`.

    `-` is standard input. A folder, a prefix of a bucket or a manifest may hold exports;
    `sqlite://FILE/TABLE` is a table of a SQLite file.
    """
    if address == "-":
        return Source(None, (), (), stdin, "standard input")
    if address.startswith(_SQLITE):
        file, slash, table = address.removeprefix(_SQLITE).rpartition("/")
        if not slash or not file or not table:
            raise ImportRefusedError(f"{address}: write sqlite://FILE/TABLE")
        return Source(None, (), (), None, address, (Path(file), table))
    if "://" not in address:
        path = Path(address).absolute()
        if path.is_file() and not path.name.startswith("manifest-"):
            return Source(FolderStore(path.parent), (path.name,), ())
        if path.is_file():
            path = path.parent
        if not path.is_dir():
            raise ImportRefusedError(f"{address}: there is no such file or folder")
        address, root = str(path), _bucket_of(path)
        if root is not None:
            exports = find_exports(FolderStore(root), path.relative_to(root).as_posix() + "/")
            if exports:
                return Source(FolderStore(root), (), _in_order(address, exports))
    store = store_at(address)
    exports = find_exports(store)
    if exports:
        return Source(store, (), _in_order(address, exports))
    keys = tuple(key for key in store.list() if _is_data(key))
    if not keys:
        raise ImportRefusedError(f"{address}: holds no files of data")
    return Source(store, keys, ())


def _in_order(address: str, exports: Sequence[Export]) -> tuple[Export, ...]:
    """The exports that count: the last full one, and what changed since.

    What is older is in the full one, and what it removed must not come back. Raises
    `ImportRefusedError` where they are of several tables.
    """
    tables = sorted({export.table_arn for export in exports})
    if len(tables) > 1:
        names = ", ".join(arn.rpartition("/")[2] for arn in tables)
        raise ImportRefusedError(f"{address}: holds exports of several tables ({names}): name one")
    full = [number for number, export in enumerate(exports) if not export.incremental]
    return tuple(exports[full[-1] :] if full else exports)


def _bucket_of(path: Path) -> Path | None:
    """The folder above AWSDynamoDB, where a path lies inside of it: its files may lie beside."""
    parts = path.parts
    return Path(*parts[: parts.index("AWSDynamoDB")]) if "AWSDynamoDB" in parts else None


def _is_data(key: str) -> bool:
    name = key.rpartition("/")[2]
    known = format_of(name) is not None or any(name.endswith(end) for end in PACKED)
    return known and not name.startswith((".", "_", "manifest-"))


def reading_for(
    source: Source, how: Reading | None, form: str | None, key_types: Mapping[str, str]
) -> Reading:
    """How a source is read: as told, else as its first file's name says.

    Keys have the types of their table, whatever a format can say. Raises `ImportRefusedError`.
    """
    known: Any = form or format_of(source.first_name) or ("csv" if source.sqlite else None)
    if known is None:
        raise ImportRefusedError(
            f"{source.first_name}: give its format with --format: {', '.join(FORMATS)}"
        )
    base = how or Reading(known)
    delimiter = "\t" if ".tsv" in source.first_name and base.delimiter == "," else base.delimiter
    return replace(base, form=known, delimiter=delimiter, types={**base.types, **dict(key_types)})


@dataclass(slots=True)
class Import:
    """One import at work."""

    source: Source
    how: Reading | None
    on_rejected: Callable[[Rejection], None]
    errors_max: int | None = None
    outcome: Outcome = field(default_factory=Outcome)
    # The items that were given last, in turns: a batch of them may be refused later.
    _places: list[Found | None] = field(default_factory=lambda: [None] * BATCH_ITEMS_MAX)
    _given: int = 0

    def items(self) -> Iterator[Json | Removal]:
        """The items, one after the other; raises `TooManyRejectionsError`."""
        for found in self.source.found(self.how):
            self.outcome.read += 1
            record = found.record
            if record.item is None:
                text = record.text.decode(errors="replace")
                self._reject(found, record.reason, record.column, text)
            else:
                self._places[self._given % BATCH_ITEMS_MAX] = found
                self._given += 1
                yield Removal(record.item) if record.removed else record.item

    def refuse(self, place: int, error: ApiError) -> None:
        """An item that was given, the one of this number, is none of the table's."""
        reason = error.message or error.code
        if isinstance(error, ConditionalCheckFailedException):
            reason = "the table has an item of this key"
        found = self._places[place % BATCH_ITEMS_MAX]
        assert found is not None
        text = orjson.dumps(found.record.item, default=json_default)[:TEXT_BYTES_MAX]
        self._reject(found, reason, 0, text.decode(errors="replace"))

    def _reject(self, found: Found, reason: str, column: int, text: str) -> None:
        self.outcome.rejected += 1
        file, record = found
        self.on_rejected(Rejection(file, record.line, column, reason, text))
        if self.errors_max is not None and self.outcome.rejected > self.errors_max:
            raise TooManyRejectionsError

    def run(
        self,
        connection: Connection,
        table: TableInfo,
        existing: Existing,
        on_progress: Callable[[Outcome, bool], None],
    ) -> Outcome:
        """Put everything into a table; raises `ApiError` for what is not about one item.

        `on_progress` is told whether items are being written already, and may raise to end it:
        nothing is written of what was only read. On a remote items are written as they are read.
        """

        def progress(step: LoadProgress) -> None:
            self.outcome.written = step.items_written
            on_progress(self.outcome, step.items_written > 0)

        tools = connection.local_tools
        if tools is not None:
            self.outcome.written = tools.load_items(
                table.name,
                self._watched(on_progress),
                on_progress=progress,
                on_rejected=self.refuse,
                existing=existing,
            )
        else:

            def refuse(place: int, error: ApiError) -> None:
                if existing == "refuse" or not isinstance(error, ConditionalCheckFailedException):
                    self.refuse(place, error)

            self.outcome.written = put_many(
                connection.client,
                table.name,
                self.items(),
                progress,
                refuse,
                None if existing == "replace" else table.partition_keys[0],
            )
        return self.outcome

    def _watched(self, on_progress: Callable[[Outcome, bool], None]) -> Iterator[Json | Removal]:
        for item in self.items():
            if self.outcome.read % 1_000 == 0:
                on_progress(self.outcome, False)
            yield item


def preview(source: Source, how: Reading | None, count: int) -> list[Found]:
    """The first records of a source, as they would be read."""
    return list(islice(source.found(how), count))


def key_attributes(text: Sequence[str]) -> list[tuple[str, str]]:
    """`id:S` and so on as names and types; raises `ImportRefusedError`."""
    keys = []
    for part in text:
        name, colon, kind = part.rpartition(":")
        if not colon or kind not in ("S", "N", "B"):
            raise ImportRefusedError(f"--key {part!r}: write NAME:TYPE with S, N or B, as in id:S")
        keys.append((name, kind))
    return keys
