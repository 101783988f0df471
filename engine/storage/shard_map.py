"""The open shards of a table's stream: which of them a key belongs to.

It is part of the table's definition, so that a write knows it without reading more.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

NEW_IMAGES = frozenset({"NEW_IMAGE", "NEW_AND_OLD_IMAGES"})
"""The view types that show an item as it is after a change."""
OLD_IMAGES = frozenset({"OLD_IMAGE", "NEW_AND_OLD_IMAGES"})
"""The view types that show an item as it was before a change."""


@dataclass(frozen=True, slots=True)
class ShardMap:
    """An enabled stream, its view type and its open shards.

    `bounds` is where each shard but the first begins, as encoded keys in order; `shards` are their
    ids. At `until_us` each is to be closed and followed by a child.
    """

    stream_id: int
    view: str
    bounds: tuple[bytes, ...]
    shards: tuple[int, ...]
    until_us: int

    def shard_of(self, key: bytes) -> int:
        """The open shard of an encoded key."""
        return self.shards[bisect_right(self.bounds, key)]

    def ranges(self) -> dict[tuple[bytes, bytes | None], int]:
        """The shards by their first keys and by where the next begins (None: the last one)."""
        return dict(zip(ranges_of(self.bounds), self.shards, strict=True))

    def to_json(self) -> dict[str, Any]:
        """The form kept in the catalog."""
        return {
            "stream_id": self.stream_id,
            "view": self.view,
            "bounds": [bound.hex() for bound in self.bounds],
            "shards": list(self.shards),
            "until_us": self.until_us,
        }

    @classmethod
    def from_json(cls, form: dict[str, Any]) -> ShardMap:
        """Read what `to_json` wrote."""
        bounds = tuple(bytes.fromhex(bound) for bound in form["bounds"])
        return cls(**form | {"bounds": bounds, "shards": tuple(form["shards"])})


def ranges_of(bounds: tuple[bytes, ...]) -> list[tuple[bytes, bytes | None]]:
    """The ranges of keys between bounds; the first begins with the empty key."""
    return list(zip((b"", *bounds), (*bounds, None), strict=True))
