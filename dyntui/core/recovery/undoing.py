"""Undoing changes of a table, with waits between where it has no capacity left for all at once."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from dyntui.core.connection.connect import Connection
from dyntui.core.text.time_words import iso_text
from engine.client.changes import Changes
from engine.client.history import Undone
from engine.client.protocol import Context
from engine.client.retrying import RetryingClient


@dataclass(frozen=True, slots=True)
class UndoWanted:
    """Which changes are meant, and how a title names them."""

    which: Changes
    name: str
    only_last: bool = False

    def command(self, table: str) -> str:
        """The command that undoes the same."""
        words = ["dyntui", "undo", table]
        for seq in self.which.seqs or ():
            words += ["--change", str(seq)]
        for flag, at_s in (("--since", self.which.after_s), ("--until", self.which.until_s)):
            words += [] if at_s is None else [flag, iso_text(at_s)]
        return shlex.join(words + (["--last"] if self.only_last else []))


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
