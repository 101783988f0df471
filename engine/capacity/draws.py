"""Draws: what a request takes of a table or a global index, and where."""

from __future__ import annotations

from dataclasses import dataclass

from engine.storage.keys import KeyRange


@dataclass(slots=True)
class Draw:
    """Units that a request draws from a table (`index` None) or a global index of it, at a key.

    `size`: bytes of what was read or written. `keys`: the range that was read where it was about no
    key, as with a Scan; all partitions of it share the units.
    """

    index: str | None
    key: bytes
    units: float
    size: int = 0
    keys: KeyRange | None = None
