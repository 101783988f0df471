"""A progress bar on stderr, for work that takes a while."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

BAR_WIDTH = 24


class ProgressBar:
    """One line on stderr that is written over; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = False

    def show(self, name: str, done: int, total: int) -> None:
        """What is being done, how many items are through, how many there will be."""
        if not sys.stderr.isatty():
            return
        filled = min(BAR_WIDTH, BAR_WIDTH * done // max(total, 1))
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        sys.stderr.write(f"\r\x1b[K{name:<12} {bar} {done:,} of {total:,}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextmanager
def progress_bar() -> Iterator[ProgressBar]:
    """A bar that is gone at the end, however that comes."""
    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.clear()
