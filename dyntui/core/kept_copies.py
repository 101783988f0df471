"""What is kept of a table besides itself: backups, snapshots, what stayed when it was dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dyntui.core.schema import TableInfo
from dyntui.core.session import Session
from dyntui.core.timeline import Mark
from engine.client.protocol import Json
from engine.client.recovery_tools import RecoveryTools

TRASH_SUFFIX = "$DeletedTableBackup"
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A backup, a snapshot or a deleted table (`trash`): `ref` is its ARN or its name.

    `state` is a backup's status; `size_bytes` the size of its items, or a snapshot's file. A copy
    of the trash is given up at `until_s`. `tables` are those of a snapshot.
    """

    kind: str
    name: str
    at_s: float
    ref: str
    size_bytes: int = 0
    state: str = "AVAILABLE"
    until_s: float | None = None
    tables: tuple[str, ...] = ()

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
    """The copies of a table, the newest first; snapshots where there are `tools`.

    Raises `engine.errors.ApiError`.
    """
    found = [_of_backup(summary) for summary in _backups(session, table, cancelled)]
    for report in tools.snapshots() if tools is not None else ():
        names = tuple(one.name for one in report.tables)
        if table in names:
            size_bytes = report.file_bytes
            at_s = report.created_us / _MICROSECONDS
            found.append(
                KeptCopy("snapshot", report.name, at_s, report.name, size_bytes, tables=names)
            )
    return sorted(found, key=lambda copy: copy.at_s, reverse=True)


def _backups(session: Session, table: str, cancelled: Callable[[], bool] | None) -> Iterator[Json]:
    request: Json = {"TableName": table, "BackupType": "ALL"}
    while True:
        answer = session.call("ListBackups", request, cancelled)
        yield from answer["BackupSummaries"]
        if "LastEvaluatedBackupArn" not in answer:
            return
        request["ExclusiveStartBackupArn"] = answer["LastEvaluatedBackupArn"]


def _of_backup(summary: Json) -> KeptCopy:
    is_trash = summary["BackupType"] == "SYSTEM"
    return KeptCopy(
        "trash" if is_trash else "backup",
        summary["TableName"] if is_trash else summary["BackupName"],
        summary["BackupCreationDateTime"],
        summary["BackupArn"],
        summary.get("BackupSizeBytes", 0),
        summary["BackupStatus"],
        summary.get("BackupExpiryDateTime"),
    )


def restored_mark(info: TableInfo) -> Mark | None:
    """When, and of what, a table was restored; None if it was not."""
    summary = info.description.get("RestoreSummary")
    if summary is None:
        return None
    source = str(summary.get("SourceBackupArn") or summary.get("SourceTableArn", ""))
    text = f"restored from {source.rpartition('/')[2]}"
    return Mark(info.created, "restored", text)
