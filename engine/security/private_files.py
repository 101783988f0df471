"""Files that only their owner can read: what a person typed or chose, kept between sessions."""

from __future__ import annotations

import os
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder where there is none; raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, data: bytes) -> bool:
    """Write a file whole or not at all, with its folder; whether it was written."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        make_private_folder(path.parent)
        with open(beside, "wb", opener=private) as file:
            file.write(data)
        beside.replace(path)
    except OSError:
        return False
    return True


def private(path: str, flags: int) -> int:
    """An opener of files that only their owner can read."""
    return os.open(path, flags, 0o600)
