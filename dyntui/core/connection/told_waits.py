"""Which waits of throttled requests a person is told of: with many short ones, not of each."""

from __future__ import annotations

from collections.abc import Callable

from dyntui.core.text.amounts import counted
from engine.client.retrying import Wait

TELL_AFTER_S = 1.0
TELL_AFTER_WAITS = 50
"""A remote does not say how long it waited."""


class ToldWaits:
    """Tells of a wait before a later attempt than the last one told of, as of each in a request's
    row; of others whenever a second was waited, or 50 times, since."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._attempt = 0
        self._waited_s = 0.0
        self._untold = 0

    def __call__(self, wait: Wait) -> None:
        """Take note of a wait that begins."""
        if (
            wait.attempt > self._attempt
            or self._waited_s >= TELL_AFTER_S
            or self._untold >= TELL_AFTER_WAITS
        ):
            others = f", after {counted(self._untold, 'more wait')}" if self._untold else ""
            self._tell(f"{wait}{others}")
            self._attempt, self._waited_s, self._untold = wait.attempt, 0.0, 0
        else:
            self._untold += 1
        self._waited_s += wait.seconds
