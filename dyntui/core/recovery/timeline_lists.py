"""The lists below the bar of a table's past: changes, a difference, kept copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.recovery.timeline import SIGNS
from dyntui.core.recovery.timeline_page import KINDS
from dyntui.core.text.amounts import counted
from dyntui.core.text.change_text import key_text
from dyntui.core.text.chart import Line
from dyntui.core.text.formats import bytes_text, cell_text
from dyntui.core.text.listed import Row
from dyntui.core.text.moments import local_time
from dyntui.core.text.time_words import words_text
from engine.client.history import AttributeChange, Change, ItemDiff, attribute_changes
from engine.client.protocol import Json

DIFF_ROWS_MAX = 2_000
"""Of a larger difference so many items are shown; all are counted."""
NAME_CELLS = 28
_SIGNS = {"added": ("+", "good"), "removed": ("−", "mark"), "changed": ("~", "over")}


@dataclass(slots=True)
class DiffFound:
    """A difference as far as it was read: items, and how many there are of each kind."""

    items: list[ItemDiff]
    counts: dict[str, int]

    @classmethod
    def nothing(cls) -> DiffFound:
        """Before anything was read."""
        return cls([], dict.fromkeys(_SIGNS, 0))

    def take(self, item: ItemDiff) -> None:
        """One more item."""
        self.counts[item.kind] += 1
        if len(self.items) < DIFF_ROWS_MAX:
            self.items.append(item)

    @property
    def summary(self) -> str:
        """How many items differ, in words."""
        said = [f"{self.counts[kind]:,} {kind}" for kind in _SIGNS if self.counts[kind]]
        text = ", ".join(said) or "no differences"
        left_out = sum(self.counts.values()) - len(self.items)
        return f"{text} ({left_out:,} not shown)" if left_out else text


def kind_of(change: Change) -> str:
    """What a change did to the item: `added`, `removed` or `changed` it."""
    return "added" if change.old is None else "removed" if change.new is None else "changed"


def change_row(change: Change) -> Row:
    """A change: when, what, which item, by whom; below it its attributes."""
    sign, kind = _SIGNS[kind_of(change)]
    by = f"  {change.principal} ({change.cause})"
    when = local_time(change.at_s)
    line: Line = (
        (f"{when:%d %b %H:%M:%S}.{when.microsecond // 1000:03}  ", "dim"),
        (f"{sign} ", kind),
        (key_text(change.key), ""),
        (by, "dim"),
    )
    changed = attribute_changes(change.old or {}, change.new or {})
    return Row(line, (*attribute_rows(changed, change.key),))


def diff_row(diff: ItemDiff) -> Row:
    """An item of a difference; below it its attributes."""
    sign, kind = _SIGNS[diff.kind]
    count = sum(change.path[0] not in diff.key for change in diff.attributes)
    line: Line = (
        (f"{sign} ", kind),
        (key_text(diff.key), ""),
        (f"  {diff.kind}, {counted(count, 'attribute')}", "dim"),
    )
    return Row(line, (*attribute_rows(diff.attributes, diff.key),))


def copy_row(copy: KeptCopy) -> Row:
    """A backup, a snapshot or a deleted table; below it what more there is to say of it."""
    state = "" if copy.state == "AVAILABLE" else f"  {copy.state}"
    line: Line = (
        (f"{SIGNS[copy.kind]} ", KINDS[copy.kind]),
        (f"{copy.name:<{NAME_CELLS}}", ""),
        (f"  {words_text(copy.at_s)}  {copy.kind}  {bytes_text(copy.size_bytes)}{state}", "dim"),
    )
    details: list[Line] = []
    if copy.orphaned:
        details.append(((f"there is no table {copy.table} any more", "warn"),))
    if copy.until_s is not None:
        details.append(((f"kept until {words_text(copy.until_s)}", "dim"),))
    if len(copy.tables) > 1:
        details.append(((f"with {len(copy.tables) - 1} more: {', '.join(copy.tables)}", "dim"),))
    return Row(line, tuple(details))


def attribute_rows(changes: Iterable[AttributeChange], key: Json) -> Iterator[Line]:
    """A line for each attribute that is another, but for the key's: before and after."""
    for change in changes:
        if change.path[0] in key:
            continue
        pieces: list[tuple[str, str]] = [(f"{'.'.join(change.path)}: ", "bold")]
        if change.old is not None:
            pieces.append((cell_text(change.old), "mark" if change.new is None else "dim"))
        pieces.append((" → " if change.old is not None else "+ ", "dim"))
        pieces.append(("removed", "dim") if change.new is None else (cell_text(change.new), ""))
        yield tuple(pieces)
