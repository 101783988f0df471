"""`dyntui pitr`: point-in-time recovery of a table, on, off, and its window."""

from __future__ import annotations

import click

from dyntui.cli.command import Command, report_option, table_argument
from dyntui.cli.output import write_rows
from dyntui.cli.workspace import workspace
from dyntui.core.text.change_text import time_text
from dyntui.core.text.formats import dynamodb_json
from engine.client.protocol import Json

_DAYS_MAX = 35


@click.command(cls=Command)
@click.argument("action", type=click.Choice(("on", "off", "show")))
@table_argument
@click.option(
    "--days",
    type=click.IntRange(1, _DAYS_MAX),
    help="How far one can go back, 35 where it is not given.",
)
@click.option("--yes", is_flag=True, help="Do not ask before history is given up.")
@report_option("The form of what is shown.")
@click.pass_context
def pitr(
    context: click.Context, action: str, table: str, days: int | None, yes: bool, output: str
) -> None:
    """Turn point-in-time recovery of a table on or off, or show its window.

    While it is on, the table can be read as of, and restored to, any time of the last days.
    """
    if days is not None and action != "on":
        raise click.UsageError(f"--days has no meaning for {action}")
    work = workspace(context)
    request: Json = {"TableName": table}
    if action == "show":
        answer = work.call("DescribeContinuousBackups", request)
    else:
        if action == "off":
            work.confirm(f"Give up the recovery window of {table}?", yes=yes, typed=table)
        wanted: Json = {"PointInTimeRecoveryEnabled": action == "on"}
        if days is not None:
            wanted["RecoveryPeriodInDays"] = days
        request["PointInTimeRecoverySpecification"] = wanted
        answer = work.call("UpdateContinuousBackups", request)
    window = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if output == "json":
        click.echo(dynamodb_json(window))
    else:
        _print(table, window)


def _print(table: str, window: Json) -> None:
    if window["PointInTimeRecoveryStatus"] != "ENABLED":
        click.echo(f"point-in-time recovery of {table} is off")
        return
    write_rows(
        ("table", "days", "earliest", "latest"),
        [
            (
                table,
                str(window["RecoveryPeriodInDays"]),
                time_text(window["EarliestRestorableDateTime"]),
                time_text(window["LatestRestorableDateTime"]),
            )
        ],
        (False, True, False, False),
    )
