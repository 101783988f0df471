"""What the page on a table's past is made of, read in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dyntui.core.connection.refused import why_not_told
from dyntui.core.connection.session import Session
from dyntui.core.recovery.kept_copies import KeptCopy, kept_copies, restored_mark
from dyntui.core.recovery.timeline import MICROSECOND_S, Mark, Timeline, first_change_s
from dyntui.core.recovery.timeline_lists import DiffFound, change_row, diff_row
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.listed import Row
from engine.client.changes import Changes
from engine.client.history import Change, ItemDiff, Window
from engine.client.protocol import Json, LocalTools
from engine.errors import ApiError, PointInTimeRecoveryUnavailableException

Cancelled = Callable[[], bool]
CHANGES_PAGE = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A table's window and what is kept of it.

    `no_copies` and `no_recovery` say why a remote has not told of copies, and of recovery.
    """

    window: Window
    copies: tuple[KeptCopy, ...]
    marks: tuple[Mark, ...]
    no_copies: str = ""
    no_recovery: str = ""


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list's rows with what they are of: changes or items that differ."""

    subjects: tuple[Change | ItemDiff, ...]
    rows: tuple[Row, ...]
    summary: str
    more: bool = False


def find(
    session: Session, tools: LocalTools | None, info: TableInfo, cancelled: Cancelled
) -> Found:
    """The window and the copies of a table; raises `engine.errors.ApiError`."""
    no_copies = no_recovery = ""
    if tools is not None:
        window = tools.window(info.name)
    else:
        window, no_recovery = _remote_window(session, info, cancelled)
    try:
        copies = kept_copies(session, tools, info.name, cancelled)
    except ApiError as error:
        if tools is not None:
            raise
        copies, no_copies = [], why_not_told(error)
    restored = restored_mark(info)
    marks = [copy.mark for copy in copies if not copy.orphaned] + (
        [] if restored is None else [restored]
    )
    return Found(window, tuple(copies), tuple(marks), no_copies, no_recovery)


def _remote_window(session: Session, info: TableInfo, cancelled: Cancelled) -> tuple[Window, str]:
    """What a remote tells: the window of point-in-time recovery, or why it tells none."""
    now_s = session.clock.now_us() / 1_000_000
    recovery: Json = {}
    refusal = ""
    try:
        answer = session.call("DescribeContinuousBackups", {"TableName": info.name}, cancelled)
        described = answer.get("ContinuousBackupsDescription", {})
        recovery = described.get("PointInTimeRecoveryDescription", {})
    except ApiError as error:
        refusal = why_not_told(error)
    earliest_s = recovery.get("EarliestRestorableDateTime")
    latest_s = recovery.get("LatestRestorableDateTime")
    until_s = max(now_s, latest_s or 0.0)
    return Window(earliest_s or info.created, until_s, earliest_s, latest_s), refusal


def counts(tools: LocalTools | None, table: str, timeline: Timeline, width: int) -> tuple[int, ...]:
    """The changes in each cell of a bar; none where nothing is kept of the past."""
    if tools is None or timeline.window.earliest_s is None:
        return (0,) * width
    return tools.density(table, timeline.start_s, timeline.end_s, width)


def changes_until(
    tools: LocalTools, table: str, until_s: float, before: int | None = None
) -> ListFound:
    """The changes up to a time, the newest first: a page of them."""
    found = tools.history(table, Changes(until_s=until_s), CHANGES_PAGE + 1, before)
    shown = tuple(found[:CHANGES_PAGE])
    return ListFound(shown, tuple(map(change_row, shown)), "", len(found) > CHANGES_PAGE)


def difference(
    tools: LocalTools, table: str, pair: tuple[float, float], cancelled: Cancelled
) -> ListFound:
    """What differs between two times, as far as it is read before somebody cancels."""
    found = DiffFound.nothing()
    for item in tools.diff(table, *pair):
        if cancelled():
            break
        found.take(item)
    rows = tuple(map(diff_row, found.items))
    return ListFound(tuple(found.items), rows, found.summary)


def change_after(tools: LocalTools, table: str, timeline: Timeline) -> float | None:
    """When the next change after the cursor was."""
    latest_s = timeline.window.latest_s

    def density(after_s: float, until_s: float, parts: int) -> tuple[int, ...]:
        return tools.density(table, after_s, until_s, parts)

    stretch = first_change_s(density, timeline.cursor_s, latest_s)
    if stretch is None:
        return None
    found = tools.history(table, Changes(after_s=stretch[0], until_s=stretch[1]))
    return min((change.at_s for change in found), default=stretch[1])


def change_before(tools: LocalTools, table: str, timeline: Timeline) -> float | None:
    """When the last change before the cursor was."""
    until_s = timeline.cursor_s - MICROSECOND_S
    found = tools.history(table, Changes(until_s=until_s), 1)
    return found[0].at_s if found else None


def nothing_kept(error: ApiError) -> bool:
    """Whether a request was refused because nothing is kept of the table's past."""
    return isinstance(error, PointInTimeRecoveryUnavailableException)
