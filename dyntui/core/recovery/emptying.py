"""Emptying a table: how it is done, what that costs, and the command that does the same."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from dyntui.core.connection.connect import Connection
from dyntui.core.recovery.copying import delete_all, scan_cost_text
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from engine.client.recovery import Progress


def about(connection: Connection, info: TableInfo) -> str:
    """What is done, in words."""
    if connection.local_tools is not None:
        return (
            "An empty table with all its settings takes its place at once, which costs no units. "
            "The items stay as a backup, for as many days as the setting trash says: the timeline "
            "restores them into a new table."
        )
    return (
        f"Each item is read and deleted: {scan_cost_text(info)}. What was deleted when it is "
        "stopped is gone; nothing is kept of it."
    )


def command(connection: Connection, info: TableInfo) -> str:
    """The command that does the same."""
    way = [] if connection.local_tools is not None else ["--via", "scan"]
    return shlex.join(["dyntui", "truncate", info.name, *way])


def emptied(
    connection: Connection, info: TableInfo, on_progress: Progress, stopped: Callable[[], bool]
) -> str:
    """Empty a table, and give what was done in words; raises `ApiError`.

    By deletes, it ends where it is stopped; `on_progress` is told how many were done.
    """
    if connection.local_tools is not None:
        kept = connection.tools.truncate(info.name)
        return f"Emptied {info.name}" + ("" if kept is None else "; the timeline has its items")
    deleted = 0

    def told(done: int, total: int) -> None:
        nonlocal deleted
        deleted = done
        on_progress(done, total)
        if stopped():
            raise _StoppedError

    try:
        deleted = delete_all(connection.client, info, told)
    except _StoppedError:
        return f"Stopped: {counted(deleted, 'item')} of {info.name} deleted"
    return f"Emptied {info.name}: {counted(deleted, 'item')} deleted"


class _StoppedError(Exception):
    """Somebody stopped it."""
