"""What a forked child must leave alone: the files that its parent had open.

SQLite keeps its locks per process, and a child inherits the belief in them without the locks. A
child that went on, or opened the same file again, would have its log deleted under its feet by the
next one to close the file. So it is refused both; a file that was not open at the fork is free.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol
from weakref import WeakSet


class Inherited(Protocol):
    """Something that is of no use in a child process."""

    def after_fork(self) -> None:
        """Called in the child, where no thread but the one that forked is left."""


FileIdentity = tuple[int, int]

_open: WeakSet[Inherited] = WeakSet()
_open_at_fork: set[FileIdentity] = set()


def watch(thing: Inherited) -> None:
    """Have `after_fork` called in every child that is forked while the thing is alive."""
    _open.add(thing)


def unwatch(thing: Inherited) -> None:
    """The thing is closed: a child inherits nothing of it."""
    _open.discard(thing)


def identity(path: Path) -> FileIdentity:
    """Which file a path leads to, whatever it is called."""
    status = path.stat()
    return status.st_dev, status.st_ino


def refuse_from_now(file: FileIdentity) -> None:
    """Note in a child that a file was open when it was forked."""
    _open_at_fork.add(file)


def was_open_at_fork(path: Path) -> bool:
    """Whether the file was open in a parent when this process was forked."""
    return bool(_open_at_fork) and path.exists() and identity(path) in _open_at_fork


def _in_child() -> None:
    for thing in list(_open):
        thing.after_fork()


os.register_at_fork(after_in_child=_in_child)
