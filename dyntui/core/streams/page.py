"""What stands on the page of a table's streams, as lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from dyntui.core.streams.tail import EVENTS, Change, Wanted
from dyntui.core.text.amounts import counted
from dyntui.core.text.chart import Line
from dyntui.core.text.formats import cell_text, printable
from dyntui.core.text.moments import moment_text
from engine.client.history import attribute_changes

Json = dict[str, Any]

VALUE_CHARACTERS = 1_000
NAMES_MAX = 4
KEY_CHARACTERS = 40
EVENT_KINDS = {"INSERT": "good", "MODIFY": "bar", "REMOVE": "mark"}
NUMBERS_CELLS = 52
"""What two sequence numbers beside each other take."""


def key_text(keys: Json) -> str:
    """A key with its names."""
    return ", ".join(
        f"{printable(name)} {cell_text(value, KEY_CHARACTERS)}" for name, value in keys.items()
    )


def wanted_text(wanted: Wanted) -> str:
    """Which changes are shown; empty where all are."""
    events = " ".join(event for event in EVENTS if event in wanted.events)
    return " · ".join(filter(None, [events, key_text(wanted.key)]))


# The list of changes.


def change_line(change: Change, today: str) -> Line:
    """A change on a line: when, what, of which item, by whom, and the attributes it touched."""
    moment = moment_text(change.at_s)
    by = "  by Time to Live" if change.is_expiry else ""
    return (
        (f"{moment[11:] if moment[:10] == today else moment[5:]}  ", "dim"),
        (f"{change.event:<6}  ", EVENT_KINDS[change.event]),
        (key_text(change.keys), ""),
        (by, "warn"),
        (f"  {_touched(change)}", "dim"),
    )


def _touched(change: Change) -> str:
    """The attributes of a change of which both images are told."""
    if change.event != "MODIFY" or change.old is None or change.new is None:
        return ""
    names = [f"~{attribute.name}" for attribute in change.attributes()]
    more = [f"and {len(names) - NAMES_MAX} more"] if len(names) > NAMES_MAX else []
    return printable(" ".join([*names[:NAMES_MAX], *more]))


# One change.


def change_head(change: Change) -> str:
    """What stands above a change's attributes."""
    by = " by Time to Live" if change.is_expiry else ""
    moment = moment_text(change.at_s)
    return f"{change.event}{by} · {key_text(change.keys)} · {moment} · number {change.number}"


def diff_lines(change: Change, width: int, expires_by: str | None) -> list[Line]:
    """What a change did to the attributes, those inside of maps by their paths.

    Values of the attribute `expires_by` are told as dates, too.
    """
    if change.old is None and change.new is None:
        return [(("The view of this stream shows keys only.", "dim"),)]
    is_whole = change.event != "MODIFY" or (change.old is not None and change.new is not None)
    lines: list[Line] = []
    if not is_whole:
        which = "before" if change.new is None else "after"
        lines.append(((f"the item as it was {which} the change", "dim"),))
    for one in attribute_changes(change.old or {}, change.new or {}):
        if one.path[0] in change.keys:
            continue
        name = printable(".".join(one.path))
        dated = one.path == (expires_by,)
        old, new = _value(one.old, dated), _value(one.new, dated)
        if not is_whole:
            lines += _wrapped("  ", "", f"{name}  {old or new}", width)
        elif old and new:
            lines += _changed(name, old, new, width)
        elif new:
            lines += _wrapped("+ ", "good", f"{name}  {new}", width)
        else:
            lines += _wrapped("- ", "mark", f"{name}  {old}", width)
    return lines or [(("no attributes beside the key", "dim"),)]


def _value(value: Json | None, dated: bool) -> str:
    if value is None:
        return ""
    text = cell_text(value, VALUE_CHARACTERS) or "''"
    return f"{text}{date_text(value.get('N', ''))}" if dated else text


def date_text(number: str) -> str:
    """The time that a number of seconds is, after a blank; empty where it is none."""
    try:
        return f" ({moment_text(float(number))})"
    except (ValueError, OverflowError, OSError):
        return ""


