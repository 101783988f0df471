"""Snapshots: several tables of a Region as they were at one instant, in one archive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from engine.archives.archive import Archive, Row, Section, write_archive
from engine.archives.shelf import SNAPSHOTS
from engine.client.protocol import Json
from engine.client.recovery import Progress, SnapshotReport, SnapshotTable
from engine.errors import (
    FolderError,
    InternalServerError,
    ResourceNotFoundException,
    ValidationException,
)
from engine.model.validation import validate
from engine.operations.backup_job import table_rows
from engine.operations.jobs import do_job
from engine.operations.region import Region
from engine.operations.restore_sources import require_source_key
from engine.operations.restores import prepare_restore
from engine.operations.trash import same_table
from engine.storage.catalog import ARCHIVED, Catalog, Table
from engine.storage.reader import Reader

_NAME = re.compile(r"[a-zA-Z0-9_-][a-zA-Z0-9_.-]{0,199}")
_ROWS_PER_REPORT = 5_000


def take_snapshot(
    region: Region,
    name: str | None,
    tables: Sequence[str] | None,
    on_progress: Progress | None,
) -> SnapshotReport:
    """See `RecoveryTools.snapshot`."""
    now_us = region.clock.now_us()
    moment = datetime.fromtimestamp(now_us / 1_000_000, UTC)
    chosen = moment.strftime("%Y%m%dT%H%M%S.%fZ") if name is None else name
    _check_name(chosen)
    if chosen in region.shelves.names(SNAPSHOTS):
        raise ValidationException(f"There is a snapshot {chosen} already")
    region.database.reload_catalog()

    def read(reader: Reader, catalog: Catalog) -> None:
        wanted = _wanted(region, catalog, tables)
        total = sum(reader.counts(table.storage_id)[0] for table in wanted)
        report = _reporting(on_progress, total)
        with region.shelves.creating(SNAPSHOTS, chosen) as file:
            write_archive(
                file,
                region.shelves.keys,
                {"name": chosen, "region": region.name, "created_us": now_us},
                ((table.to_json(), report(table_rows(reader, table))) for table in wanted),
            )

    try:
        region.database.read(read)
    except FolderError as error:
        raise InternalServerError(str(error)) from error
    with opened_snapshot(region, chosen) as archive:
        return _report(chosen, archive)


def _reporting(
    on_progress: Progress | None, total: int
) -> Callable[[Iterator[Row]], Iterator[Row]]:
    done = 0

    def report(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal done
        for row in rows:
            if on_progress is not None and done % _ROWS_PER_REPORT == 0:
                on_progress(done, total)
            done += 1
            yield row

    return report


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name.endswith(".unfinished"):
        raise ValidationException(
            f"{name!r} is no name of a snapshot: up to 200 of a-z, A-Z, 0-9, '_', '-' and '.'"
        )


def _wanted(region: Region, catalog: Catalog, names: Sequence[str] | None) -> list[Table]:
    """The tables to keep, all that are there where none are named; raises `TableKeyDenied`."""
    if names is not None:
        return [region.readable_table(catalog, name) for name in names]
    now_us = region.clock.now_us()
    wanted = [
        table
        for _, table in sorted(catalog.tables.items())
        if table.status(now_us) not in ("CREATING", "DELETING", ARCHIVED)
        and not table.is_gone(now_us)
    ]
    for table in wanted:
        region.require_key(catalog, table)
    return wanted


def opened_snapshot(region: Region, name: str) -> Archive:
    """A snapshot's archive, for the caller to close."""
    if name not in region.shelves.names(SNAPSHOTS):
        raise ResourceNotFoundException(f"There is no snapshot {name}")
    try:
        return region.shelves.open(SNAPSHOTS, name)
    except FolderError as error:
        raise InternalServerError(str(error)) from error


def _report(name: str, archive: Archive) -> SnapshotReport:
    tables = tuple(
        SnapshotTable(section.name, section.items, section.bytes) for section in archive.sections
    )
    return SnapshotReport(name, archive.info["created_us"], archive.size, tables)


def list_snapshots(region: Region) -> list[SnapshotReport]:
    """See `RecoveryTools.snapshots`."""
    found = [_report(name, archive) for name, archive in region.shelves.readable(SNAPSHOTS)]
    return sorted(found, key=lambda report: (report.created_us, report.name))


def unreadable_snapshots(region: Region) -> list[str]:
    """See `RecoveryTools.unreadable_snapshots`."""
    return region.shelves.unreadable(SNAPSHOTS)


def restore_snapshot(
    region: Region,
    name: str,
    tables: Mapping[str, str] | None,
    replace: bool,
    on_progress: Progress | None,
) -> list[str]:
    """See `RecoveryTools.restore`."""
    with opened_snapshot(region, name) as archive:
        wanted = _sections(archive, name, tables)
    made = [
        (_again(section.definition, target), _source(name, section.name))
        for section, target in wanted
    ]
    for _, source in made:
        require_source_key(region, source)
    if made:
        items = sum(section.items for section, _ in wanted)
        job_id, _ = prepare_restore(region, made, items, replaces=replace)
        do_job(region, job_id, on_progress)
    return [table.name for table, _ in made]


def _sections(
    archive: Archive, name: str, tables: Mapping[str, str] | None
) -> list[tuple[Section, str]]:
    """The sections to restore, with the names of the tables to be made."""
    if tables is None:
        return [(section, section.name) for section in archive.sections]
    chosen = []
    for source, target in tables.items():
        validate("RestoreTableToPointInTime", {"TargetTableName": target})
        section = archive.section(source)
        if section is None:
            raise ResourceNotFoundException(f"There is no table {source} in the snapshot {name}")
        chosen.append((section, target))
    return chosen


def _source(name: str, table: str) -> Json:
    return {"shelf": SNAPSHOTS, "archive": name, "table": table}


def _again(definition: Json, target: str) -> Table:
    """The table to be made: all its settings are as they were."""
    return same_table(Table.from_json(definition), target)


def check_snapshot(region: Region, name: str) -> None:
    """See `RecoveryTools.check_snapshot`."""
    with opened_snapshot(region, name) as archive:
        try:
            archive.verify()
        except FolderError as error:
            raise InternalServerError(str(error)) from error


def delete_snapshot(region: Region, name: str) -> None:
    """See `RecoveryTools.delete_snapshot`."""
    if name not in region.shelves.names(SNAPSHOTS):
        raise ResourceNotFoundException(f"There is no snapshot {name}")
    try:
        region.shelves.remove(SNAPSHOTS, name)
    except FolderError as error:
        raise InternalServerError(str(error)) from error
