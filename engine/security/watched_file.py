"""A file that is replaced whole, watched by what its owner has open of it.

Looking at an open file is quicker than at a path. Once the file is replaced, what is open has one
link less; where somebody keeps links to the old one, its time of change is another.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path


class WatchedFile:
    """Tells whether a file has been replaced; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._known = (0, 0)
        self._replaced = 0

    def generation(self) -> int:
        """A number that is another one once the file was replaced, made or removed."""
        descriptor = self._descriptor
        if descriptor is not None:
            try:
                found = os.fstat(descriptor)
            except OSError:
                # Closed by another thread just now.
                return self._looked()
            if (found.st_nlink, found.st_ctime_ns) == self._known:
                return self._replaced
        return self._looked()

    def _looked(self) -> int:
        """Look at the path; what was open stays so until then, so that no number is given again."""
        with self._lock:
            before = self._descriptor
            try:
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                self._descriptor = None
            if self._descriptor is None and before is None:
                return self._replaced
            if self._descriptor is not None:
                found = os.fstat(self._descriptor)
                self._known = (found.st_nlink, found.st_ctime_ns)
            self._replaced += 1
            if before is not None:
                os.close(before)
            return self._replaced

    def close(self) -> None:
        """Give the descriptor back; it is opened again when it is asked for."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is not None:
                os.close(descriptor)