def _changed(name: str, old: str, new: str, width: int) -> list[Line]:
    """An attribute with another value: on one line where it fits, else on two."""
    if len(name) + len(old) + len(new) + 7 <= width:
        return [(("~ ", "bar"), (f"{name}  ", ""), (old, "dim"), (" → ", "bar"), (new, ""))]
    lines: list[Line] = [(("~ ", "bar"), (name, ""))]
    lines += _wrapped("    - ", "mark", old, width)
    return lines + _wrapped("    + ", "good", new, width)


def _wrapped(sign: str, kind: str, text: str, width: int) -> list[Line]:
    pieces = textwrap.wrap(text, max(width - len(sign), 8), drop_whitespace=False) or [""]
    signs = [sign, *(" " * len(sign) for _ in pieces[1:])]
    return [((before, kind), (piece, "")) for before, piece in zip(signs, pieces, strict=True)]


# Shards.


def shard_lines(shards: Sequence[Json], width: int) -> list[Line]:
    """Shards as trees: each parent with its children below it; open or closed; their numbers."""
    names = {shard["ShardId"] for shard in shards}
    children: dict[str | None, list[Json]] = {}
    for shard in shards:
        parent = shard.get("ParentShardId")
        children.setdefault(parent if parent in names else None, []).append(shard)
    lines: list[Line] = []
    _add_shards(children, None, "", width, lines)
    return lines


def _add_shards(
    children: dict[str | None, list[Json]],
    parent: str | None,
    before: str,
    width: int,
    lines: list[Line],
) -> None:
    here = children.get(parent, [])
    for place, shard in enumerate(here, 1):
        is_last = place == len(here)
        branch, below = (
            ("", "") if parent is None else ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        )
        has_children = shard["ShardId"] in children
        _add_shard(shard, before + branch, before + below, has_children, width, lines)
        _add_shards(children, shard["ShardId"], before + below, width, lines)


def _add_shard(
    shard: Json, before: str, below: str, has_children: bool, width: int, lines: list[Line]
) -> None:
    numbers = shard["SequenceNumberRange"]
    end = numbers.get("EndingSequenceNumber")
    start = numbers.get("StartingSequenceNumber", "")
    is_open = end is None
    head: Line = (
        (f" {before}", "dim"),
        ("● " if is_open else "○ ", "good" if is_open else "dim"),
        (shard["ShardId"], "" if is_open else "dim"),
        ("  open  " if is_open else "  closed", "good" if is_open else "dim"),
    )
    told = f"from {start}" if is_open else f"{start} – {end}"
    if sum(len(text) for text, _ in head) + NUMBERS_CELLS <= width:
        lines.append((*head, (f"  {told}", "dim")))
    else:
        lines.append(head)
        lines.append(((f" {below}{'│ ' if has_children else '  '}", "dim"), (told, "dim")))


# Streams.


def stream_line(described: Json, name_cells: int) -> Line:
    """A stream on a line: table, since when, status, view, how many of its shards are open."""
    status = described["StreamStatus"]
    return (
        (f"{described['TableName']:<{name_cells}}  ", "bold"),
        (f"{since_text(described)}  ", "dim"),
        (f"{status:<8}  ", "good" if status == "ENABLED" else "dim"),
        (f"{described['StreamViewType']}  ", ""),
        (shards_text(described), "dim"),
    )


def since_text(described: Json) -> str:
    """When a stream was turned on, to the minute."""
    return moment_text(float(described["CreationRequestDateTime"]))[:-3]


def shards_text(described: Json) -> str:
    """How many shards, and how many of them are open."""
    shards = described["Shards"]
    count = sum("EndingSequenceNumber" not in one["SequenceNumberRange"] for one in shards)
    return f"{counted(len(shards), 'shard')}, {count} open"


def marked(lines: Iterable[Line], cursor: int) -> list[Line]:
    """Lines with a mark at the one under the cursor."""
    return [
        (("▸ ", "chosen"), *((text, kind or "bold") for text, kind in line))
        if number == cursor
        else (("  ", ""), *line)
        for number, line in enumerate(lines)
    ]
