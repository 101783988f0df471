"""`dyntui keys use`: a table under another key; and which tables are under which."""

from __future__ import annotations

import time

import click

from dyntui.cli.command import Command, table_argument
from dyntui.cli.exits import say
from dyntui.cli.kms_keys import key_argument, opened_keys
from dyntui.cli.progress import ProgressBar, progress_bar
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.tables.table_keys import sse_specification
from engine.client.protocol import LocalTools

_POLL_S = 1.0


@click.command(cls=Command)
@key_argument
@table_argument
@click.pass_context
def use(context: click.Context, key: str, table: str) -> None:
    """Put a table under another key; what it holds is sealed again while others read and write.

    KEY is an id, an ARN or an alias (alias/NAME) of a customer managed key, aws-managed, or
    aws-owned: then only the key of the folder is left. Interrupted, it goes on with whoever has the
    folder open.
    """
    work = workspace(context)
    tools = work.connection.local_tools
    if tools is not None:
        opened_keys(work)
    request = {"TableName": table, "SSESpecification": sse_specification(key)}
    with progress_bar() as bar:
        if tools is None:
            work.call("UpdateTable", request)
            _wait(work, table)
        else:
            work.call("UpdateTable", request, lambda: _shown(tools, table, bar))
    say(f"{table} is under {key}")


def _shown(tools: LocalTools, table: str, bar: ProgressBar) -> bool:
    """Show how far a switch is; it is never given up."""
    for each in tools.table_keys():
        if each.table == table and each.switch is not None:
            bar.show(table, each.switch.done, each.switch.total)
    return False


def _wait(work: Workspace, table: str) -> None:
    """Wait until a remote has switched a table."""
    while True:
        described = work.call("DescribeTable", {"TableName": table})["Table"]
        if described.get("SSEDescription", {}).get("Status", "ENABLED") == "ENABLED":
            return
        time.sleep(_POLL_S)
