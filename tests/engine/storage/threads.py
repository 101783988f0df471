"""Threads of tests: started together, waited for, and made to meet in the writers' queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from engine.storage.writer import Ticket, Writer

# Only for a test that is about to fail.
PATIENCE_S = 120.0


class Parking:
    """Tells when requests stand in the queue of a writer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, writer: Writer) -> None:
        self._queued = threading.Semaphore(0)
        original = Writer.enqueue

        def enqueue(asked: Writer, ticket: Ticket[Any]) -> bool:
            leads = original(asked, ticket)
            if asked is writer:
                self._queued.release()
            return leads

        monkeypatch.setattr(Writer, "enqueue", enqueue)

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have come since the last time."""
        for _ in range(count):
            assert self._queued.acquire(timeout=PATIENCE_S)

    def forget(self) -> None:
        """Count anew: requests that have come so far are nobody's to wait for."""
        while self._queued.acquire(blocking=False):
            pass


def run_beside(works: Sequence[Callable[[], object]]) -> list[threading.Thread]:
    """Start a thread for each piece of work."""
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    return threads


def join(threads: Sequence[threading.Thread]) -> None:
    """Wait until threads have ended; fails where one hangs."""
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
