"""What an engine tells of the past: the shapes that `LocalTools` answers with.

Times are seconds since the epoch. Items, keys and values are as the API's answers have them. `seq`
is a change's number: later changes of a Region have greater ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Between which times a table's past can be read; `earliest_s` None: nothing is kept of it.

    `recovery_earliest_s` and `recovery_latest_s` are the window of point-in-time recovery, None
    while that is off.
    """

    earliest_s: float | None
    latest_s: float
    recovery_earliest_s: float | None
    recovery_latest_s: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an item: when, why (`cause`) and on whose behalf, before and after.

    `old` None: the item was made; `new` None: it was deleted.
    """

    seq: int
    at_s: float
    cause: str
    principal: str
    key: Json
    old: Json | None
    new: Json | None


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """An attribute, or one inside a map, that has another value: the way to it, before and after.

    None: it was not there.
    """

    path: tuple[str, ...]
    old: Json | None
    new: Json | None


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """An item that is not the same at two times; None: there was none."""

    key: Json
    old: Json | None
    new: Json | None
    attributes: tuple[AttributeChange, ...]

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of an item whose changes were to be undone.

    `seqs` are these changes, oldest first. `refusal` says why it was left as it is, None if it is
    again as it was before them. `is_throttled`: the table had no capacity left, and it may succeed
    later.
    """

    key: Json
    seqs: tuple[int, ...]
    refusal: str | None
    is_throttled: bool = False


def attribute_changes(
    old: Json, new: Json, path: tuple[str, ...] = ()
) -> Iterator[AttributeChange]:
    """The attributes that differ, in the order of their names; maps are looked into."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if before and after and "M" in before and "M" in after:
            yield from attribute_changes(before["M"], after["M"], (*path, name))
        else:
            yield AttributeChange((*path, name), before, after)
