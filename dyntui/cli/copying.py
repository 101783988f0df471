"""`dyntui copy` and `dyntui truncate`: a table again under another name, or empty."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from dyntui.cli.backups import wait_for
from dyntui.cli.command import Command, table_argument
from dyntui.cli.exits import OperationError, say
from dyntui.cli.progress import progress_bar
from dyntui.cli.snapshots import refusals
from dyntui.cli.statement_options import max_rcu_option, max_wcu_option
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.connection.put_many import batch_for, put_many
from dyntui.core.recovery.copying import delete_all, scan_cost_text, scanned
from dyntui.core.tables.recreate import create_request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from engine.client.protocol import Json, LoadProgress
from engine.errors import ApiError

_POLL_S = 0.1
# Nor does a restore bring them along.
_NOT_COPIED = frozenset({"DeletionProtectionEnabled", "StreamSpecification", "TableClass"})
_NO_UNITS = "costs no capacity units"


@click.command(cls=Command)
@table_argument
@click.argument("new_table")
@click.option(
    "--via",
    type=click.Choice(("backup", "scan")),
    default="backup",
    show_default=True,
    help="By a backup and its restore, or by reading and writing each item.",
)
@max_rcu_option
@max_wcu_option("Write at most so many WCU a second.")
@click.option("--dry-run", is_flag=True, help="Only tell what each way costs.")
@click.pass_context
def copy(
    context: click.Context,
    table: str,
    new_table: str,
    via: str,
    max_rcu: float | None,
    max_wcu: float | None,
    dry_run: bool,
) -> None:
    """Copy a table, with its indexes and throughput, into a new one.

    Stream, Time to Live, tags and deletion protection do not come along, as in a restore.

    By a backup the copy is as of one instant and costs no units. By a scan it takes part in
    capacity as any program does, and changes that come meanwhile may or may not be in it.
    """
    _check_limits(via, max_rcu, max_wcu)
    work = workspace(context)
    info = work.table(table)
    say(f"by backup: {_NO_UNITS}; by scan: {scan_cost_text(info)}")
    if dry_run:
        return
    if via == "backup":
        _copy_by_backup(work, table, new_table)
    else:
        work.limit_rates(max_rcu, max_wcu)
        _copy_by_scan(work, info, new_table, batch_for(max_wcu))
    say(f"copied {counted(work.table(new_table).item_count, 'item')} to {new_table}")


def _check_limits(via: str, max_rcu: float | None, max_wcu: float | None) -> None:
    """Refuse a limit of units where none are consumed."""
    if via != "scan" and (max_rcu is not None or max_wcu is not None):
        raise click.UsageError(f"--max-rcu and --max-wcu need --via scan: by {via} costs no units")


def _copy_by_backup(work: Workspace, table: str, new_table: str) -> None:
    request = {"TableName": table, "BackupName": "copy-in-progress"}
    arn = work.call("CreateBackup", request)["BackupDetails"]["BackupArn"]
    wait_for(work, "backup", table, lambda: not _is_creating(work, arn))
    try:
        work.call("RestoreTableFromBackup", {"BackupArn": arn, "TargetTableName": new_table})
        wait_for(work, "restore", new_table, lambda: work.table(new_table).status != "CREATING")
    finally:
        _delete_backup(work, arn)


def _is_creating(work: Workspace, arn: str) -> bool:
    described = work.call("DescribeBackup", {"BackupArn": arn})["BackupDescription"]
    return bool(described["BackupDetails"]["BackupStatus"] == "CREATING")


def _delete_backup(work: Workspace, arn: str) -> None:
    """Delete the backup of a copy; one that a cancelled restore still reads stays, and is told."""
    try:
        work.call("DeleteBackup", {"BackupArn": arn})
    except OperationError as error:
        say(f"the backup {arn} is left: {error.error.message}")


def _copy_by_scan(work: Workspace, info: TableInfo, new_table: str, batch_items: int) -> None:
    request = create_request(info)
    members = {name: value for name, value in request.members.items() if name not in _NOT_COPIED}
    work.call(request.operation, members | {"TableName": new_table})
    work.ready_table(new_table)
    client = work.connection.client
    written = 0

    def show(step: LoadProgress) -> None:
        nonlocal written
        written = step.items_written
        bar.show("copy", written, info.item_count)

    def done() -> str:
        return f"{new_table} was made and {counted(written, 'item was', 'items were')} copied"

    try:
        with progress_bar() as bar:
            items = scanned(client, info.name)
            put_many(client, new_table, items, show, batch_items=batch_items)
    except KeyboardInterrupt:
        say(f"before that, {done()}")
        raise
    except ApiError as error:
        raise OperationError("PutItem", error, done=done()) from error


@click.command(cls=Command)
@table_argument
@click.option(
    "--via",
    type=click.Choice(("drop", "scan")),
    default="drop",
    show_default=True,
    help="By an empty table in its place, or by deleting each item.",
)
@max_rcu_option
@max_wcu_option("Write at most so many WCU a second.")
@click.option("--dry-run", is_flag=True, help="Only tell what each way costs.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def truncate(
    context: click.Context,
    table: str,
    via: str,
    max_rcu: float | None,
    max_wcu: float | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Take all items out of a table.

    By drop, an empty table with all its settings takes the table's place at once, and the items
    stay as a backup for some days. On a remote the table is deleted and created anew, with keys,
    indexes, throughput, class, stream and deletion protection. By scan each item is read and
    deleted.
    """
    _check_limits(via, max_rcu, max_wcu)
    work = workspace(context)
    info = work.table(table)
    say(f"by drop: {_NO_UNITS}; by scan: {scan_cost_text(info)}")
    if dry_run:
        return
    work.confirm(f"Take {counted(info.item_count, 'item')} out of {table}?", yes=yes, typed=table)
    if via == "scan":
        work.limit_rates(max_rcu, max_wcu)
        _delete_all(work, info, batch_for(max_wcu))
    else:
        _truncate_at_once(work, info)


def _delete_all(work: Workspace, info: TableInfo, batch_items: int) -> None:
    client = work.connection.client
    try:
        with progress_bar() as bar:
            count = delete_all(
                client,
                info,
                lambda done, total: bar.show("truncate", done, total),
                batch_items=batch_items,
            )
    except ApiError as error:
        raise OperationError("BatchWriteItem", error) from error
    say(f"deleted {counted(count, 'item')}")


def _truncate_at_once(work: Workspace, info: TableInfo) -> None:
    tools = work.connection.local_tools
    if tools is not None:
        with refusals():
            arn = tools.truncate(info.name)
        kept = "" if arn is None else f"; to have them back: dyntui backup restore {arn} NEW-TABLE"
        say(f"emptied {info.name}{kept}")
        return
    request = create_request(info)
    work.call("DeleteTable", {"TableName": info.name}, origin="person")
    for _ in _until_gone(work, info.name):
        time.sleep(_POLL_S)
    work.call(request.operation, request.members)
    work.ready_table(info.name)
    say(f"emptied {info.name}")


def _until_gone(work: Workspace, table: str) -> Iterator[Json]:
    """The table's description, as long as there is one."""
    while True:
        try:
            yield work.call("DescribeTable", {"TableName": table})
        except OperationError as error:
            if error.error.code != "ResourceNotFoundException":
                raise
            return
