"""Which changes of a table are meant: what every question about its past begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]


class Changes(NamedTuple):
    """Which changes of a table are meant: those that fit all that is given.

    Of one item, by its `key`; with a time after `after_s` and up to `until_s`; of one `principal`;
    with certain numbers.
    """

    key: Json | None = None
    after_s: float | None = None
    until_s: float | None = None
    principal: str | None = None
    seqs: Sequence[int] | None = None


ALL_CHANGES = Changes()
