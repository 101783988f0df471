"""`dyntui backup` and `dyntui restore`: tables kept as files, and brought back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import click

from dyntui.cli.backup_plans import plan, run_plans
from dyntui.cli.command import Command, complete_tables, report_option, table_argument
from dyntui.cli.exits import UNMET, Failure, OperationError, say
from dyntui.cli.output import write_document, write_rows
from dyntui.cli.progress import ProgressBar, progress_bar
from dyntui.cli.snapshots import refusals
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.text.amounts import counted
from dyntui.core.text.moments import utc_text
from engine.client.paging import answers
from engine.client.protocol import Json
from engine.client.recovery import JobReport
from engine.clock import SYSTEM_CLOCK

_POLL_S = 0.1
_TYPES = {"user": "USER", "system": "SYSTEM", "plan": "AWS_BACKUP", "all": "ALL"}
_ODD = re.compile(r"[^a-zA-Z0-9_.-]")


@click.group()
def backup() -> None:
    """Back tables up, each into a file of its own, and restore them.

    A backup outlives its table, and can be carried to another data folder.
    """


backup.add_command(plan)
backup.add_command(run_plans, "run-plans")


@backup.command(cls=Command)
@table_argument
@click.argument("name", required=False)
@click.pass_context
def create(context: click.Context, table: str, name: str | None) -> None:
    """Back a table up as it is now; writes the backup's ARN to stdout."""
    work = workspace(context)
    now = datetime.fromtimestamp(SYSTEM_CLOCK.now_us() / 1_000_000, UTC)
    chosen = name or f"{_ODD.sub('_', table)}-{now:%Y%m%dT%H%M%SZ}"
    made = work.call("CreateBackup", {"TableName": table, "BackupName": chosen})
    arn = made["BackupDetails"]["BackupArn"]

    def is_done() -> bool:
        described = work.call("DescribeBackup", {"BackupArn": arn})["BackupDescription"]
        return bool(described["BackupDetails"]["BackupStatus"] != "CREATING")

    wait_for(work, "backup", table, is_done)
    click.echo(arn)


@backup.command("list", cls=Command)
@click.argument("table", required=False, shell_complete=complete_tables)
@click.option(
    "--type",
    "kind",
    type=click.Choice(tuple(_TYPES)),
    default="all",
    show_default=True,
    help="Whose backups: those asked for, of deleted tables, of backup plans.",
)
@report_option("The form of the list.")
@click.pass_context
def list_backups(context: click.Context, table: str | None, kind: str, output: str) -> None:
    """List the backups of the Region, or of a table, the oldest first."""
    work = workspace(context)
    found = list(_summaries(work, table, _TYPES[kind]))
    if output == "json":
        write_document(found)
        return
    rows = [
        (
            each["BackupArn"].rpartition("/")[2],
            each["BackupName"],
            each["TableName"],
            each["BackupType"],
            each["BackupStatus"],
            utc_text(each["BackupCreationDateTime"]),
            utc_text(each["BackupExpiryDateTime"]) if "BackupExpiryDateTime" in each else "",
            f"{each.get('BackupSizeBytes', 0):,}",
        )
        for each in found
    ]
    heads = ("id", "name", "table", "type", "status", "made", "kept until", "bytes")
    write_rows(heads, rows, (*[False] * 7, True))


def _summaries(work: Workspace, table: str | None, kind: str) -> Iterator[Json]:
    request: Json = {"BackupType": kind} | ({} if table is None else {"TableName": table})
    for answer in answers(work.call, "ListBackups", request):
        yield from answer["BackupSummaries"]


def backup_arn(work: Workspace, text: str) -> str:
    """The ARN of the backup that a text means: its ARN, its id, or a name that only one has."""
    if text.startswith("arn:"):
        return text
    found = [
        str(each["BackupArn"])
        for each in _summaries(work, None, "ALL")
        if text in (each["BackupArn"].rpartition("/")[2], each["BackupName"])
    ]
    if not found:
        raise Failure(f"There is no backup {text}")
    if len(found) > 1:
        raise click.UsageError(f"{len(found)} backups have the name {text}: give the id of one")
    return found[0]


@backup.command(cls=Command)
@click.argument("backup")
@click.pass_context
def show(context: click.Context, backup: str) -> None:
    """Show a backup and its table as the API describes them; BACKUP is an id, a name or an ARN."""
    work = workspace(context)
    described = work.call("DescribeBackup", {"BackupArn": backup_arn(work, backup)})
    write_document(described["BackupDescription"])


@backup.command(cls=Command)
@click.argument("backup")
@click.argument("table")
@click.option("--without-indexes", is_flag=True, help="Restore the items alone.")
@click.pass_context
def restore(context: click.Context, backup: str, table: str, without_indexes: bool) -> None:
    """Restore a backup into a new table.

    Keys, indexes, throughput and encryption come back; tags, streams, Time to Live and
    point-in-time recovery are to be set again, as with the service.
    """
    work = workspace(context)
    request: Json = {"TargetTableName": table, "BackupArn": backup_arn(work, backup)}
    _restore(work, "RestoreTableFromBackup", request | _overrides(without_indexes))


def _overrides(without_indexes: bool) -> Json:
    if not without_indexes:
        return {}
    return {"GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": []}


def _restore(work: Workspace, operation: str, request: Json) -> None:
    work.call(operation, request)
    _wait_for_table(work, request["TargetTableName"])


