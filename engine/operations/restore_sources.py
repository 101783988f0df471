"""Where a restore reads from: an archive, or a deleted table that is kept.

A source is a small JSON object, so that a job can keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.client.protocol import Json
from engine.errors import FolderError, InternalServerError
from engine.operations.region import Region
from engine.archives.archive import Row
from engine.storage.catalog import Storage
from engine.storage.database import Reader
from engine.storage.keys import KEYS_END, KeyRange

RowsAfter = Callable[[bytes], Iterator[Row]]
"""Gives the rows behind a key, in key order."""


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

    with stored_rows(region, storage_of) as rows:
        yield rows


@contextmanager
def stored_rows(region: Region, storage_of: Callable[[Reader], Storage]) -> Iterator[RowsAfter]:
    """The rows of a storage id, as they are at this moment."""

    def read(reader: Reader, after: bytes) -> Iterator[Row]:
        # The first key behind another one.
        keys = KeyRange(after and after + b"\x00", KEYS_END)
        for value, size, key in reader.range_with_keys(storage_of(reader), keys):
            yield key, size, value

    database = region.database
    if database.path is None:
        # All share one connection: what is read must be read to its end before a write.
        yield lambda after: iter(database.read(lambda reader, _: list(read(reader, after))))
        return
    with database.reading() as reader:
        yield lambda after: read(reader, after)
