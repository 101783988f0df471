"""Jobs: long work that outlives the request that asked for it.

A job is a row in the database: its kind, and a state that it keeps up to date in the same
transactions as its work, so that whoever comes after a kill goes on from there. Large work is done
by a child process, small work and work in memory in place. A lock on a file says that somebody is
at a job; the kernel frees it after a kill. Who opens the folder next takes up what nobody is at.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.client.protocol import Json
from engine.client.recovery import JobReport, Progress
from engine.clock import SystemClock
from engine.errors import ApiError, FolderError, InternalServerError, TableKeyDenied
from engine.late import late
from engine.operations.region import Region
from engine.storage.data_keys import KEY_DENIED
from engine.storage.gate import FileGate
from engine.storage.jobs import Job
from engine.storage.transaction import WriteTransaction

LARGE_BYTES = 16 * 1024 * 1024
"""From this size on a child process does the work: starting one costs a fifth of a second."""

_ATTEMPTS_MAX = 5
_PULSE_S = 0.5
_FAILURES = (ApiError, FolderError)
_CANCELLED = "cancelled"
_ROOT = Path(__file__).parents[2]

# What does the work of a kind, and what undoes the part of it that a failure leaves.
_RUN: dict[str, Callable[..., None]] = {
    "backup": late("engine.operations.backup_job", "run"),
    "export": late("engine.operations.export_job", "run"),
    "import": late("engine.operations.import_job", "run"),
    "restore": late("engine.operations.restore_job", "run"),
}
_ABANDON: dict[str, Callable[..., None]] = {
    "backup": late("engine.operations.backup_job", "abandon"),
    "export": late("engine.operations.export_job", "abandon"),
    "import": late("engine.operations.import_job", "abandon"),
    "restore": late("engine.operations.restore_job", "abandon"),
}


class JobCancelledError(Exception):
    """Somebody asked the job to stop."""


class Running:
    """A job at work, as the work sees it.

    `begun` is called once its view of the data stands, `on_progress` after each step.
    """

    def __init__(
        self, region: Region, job: Job, begun: Callable[[], None], on_progress: Progress
    ) -> None:
        self.region = region
        self.job = job
        self.begun = begun
        self._on_progress = on_progress
        self._told_s = region.clock.monotonic_s()

    def pulse(self, done: int) -> None:
        """Note now and then how much is done; raises `JobCancelledError`.

        In memory nobody could ask for it meanwhile.
        """
        now_s = self.region.clock.monotonic_s()
        if self.region.database.path is None or now_s - self._told_s < _PULSE_S:
            return
        self._told_s = now_s
        self.step(lambda _: None, self.job.state | {"done": done})

    def step(self, work: Callable[[WriteTransaction], None], state: Json) -> None:
        """Do a step of the work and note the progress, both or neither."""

        def both(transaction: WriteTransaction) -> None:
            _check_wanted(transaction.job(self.job.id))
            work(transaction)
            transaction.set_job_state(self.job.id, state)

        self.region.database.write(both)
        self._on_progress(state["done"], state["total"])

    def finish(self, work: Callable[[WriteTransaction], None]) -> None:
        """Do the last step, after which the job is done."""

        def both(transaction: WriteTransaction) -> None:
            _check_wanted(transaction.job(self.job.id))
            work(transaction)
            transaction.end_job(self.job.id)

        self.region.database.write(both)


def _check_wanted(job: Job | None) -> None:
    if job is None or job.cancelled:
        raise JobCancelledError


def start_job(region: Region, job_id: int, size: int) -> None:
    """See that a job is done that works on so many bytes.

    When this returns, its view of the data stands, and small work is done. A failure until then is
    raised.
    """
    if size < LARGE_BYTES or not may_have_children(region):
        failure = run_job(region, job_id)
        if failure is not None:
            raise _error_of(failure)
        return
    _start_child(region, job_id, wait=True)


def resume_jobs(region: Region) -> None:
    """Take up the jobs that nobody is at: their process was killed."""
    if region.database.path is None:
        return
    for job in region.database.read(lambda reader, _: reader.jobs()):
        if job.kind not in _RUN or job.failure is not None:
            continue
        if not may_have_children(region):
            run_job(region, job.id)
        elif not _is_held(region, job.id):
            _start_child(region, job.id, wait=False)


def do_job(region: Region, job_id: int, on_progress: Progress | None) -> None:
    """Do a job in this process, to its end; raises why it failed, and what `on_progress` raises."""
    failure = run_job(region, job_id, on_progress=on_progress or _unwatched)
    if failure is not None:
        raise _error_of(failure)


def _error_of(failure: str) -> ApiError:
    """What is raised for a failed job, of which only the text of its failure is kept."""
    if failure.startswith(KEY_DENIED):
        return TableKeyDenied(failure)
    return InternalServerError(failure)


def _unwatched(_done: int, _total: int) -> None:
    """Where nobody wants to know how far a job is."""


def run_job(
    region: Region,
    job_id: int,
    begun: Callable[[], None] = lambda: None,
    on_progress: Progress = _unwatched,
) -> str | None:
    """Do a job in this process, unless somebody is at it; gives why it failed, if it did."""
    with _lease(region, job_id) as is_ours:
        if not is_ours:
            return None
        job = region.database.write(lambda transaction: transaction.begin_job(job_id))
        if job is None:
            return None
        try:
            if job.attempts >= _ATTEMPTS_MAX:
                raise InternalServerError(f"given up after {job.attempts} attempts")
            _RUN[job.kind](Running(region, job, begun, on_progress))
        except JobCancelledError:
            return _fail(region, job, _CANCELLED)
        except _FAILURES as error:
            return _fail(region, job, str(error))
        except BaseException as error:
            # Ctrl-C, or a failure that nobody foresaw.
            _fail(region, job, f"ended by {type(error).__name__}")
            raise
        return None


def _fail(region: Region, job: Job, failure: str) -> str:
    def work(transaction: WriteTransaction) -> None:
        left = transaction.job(job.id)
        if left is not None:
            _ABANDON[job.kind](region, transaction, left)
            transaction.fail_job(job.id, failure)

    region.database.write(work)
    return failure


def cancel_job(region: Region, job_id: int) -> None:
    """Ask a job to stop; it undoes what it did and is told of as failed."""
    region.database.write(lambda transaction: transaction.cancel_job(job_id))


def job_reports(region: Region) -> list[JobReport]:
    """See `RecoveryTools.jobs`."""
    return [
        JobReport(
            id=job.id,
            kind=job.kind,
            subject=job.subject,
            created_us=job.created_us,
            done=job.state["done"],
            total=job.state["total"],
            failure=job.failure,
        )
        for job in region.database.read(lambda reader, _: reader.jobs())
        if job.kind in _RUN
    ]


def job_of(region: Region, job_id: int) -> Job | None:
    """A job; None once it is done."""
    return region.database.read(lambda reader, _: reader.job(job_id))


# Leases.


def _lease_path(region: Region, job_id: int) -> Path | None:
    path = region.database.path
    return None if path is None else path.with_name(f"job-{job_id}.lock")


@contextlib.contextmanager
def _lease(region: Region, job_id: int) -> Iterator[bool]:
    """Be the only one at a job; gives whether that is so."""
    path = _lease_path(region, job_id)
    if path is None:
        yield True
        return
    with contextlib.closing(FileGate(path)) as gate:
        is_ours = gate.acquire(blocking=False)
        try:
            yield is_ours
        finally:
            if is_ours:
                path.unlink(missing_ok=True)
                _remove_idle_locks(region, path.parent)


def _remove_idle_locks(region: Region, folder: Path) -> None:
    """Remove the locks of jobs that are gone: a kill may have come right behind their end."""
    # In this order: a job is known before it is locked.
    locks = list(folder.glob("job-*.lock"))
    known = {job.id for job in region.database.read(lambda reader, _: reader.jobs())}
    for path in locks:
        if int(path.stem.removeprefix("job-")) not in known:
            path.unlink(missing_ok=True)


def _is_held(region: Region, job_id: int) -> bool:
    path = _lease_path(region, job_id)
    if path is None or not path.exists():
        return False
    with contextlib.closing(FileGate(path)) as gate:
        return not gate.acquire(blocking=False)


# Child processes.


def may_have_children(region: Region) -> bool:
    """Whether another process could do the work.

    None can in memory, on a clock of our own, or where tables are under keys that a passphrase
    opens: nobody gives it to that process.
    """
    if region.database.path is None or not isinstance(region.clock, SystemClock):
        return False
    has_sealed = bool(region.database.catalog.data_keys)
    return not has_sealed or region.database.data_keys.keys.master_kind != "passphrase"


def _start_child(region: Region, job_id: int, wait: bool) -> None:
    """Start a process for a job; `wait` until its view of the data stands, or it has ended."""
    child = start_process(region, str(job_id))
    assert child.stdout is not None
    begun = bool(wait and child.stdout.readline())
    threading.Thread(
        target=_see_to_its_end,
        args=(region, job_id, child),
        name=f"dyntui-job-{job_id}",
        daemon=True,
    ).start()
    if wait and not begun:
        child.wait()
        _raise_failure(region, job_id)


def start_process(region: Region, argument: str) -> subprocess.Popen[bytes]:
    """Start a process for the jobs of a Region, see `engine.job_process`."""
    path = region.database.path
    assert path is not None
    command = [sys.executable, "-m", "engine.job_process", str(path.parents[1]), region.name]
    search = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [*command, argument],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": search},
        # It goes on after the end, or the interruption, of the program that asked.
        start_new_session=True,
    )


def _raise_failure(region: Region, job_id: int) -> None:
    """Raise why a job failed at once; one that its process did not even begin is done here."""
    job = job_of(region, job_id)
    failure = None if job is None else job.failure or run_job(region, job_id)
    if failure is not None:
        raise _error_of(failure)


def _see_to_its_end(region: Region, job_id: int, child: subprocess.Popen[Any]) -> None:
    """Wait for a child; where it was killed, its job is taken up again."""
    with child:
        child.wait()
    # One that could not start would not the next time.
    if child.returncode < 0 and not region.database.is_closed:
        with contextlib.suppress(*_FAILURES):
            _start_child(region, job_id, wait=False)