def _wait_for_table(work: Workspace, table: str) -> None:
    def is_done() -> bool:
        described = work.call("DescribeTable", {"TableName": table})["Table"]
        return bool(described["TableStatus"] != "CREATING")

    wait_for(work, "restore", table, is_done)
    count = work.table(table).item_count
    say(f"restored {table}, with {counted(count, 'item')}")


@click.command(cls=Command)
@table_argument
@click.argument("new_table")
@click.option("--at", "when", metavar="TIME", help="As of a time; without it, as of now.")
@click.option("--without-indexes", is_flag=True, help="Restore the items alone.")
@click.pass_context
def restore_table(
    context: click.Context, table: str, new_table: str, when: str | None, without_indexes: bool
) -> None:
    """Restore a table as of a time into a new one.

    TIME is '10 minutes ago', a date and time, or seconds since the epoch. It goes as far back as
    local history, or point-in-time recovery, reaches; on a remote, as recovery does.
    """
    from dyntui.core.text.moments import MomentError, moment

    now_s = SYSTEM_CLOCK.now_us() / 1_000_000
    try:
        when_s = now_s if when is None else moment(when, now_s)
    except MomentError as error:
        raise click.UsageError(str(error)) from None
    work = workspace(context)
    tools = work.connection.local_tools
    if tools is not None:
        with refusals():
            tools.restore_as_of(table, new_table, when_s, without_indexes)
        _wait_for_table(work, new_table)
        return
    request: Json = {"SourceTableName": table, "TargetTableName": new_table}
    if when is None:
        request["UseLatestRestorableTime"] = True
    else:
        request["RestoreDateTime"] = when_s
    _restore(work, "RestoreTableToPointInTime", request | _overrides(without_indexes))


def wait_for(work: Workspace, kind: str, subject: str, is_done: Callable[[], bool]) -> None:
    """Wait for a backup or a restore; Ctrl-C cancels it, where it is done here.

    Raises `Failure` where it failed.
    """
    try:
        with progress_bar() as bar:
            while not is_done():
                _show_progress(work, bar, kind, subject)
                time.sleep(_POLL_S)
    except OperationError as error:
        # It is gone: the job says why.
        job = _job(work, kind, subject)
        if job is None or job.failure is None:
            raise
        raise Failure(f"the {kind} failed: {job.failure}") from error
    except KeyboardInterrupt:
        job = _job(work, kind, subject)
        if job is not None and work.connection.local_tools is not None:
            work.connection.tools.cancel_job(job.id)
        raise


def _show_progress(work: Workspace, bar: ProgressBar, kind: str, subject: str) -> None:
    job = _job(work, kind, subject)
    if job is not None:
        bar.show(kind, job.done, job.total)


def _job(work: Workspace, kind: str, subject: str) -> JobReport | None:
    """The latest job of a kind on a subject."""
    tools = work.connection.local_tools
    jobs = [] if tools is None else tools.jobs()
    found = [job for job in jobs if (job.kind, job.subject) == (kind, subject)]
    return found[-1] if found else None


@backup.command(cls=Command)
@click.argument("backups", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def delete(context: click.Context, backups: tuple[str, ...], yes: bool) -> None:
    """Delete backups."""
    work = workspace(context)
    arns = [backup_arn(work, each) for each in backups]
    work.confirm(f"Delete {', '.join(backups)}?", yes=yes)
    for each, arn in zip(backups, arns, strict=True):
        work.call("DeleteBackup", {"BackupArn": arn})
        say(f"deleted {each}")


@backup.command(cls=Command)
@click.argument("backups", nargs=-1)
@click.pass_context
def verify(context: click.Context, backups: tuple[str, ...]) -> None:
    """Read all of the backups that are named, or of all there are.

    Ends with 1 where one is damaged.
    """
    work = workspace(context)
    damaged = 0
    with refusals():
        unreadable = work.connection.tools.unreadable_backups()
    named = [(each, backup_arn(work, each)) for each in backups]
    every = [(each["BackupArn"].rpartition("/")[2], each["BackupArn"]) for each in _all(work)]
    for name, arn in named or every:
        try:
            with refusals():
                work.connection.tools.check_backup(arn)
            click.echo(f"{name}: sound")
        except Failure as failure:
            damaged += 1
            click.echo(f"{name}: {failure.message}")
    for line in () if named else unreadable:
        damaged += 1
        click.echo(line)
    if damaged:
        context.exit(UNMET)


def _all(work: Workspace) -> Iterator[Json]:
    return _summaries(work, None, "ALL")


@backup.command(cls=Command)
@click.argument("backup")
@click.option("--to", "target", required=True, metavar="REGION", help="The Region to copy it to.")
@click.pass_context
def copy(context: click.Context, backup: str, target: str) -> None:
    """Copy a backup into another Region of the folder; writes the copy's ARN to stdout."""
    work = workspace(context)
    arn = backup_arn(work, backup)
    with refusals():
        click.echo(work.connection.tools.copy_backup(arn, target))


@backup.command(cls=Command)
@click.option("--cancel", "job_id", type=int, metavar="JOB", help="Ask a job to stop.")
@click.pass_context
def jobs(context: click.Context, job_id: int | None) -> None:
    """List backups and restores that are at work, and those that failed within a day."""
    tools = workspace(context).connection.tools
    if job_id is not None:
        tools.cancel_job(job_id)
        say(f"asked job {job_id} to stop")
        return
    rows = [
        (
            str(job.id),
            job.kind,
            job.subject,
            f"{job.done:,} of {job.total:,}",
            job.failure or "at work",
        )
        for job in tools.jobs()
    ]
    write_rows(("job", "kind", "subject", "items", "state"), rows, (True, *[False] * 4))
