"""The newest changes of a stream, as many as memory has room for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from dyntui.core.streams.tail import Change, Wanted

COUNT_MAX = 1_000
BYTES_MAX = 16 * 1024 * 1024


class _Kept:
    """Some changes, the newest first, within a count and a size."""

    def __init__(self) -> None:
        self.changes: deque[Change] = deque()
        self._bytes = 0

    def add(self, change: Change) -> None:
        self.changes.appendleft(change)
        self._bytes += change.size_bytes
        while len(self.changes) > COUNT_MAX or (self._bytes > BYTES_MAX and len(self.changes) > 1):
            self._bytes -= self.changes.pop().size_bytes


class KeptChanges:
    """The newest changes, and of those that are wanted as many again: a rare one is not pushed out
    by others."""

    def __init__(self) -> None:
        self._all = _Kept()
        self._shown = self._all
        self.wanted = Wanted()
        self.seen = 0
        """How many changes that are wanted have come."""

    @property
    def shown(self) -> Sequence[Change]:
        """Those that are wanted, the newest first."""
        return self._shown.changes

    def add(self, changes: Iterable[Change]) -> int:
        """Keep what has come, oldest first; gives how many of it are wanted."""
        before = self.seen
        for change in changes:
            self._all.add(change)
            if self.wanted.takes(change):
                self.seen += 1
                if self._shown is not self._all:
                    self._shown.add(change)
        return self.seen - before

    def want(self, wanted: Wanted) -> None:
        """Show others: of those that are kept, and of what comes from now on."""
        self.wanted = wanted
        self._shown = self._all
        if wanted != Wanted():
            self._shown = _Kept()
            for change in reversed(self._all.changes):
                if wanted.takes(change):
                    self._shown.add(change)
        self.seen = len(self.shown)

    def clear(self) -> None:
        """Begin anew, wanting the same."""
        self._all = self._shown = _Kept()
        self.want(self.wanted)
