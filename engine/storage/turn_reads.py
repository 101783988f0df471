"""Reads of one turn of an event loop: they share a read transaction.

Opening one costs more than reading an item, so reads that come in the same turn see the same state,
that of the turn's first read. It ends with the turn, and before any write of this process is
answered, so that nobody misses what was acknowledged to them. Strongly consistent reads take no
part.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import apsw

from engine.storage.catalog import Catalog
from engine.storage.connections import as_api_error
from engine.storage.loop_writer import CallSoon

if TYPE_CHECKING:
    from engine.storage.database import Database
    from engine.storage.reader import Reader

T = TypeVar("T")


class TurnReads:
    """The shared read transaction of one Region for one event loop; all is for its thread."""

    def __init__(self, database: Database, call_soon: CallSoon) -> None:
        self._database = database
        self._call_soon = call_soon
        self._thread = threading.get_ident()
        self._reader: Reader | None = None
        self._catalog = Catalog(0, {})

    def is_here(self) -> bool:
        """Whether the loop's thread asks."""
        return threading.get_ident() == self._thread

    def read(self, work: Callable[[Reader, Catalog], T]) -> T:
        """Do `work` in the turn's transaction, which the first read begins."""
        reader = self._reader
        if reader is None:
            return self._begin(work)
        try:
            return work(reader, self._catalog)
        except apsw.Error as error:
            self.end()
            raise as_api_error(error, self._database.path, reader.connection) from error

    def _begin(self, work: Callable[[Reader, Catalog], T]) -> T:
        database = self._database
        reader = database.lend_reader()
        try:
            result, self._catalog = database.begin_read(reader, work)
        except BaseException as error:
            reader.end()
            database.give_back(reader)
            if isinstance(error, apsw.Error):
                raise as_api_error(error, database.path, reader.connection) from error
            raise
        self._reader = reader
        self._call_soon(self.end)
        return result

    def end(self) -> None:
        """End the transaction, if there is one."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.end()
            self._database.give_back(reader)
