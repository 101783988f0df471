"""What became of a table's items: single changes, and how many there were when."""

from __future__ import annotations

from itertools import islice

from engine.client.changes import Changes
from engine.client.history import Change, Window
from engine.operations.region import Region
from engine.recovery.log import TableLog, read_log
from engine.recovery.reads_at import microseconds
from engine.storage.catalog import Catalog
from engine.storage.log_index import catch_up
from engine.storage.reader import Reader
from engine.storage.window import (
    earliest_recovery_us,
    latest_recovery_us,
)


def history(
    region: Region, table: str, which: Changes, limit: int, before: int | None
) -> list[Change]:
    """The newest changes that are meant, as `LocalTools.history` says."""
    catch_up(region.database)

    def work(log: TableLog) -> list[Change]:
        return [log.change(entry) for entry in islice(log.entries(which, before), limit)]

    return read_log(region, table, work)


def density(
    region: Region, table: str, after_s: float, until_s: float, parts: int
) -> tuple[int, ...]:
    """How many changes there were when, as `LocalTools.density` says."""
    after_us, until_us = microseconds(after_s), microseconds(until_s)
    if parts < 1 or until_us <= after_us:
        return (0,) * max(parts, 0)
    return read_log(region, table, lambda log: tuple(log.density(after_us, until_us, parts)))


def window(region: Region, table_name: str) -> Window:
    """Between which times a table's past can be read, as `LocalTools.window` says."""

    def read(reader: Reader, catalog: Catalog) -> Window:
        table = region.data_table(catalog, table_name)
        earliest, now = region.database.window_us(reader, table)
        recovery = earliest_recovery_us(table, now)
        lag_s = region.settings.pitr_lag_s
        latest = None if recovery is None else latest_recovery_us(now, recovery, lag_s)
        return Window(_seconds(earliest), now / 1_000_000, _seconds(recovery), _seconds(latest))

    return region.database.read(read)


def _seconds(at_us: int | None) -> float | None:
    return None if at_us is None else at_us / 1_000_000
