"""Restores, backups and snapshots that are waited for: asked for, followed, stopped.

A `Watch` carries what is done so far to a face, and the wish to stop back from it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dyntui.core.connection.session import Session
from dyntui.core.recovery.copying import scanned
from dyntui.core.tables.recreate import create_request
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Client, Context, Json, LoadProgress, LocalTools
from engine.client.recovery import JobReport
from engine.errors import ApiError, InternalServerError, ResourceNotFoundException

POLL_S = 0.1
ITEMS_PER_STEP = 500
NOT_RESTORED = ("StreamSpecification", "DeletionProtectionEnabled", "Tags")
"""What a restored table does not have, here as with the service's restores."""


class StoppedError(Exception):
    """It was stopped, and what it did is undone."""


@dataclass(slots=True)
class Watch:
    """What is under way: `left` says whether nobody waits any more, as where the app ends."""

    title: str
    on_progress: Callable[[], None]
    left: Callable[[], bool]
    done: int = 0
    total: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def show(self, done: int, total: int) -> None:
        """Tell how far it is; raises `StoppedError` where it is to stop."""
        if self.stop.is_set() or self.left():
            raise StoppedError
        if (done, total) != (self.done, self.total):
            self.done, self.total = done, total
            self.on_progress()

    @property
    def text(self) -> str:
        """The title, and how far it is."""
        if self.stop.is_set():
            return f"{self.title}: stopping"
        if not self.total:
            return f"{self.title}…"
        return f"{self.title}: {self.done:,} of {self.total:,} items"


def restore(session: Session, tools: LocalTools | None, request: Request, watch: Watch) -> str:
    """Send one of the API's restores and wait for the table; gives its name.

    Raises `engine.errors.ApiError` and `StoppedError`. Where nobody waits any more it goes on by
    itself.
    """
    name = str(request.members["TargetTableName"])
    session.call(request.operation, request.members)

    def is_done() -> bool:
        table = session.call("DescribeTable", {"TableName": name})["Table"]
        return bool(table["TableStatus"] != "CREATING")

    _follow(tools, "restore", name, is_done, watch)
    return name


def back_up(session: Session, tools: LocalTools | None, request: Request, watch: Watch) -> str:
    """Send a CreateBackup and wait for it; gives its name. Raises as `restore` does."""
    answer = session.call(request.operation, request.members)
    arn = answer["BackupDetails"]["BackupArn"]

    def is_done() -> bool:
        described = session.call("DescribeBackup", {"BackupArn": arn})["BackupDescription"]
        return bool(described["BackupDetails"]["BackupStatus"] != "CREATING")

    _follow(tools, "backup", str(request.members["TableName"]), is_done, watch)
    return str(request.members["BackupName"])


def _follow(
    tools: LocalTools | None, kind: str, subject: str, is_done: Callable[[], bool], watch: Watch
) -> None:
    """Wait until it is done, and carry what is known of it."""
    asked = False
    try:
        while not is_done():
            if watch.left():
                raise StoppedError
            job = _job(tools, kind, subject)
            if job is not None and (job.done, job.total) != (watch.done, watch.total):
                watch.done, watch.total = job.done, job.total
                watch.on_progress()
            if watch.stop.wait(POLL_S) and not asked:
                if tools is None or job is None:
                    raise StoppedError
                asked = True
                tools.cancel_job(job.id)
    except ResourceNotFoundException as error:
        # It is gone: the job says why.
        job = _job(tools, kind, subject)
        if asked:
            raise StoppedError from error
        if job is None or job.failure is None:
            raise
        raise InternalServerError(f"the {kind} failed: {job.failure}") from error


def _job(tools: LocalTools | None, kind: str, subject: str) -> JobReport | None:
    """The latest job of a kind on a subject."""
    jobs = [] if tools is None else tools.jobs()
    found = [job for job in jobs if (job.kind, job.subject) == (kind, subject)]
    return found[-1] if found else None


def copy_past(
    client: Client, tools: LocalTools, info: TableInfo, at_s: float, name: str, watch: Watch
) -> str:
    """Make a table like another one, with its items as of a time of its local history.

    Gives the new table's name. Raises `engine.errors.ApiError` and `StoppedError`; the new table
    is gone again then.
    """
    members = {
        member: value
        for member, value in create_request(info).members.items()
        if member not in NOT_RESTORED
    }
    client.call("CreateTable", members | {"TableName": name})

    def is_ready() -> bool:
        table = client.call("DescribeTable", {"TableName": name})["Table"]
        return bool(table["TableStatus"] == "ACTIVE")

    def items() -> Iterator[Json]:
        with tools.at(at_s) as past:
            for count, item in enumerate(scanned(past, info.name)):
                if count % ITEMS_PER_STEP == 0:
                    watch.show(count, info.item_count)
                yield item

    def loaded(progress: LoadProgress) -> None:
        if progress.items_written:
            watch.show(progress.items_written, progress.items_read)

    try:
        _follow(None, "restore", name, is_ready, watch)
        tools.load_items(name, items(), on_progress=loaded)
    except (ApiError, StoppedError):
        # A copy that never was whole is no person's to have back: no backup of it is left.
        client.call("DeleteTable", {"TableName": name}, Context(origin="restore"))
        raise
    return name
