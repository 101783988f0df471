"""Ways back, as an engine offers them beyond DynamoDB's API: snapshots, files of backups, jobs.

Sizes are in bytes, times in microseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Progress = Callable[[int, int], None]
"""Told now and then: how many items are done, and how many there are; may raise to stop."""


@dataclass(frozen=True, slots=True)
class SnapshotTable:
    """A table of a snapshot: its items, and their size by DynamoDB's rules."""

    name: str
    item_count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SnapshotReport:
    """A snapshot: several tables as they were at one instant."""

    name: str
    created_us: int
    file_bytes: int
    tables: tuple[SnapshotTable, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two states: an item before and after, None where there is none.

    Where a whole table is in one state only, `key` is None, and the other is its definition.
    """

    table: str
    key: dict[str, Any] | None
    old: dict[str, Any] | None
    new: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class JobReport:
    """Work that outlives a request: `kind` is backup or restore, `subject` what it is about.

    `done` of `total` items are through. `failure` says why it ended, None while it has not.
    """

    id: int
    kind: str
    subject: str
    created_us: int
    done: int
    total: int
    failure: str | None


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """A plan of backups: of which tables (None: all), how often, for how long they are kept.

    `copy_to` is a Region that gets a copy of each; `last_us` is when the plan was carried out last.
    """

    name: str
    tables: tuple[str, ...] | None
    every_s: int
    keep_s: int
    copy_to: str | None
    last_us: int | None


@dataclass(frozen=True, slots=True)
class PlanRun:
    """What a plan did for a table: the backup's ARN and its copy's, or why there is none."""

    plan: str
    table: str
    arn: str | None
    copy_arn: str | None
    failure: str | None
