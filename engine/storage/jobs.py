"""Work that outlives a request, as the database keeps it: what it is, how far it is, how it ended.

A job that is done is forgotten at once. One that failed or was cancelled is kept for a day, so that
whoever asked for it learns why.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import apsw
import orjson

from engine.client.protocol import Json
from engine.storage.connections import fetch

PLAN = "plan"
"""The kind of a plan of backups: it is due again and again, and never done."""

_KEPT_US = 24 * 3_600_000_000
_COLUMNS = "id, kind, subject, state, created_us, attempts, cancelled, failure"


class Job(NamedTuple):
    """A job: its kind, what it is about, what it has noted of its progress.

    `attempts`: how often it was begun. `failure`: why it ended, None while it has not.
    """

    id: int
    kind: str
    subject: str
    state: Json
    created_us: int
    attempts: int
    cancelled: bool
    failure: str | None


def read_jobs(cursor: apsw.Cursor) -> list[Job]:
    """All jobs that are known, in the order of their creation."""
    return [_job(row) for row in fetch(cursor, f"SELECT {_COLUMNS} FROM jobs ORDER BY id")]


def read_job(cursor: apsw.Cursor, job_id: int) -> Job | None:
    """One job; None once it is done, or forgotten."""
    rows = fetch(cursor, f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (job_id,))
    return _job(rows[0]) if rows else None


def _job(row: tuple[Any, ...]) -> Job:
    job_id, kind, subject, state, created_us, attempts, cancelled, failure = row
    return Job(
        job_id, kind, subject, orjson.loads(state), created_us, attempts, bool(cancelled), failure
    )


def begin_attempt(cursor: apsw.Cursor, job_id: int) -> None:
    """Count that a job was begun once more."""
    cursor.execute("UPDATE jobs SET attempts = attempts + 1 WHERE id = ?", (job_id,))


def cancel(cursor: apsw.Cursor, job_id: int) -> None:
    """Ask a job to stop."""
    cursor.execute("UPDATE jobs SET cancelled = 1 WHERE id = ?", (job_id,))


def fail(cursor: apsw.Cursor, job_id: int, failure: str, now_us: int) -> None:
    """Note why a job ended before it was done."""
    cursor.execute(
        "UPDATE jobs SET failure = ?, forget_us = ? WHERE id = ?",
        (failure, now_us + _KEPT_US, job_id),
    )


def forget(cursor: apsw.Cursor, job_id: int) -> None:
    """Forget a job that is done."""
    cursor.execute("DELETE FROM jobs WHERE id = ?", (job_id,))


def forget_old(cursor: apsw.Cursor, now_us: int) -> int:
    """Forget failures that were kept long enough; gives how many."""
    cursor.execute("DELETE FROM jobs WHERE forget_us <= ?", (now_us,))
    return cursor.connection.changes()
