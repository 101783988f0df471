"""The folder of an export, as the service writes it: data files and the manifests beside them.

    [prefix/]AWSDynamoDB/<export id>/_started                 empty, written first
    [prefix/]AWSDynamoDB/<export id>/data/<26 characters>.json.gz    or .ion.gz
    [prefix/]AWSDynamoDB/<export id>/manifest-files.json      a line a data file
    [prefix/]AWSDynamoDB/<export id>/manifest-files.md5       base64 of its MD5
    [prefix/]AWSDynamoDB/<export id>/dyntui-table.json        keys, indexes and types; ours
    [prefix/]AWSDynamoDB/<export id>/manifest-summary.json    written last: without it there is no
    [prefix/]AWSDynamoDB/<export id>/manifest-summary.md5     finished export

The data files of an incremental export lie in the shared folder `AWSDynamoDB/data/`
(facts/recovery-and-transfer.md §3).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson

from engine.client.protocol import Json
from engine.transfer.compression import writing
from engine.transfer.stores import Store, StoreError

ROOT = "AWSDynamoDB"
FILE_BYTES = 128 * 1024 * 1024
"""Lines of one data file, before compression, in bytes."""

_FULL_VERSION = "2020-06-30"
_INCREMENTAL_VERSION = "2023-08-01"
_SUMMARY = "manifest-summary.json"
_TABLE = "dyntui-table.json"
_LISTING = "manifest-files.json"
_NAMES = (_SUMMARY, "manifest-summary.md5", _LISTING, "manifest-files.md5", _TABLE, "_started")
_EXTENSIONS = {"DYNAMODB_JSON": ".json.gz", "ION": ".ion.gz"}


class ManifestError(ValueError):
    """An export's manifest is missing, damaged, or does not fit its files; the text says which."""


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What an export is of: the members of its summary that do not come from its files.

    Times are microseconds since the epoch. `window_us` and `view` are those of an incremental one,
    `export_time_us` that of a full one. `table` is what is written to `dyntui-table.json`.
    """

    export_id: str
    table_arn: str
    table_id: str
    bucket: str
    prefix: str | None
    output_format: str
    start_us: int
    export_time_us: int | None
    window_us: tuple[int, int] | None
    view: str | None
    table: Json
    sse_algorithm: str = "AES256"

    @property
    def root(self) -> str:
        """The key below which all files of exports lie."""
        return f"{self.prefix.rstrip('/')}/{ROOT}" if self.prefix else ROOT

    @property
    def home(self) -> str:
        """The key below which the files of this export lie."""
        return f"{self.root}/{self.export_id}"


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file as its manifest line says."""

    key: str
    items: int
    md5: str


@dataclass(frozen=True, slots=True)
class Written:
    """What an export has written."""

    items: int
    billed_bytes: int
    files: tuple[DataFile, ...]


def write_export(
    store: Store,
    facts: ExportFacts,
    lines: Iterable[tuple[bytes, int]],
    now_us: Callable[[], int],
    on_items: Callable[[int], None],
) -> Written:
    """Write a whole export: `lines` with the size of what each is of, in bytes.

    `on_items` is told how many items are written, now and then, and may raise to end it. What was
    written is removed again if it does not come to its end. Raises `StoreError`.
    """
    written: list[str] = []
    try:
        _put(store, f"{facts.home}/_started", b"", written)
        result = _write_data(store, facts, lines, on_items, written)
        _write_manifests(store, facts, result, now_us(), written)
    except BaseException:
        for key in written:
            store.delete(key)
        raise
    return result


def _put(store: Store, key: str, content: bytes, written: list[str]) -> None:
    written.append(key)
    with store.write(key) as file:
        file.write(content)


