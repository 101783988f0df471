"""Many writes, several at once, each with its own condition; and what undoes a write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from dyntui.core.browse.writes import Write, change_item, create_item, delete_item
from dyntui.core.connection.in_flight import send_each
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json
from engine.errors import ApiError, ConditionalCheckFailedException, RequestCancelled

UNDO_MAX = 50
"""So many of the last writes can be undone."""


class Call(Protocol):
    """How requests are answered."""

    def __call__(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Json: ...


@dataclass(slots=True)
class BulkResult:
    """What became of many writes: those that were done, with the items as they were; those that
    were refused, since somebody else wrote meanwhile; those that failed otherwise, which ended it
    before its end, and why the first of them did."""

    done: list[Write] = field(default_factory=list)
    refused: list[Write] = field(default_factory=list)
    failed: list[Write] = field(default_factory=list)
    error: ApiError | None = None

    @property
    def tried(self) -> int:
        """How many writes were sent."""
        return len(self.done) + len(self.refused) + len(self.failed)


def write_all(
    call: Call,
    writes: Sequence[Write],
    cancelled: Callable[[], bool],
    on_progress: Callable[[BulkResult], None],
) -> BulkResult:
    """Send writes of different items until one fails for another reason than its condition, or it
    is cancelled; those that are on their way then are still counted.

    `on_progress` is told after each, by one thread at a time.
    """
    result = BulkResult()
    counting = threading.Lock()

    def send(write: Write) -> None:
        members = write.request.members
        if write.kind == "delete":
            members = {**members, "ReturnValues": "ALL_OLD"}
        try:
            response = call(write.request.operation, members, cancelled)
        except RequestCancelled:
            return
        except ApiError as error:
            with counting:
                if isinstance(error, ConditionalCheckFailedException):
                    result.refused.append(write)
                else:
                    result.failed.append(write)
                    result.error = result.error or error
                on_progress(result)
        else:
            # Rows of an index or a projection may lack attributes: what was deleted is known now.
            done = replace(write, old=response.get("Attributes") or write.old)
            with counting:
                result.done.append(done)
                on_progress(result)

    send_each(send, writes, lambda: result.error is not None or cancelled())
    return result


def inverse(info: TableInfo, write: Write) -> Write:
    """The write that undoes one, refused like any other if somebody has written meanwhile.

    Raises `engine.errors.ApiError`.
    """
    if write.old is None and write.new is not None:
        return delete_item(info, write.new)
    if write.new is None and write.old is not None:
        return create_item(info, write.old)
    return change_item(info, write.new or {}, write.old or {})


@dataclass(frozen=True, slots=True)
class Undoable:
    """Writes of one act, the last one first undone."""

    info: TableInfo
    writes: tuple[Write, ...]

    def inverses(self) -> list[Write]:
        """The writes that undo them."""
        return [inverse(self.info, write) for write in reversed(self.writes)]


class UndoStack:
    """The last writes of a session, the last one on top."""

    def __init__(self) -> None:
        self._acts: list[Undoable] = []

    def push(self, info: TableInfo, writes: Sequence[Write]) -> None:
        """Take up the writes of an act."""
        if writes:
            self._acts = [*self._acts[-UNDO_MAX + 1 :], Undoable(info, tuple(writes))]

    def last(self, table: str) -> Undoable | None:
        """The last act on a table."""
        return next((act for act in reversed(self._acts) if act.info.name == table), None)

    def drop(self, act: Undoable) -> None:
        """Forget an act."""
        self._acts = [one for one in self._acts if one is not act]
