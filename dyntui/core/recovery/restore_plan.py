"""By which means a table comes back as of a time, or from a backup or a snapshot."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.recovery.timeline import Timeline
from dyntui.core.tables.requests import Request
from dyntui.core.text.time_words import iso_text, words_text

Way = Literal["recovery", "past", "backup", "snapshot"]
NOT_BACK = (
    "Keys, indexes, throughput and encryption come along; tags, streams, Time to Live, deletion "
    "protection and point-in-time recovery are to be set again."
)
IN_PLACE = (
    "All settings come along, too. Under the table's own name the snapshot takes its place, all at "
    "once; what is there now goes into the trash and can be restored from there: B."
)


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """A restore of a table: the way it takes, and what from. `at_s` is set for a time."""

    table: str
    way: Way
    at_s: float | None = None
    latest: bool = False
    copy: KeptCopy | None = None

    @property
    def source(self) -> str:
        """What the table comes back from, in words."""
        if self.copy is not None:
            return f"{self.copy.kind} {self.copy.name}, {words_text(self.copy.at_s)}"
        assert self.at_s is not None
        return f"as of {words_text(self.at_s)}"

    @property
    def target(self) -> str:
        """A name for the new table."""
        return f"{self.table}-restored" if self.copy is None else self.copy.target

    @property
    def about(self) -> str:
        """What will be done, and what does not come along."""
        if self.way == "snapshot":
            return f"The table is made as it is in the snapshot. {IN_PLACE}"
        if self.way == "backup":
            return f"RestoreTableFromBackup makes a new table. {NOT_BACK}"
        if self.way == "recovery":
            return f"RestoreTableToPointInTime makes a new table. {NOT_BACK}"
        return (
            "Point-in-time recovery does not reach this time, the change log does: a table with "
            "the same keys, indexes and throughput is made, and the items are read as they were "
            "and put into it. No units are drawn. Keys and indexes are today's."
        )

    def request(self, target: str) -> Request | None:
        """The request that does it; None where the API has none."""
        if self.way == "backup" and self.copy is not None:
            members = {"TargetTableName": target, "BackupArn": self.copy.ref}
            return Request("RestoreTableFromBackup", members)
        if self.way == "recovery":
            when = (
                {"UseLatestRestorableTime": True} if self.latest else {"RestoreDateTime": self.at_s}
            )
            members = {"SourceTableName": self.table, "TargetTableName": target}
            return Request("RestoreTableToPointInTime", members | when)
        return None

    def command(self, target: str) -> str | None:
        """The command that does the same; None where there is none."""
        if self.way == "past":
            return None
        if self.copy is None:
            assert self.at_s is not None
            words = ["dyntui", "restore", self.table, target]
            words += [] if self.latest else ["--at", iso_text(self.at_s)]
        elif self.way == "backup":
            words = ["dyntui", "backup", "restore", self.copy.ref, target]
        else:
            words = ["dyntui", "snapshot", "restore", self.copy.ref, self.table]
            words += ["--replace"] if target == self.table else ["--as", target]
        return shlex.join(words)


def plan_restore(
    table: str, timeline: Timeline, copy: KeptCopy | None, *, is_remote: bool
) -> RestorePlan | str:
    """How a table comes back from a copy, or as of the cursor's time; or why it cannot."""
    if copy is not None:
        way: Way = "snapshot" if copy.kind == "snapshot" else "backup"
        return RestorePlan(copy.table, way, copy=copy)
    at_s = timeline.cursor_s
    if timeline.recoverable:
        return RestorePlan(table, "recovery", at_s, latest=timeline.at_now)
    if is_remote:
        return with_keys(
            "Point-in-time recovery does not reach this time, and on a remote there is no other "
            "way back to it; {timeline.copies} lists backups"
        )
    if timeline.window.earliest_s is None:
        return with_keys(
            "Nothing is kept of the table's past; {timeline.copies} lists backups and snapshots"
        )
    return RestorePlan(table, "past", at_s)
