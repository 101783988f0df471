"""Ctrl-C while a statement runs: it ends after the page that is being read."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Whether there was an interrupt; a second one is raised."""

    def __init__(self) -> None:
        self._came = False

    def came(self) -> bool:
        """Whether the running statement is to end."""
        return self._came

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Notice an interrupt in place of raising it; the next is raised as always."""
        self._came = False
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._notice)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _notice(self, _signal: int, _frame: FrameType | None) -> None:
        if self._came:
            raise KeyboardInterrupt
        self._came = True
