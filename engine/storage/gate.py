"""Locks on files: queues of processes, freed by the kernel after a kill."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any, Protocol

from engine.storage import forks


class Gate(Protocol):
    """What a writer must pass before its transaction."""

    def acquire(self, blocking: bool = True) -> bool:
        """Wait until it is one's turn; or, not `blocking`, say whether it is."""

    def release(self) -> Any:
        """Let the next one pass."""

    def __enter__(self) -> Any:
        """Wait until it is one's turn."""

    def __exit__(self, *_: Any) -> Any:
        """Let the next one pass."""


class FileGate:
    """An advisory lock on a file; two gates on one file exclude each other in one process too."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        forks.watch(self)

    def acquire(self, blocking: bool = True) -> bool:
        """See `Gate.acquire`."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """See `Gate.release`."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def close(self) -> None:
        """Give the descriptor back, and the lock with it; a second close does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        forks.unwatch(self)

    def after_fork(self) -> None:
        """Let go of the parent's lock, which would outlive the parent here."""
        self.close()
