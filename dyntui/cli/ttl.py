"""`dyntui ttl`: Time to Live of a table."""

from __future__ import annotations

import click

from dyntui.cli.command import Command, report_option, table_argument
from dyntui.cli.exits import OperationError, say
from dyntui.cli.output import write_document
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.text.amounts import counted
from engine.errors import ApiError


@click.group()
def ttl() -> None:
    """Time to Live: the attribute that says when an item expires."""


@ttl.command(cls=Command)
@table_argument
@click.argument("attribute")
@click.pass_context
def on(context: click.Context, table: str, attribute: str) -> None:
    """Have items deleted once the time in an attribute, seconds since 1970, is over."""
    _turn(workspace(context), table, attribute, on=True)
    say(f"items of {table} expire by {attribute}")


@ttl.command(cls=Command)
@table_argument
@click.pass_context
def off(context: click.Context, table: str) -> None:
    """Turn Time to Live off."""
    work = workspace(context)
    described = work.call("DescribeTimeToLive", {"TableName": table})["TimeToLiveDescription"]
    # Where it is off already, any name leads to the service's own refusal.
    _turn(work, table, described.get("AttributeName", "ttl"), on=False)
    say(f"items of {table} no longer expire")


def _turn(work: Workspace, table: str, attribute: str, *, on: bool) -> None:
    specification = {"AttributeName": attribute, "Enabled": on}
    work.call("UpdateTimeToLive", {"TableName": table, "TimeToLiveSpecification": specification})


@ttl.command(cls=Command)
@table_argument
@report_option("Text for people, or the API's description.")
@click.pass_context
def show(context: click.Context, table: str, output: str) -> None:
    """Show whether items expire, and by which attribute."""
    work = workspace(context)
    described = work.call("DescribeTimeToLive", {"TableName": table})["TimeToLiveDescription"]
    if output == "json":
        write_document(described)
        return
    attribute = described.get("AttributeName")
    status = described["TimeToLiveStatus"]
    click.echo(status if attribute is None else f"{status} by {attribute}")


@ttl.command(cls=Command)
@table_argument
@click.pass_context
def run(context: click.Context, table: str) -> None:
    """Delete what has expired, now; in a data folder that happens by itself some time later."""
    tools = workspace(context).connection.tools
    try:
        count = tools.expire(table)
    except ApiError as error:
        raise OperationError("DescribeTimeToLive", error) from error
    say(f"{counted(count, 'item')} had expired")
