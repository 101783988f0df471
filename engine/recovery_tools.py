"""What an engine offers beyond the API to go back: snapshots, files of backups, jobs, keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.late import late
from engine.operations.region import Region

if TYPE_CHECKING:
    from engine.client.recovery import (
        BackupPlan,
        Difference,
        JobReport,
        PlanRun,
        Progress,
        SnapshotReport,
    )

_take: Callable[..., SnapshotReport] = late("engine.operations.snapshots", "take_snapshot")
_list: Callable[..., list[SnapshotReport]] = late("engine.operations.snapshots", "list_snapshots")
_unreadable_snapshots: Callable[..., list[str]] = late(
    "engine.operations.snapshots", "unreadable_snapshots"
)
_restore: Callable[..., list[str]] = late("engine.operations.snapshots", "restore_snapshot")
_check: Callable[..., None] = late("engine.operations.snapshots", "check_snapshot")
_delete: Callable[..., None] = late("engine.operations.snapshots", "delete_snapshot")
_diff: Callable[..., Iterator[Difference]] = late(
    "engine.operations.snapshot_diff", "diff_snapshots"
)
_restore_as_of: Callable[..., None] = late("engine.operations.restores", "restore_from_history")
_truncate: Callable[..., str | None] = late("engine.operations.trash", "truncate")
_check_backup: Callable[..., None] = late("engine.operations.backup_files", "check_backup")
_unreadable: Callable[..., list[str]] = late("engine.operations.backup_files", "unreadable_backups")
_copy_backup: Callable[..., str] = late("engine.operations.backup_files", "copy_backup")
_plans: Callable[..., list[BackupPlan]] = late("engine.operations.backup_plans", "list_plans")
_set_plan: Callable[..., None] = late("engine.operations.backup_plans", "set_plan")
_remove_plan: Callable[..., None] = late("engine.operations.backup_plans", "remove_plan")
_run_plans: Callable[..., list[PlanRun]] = late("engine.operations.backup_plans", "run_plans")
_jobs: Callable[..., list[JobReport]] = late("engine.operations.jobs", "job_reports")
_cancel_job: Callable[..., None] = late("engine.operations.jobs", "cancel_job")


class RecoveryMethods:
    """Mix-in for an engine: `RecoveryTools`, each imported when it is first used."""

    _region: Region

    def snapshot(
        self,
        name: str | None = None,
        tables: Sequence[str] | None = None,
        on_progress: Progress | None = None,
    ) -> SnapshotReport:
        """See `RecoveryTools.snapshot`."""
        return _take(self._region, name, tables, on_progress)

    def snapshots(self) -> list[SnapshotReport]:
        """See `RecoveryTools.snapshots`."""
        return _list(self._region)

    def restore(
        self,
        name: str,
        tables: Mapping[str, str] | None = None,
        replace: bool = False,
        on_progress: Progress | None = None,
    ) -> list[str]:
        """See `RecoveryTools.restore`."""
        return _restore(self._region, name, tables, replace, on_progress)

    def check_snapshot(self, name: str) -> None:
        """See `RecoveryTools.check_snapshot`."""
        _check(self._region, name)

    def unreadable_snapshots(self) -> list[str]:
        """See `RecoveryTools.unreadable_snapshots`."""
        return _unreadable_snapshots(self._region)

    def delete_snapshot(self, name: str) -> None:
        """See `RecoveryTools.delete_snapshot`."""
        _delete(self._region, name)

    def diff_snapshots(self, old: str, new: str | None = None) -> Iterator[Difference]:
        """See `RecoveryTools.diff_snapshots`."""
        return _diff(self._region, old, new)

    def restore_as_of(
        self, table: str, new_table: str, when_s: float, without_indexes: bool = False
    ) -> None:
        """See `RecoveryTools.restore_as_of`."""
        _restore_as_of(self._region, table, new_table, when_s, without_indexes)

    def truncate(self, table: str) -> str | None:
        """See `RecoveryTools.truncate`."""
        return _truncate(self._region, table)

    def check_backup(self, arn: str) -> None:
        """See `RecoveryTools.check_backup`."""
        _check_backup(self._region, arn)

    def unreadable_backups(self) -> list[str]:
        """See `RecoveryTools.unreadable_backups`."""
        return _unreadable(self._region)

    def copy_backup(self, arn: str, region: str) -> str:
        """See `RecoveryTools.copy_backup`."""
        return _copy_backup(self._region, arn, lambda: self._region.other(region))

    def backup_plans(self) -> list[BackupPlan]:
        """See `RecoveryTools.backup_plans`."""
        return _plans(self._region)

    def set_backup_plan(self, plan: BackupPlan) -> None:
        """See `RecoveryTools.set_backup_plan`."""
        _set_plan(self._region, plan)

    def remove_backup_plan(self, name: str) -> None:
        """See `RecoveryTools.remove_backup_plan`."""
        _remove_plan(self._region, name)

    def run_backup_plans(self) -> list[PlanRun]:
        """See `RecoveryTools.run_backup_plans`."""
        return _run_plans(self._region)

    def jobs(self) -> list[JobReport]:
        """See `RecoveryTools.jobs`."""
        return _jobs(self._region)

    def cancel_job(self, job_id: int) -> None:
        """See `RecoveryTools.cancel_job`."""
        _cancel_job(self._region, job_id)

    def export_key(self, passphrase: str) -> bytes:
        """See `RecoveryTools.export_key`."""
        return self._region.shelves.keys.export(passphrase)

    def import_key(self, exported: bytes, passphrase: str) -> str:
        """See `RecoveryTools.import_key`."""
        return self._region.shelves.keys.add(exported, passphrase)