def _write_data(
    store: Store,
    facts: ExportFacts,
    lines: Iterable[tuple[bytes, int]],
    on_items: Callable[[int], None],
    written: list[str],
) -> Written:
    remaining = iter(lines)
    files: list[DataFile] = []
    items = billed = 0
    ended = False
    while not ended:
        key = _data_key(facts, len(files))
        written.append(key)
        with store.write(key) as file, _hashed(file) as (packed, digest):
            in_file, ended = 0, True
            size = 0
            for line, line_billed in remaining:
                packed.write(line)
                in_file += 1
                size += len(line)
                billed += line_billed
                if in_file % 1_000 == 0:
                    on_items(items + in_file)
                if size >= FILE_BYTES:
                    ended = False
                    break
        items += in_file
        files.append(DataFile(key, in_file, base64.b64encode(digest.digest()).decode()))
        on_items(items)
    return Written(items, billed, tuple(files))


def _data_key(facts: ExportFacts, number: int) -> str:
    """The key of a data file; the same again for who does the same export again."""
    digest = hashlib.sha256(f"{facts.export_id}/{number}".encode()).digest()
    name = base64.b32encode(digest[:16]).decode().lower().rstrip("=")
    folder = facts.root if facts.window_us else facts.home
    return f"{folder}/data/{name}{_EXTENSIONS[facts.output_format]}"


def remove_export(store: Store, facts: ExportFacts) -> None:
    """Remove what was written of an export; a kill may have left a part of one more file."""
    keys = frozenset(store.list(f"{facts.root}/"))
    number = 0
    while (key := _data_key(facts, number)) in keys:
        store.delete(key)
        number += 1
    store.delete(key)
    for name in _NAMES:
        store.delete(f"{facts.home}/{name}")


class _HashingFile:
    """A file whose content is hashed as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.md5(usedforsecurity=False)

    def write(self, content: bytes) -> int:
        """Write and hash."""
        self.digest.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        """Nothing is kept back here."""


@contextmanager
def _hashed(file: BinaryIO) -> Iterator[tuple[BinaryIO, Any]]:
    hashing: Any = _HashingFile(file)
    packed = writing(hashing, "GZIP")
    yield packed, hashing.digest
    packed.close()


def _write_manifests(
    store: Store, facts: ExportFacts, result: Written, end_us: int, written: list[str]
) -> None:
    listing = b"".join(
        orjson.dumps(
            {
                "itemCount": file.items,
                "md5Checksum": file.md5,
                "etag": base64.b64decode(file.md5).hex(),
                "dataFileS3Key": file.key,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for file in result.files
    )
    summary = orjson.dumps(_summary(facts, result, end_us))
    home = facts.home
    _put(store, f"{home}/{_TABLE}", orjson.dumps(facts.table), written)
    _put(store, f"{home}/manifest-files.json", listing, written)
    _put(store, f"{home}/manifest-files.md5", _md5(listing), written)
    _put(store, f"{home}/manifest-summary.md5", _md5(summary), written)
    _put(store, f"{home}/{_SUMMARY}", summary, written)


def _summary(facts: ExportFacts, result: Written, end_us: int) -> Json:
    window = facts.window_us
    return {
        "version": _INCREMENTAL_VERSION if window else _FULL_VERSION,
        "exportArn": f"{facts.table_arn}/export/{facts.export_id}",
        "startTime": time_text(facts.start_us),
        "endTime": time_text(end_us),
        "tableArn": facts.table_arn,
        "tableId": facts.table_id,
        **(
            {"exportFromTime": time_text(window[0]), "exportToTime": time_text(window[1])}
            if window
            else {"exportTime": time_text(facts.export_time_us or 0)}
        ),
        "s3Bucket": facts.bucket,
        "s3Prefix": facts.prefix,
        "s3SseAlgorithm": facts.sse_algorithm,
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"{facts.home}/manifest-files.json",
        "billedSizeBytes": result.billed_bytes,
        "itemCount": result.items,
        "outputFormat": facts.output_format,
        **({"outputView": facts.view} if window else {}),
        "exportType": "INCREMENTAL_EXPORT" if window else "FULL_EXPORT",
    }


def time_text(at_us: int) -> str:
    """A time as the manifests write it: UTC, in milliseconds."""
    moment = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_us % 1_000_000 // 1_000:03d}Z"


def _md5(content: bytes) -> bytes:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest())


# Reading.


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export that was found: where, of what, and its data files.

    `until` orders exports: the time of a full one, the end of the window of an incremental one, as
    text; `since` is the beginning of that window. `table` is None in exports of the service.
    """

    key: str
    table_arn: str
    incremental: bool
    since: str
    until: str
    output_format: str
    items: int
    files: tuple[DataFile, ...]
    table: Json | None


