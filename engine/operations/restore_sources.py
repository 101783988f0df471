"""Where a restore reads from: an archive, a deleted table that is kept, a table as of a time.

A source is a small JSON object, so that a job can keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Concatenate, ParamSpec

import orjson

from engine.archives.archive import Row
from engine.client.protocol import Json
from engine.errors import FolderError, InternalServerError
from engine.model.values import item_size
from engine.operations.region import Region
from engine.storage.catalog import Catalog
from engine.storage.keys import KEYS_END, KeyRange
from engine.storage.log_index import catch_up
from engine.storage.past import items_at
from engine.storage.reader import Reader
from engine.storage.row_tables import Storage

Asked = ParamSpec("Asked")

RowsAfter = Callable[[bytes], Iterator[Row]]
"""Gives the rows behind a key, in key order."""

StoredRows = Callable[[Storage, bytes], Iterator[Row]]
"""Gives the rows behind a key of a storage id, in key order."""


def source_in(source_region: Region, region: Region, source: Json) -> Json:
    """A source of one Region as another one keeps it."""
    return source if source_region is region else source | {"region": source_region.name}


def check_source(region: Region, source: Json) -> None:
    """Read all of an archive; raises `InternalServerError` where it is not sound."""
    region = region.other(source.get("region", region.name))
    if "shelf" not in source:
        return
    try:
        with region.shelves.open(source["shelf"], source["archive"]) as archive:
            archive.verify()
    except FolderError as error:
        raise InternalServerError(str(error)) from error


def require_source_key(region: Region, source: Json) -> None:
    """Raises `TableKeyDenied` where an archive's or a kept table's rows are under a KMS key that is
    of no use."""
    region = region.other(source.get("region", region.name))
    if "shelf" in source:
        try:
            with region.shelves.open(source["shelf"], source["archive"]) as archive:
                section = archive.section(source["table"])
                if section is not None:
                    archive.require_key(section)
        except FolderError as error:
            raise InternalServerError(str(error)) from error
    elif "trash" in source:
        region.database.read(partial(_require_kept_key, region, source["trash"]))


def _require_kept_key(region: Region, kept_id: str, reader: Reader, catalog: Catalog) -> None:
    kept = reader.discarded(kept_id)
    if kept is not None:
        region.require_key(replace(catalog, data_keys=reader.data_keys()), kept.table)


@contextmanager
def open_source(region: Region, source: Json) -> Iterator[RowsAfter]:
    """The rows of a source; raises `InternalServerError` where it is gone, or not sound."""
    region = region.other(source.get("region", region.name))
    if "shelf" not in source:
        opened = _past_rows(region, source) if "seq" in source else _kept_rows(region, source)
        with opened as rows:
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
def _kept_rows(region: Region, source: Json) -> Iterator[RowsAfter]:
    """The rows of a table in the trash."""

    def read(reader: Reader, after: bytes) -> Iterator[Row]:
        kept = reader.discarded(source["trash"])
        if kept is None:
            raise InternalServerError("the deleted table is not kept any more")
        return _rows(reader, kept.table.storage, after)

    with _in_one_transaction(region, read) as rows_after:
        yield rows_after


@contextmanager
def _past_rows(region: Region, source: Json) -> Iterator[RowsAfter]:
    """The rows of a table as of an entry of the change log, as long as the log reaches back."""
    catch_up(region.database)

    def read(reader: Reader, after: bytes) -> Iterator[Row]:
        table = region.database.catalog_of(reader).tables.get(source["table"])
        earliest = None
        if table is not None and table.table_id == source["table_id"]:
            earliest, _ = region.database.window_us(reader, table)
        if table is None or earliest is None or earliest > source["at_us"]:
            raise InternalServerError("the past of the table is not kept any more")
        for key, value in items_at(reader, table, source["seq"], _behind(after)):
            yield key, item_size(orjson.loads(value)), value

    with _in_one_transaction(region, read) as rows_after:
        yield rows_after


@contextmanager
def stored_rows(region: Region) -> Iterator[StoredRows]:
    """The rows of storage ids as they are at this moment; one range at a time."""
    with _in_one_transaction(region, _rows) as rows:
        yield rows


@contextmanager
def _in_one_transaction(
    region: Region, read: Callable[Concatenate[Reader, Asked], Iterator[Row]]
) -> Iterator[Callable[Asked, Iterator[Row]]]:
    """Let `read` read while others write, we ourselves among them.

    In memory all share one connection: what is read is read to its end at once.
    """
    database = region.database
    if database.path is None:
        yield lambda *asked, **more: iter(
            database.read(lambda reader, _: list(read(reader, *asked, **more)))
        )
        return
    with database.reading() as reader:
        yield lambda *asked, **more: read(reader, *asked, **more)


def _rows(reader: Reader, storage: Storage, after: bytes) -> Iterator[Row]:
    for value, size, key in reader.range_with_keys(storage, _behind(after)):
        yield key, size, value


def _behind(after: bytes) -> KeyRange:
    """The keys behind one; all behind an empty one."""
    return KeyRange(after and after + b"\x00", KEYS_END)
