"""A thread that brings measurements to where they are kept, now and then, while there are any."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from engine.storage import forks

_FIRST_PAUSE_S = 1.0


class Flusher:
    """Calls `flush` in a thread of its own, which starts with the first `wake`.

    `flush` gives for how many seconds to pause, or None: until `wake`. A process that lives
    shortly ends before the first call, and flushes itself.
    """

    def __init__(self, flush: Callable[[], float | None], has_more: Callable[[], bool]) -> None:
        """`has_more`: whether anything is to be flushed."""
        self._flush = flush
        self._has_more = has_more
        # Taken while there is no reason to wake up. No Event: an interruption amid its `set` may
        # leave the lock inside it taken for ever.
        self._asleep = threading.Lock()
        self._asleep.acquire()
        self._parked = False
        self._stopping = False
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        forks.watch(self)

    def wake(self) -> None:
        """There is something to be flushed soon."""
        if self._thread is None:
            self._start()
        elif self._parked:
            self._release()

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None or self._stopping:
                return
            thread = threading.Thread(target=self._run, name="dyntui-metrics", daemon=True)
            # At the end of the program no thread can be started any more.
            with suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def _release(self) -> None:
        with suppress(RuntimeError):
            self._asleep.release()

    def _run(self) -> None:
        pause_s: float | None = _FIRST_PAUSE_S
        while True:
            self._parked = pause_s is None
            # What came before it was seen to be parked has not woken it.
            if pause_s is None and self._has_more():
                pause_s = _FIRST_PAUSE_S
            self._asleep.acquire(timeout=-1 if pause_s is None else pause_s)
            if self._stopping:
                return
            pause_s = self._flush()

    def stop(self) -> None:
        """End the thread; the caller flushes what is left."""
        with self._starting:
            self._stopping = True
        if self._thread is not None:
            self._release()
            self._thread.join()
        forks.unwatch(self)

    def after_fork(self) -> None:
        """In a child there is no such thread, nor anything to flush."""
        self._starting = threading.Lock()
        self._stopping = True
        self._thread = None
