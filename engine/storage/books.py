"""What a transaction notes beside tables and items: jobs, exports and imports, requests already
answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import orjson

from engine.client.protocol import Json
from engine.storage import jobs, transfers
from engine.storage.connections import fetch
from engine.storage.transfers import Transfer


class Books:
    """The part of a write transaction that keeps books.

    `stamp_us` is the time of the request at work: never smaller than that of an earlier change.
    `writes` grows with whatever is written. `cursor` is for the modules of this room.
    """

    def __init__(self, cursor: apsw.Cursor, last_stamp_us: int) -> None:
        self.cursor = cursor
        self.stamp_us = last_stamp_us
        self.writes = 0

    def query(self, sql: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement of this room's that only reads."""
        return fetch(self.cursor, sql, tuple(bindings))

    def change(self, sql: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement of this room's that writes."""
        self.writes += 1
        return fetch(self.cursor, sql, tuple(bindings))

    def freed(self) -> int:
        """How many rows the last statement deleted; they count as writes."""
        count = self.cursor.connection.changes()
        self.writes += count
        return count

    # Jobs.

    def add_job(self, kind: str, subject: str, state: Json) -> int:
        """Note work that outlives the request; gives its id."""
        self.writes += 1
        self.cursor.execute(
            "INSERT INTO jobs(kind, subject, state, created_us) VALUES(?, ?, ?, ?)",
            (kind, subject, orjson.dumps(state), self.stamp_us),
        )
        return self.cursor.connection.last_insert_rowid()

    def job_state(self, kind: str, job_id: int) -> Json | None:
        """What a job has noted of its progress; None once it is done.

        Another process may have ended it and begun one of another kind, which has its id then.
        """
        rows = fetch(
            self.cursor, "SELECT state FROM jobs WHERE id = ? AND kind = ?", (job_id, kind)
        )
        return orjson.loads(rows[0][0]) if rows else None

    def set_job_state(self, job_id: int, state: Json) -> None:
        """Note a job's progress."""
        self.writes += 1
        self.cursor.execute("UPDATE jobs SET state = ? WHERE id = ?", (orjson.dumps(state), job_id))

    def job(self, job_id: int) -> jobs.Job | None:
        """A job; None once it is done, or forgotten."""
        return jobs.read_job(self.cursor, job_id)

    def begin_job(self, job_id: int) -> jobs.Job | None:
        """Note that a job is begun, once more perhaps; None where there is nothing to do."""
        job = self.job(job_id)
        if job is None or job.failure is not None:
            return None
        self.writes += 1
        jobs.begin_attempt(self.cursor, job_id)
        return job

    def cancel_job(self, job_id: int) -> None:
        """Ask a job to stop."""
        self.writes += 1
        jobs.cancel(self.cursor, job_id)

    def fail_job(self, job_id: int, failure: str) -> None:
        """Note why a job ended before it was done."""
        self.writes += 1
        jobs.fail(self.cursor, job_id, failure, self.stamp_us)

    def end_job(self, job_id: int) -> None:
        """Forget a job: it is done."""
        self.writes += 1
        jobs.forget(self.cursor, job_id)

    def end_jobs(self, kind: str, subject: str) -> None:
        """Forget the jobs of a kind on a subject: they are done, or their subject is gone."""
        self.writes += 1
        self.cursor.execute("DELETE FROM jobs WHERE kind = ? AND subject = ?", (kind, subject))

    def forget_failures(self) -> None:
        """Forget failed jobs that were told of long enough."""
        self.writes += jobs.forget_old(self.cursor, self.stamp_us)

    # Exports and imports.

    def transfer(self, transfer_id: str) -> Transfer | None:
        """An export or import."""
        return transfers.read(self.cursor, transfer_id)

    def transfers(self, kind: str) -> list[Transfer]:
        """The exports, or imports, of the last 90 days, the newest first."""
        return transfers.read_all(self.cursor, kind)

    def put_transfer(self, transfer: Transfer, rejections: Sequence[Json] = ()) -> None:
        """Note an export or import, or what became of it, with what it could not take."""
        self.writes += 1
        transfers.put(self.cursor, transfer)
        if rejections:
            transfers.put_rejections(self.cursor, transfer.id, rejections)

    def forget_transfers(self) -> None:
        """Forget exports and imports that are listed no longer."""
        self.writes += transfers.forget_old(self.cursor, self.stamp_us)

    # Requests already answered.

    def token_digest(self, token: str) -> bytes | None:
        """The digest of the request that was carried out under a token; None where none was."""
        rows = fetch(
            self.cursor,
            "SELECT digest FROM tokens WHERE token = ? AND until_us > ?",
            (token, self.stamp_us),
        )
        return bytes(rows[0][0]) if rows else None

    def put_token(self, token: str, digest: bytes, seconds: float) -> None:
        """Remember for some time that the request of a token was carried out."""
        self.writes += 1
        self.cursor.execute(
            "INSERT OR REPLACE INTO tokens(token, digest, until_us) VALUES(?, ?, ?)",
            (token, digest, self.stamp_us + round(seconds * 1_000_000)),
        )

    def forget_tokens(self, count_max: int) -> int:
        """Forget tokens that are no longer valid; gives how many."""
        self.cursor.execute(
            "DELETE FROM tokens WHERE token IN"
            " (SELECT token FROM tokens WHERE until_us <= ? ORDER BY until_us LIMIT ?)",
            (self.stamp_us, count_max),
        )
        return self.freed()
