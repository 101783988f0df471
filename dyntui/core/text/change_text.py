"""Changes of items in words, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from dyntui.core.text.formats import cell_text
from dyntui.core.text.symbols import drawn
from engine.client.history import AttributeChange, Change, ItemDiff, attribute_changes

Json = dict[str, Any]
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def time_text(at_s: float) -> str:
    """A time by the machine's clock, to the millisecond."""
    local = datetime.fromtimestamp(at_s).astimezone()
    return local.isoformat(" ", "milliseconds" if local.microsecond else "seconds")


def key_text(key: Json) -> str:
    """A key: its values, the partition key's first."""
    return ", ".join(map(cell_text, key.values()))


def change_lines(change: Change) -> Iterator[str]:
    """A change: what, of which item, when, by whom; then what it did to the attributes."""
    what = "deleted" if change.new is None else "made" if change.old is None else "changed"
    yield (
        f"#{change.seq}  {time_text(change.at_s)}  {what}  {key_text(change.key)}  "
        f"by {change.principal} ({change.cause})"
    )
    yield from _attributes(attribute_changes(change.old or {}, change.new or {}), change.key)


def diff_lines(diff: ItemDiff) -> Iterator[str]:
    """A difference: `+`, `-` or `~` and the key, then the attributes that differ."""
    yield f"{_SIGNS[diff.kind]} {key_text(diff.key)}"
    yield from _attributes(diff.attributes, diff.key)


def _attributes(changes: Iterable[AttributeChange], key: Json) -> Iterator[str]:
    for change in changes:
        if change.path[0] in key:
            continue
        old = drawn("—") if change.old is None else cell_text(change.old)
        new = drawn("—") if change.new is None else cell_text(change.new)
        yield f"    {'.'.join(change.path)}: {old} {drawn('→')} {new}"


def change_json(change: Change) -> Json:
    """A change for programs; an image that there was not is null."""
    return {
        "Number": change.seq,
        "Time": change.at_s,
        "Cause": change.cause,
        "Principal": change.principal,
        "Keys": change.key,
        "OldImage": change.old,
        "NewImage": change.new,
    }


def diff_json(diff: ItemDiff) -> Json:
    """A difference for programs; what there was not is null."""
    return {
        "Kind": diff.kind,
        "Keys": diff.key,
        "OldImage": diff.old,
        "NewImage": diff.new,
        "Attributes": [
            {"Path": list(one.path), "Old": one.old, "New": one.new} for one in diff.attributes
        ],
    }