def find_exports(store: Store, prefix: str = "") -> list[Export]:
    """The exports below a prefix, in the order in which they are to be applied.

    Raises `ManifestError`, also for one that was begun and never finished, and `StoreError`.
    """
    keys = store.list(prefix)
    summaries = [key for key in keys if key.endswith(f"/{_SUMMARY}") or key == _SUMMARY]
    if not summaries:
        begun = next((key for key in keys if key.endswith("_started")), None)
        if begun is not None:
            raise ManifestError(f"{store.name}/{begun}: the export was not finished")
        return []
    exports = [_read_export(store, key, frozenset(keys)) for key in summaries]
    return sorted(exports, key=lambda export: (export.until, export.incremental))


def _read_export(store: Store, summary_key: str, keys: frozenset[str]) -> Export:
    summary = _checked_json(store, summary_key, keys)
    home = summary_key.removesuffix(_SUMMARY)
    try:
        told = summary["manifestFilesS3Key"]
        # An export may have been copied elsewhere; what its keys share with where it is now leads.
        moved = f"{home}manifest-files.json"
        lines = _checked(store, moved, keys).splitlines()
        root, shift = _shift(told, moved)
        files = tuple(
            DataFile(_moved(line["dataFileS3Key"], root, shift), line["itemCount"], checksum)
            for line in map(orjson.loads, filter(None, lines))
            for checksum in [line["md5Checksum"]]
        )
        incremental = "exportFromTime" in summary
        return Export(
            home.rstrip("/"),
            summary.get("tableArn", ""),
            incremental,
            summary["exportFromTime"] if incremental else "",
            summary["exportToTime" if incremental else "exportTime"],
            summary["outputFormat"],
            summary["itemCount"],
            files,
            orjson.loads(_content(store, home + _TABLE)) if home + _TABLE in keys else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError(f"{store.name}/{summary_key}: not a manifest: {error}") from None


def _shift(told: str, found: str) -> tuple[str, str]:
    """What keys in a manifest begin with, and what they begin with where it lies now."""
    while told and found and told.rpartition("/")[2] == found.rpartition("/")[2]:
        told, found = told.rpartition("/")[0], found.rpartition("/")[0]
    return told, found


def _moved(key: str, root: str, shift: str) -> str:
    rest = key.removeprefix(root).lstrip("/") if root else key
    return f"{shift}/{rest}" if shift else rest


def _checked_json(store: Store, key: str, keys: frozenset[str]) -> Json:
    try:
        document = orjson.loads(_checked(store, key, keys))
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{store.name}/{key}: not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ManifestError(f"{store.name}/{key}: not a manifest")
    return document


def _checked(store: Store, key: str, keys: frozenset[str]) -> bytes:
    """The content of a manifest, compared with the checksum beside it, if there is one."""
    if key not in keys:
        raise ManifestError(f"{store.name}/{key}: is missing")
    content = _content(store, key)
    stem = key.removesuffix(".json")
    for beside in (f"{stem}.md5", f"{stem}.checksum"):
        if beside in keys and _content(store, beside).strip() != _md5(content):
            raise ManifestError(f"{store.name}/{key}: does not match its checksum")
    return content


def _content(store: Store, key: str) -> bytes:
    try:
        with store.read(key) as file:
            return file.read()
    except OSError as error:
        raise StoreError(f"{store.name}/{key}: {error.strerror or error}") from error
