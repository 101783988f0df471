"""Where archives lie: `<region>/backups` and `<region>/snapshots`; in memory, a private folder.

An archive appears under its name when it is whole and on the disk. What a killed process left of
one is removed by whoever comes next: its lock is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from engine.client.keys import KeyTools
from engine.errors import FolderAccessError, FolderError
from engine.storage.folder import DataFolder, make_folder, sync_folder

if TYPE_CHECKING:
    from engine.archives.archive import Archive
    from engine.archives.keyring import Keyring

BACKUPS = "backups"
SNAPSHOTS = "snapshots"
_UNFINISHED = ".unfinished"


class Shelves:
    """The archives of a Region, and the keys that they are read with."""

    def __init__(
        self, folder: DataFolder | None, region: str, kms: Callable[[str], KeyTools]
    ) -> None:
        self._data_folder = folder
        self._kms = kms
        self._region = region
        self._removal: weakref.finalize[[str, int], Shelves] | None = None

    @cached_property
    def keys(self) -> Keyring:
        """The keyring; imported when it is needed, since it costs as much as a small command."""
        from engine.archives.keyring import Keyring

        return Keyring.of(self._data_folder, self._kms)

    @cached_property
    def _place(self) -> Path:
        if self._data_folder is not None:
            return self._data_folder.region_folder(self._region)
        # Dear to import, and needed here only.
        import tempfile

        folder = tempfile.mkdtemp(prefix="dyntui-")
        self._removal = weakref.finalize(self, _remove_folder, folder, os.getpid())
        return Path(folder)

    def path(self, shelf: str, name: str) -> Path:
        """Where an archive of that name lies, or would."""
        return self._place / shelf / name

    def names(self, shelf: str) -> list[str]:
        """The names of the archives of a shelf, in their order."""
        if self._data_folder is None and self._removal is None:
            return []
        try:
            return sorted(
                entry.name
                for entry in os.scandir(self._place / shelf)
                if entry.is_file() and not entry.name.endswith(_UNFINISHED)
            )
        except FileNotFoundError:
            return []

    def open(self, shelf: str, name: str) -> Archive:
        """Open an archive; raises `FolderError` where it is not there, or not sound."""
        from engine.archives.archive import Archive

        return Archive(self.path(shelf, name), self.keys)

    def readable(self, shelf: str) -> Iterator[tuple[str, Archive]]:
        """The archives of a shelf that can be read, with their names, each open for its turn."""
        for name in self.names(shelf):
            with contextlib.suppress(FolderError), self.open(shelf, name) as archive:
                yield name, archive

    def unreadable(self, shelf: str) -> list[str]:
        """What is wrong with the archives of a shelf that cannot be read."""
        problems = []
        for name in self.names(shelf):
            try:
                self.open(shelf, name).close()
            except FolderError as error:
                problems.append(str(error))
        return problems

    @contextlib.contextmanager
    def creating(self, shelf: str, name: str) -> Iterator[BinaryIO]:
        """A file to write an archive into; it gets its name at the end, if nothing failed.

        Raises `FolderAccessError` where it cannot be written.
        """
        path = self.path(shelf, name)
        # Of its own, where two make one of the same name at once.
        aside = path.with_name(f"{name}-{secrets.token_hex(4)}{_UNFINISHED}")
        try:
            make_folder(path.parent)
            _sweep(path.parent)
            with _locked(aside) as file:
                try:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                    aside.replace(path)
                finally:
                    aside.unlink(missing_ok=True)
            sync_folder(path.parent)
        except OSError as error:
            raise FolderAccessError(
                f"{error.filename or path}: {error.strerror or error}"
            ) from error

    def remove(self, shelf: str, name: str) -> None:
        """Remove an archive; it need not be there."""
        path = self.path(shelf, name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FolderAccessError(f"{path}: {error.strerror}") from error

    def close(self) -> None:
        """Remove what was in a private folder."""
        if self._removal is not None:
            self._removal()
            self._removal = None
            del self._place


def _remove_folder(folder: str, maker: int) -> None:
    """Remove a private folder; a forked child leaves its parent's alone."""
    import shutil

    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


def _locked(path: Path) -> BinaryIO:
    """A new file that only its owner reads, and that is locked as long as it is open."""
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        file = os.fdopen(descriptor, "wb", buffering=1024 * 1024)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        # Swept away before it was locked.
        file.close()


def _sweep(folder: Path) -> None:
    """Remove what nobody is writing any more."""
    for path in folder.glob(f"*{_UNFINISHED}"):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)
