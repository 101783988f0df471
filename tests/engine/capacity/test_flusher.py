"""The thread that brings measurements in: when it starts, sleeps and ends."""

from __future__ import annotations

import threading

import pytest

from engine.capacity import flusher
from engine.capacity.flusher import Flusher

PATIENCE_S = 20.0


class Work:
    """What is to be flushed: some pieces, of which each round takes one."""

    def __init__(self) -> None:
        self.pieces = 0
        self.done = 0
        self.idle = threading.Semaphore(0)

    def flush(self) -> float | None:
        """Take a piece; tell when there is none left."""
        if not self.pieces:
            self.idle.release()
            return None
        # In this order: who sees that there is none left finds them all done.
        self.done += 1
        self.pieces -= 1
        return 0.0

    def has_more(self) -> bool:
        """Whether there is a piece."""
        return self.pieces > 0


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flusher, "_FIRST_PAUSE_S", 0.0)


def test_it_flushes_until_nothing_is_left_and_again_when_it_is_woken() -> None:
    work = Work()
    thread = Flusher(work.flush, work.has_more)
    assert not thread.is_running
    for pieces in (3, 2):
        work.pieces = pieces
        thread.wake()
        assert thread.is_running
        while work.has_more():
            assert work.idle.acquire(timeout=PATIENCE_S)
        assert work.done == (3 if pieces == 3 else 5)
        thread.wake()
    thread.stop()
    work.pieces = 1
    thread.wake()
    assert work.done == 5


def test_it_never_starts_after_its_end() -> None:
    work = Work()
    thread = Flusher(work.flush, work.has_more)
    thread.stop()
    thread.wake()
    assert not thread.is_running
