"""What differs between two readings of the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dyntui.core.browse.marks import Key, key_of
from dyntui.core.connection.pages import GONE
from engine.client.protocol import Json

INTERVALS_S = (0, 2, 10, 60)
"""How often rows are read again, in seconds; 0 is never."""
ROWS_MAX = 1_000
"""Further down than that a refresh would read more than it shows."""


@dataclass(frozen=True, slots=True)
class News:
    """What a second reading showed: the new items, the attributes of changed ones, how many are
    gone."""

    new: frozenset[Key] = frozenset()
    changed: Mapping[Key, frozenset[str]] = field(default_factory=dict)
    gone: int = 0

    def __str__(self) -> str:
        """In words."""
        parts = [
            f"{count:,} {what}"
            for count, what in (
                (len(self.changed), "changed"),
                (len(self.new), "new"),
                (self.gone, "gone"),
            )
            if count
        ]
        return ", ".join(parts) or "nothing changed"


NO_NEWS = News()


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows from a beginning; `ended` says that there were no more."""

    rows: Sequence[Json]
    ended: bool


def news(before: Reading, after: Reading, key_names: Sequence[str]) -> News:
    """What differs between two readings from the same beginning.

    Where a reading did not go to the end, rows of the other that come after all that both know are
    neither new nor gone: nobody has looked for them.
    """
    old = {key_of(item, key_names): item for item in before.rows if item is not GONE}
    now = {key_of(item, key_names): item for item in after.rows if item is not GONE}
    changed: dict[Key, frozenset[str]] = {}
    for key, item in now.items():
        was = old.get(key)
        if was is not None and was != item:
            names = was.keys() | item.keys()
            changed[key] = frozenset(name for name in names if was.get(name) != item.get(name))
    new = _looked_for(now, old, before.ended)
    return News(frozenset(new), changed, len(_looked_for(old, now, after.ended)))


def _looked_for(rows: Mapping[Key, Json], others: Mapping[Key, Json], ended: bool) -> list[Key]:
    """The keys of rows that the other reading would have had, if it had not `ended` only where it
    stopped."""
    keys = list(rows)
    shared = [place for place, key in enumerate(keys) if key in others]
    end = len(keys) if ended else (shared[-1] if shared else 0)
    return [key for key in keys[:end] if key not in others]


def next_interval_s(interval_s: int) -> int:
    """The interval after one, and at last never again."""
    place = INTERVALS_S.index(interval_s) if interval_s in INTERVALS_S else -1
    return INTERVALS_S[(place + 1) % len(INTERVALS_S)]
