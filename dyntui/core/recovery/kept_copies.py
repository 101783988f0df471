"""What is kept of a table besides itself: backups, snapshots, what stayed when it was dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dyntui.core.connection.session import Session
from dyntui.core.recovery.timeline import Mark
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json
from engine.client.recovery_tools import RecoveryTools

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A backup, a snapshot or a deleted table (`trash`): `ref` is its ARN or its name.

    `state` is a backup's status; `size_bytes` the size of its items, or a snapshot's file. A copy
    of the trash is given up at `until_s`. `tables` are those of a snapshot. `orphaned`: there is no
    such table any more.
    """

    kind: str
    name: str
    table: str
    at_s: float
    ref: str
    size_bytes: int = 0
    state: str = "AVAILABLE"
    until_s: float | None = None
    tables: tuple[str, ...] = ()
    orphaned: bool = False

    @property
    def target(self) -> str:
        """A name for the table that it is restored into."""
        return self.table if self.orphaned else f"{self.table}-restored"

    @property
    def mark(self) -> Mark:
        """The copy as a mark on the bar."""
        what = "deleted" if self.kind == "trash" else self.kind
        return Mark(self.at_s, self.kind, f"{what} {self.name}", self.ref)


def kept_copies(
    session: Session,
    tools: RecoveryTools | None,
    table: str,
    cancelled: Callable[[], bool] | None = None,
) -> list[KeptCopy]:
    """The copies of a table, the newest first; then those of tables that there are no more.

    Snapshots are among them where there are `tools`. Raises `engine.errors.ApiError`.
    """
    backups = session.answers("ListBackups", {"BackupType": "ALL"}, cancelled)
    summaries = [summary for answer in backups for summary in answer["BackupSummaries"]]
    tables = {table}
    if any(summary["TableName"] != table for summary in summaries):
        tables |= set(session.table_names(cancelled))
    found = [
        _of_backup(summary, orphaned=summary["TableName"] not in tables)
        for summary in summaries
        if summary["TableName"] == table or summary["TableName"] not in tables
    ]
    for report in tools.snapshots() if tools is not None else ():
        names = tuple(one.name for one in report.tables)
        if table in names:
            size_bytes = report.file_bytes
            at_s = report.created_us / _MICROSECONDS
            found.append(
                KeptCopy(
                    "snapshot", report.name, table, at_s, report.name, size_bytes, tables=names
                )
            )
    return sorted(found, key=lambda copy: (copy.orphaned, -copy.at_s))


def _of_backup(summary: Json, *, orphaned: bool) -> KeptCopy:
    is_trash = summary["BackupType"] == "SYSTEM"
    return KeptCopy(
        "trash" if is_trash else "backup",
        summary["TableName"] if is_trash else summary["BackupName"],
        summary["TableName"],
        summary["BackupCreationDateTime"],
        summary["BackupArn"],
        summary.get("BackupSizeBytes", 0),
        summary["BackupStatus"],
        summary.get("BackupExpiryDateTime"),
        orphaned=orphaned,
    )


def restored_mark(info: TableInfo) -> Mark | None:
    """When, and of what, a table was restored; None if it was not."""
    summary = info.description.get("RestoreSummary")
    if summary is None:
        return None
    source = str(summary.get("SourceBackupArn") or summary.get("SourceTableArn", ""))
    text = f"restored from {source.rpartition('/')[2]}"
    return Mark(info.created, "restored", text)
