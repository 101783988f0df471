"""What an engine offers beyond the API to go back, as a protocol of its own.

The shapes of its answers are not imported: every command would wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.client.recovery import (
        BackupPlan,
        Difference,
        JobReport,
        PlanRun,
        Progress,
        SnapshotReport,
    )


class RecoveryTools(Protocol):
    """The part of `LocalTools` that leads back. All raise `ApiError`."""

    def snapshot(
        self,
        name: str | None = None,
        tables: Sequence[str] | None = None,
        on_progress: Progress | None = None,
    ) -> SnapshotReport:
        """Keep tables, or all of the Region, as they are at one instant.

        Without a name it is called after its time.
        """
        ...

    def snapshots(self) -> list[SnapshotReport]:
        """The snapshots of the Region that can be read, the oldest first."""
        ...

    def restore(
        self,
        name: str,
        tables: Mapping[str, str] | None = None,
        replace: bool = False,
        on_progress: Progress | None = None,
    ) -> list[str]:
        """Make tables as they are in a snapshot, with all their settings; gives their names.

        `tables` says which, and under which names; None is all, under their own. Where it may
        `replace`, they take the place of tables of these names, all in one instant, and those go
        into the trash.
        """
        ...

    def check_snapshot(self, name: str) -> None:
        """Read all of a snapshot; raises `InternalServerError` where it is damaged."""
        ...

    def unreadable_snapshots(self) -> list[str]:
        """The files that should be snapshots and are left out of their list, each with why."""
        ...

    def delete_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        ...

    def diff_snapshots(self, old: str, new: str | None = None) -> Iterator[Difference]:
        """What differs between two snapshots, or between one and now, by table and key."""
        ...

    def restore_as_of(
        self, table: str, new_table: str, when_s: float, without_indexes: bool = False
    ) -> None:
        """Begin to make a new table as one was at a time, in seconds since the epoch.

        As RestoreTableToPointInTime, and as far back as local history reaches, too.
        """
        ...

    def truncate(self, table: str) -> str | None:
        """Put an empty table in the place of one, with all its settings, at once.

        The items are kept for some time; gives the ARN of the backup by which they come back.
        """
        ...

    def check_backup(self, arn: str) -> None:
        """Read all of a backup; raises `InternalServerError` where it is damaged."""
        ...

    def unreadable_backups(self) -> list[str]:
        """One line for each file of a backup that cannot be opened, and so is not listed."""
        ...

    def copy_backup(self, arn: str, region: str) -> str:
        """Copy a backup into another Region of the folder; gives the copy's ARN."""
        ...

    def backup_plans(self) -> list[BackupPlan]:
        """The plans of the Region, by name."""
        ...

    def set_backup_plan(self, plan: BackupPlan) -> None:
        """Make a plan, or put it in the place of one of its name."""
        ...

    def remove_backup_plan(self, name: str) -> None:
        """Remove a plan; what it made stays until its time is over."""
        ...

    def run_backup_plans(self) -> list[PlanRun]:
        """Make the backups that are due, and delete those whose time is over.

        Where several do it at once, each backup is made by one of them.
        """
        ...

    def jobs(self) -> list[JobReport]:
        """The jobs of backups and restores: those at work, and those that failed in a day."""
        ...

    def cancel_job(self, job_id: int) -> None:
        """Ask a job to stop; it undoes what it did."""
        ...

    def export_key(self, passphrase: str) -> bytes:
        """The key that opens the folder's archives, for another folder's `import_key`."""
        ...

    def import_key(self, exported: bytes, passphrase: str) -> str:
        """Keep a key that was exported elsewhere; gives its fingerprint. Raises `FolderError`."""
        ...
