"""Where a restore reads from: an archive, or a deleted table that is kept.

A source is a small JSON object, so that a job can keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from engine.archives.archive import Row
from engine.client.protocol import Json
from engine.errors import FolderError, InternalServerError
from engine.operations.region import Region
from engine.storage.catalog import Storage
from engine.storage.keys import KEYS_END, KeyRange
from engine.storage.reader import Reader

RowsAfter = Callable[[bytes], Iterator[Row]]
"""Gives the rows behind a key, in key order."""

StorageOf = Callable[[Reader], Storage]
StoredRows = Callable[[StorageOf, bytes], Iterator[Row]]
"""Gives the rows behind a key of a storage id, in key order."""


def check_source(region: Region, source: Json) -> None:
    """Read all of an archive; raises `InternalServerError` where it is not sound."""
    if "shelf" not in source:
        return
    try:
        with region.shelves.open(source["shelf"], source["archive"]) as archive:
            archive.verify()
    except FolderError as error:
        raise InternalServerError(str(error)) from error


@contextmanager
def open_source(region: Region, source: Json) -> Iterator[RowsAfter]:
    """The rows of a source; raises `InternalServerError` where it is gone, or not sound."""
    if "shelf" not in source:
        with _kept_rows(region, source["trash"]) as rows:
            yield rows
        return
    try:
        with region.shelves.open(source["shelf"], source["archive"]) as archive:
            section = archive.section(source["table"])
            if section is None:
                raise InternalServerError(f"{archive.path}: no table {source['table']} in it")
            yield lambda after: archive.rows(section, after)
    except FolderError as error:
        raise InternalServerError(str(error)) from error


@contextmanager
def _kept_rows(region: Region, discarded_id: str) -> Iterator[RowsAfter]:
    def storage_of(reader: Reader) -> Storage:
        kept = reader.discarded(discarded_id)
        if kept is None:
            raise InternalServerError(f"the deleted table {discarded_id} is not kept any more")
        return kept.table.storage

    with stored_rows(region) as rows:
        yield lambda after: rows(storage_of, after)


@contextmanager
def stored_rows(region: Region) -> Iterator[StoredRows]:
    """The rows of storage ids as they are at this moment, in one transaction; one range at a time.

    In memory all share one connection: what is read is read to its end at once.
    """

    def read(reader: Reader, storage_of: StorageOf, after: bytes) -> Iterator[Row]:
        # The first key behind another one.
        keys = KeyRange(after and after + b"\x00", KEYS_END)
        for value, size, key in reader.range_with_keys(storage_of(reader), keys):
            yield key, size, value

    database = region.database
    if database.path is None:
        yield lambda storage_of, after: iter(
            database.read(lambda reader, _: list(read(reader, storage_of, after)))
        )
        return
    with database.reading() as reader:
        yield partial(read, reader)
