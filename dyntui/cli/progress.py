"""A bar on stderr for what takes long: how far, how fast, how long still."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """A bar while the block runs; nothing where stderr is no terminal."""

    def __init__(self, title: str, total: int | None) -> None:
        """`total` None: nobody knows how much there is."""
        self._title = title
        self._total = total
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(24),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task(self._title, total=self._total, rate="")
            self._progress.start()
        return self

    def show(self, done: int, title: str | None = None) -> None:
        """How far it is, and what is done now, if that has changed."""
        if self._progress is None or self._task is None:
            return
        speed = next(iter(self._progress.tasks)).speed
        self._progress.update(
            self._task,
            completed=done,
            description=title or self._title,
            rate=f"{speed:,.0f}/s" if speed else "",
        )

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
