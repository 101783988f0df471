"""Backup plans: backups made when they are due, copied, and deleted after their time.

A plan is kept as a job that never ends: it is due again and again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from engine.archives.shelf import BACKUPS
from engine.client.recovery import BackupPlan, PlanRun
from engine.errors import ApiError, FolderError, InternalServerError, ResourceNotFoundException
from engine.operations.backup_book import all_backups, backup_arn
from engine.operations.backup_files import copy_backup
from engine.operations.backups import prepare_backup
from engine.operations.jobs import do_job
from engine.operations.plan_process import is_due
from engine.operations.region import Region
from engine.storage.jobs import PLAN, Job
from engine.storage.transaction import WriteTransaction

_TYPE = "AWS_BACKUP"


def list_plans(region: Region) -> list[BackupPlan]:
    """See `RecoveryTools.backup_plans`."""
    return sorted(map(_plan, _jobs(region)), key=lambda plan: plan.name)


def _jobs(region: Region) -> list[Job]:
    jobs = region.database.read(lambda reader, _: reader.jobs())
    return [job for job in jobs if job.kind == PLAN]


def _plan(job: Job) -> BackupPlan:
    tables = job.state["tables"]
    return BackupPlan(
        name=job.subject,
        tables=None if tables is None else tuple(tables),
        every_s=job.state["every_s"],
        keep_s=job.state["keep_s"],
        copy_to=job.state["copy_to"],
        last_us=job.state["last_us"],
    )


def set_plan(region: Region, plan: BackupPlan) -> None:
    """See `RecoveryTools.set_backup_plan`."""
    state = {
        "tables": None if plan.tables is None else list(plan.tables),
        "every_s": plan.every_s,
        "keep_s": plan.keep_s,
        "copy_to": plan.copy_to,
        "last_us": plan.last_us,
    }

    def work(transaction: WriteTransaction) -> None:
        transaction.end_jobs(PLAN, plan.name)
        transaction.add_job(PLAN, plan.name, state)

    region.database.write(work)


def remove_plan(region: Region, name: str) -> None:
    """See `RecoveryTools.remove_backup_plan`."""
    if name not in {job.subject for job in _jobs(region)}:
        raise ResourceNotFoundException(f"There is no backup plan {name}")
    region.database.write(lambda transaction: transaction.end_jobs(PLAN, name))


def run_plans(region: Region) -> list[PlanRun]:
    """See `RecoveryTools.run_backup_plans`."""
    runs = []
    for job in _jobs(region):
        if region.database.write(partial(_claim, job_id=job.id)):
            runs += _run(region, _plan(job))
    _delete_expired(region)
    for copy_to in {job.state["copy_to"] for job in _jobs(region)} - {None}:
        _delete_expired(region.other(copy_to))
    return runs


def _claim(transaction: WriteTransaction, job_id: int) -> bool:
    """Whether a plan is due, and nobody else is at it: its next turn begins now."""
    state = transaction.job_state(PLAN, job_id)
    if state is None or not is_due(state, transaction.stamp_us):
        return False
    transaction.set_job_state(job_id, state | {"last_us": transaction.stamp_us})
    return True


def _run(region: Region, plan: BackupPlan) -> list[PlanRun]:
    """Make the backups of a plan; one that fails does not keep the others from being made."""
    catalog = region.database.reload_catalog()
    tables = sorted(catalog.tables) if plan.tables is None else plan.tables
    moment = datetime.fromtimestamp(region.clock.now_us() / 1_000_000, UTC)
    name = f"{plan.name}-{moment:%Y%m%dT%H%M%SZ}"
    runs = []
    for table in tables:
        try:
            kept_us = plan.keep_s * 1_000_000
            job_id, backup = prepare_backup(region, table, name, _TYPE, kept_us)
            do_job(region, job_id, None)
            arn = backup_arn(region, backup)
            copied = None
            if plan.copy_to is not None:
                copied = copy_backup(region, arn, partial(region.other, plan.copy_to))
            runs.append(PlanRun(plan.name, table, arn, copied, None))
        except (ApiError, FolderError) as error:
            runs.append(PlanRun(plan.name, table, None, None, str(error)))
    return runs


def _delete_expired(region: Region) -> None:
    now_us = region.clock.now_us()
    for backup in all_backups(region):
        over = backup.expires_us is not None and backup.expires_us <= now_us
        if over and backup.type == _TYPE and backup.is_archive:
            try:
                region.shelves.remove(BACKUPS, backup.id)
            except FolderError as error:
                raise InternalServerError(str(error)) from error
