"""`dyntui backup plan` and `run-plans`: backups that are made when they are due."""

from __future__ import annotations

import click

from dyntui.cli.command import Command, complete_tables
from dyntui.cli.exits import PARTIAL, say
from dyntui.cli.output import write_rows
from dyntui.cli.snapshots import refusals
from dyntui.cli.workspace import workspace
from dyntui.core.connection.choices import ConnectError, region_name
from dyntui.core.text.duration import DurationError, span_s, span_text
from dyntui.core.text.moments import utc_text
from engine.client.recovery import BackupPlan


@click.group()
def plan() -> None:
    """Plans by which tables are backed up again and again."""


@plan.command("set", cls=Command)
@click.argument("name")
@click.argument("tables", nargs=-1, shell_complete=complete_tables)
@click.option("--every", default="1d", show_default=True, help="How often, as in 12h, 1d, 1w.")
@click.option("--keep", default="35d", show_default=True, help="For how long each is kept.")
@click.option("--copy-to", metavar="REGION", help="A Region of the folder that gets a copy.")
@click.pass_context
def set_plan(
    context: click.Context,
    name: str,
    tables: tuple[str, ...],
    every: str,
    keep: str,
    copy_to: str | None,
) -> None:
    """Make a plan for the tables that are named, or for all; or change it."""
    try:
        every_s, keep_s = span_s(every), span_s(keep)
        copied_to = None if copy_to is None else region_name(copy_to)
    except (DurationError, ConnectError) as error:
        raise click.UsageError(str(error)) from None
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise click.UsageError("the name of a plan is made of letters, digits, - and _")
    tools = workspace(context).connection.tools
    known = {each.name: each for each in tools.backup_plans()}
    last_us = known[name].last_us if name in known else None
    tools.set_backup_plan(BackupPlan(name, tables or None, every_s, keep_s, copied_to, last_us))
    say(f"{'changed' if name in known else 'made'} the plan {name}")


@plan.command("list", cls=Command)
@click.pass_context
def list_plans(context: click.Context) -> None:
    """List the plans."""
    rows = [
        (
            each.name,
            "all" if each.tables is None else ", ".join(each.tables),
            span_text(each.every_s),
            span_text(each.keep_s),
            each.copy_to or "",
            "" if each.last_us is None else utc_text(each.last_us / 1_000_000),
        )
        for each in workspace(context).connection.tools.backup_plans()
    ]
    heads = ("plan", "tables", "every", "keep", "copied to", "last run")
    write_rows(heads, rows, [False] * 6)


@plan.command(cls=Command)
@click.argument("name")
@click.pass_context
def remove(context: click.Context, name: str) -> None:
    """Remove a plan; the backups it made stay until their time is over."""
    with refusals():
        workspace(context).connection.tools.remove_backup_plan(name)
    say(f"removed the plan {name}")


@click.command(cls=Command)
@click.pass_context
def run_plans(context: click.Context) -> None:
    """Make the backups that are due, and delete those whose time is over; for cron.

    Ends with 3 where a backup failed.
    """
    tools = workspace(context).connection.tools
    with refusals():
        runs = tools.run_backup_plans()
    for run in runs:
        click.echo(f"{run.plan}  {run.table}  {run.failure or run.arn}")
        if run.copy_arn is not None:
            click.echo(f"{run.plan}  {run.table}  {run.copy_arn}")
    if not runs:
        say("nothing is due")
    if any(run.failure is not None for run in runs):
        context.exit(PARTIAL)
