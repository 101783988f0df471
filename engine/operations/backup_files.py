"""The files of backups, beyond what the API offers: checked, copied to another Region."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from engine.archives.shelf import BACKUPS
from engine.errors import FolderError, InternalServerError, ValidationException
from engine.operations.backup_book import backup_arn, find_backup
from engine.operations.region import Region
from engine.operations.restore_sources import check_source


def check_backup(region: Region, arn: str) -> None:
    """See `RecoveryTools.check_backup`."""
    check_source(region, find_backup(region, arn).source)


def unreadable_backups(region: Region) -> list[str]:
    """See `RecoveryTools.unreadable_backups`."""
    return region.shelves.unreadable(BACKUPS)


def copy_backup(region: Region, arn: str, other_region: Callable[[], Region]) -> str:
    """See `RecoveryTools.copy_backup`; the file is copied as it is."""
    backup = find_backup(region, arn)
    if not backup.is_archive:
        raise ValidationException("Only a backup that was asked for can be copied")
    check_source(region, backup.source)
    there = other_region()
    try:
        with (
            region.shelves.path(BACKUPS, backup.id).open("rb") as source,
            there.shelves.creating(BACKUPS, backup.id) as target,
        ):
            shutil.copyfileobj(source, target, 1024 * 1024)
    except FolderError as error:
        raise InternalServerError(str(error)) from error
    return backup_arn(there, backup)
