"""The event loop of the app, which goes before the jobs.

Python runs one thread at a time. The screen's thread lets go of the interpreter many times for one
key, at each look for what else has come; a job's thread would take it each time, and give it back
after a millisecond. So a job, which often asks whether it was cancelled, waits there until the
screen has nothing to do.
"""

from __future__ import annotations

import selectors
import threading
from asyncio import SelectorEventLoop

GIVEN_S = 0.05
"""How long a job waits at most: it goes on, slowly, however much there is on the screen."""

Ready = list[tuple[selectors.SelectorKey, int]]


class _Waiting(selectors.DefaultSelector):
    """Tells when the loop waits: while it looks only, there is more to do."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = threading.Event()

    def select(self, timeout: float | None = None) -> Ready:
        """What has come, within `timeout` seconds or whenever it does."""
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self.idle.set()
        try:
            return super().select(timeout)
        finally:
            self.idle.clear()

    def close(self) -> None:
        """From here on nobody has to wait."""
        self.idle.set()
        super().close()


class ScreenLoop(SelectorEventLoop):
    """An event loop for which other threads can make way."""

    def __init__(self) -> None:
        self._waiting = _Waiting()
        super().__init__(self._waiting)

    def make_way(self) -> bool:
        """From another thread: return once the loop waits, or after `GIVEN_S`; whether it does."""
        return self._waiting.idle.wait(GIVEN_S)
