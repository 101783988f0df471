"""An export as a person asks for it: what of a table, as of when, to where; and its doing."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from dyntui.core.browse.plan import PlanError, make_plan
from dyntui.core.browse.query_fields import QueryFields
from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.moments import moment
from dyntui.core.transfers.exporting import (
    Exported,
    ExportError,
    Form,
    Target,
    export_changes,
    export_file,
    export_folder,
    stored_form,
    target_of,
)
from engine.client.changes import Changes
from engine.client.history import ItemDiff
from engine.client.paging import answers
from engine.client.protocol import Context, Json, LocalTools, StoredItems
from engine.clock import Clock
from engine.transfer.compression import Compression

VIEWS = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE")
_JUST_BEFORE_S = 1e-6


class Call(Protocol):
    """How requests are answered: a Client's call, or what a face makes of it."""

    def __call__(self, operation: str, request: Json) -> Json: ...


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What `dyntui export` takes. Times are as they were typed, empty where none was.

    `incremental`: the net changes of the time from `since` to `until` (now, where it is empty).
    """

    table: str
    destination: str
    form: Form | None = None
    compression: Compression | None = None
    filter: str = ""
    projection: str = ""
    columns: tuple[str, ...] = ()
    at: str = ""
    incremental: bool = False
    since: str = ""
    until: str = ""
    view: str = VIEWS[0]

    def target(self) -> Target:
        """Where it goes; raises `ExportError` for what does not go together."""
        target = target_of(self.destination, self.form, self.compression)
        if self.incremental:
            if target.is_file:
                raise ExportError("an incremental export goes into a folder or a bucket")
            if not self.since:
                raise ExportError("an incremental export needs the time from which on: --from")
            if self.filter or self.projection or self.at:
                raise ExportError("an incremental export is of all items, of its time")
        elif self.since or self.until:
            raise ExportError("--from and --to are those of an incremental export")
        return target

    @property
    def command(self) -> str:
        """The command that does the same, for a shell."""
        flags = {
            "--format": self.form or "",
            "--compression": (self.compression or "").lower(),
            "--filter": self.filter,
            "--projection": self.projection,
            "--columns": ",".join(self.columns),
            "--at": self.at,
            "--from": self.since,
            "--to": self.until,
            "--view": "" if self.view == VIEWS[0] else self.view,
        }
        words = ["dyntui", "export", self.table, self.destination]
        words += ["--incremental"] * self.incremental
        words += [word for flag, value in flags.items() if value for word in (flag, value)]
        return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Exporting:
    """An export at work: `call` answers requests, `on_items` is told how many items are through.

    `on_items` may raise to end it: nothing is left of it then.
    """

    plan: ExportPlan
    connection: Connection
    call: Call
    clock: Clock
    on_items: Callable[[int], None]

    def run(self, info: TableInfo, stdout: BinaryIO) -> Exported:
        """Do it; raises `ExportError`, `MomentError`, `StoreError`, `ConnectError`, `ApiError`.

        However it ends, nothing of the table is left open to be read.
        """
        with ExitStack() as opened:
            return self._run(info, stdout, opened)

    def _run(self, info: TableInfo, stdout: BinaryIO, opened: ExitStack) -> Exported:
        plan, target = self.plan, self.plan.target()
        now_us = self.clock.now_us()
        if plan.incremental:
            window_s = moment(plan.since, now_us / 1e6), moment(plan.until or "now", now_us / 1e6)
            if window_s[0] >= window_s[1]:
                raise ExportError("the window of an incremental export ends before it begins")
            found = _changes(self.connection.tools, info.name, *window_s)
            changes = opened.enter_context(closing(found))
            from_us, to_us = (round(time_s * 1e6) for time_s in window_s)
            return export_changes(
                target, info, changes, (from_us, to_us), plan.view, self.clock, self.on_items
            )
        at_s = moment(plan.at, now_us / 1e6) if plan.at else None

        def read() -> StoredItems:
            return opened.enter_context(closing(self._items(info, at_s)))

        if target.is_file:
            return export_file(
                target, stdout, read, plan.columns or None, info.key_names, self.on_items
            )
        at_us = now_us if at_s is None else round(at_s * 1e6)
        return export_folder(target, info, read, at_us, self.clock, self.on_items)

    def _items(self, info: TableInfo, at_s: float | None) -> StoredItems:
        """The items: from one snapshot where an engine is at hand and all of them are wanted."""
        plan, connection = self.plan, self.connection
        tools = connection.local_tools if at_s is None else connection.tools
        if tools is not None and not (plan.filter or plan.projection):
            yield from tools.stored_items(info.name, Context(), at_s)
            return
        members = scan_members(info, plan.filter, plan.projection)
        if at_s is None:
            yield from stored_form(_scanned(self.call, members))
            return
        with closing(connection.tools.at(at_s)) as past:
            yield from stored_form(_scanned(past.call, members))


def scan_members(info: TableInfo, filter_text: str, projection: str) -> Json:
    """A Scan with a filter and a projection as people write them; raises `ExportError`."""
    try:
        plan = make_plan(info, QueryFields(filter=filter_text, projection=projection), 1)
    except PlanError as error:
        raise ExportError(error.message) from None
    return {name: value for name, value in plan.request.members.items() if name != "Limit"}


def _scanned(call: Call, members: Json) -> Iterator[Json]:
    for answer in answers(call, "Scan", members):
        yield from answer["Items"]


def _changes(
    tools: LocalTools, table: str, from_s: float, to_s: float
) -> Generator[tuple[ItemDiff, int], None, None]:
    """The net changes from a time (included) to another (not), each with its last write's time."""
    after_s, last_s = from_s - _JUST_BEFORE_S, to_s - _JUST_BEFORE_S
    earliest_s = tools.window(table).earliest_s
    if earliest_s is not None and after_s < earliest_s <= from_s:
        # Before the beginning of a table's past nothing was changed.
        after_s = earliest_s
    for change in tools.diff(table, after_s, last_s):
        which = Changes(key=change.key, after_s=after_s, until_s=last_s)
        (newest,) = tools.history(table, which, limit=1)
        yield change, round(newest.at_s * 1_000_000)
