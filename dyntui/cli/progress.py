"""A bar on stderr for what takes long: how far, how fast, how long still."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ProgressBar:
    """A line on stderr that is written over; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self, name: str, done: int, total: int | None) -> None:
        """What is being done, how many items are through, how many there will be, if known."""
        if not sys.stderr.isatty():
            return
        if self._progress is None:
            self._progress = _started()
            self._task = self._progress.add_task(name, total=total, rate="", count="")
        assert self._task is not None
        speed = next(iter(self._progress.tasks)).speed
        rate = f"{speed:,.0f}/s" if speed else ""
        count = f"{done:,}" if total is None else f"{done:,} of {total:,}"
        self._progress.update(
            self._task, completed=done, total=total, description=name, rate=rate, count=count
        )

    def clear(self) -> None:
        """Take the line away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _started() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(24),
        TextColumn("{task.fields[count]}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    progress.start()
    return progress


@contextmanager
def progress_bar() -> Iterator[ProgressBar]:
    """A bar that is gone at the end, however that comes."""
    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.clear()
