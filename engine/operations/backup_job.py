"""The work of a backup: a table in one read transaction, written into an archive."""

from __future__ import annotations

from collections.abc import Iterator

from engine.archives.archive import Row, write_archive
from engine.archives.shelf import BACKUPS
from engine.errors import TableNotFoundException
from engine.operations.jobs import Running
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Table
from engine.storage.jobs import Job
from engine.storage.keys import KEYS_END, KeyRange
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction

EVERYTHING = KeyRange(b"", KEYS_END)
_ROWS_PER_PULSE = 5_000


def run(running: Running) -> None:
    """Do a backup; one that was cut off by a kill is begun anew."""
    region, state = running.region, running.job.state
    known = Table.from_json(state["definition"])
    if state["id"] in region.shelves.names(BACKUPS):
        # Killed between the last two steps.
        running.finish(lambda _: None)
        return
    region.database.reload_catalog()

    def read(reader: Reader, catalog: Catalog) -> None:
        table = catalog.tables.get(known.name)
        if table is None or table.table_id != known.table_id:
            raise TableNotFoundException(f"Table not found: {known.name}")
        # The transaction's state is that of its first read.
        reader.counts(table.storage_id)
        running.begun()
        info = {
            "name": state["name"],
            "type": state["type"],
            "region": region.name,
            # What is read in a later attempt is of a later time.
            "created_us": region.clock.now_us() if running.job.attempts else state["created_us"],
            "expires_us": state["expires_us"],
        }
        with region.shelves.creating(BACKUPS, state["id"]) as file:
            rows = _watched(running, table_rows(reader, table))
            write_archive(file, region.shelves.keys, info, [(table.to_json(), rows)])

    region.database.read(read)
    running.finish(lambda _: None)


def table_rows(reader: Reader, table: Table) -> Iterator[Row]:
    """The rows of a table, as an archive has them."""
    for value, size, key in reader.range_with_keys(table.storage, EVERYTHING):
        yield key, size, value


def _watched(running: Running, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, with the job's progress noted now and then; it may be cancelled there."""
    for number, row in enumerate(rows):
        if number % _ROWS_PER_PULSE == 0:
            running.pulse(number)
        yield row


def abandon(_region: Region, _transaction: WriteTransaction, _job: Job) -> None:
    """Nothing is to be undone: an archive that is not whole has no name."""
