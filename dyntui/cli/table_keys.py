"""`dyntui keys use`: a table under another key; and which tables are under which."""

from __future__ import annotations

import time

import click

from dyntui.cli.command import Command, table_argument
from dyntui.cli.exits import Failure, say
from dyntui.cli.kms_keys import asking, key_argument, opened_keys
from dyntui.cli.progress import ProgressBar, progress_bar
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.tables.table_keys import AWS_OWNED, key_id_of, sse_specification
from engine.client.keys import TableKey
from engine.client.protocol import LocalTools

_POLL_S = 1.0
_LOCAL_POLL_S = 0.1


@click.command(cls=Command)
@key_argument
@table_argument
@click.pass_context
def use(context: click.Context, key: str, table: str) -> None:
    """Put a table under another key; what it holds is sealed again while others read and write.

    KEY is an id, an ARN or an alias (alias/NAME) of a customer managed key, aws-managed, or
    aws-owned: then only the key of the folder is left. Interrupted, it goes on with whoever has the
    folder open, as this command when it is given again.
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
        elif _is_under_way(work, tools, table, key):
            _wait_shown(tools, table, bar)
        else:
            work.call("UpdateTable", request, lambda: _shown(tools, table, bar))
    say(f"{table} is under {key}")


def _switched(tools: LocalTools, table: str) -> TableKey | None:
    """How far a table's switch is; None where there is none."""
    return next((one for one in tools.table_keys() if one.table == table and one.switch), None)


def _is_under_way(work: Workspace, tools: LocalTools, table: str, key: str) -> bool:
    """Whether an earlier command was interrupted amid the very same switch."""
    found = _switched(tools, table)
    if found is None or found.switch is None:
        return False
    if key == AWS_OWNED:
        return found.switch.arn is None
    with asking(work, "DescribeKey") as keys:
        return found.switch.arn == keys.describe(key_id_of(key)).arn


def _wait_shown(tools: LocalTools, table: str, bar: ProgressBar) -> None:
    """Wait while what looks after the folder, here or in another process, ends a switch."""
    while (found := _switched(tools, table)) is not None and found.switch is not None:
        if found.denied is not None:
            raise Failure(found.denied)
        bar.show(table, found.switch.done, found.switch.total)
        time.sleep(_LOCAL_POLL_S)


def _shown(tools: LocalTools, table: str, bar: ProgressBar) -> bool:
    """Show how far a switch is; it is never given up."""
    found = _switched(tools, table)
    if found is not None and found.switch is not None:
        bar.show(table, found.switch.done, found.switch.total)
    return False


def _wait(work: Workspace, table: str) -> None:
    """Wait until a remote has switched a table."""
    while True:
        described = work.call("DescribeTable", {"TableName": table})["Table"]
        if described.get("SSEDescription", {}).get("Status", "ENABLED") == "ENABLED":
            return
        time.sleep(_POLL_S)
