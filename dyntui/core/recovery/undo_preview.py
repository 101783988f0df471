"""What undoing changes will do, told before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dyntui.core.recovery.timeline_lists import attribute_rows
from dyntui.core.text.change_text import key_text, time_text
from dyntui.core.text.chart import Line
from dyntui.core.text.listed import Row
from engine.client.changes import Changes
from engine.client.history import Change, attribute_changes
from engine.client.protocol import Json, LocalTools

CHANGES_MAX = 200
"""Of more changes only the newest are shown."""


@dataclass(frozen=True, slots=True)
class UndoneItem:
    """An item as it is and as it will be, None where there is none; or why it will stay."""

    key: Json
    now: Json | None
    then: Json | None
    refusal: str | None

    @property
    def row(self) -> Row:
        """The item as a line of a list."""
        if self.refusal is not None:
            return Row((("✗ ", "mark"), (key_text(self.key), ""), (f"  stays: {self.refusal}", "")))
        what = "is deleted" if self.then is None else "comes back" if self.now is None else ""
        line: Line = (
            ("↶ ", "good"),
            (key_text(self.key), ""),
            (f"  {what or 'becomes as it was'}", "dim"),
        )
        changed = attribute_changes(self.now or {}, self.then or {})
        return Row(line, (*attribute_rows(changed, self.key),))


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """The items of the changes that are meant, and how many changes these are, at least."""

    items: tuple[UndoneItem, ...]
    changes: int
    exact: bool


def undo_preview(tools: LocalTools, table: str, which: Changes, *, only_last: bool) -> UndoPreview:
    """What `LocalTools.undo` would do now; raises `engine.errors.ApiError`."""
    found = tools.history(table, which, CHANGES_MAX + 1)
    if only_last:
        found = [change for change in found if change.at_s == found[0].at_s]
    shown = found[:CHANGES_MAX]
    by_key: dict[str, list[Change]] = {}
    for change in shown:
        by_key.setdefault(repr(change.key), []).append(change)
    items = tuple(_item(tools, table, changes) for changes in by_key.values())
    return UndoPreview(items, len(shown), len(found) == len(shown))


def _item(tools: LocalTools, table: str, changes: list[Change]) -> UndoneItem:
    """An item whose changes, the newest first, are to be undone."""
    key, oldest = changes[0].key, changes[-1]
    chosen = {change.seq for change in changes}
    latest = tools.history(table, Changes(key=key), len(changes) + 1)
    other = next(_others(latest, chosen, oldest.seq), None)
    refusal = None
    if other is not None:
        refusal = f"changed again at {time_text(other.at_s)} by {other.principal}"
    return UndoneItem(key, latest[0].new if latest else None, oldest.old, refusal)


def _others(changes: list[Change], chosen: set[int], oldest_seq: int) -> Iterator[Change]:
    return (one for one in changes if one.seq > oldest_seq and one.seq not in chosen)
