"""All backups of a Region: archives, deleted tables that are kept, and what is being made.

An archive is a backup of its own; a kept table is one that the system made, without copying. That
of a table whose key was lost is kept until it is deleted, and counts as a user's.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from engine.archives.shelf import BACKUPS
from engine.client.protocol import Json
from engine.errors import BackupNotFoundException, FolderError, InternalServerError
from engine.operations.region import Region
from engine.storage.catalog import Table
from engine.storage.jobs import Job
from engine.storage.trash import KEPT_FOREVER_US, Discarded

_ID = re.compile(r"\d{14}-[0-9a-f]{8}")
_ARN = re.compile(r"(arn:aws:dynamodb:[^:]+:[^:]+:table/[^/]+)/backup/([^/]+)")
DELETED_TABLE = "$DeletedTableBackup"
ARCHIVED_TABLE = "$ArchivedTableBackup"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: of which table, as the catalog had it, with how many items of how many bytes.

    `type` is USER, SYSTEM or AWS_BACKUP, `status` CREATING or AVAILABLE. `source` is what a restore
    reads. `source_region` is where the table was.
    """

    id: str
    name: str
    type: str
    status: str
    table: Table
    items: int
    bytes: int
    created_us: int
    expires_us: int | None
    source_region: str
    source: Json

    @property
    def is_archive(self) -> bool:
        """Whether it is a file."""
        return "shelf" in self.source


def backup_arn(region: Region, backup: Backup) -> str:
    """The ARN of a backup, which begins with that of its table."""
    return f"{region.table_arn(backup.table.name)}/backup/{backup.id}"


def find_backup(region: Region, arn: str) -> Backup:
    """The backup of an ARN (E204)."""
    match = _ARN.fullmatch(arn)
    backup = _by_id(region, match[2]) if match and _ID.fullmatch(match[2]) else None
    if backup is None or backup_arn(region, backup) != arn:
        raise BackupNotFoundException(f"Backup not found: {arn}")
    return backup


def _by_id(region: Region, backup_id: str) -> Backup | None:
    if backup_id in region.shelves.names(BACKUPS):
        try:
            return _of_archive(region, backup_id)
        except FolderError as error:
            raise InternalServerError(str(error)) from error
    found = [*_in_trash(region), *_being_made(region)]
    return next((backup for backup in found if backup.id == backup_id), None)


def all_backups(region: Region) -> list[Backup]:
    """All backups that can be read, in the order of their ids, which is that of their making."""
    found = []
    for name in region.shelves.names(BACKUPS):
        with suppress(FolderError):
            found.append(_of_archive(region, name))
    found += [*_in_trash(region), *_being_made(region)]
    return sorted(found, key=lambda backup: backup.id)


def _of_archive(region: Region, backup_id: str) -> Backup:
    with region.shelves.open(BACKUPS, backup_id) as archive:
        info, section = archive.info, archive.sections[0]
    table = Table.from_json(section.definition)
    return Backup(
        id=backup_id,
        name=info["name"],
        type=info["type"],
        status="AVAILABLE",
        table=table,
        items=section.items,
        bytes=section.bytes,
        created_us=info["created_us"],
        expires_us=info.get("expires_us"),
        source_region=info["region"],
        source={"shelf": BACKUPS, "archive": backup_id, "table": table.name},
    )


def _in_trash(region: Region) -> list[Backup]:
    def of(kept: Discarded, items: int, size: int) -> Backup:
        is_archived = kept.until_us == KEPT_FOREVER_US
        return Backup(
            id=kept.id,
            name=f"{kept.table.name}{ARCHIVED_TABLE if is_archived else DELETED_TABLE}",
            type="USER" if is_archived else "SYSTEM",
            status="AVAILABLE",
            table=kept.table,
            items=items,
            bytes=size,
            created_us=kept.since_us,
            expires_us=None if is_archived else kept.until_us,
            source_region=region.name,
            source={"trash": kept.id},
        )

    now_us = region.clock.now_us()
    return region.database.read(
        lambda reader, _: [
            of(kept, *reader.counts(kept.table.storage_id))
            for kept in reader.trash()
            if kept.until_us > now_us
        ]
    )


def _being_made(region: Region) -> list[Backup]:
    def of(job: Job) -> Backup:
        state = job.state
        return Backup(
            id=state["id"],
            name=state["name"],
            type=state["type"],
            status="CREATING",
            table=Table.from_json(state["definition"]),
            items=state["items"],
            bytes=state["bytes"],
            created_us=state["created_us"],
            expires_us=state["expires_us"],
            source_region=region.name,
            source={},
        )

    made = region.shelves.names(BACKUPS)
    jobs = region.database.read(lambda reader, _: reader.jobs())
    return [
        of(job)
        for job in jobs
        if job.kind == "backup" and job.failure is None and job.state["id"] not in made
    ]
