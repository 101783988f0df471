"""Undoing changes of a table that has no capacity left for all at once: with waits between."""

from __future__ import annotations

from dyntui.core.connection.connect import Connection
from engine.client.changes import Changes
from engine.client.history import Undone
from engine.client.protocol import Context
from engine.client.retrying import RetryingClient


def undo_all(
    connection: Connection, table: str, which: Changes, *, only_last: bool, context: Context
) -> list[Undone]:
    """See `LocalTools.undo`; what is throttled is tried again as a request of the client is.

    As long as some of it goes through, attempts are not counted.
    """
    client = connection.client
    found: dict[tuple[int, ...], Undone] = {}
    attempt = 1
    while True:
        outcomes = connection.tools.undo(table, which, only_last=only_last, context=context)
        found |= {each.seqs: each for each in outcomes}
        left = [each for each in outcomes if each.is_throttled]
        if not left or not isinstance(client, RetryingClient):
            break
        if not client.wait("undo", attempt, context, "throttled"):
            break
        if len(left) == len(outcomes):
            attempt += 1
        which, only_last = Changes(seqs=tuple(seq for each in left for seq in each.seqs)), False
    return list(found.values())
