"""Where exports go and imports come from: what a bucket of S3 is to the service.

A bucket is a folder, or any address that fsspec knows (`s3://…`, with the extra of that name). Keys
are paths with slashes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

_PART = ".part"


class StoreError(Exception):
    """A file of a store cannot be read or written; the text says which and why."""


class Store(Protocol):
    """A bucket."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    def write(self, key: str) -> AbstractContextManager[BinaryIO]:
        """A file to be written; nobody sees it before the block ends, or at all if it fails."""
        ...

    def read(self, key: str) -> BinaryIO:
        """A file to be read, for the caller to close; raises `StoreError`."""
        ...

    def list(self, prefix: str = "") -> list[str]:
        """The keys that begin so, in order."""
        ...

    def delete(self, key: str) -> None:
        """Remove a file, if it is there, or what a kill has left of one."""
        ...


class FolderStore:
    """A bucket that is a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def name(self) -> str:
        """See `Store.name`."""
        return str(self._root)

    def write(self, key: str) -> AbstractContextManager[BinaryIO]:
        """See `Store.write`."""
        return written_aside(self._path(key))

    def read(self, key: str) -> BinaryIO:
        """See `Store.read`."""
        try:
            return self._path(key).open("rb")
        except OSError as error:
            raise _store_error(self._path(key), error) from error

    def list(self, prefix: str = "") -> list[str]:
        """See `Store.list`."""
        # Below the deepest folder that the prefix names, so that no more is looked through.
        folder = self._root / prefix.rpartition("/")[0]
        found = (
            path.relative_to(self._root).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != _PART
        )
        return sorted(key for key in found if key.startswith(prefix))

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        path = self._path(key)
        with suppress(OSError):
            path.unlink(missing_ok=True)
            _aside(path).unlink(missing_ok=True)
            # A folder is there for its files; one that still has some is not removed.
            for folder in path.parents:
                if folder == self._root:
                    break
                folder.rmdir()

    def _path(self, key: str) -> Path:
        if any(part in ("", ".", "..") for part in key.split("/")):
            raise StoreError(f"{key!r} is not the key of a file")
        return self._root / key


class FsspecStore:
    """A bucket at an address that fsspec knows."""

    def __init__(self, url: str) -> None:
        """Raises `StoreError` where the address, or the package for it, is missing."""
        try:
            import fsspec
        except ImportError:
            raise StoreError(
                f"{url}: needs dyntui's extra `s3` (pip install 'dyntui[s3]')"
            ) from None
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise StoreError(f"{url}: {error}") from None
        self.name = url

    @contextmanager
    def write(self, key: str) -> Iterator[BinaryIO]:
        """See `Store.write`."""
        try:
            with self._files.transaction, self._files.open(f"{self._root}/{key}", "wb") as file:
                yield file
        except OSError as error:
            raise _store_error(f"{self.name}/{key}", error) from error

    def read(self, key: str) -> BinaryIO:
        """See `Store.read`."""
        try:
            return cast("BinaryIO", self._files.open(f"{self._root}/{key}", "rb"))
        except OSError as error:
            raise _store_error(f"{self.name}/{key}", error) from error

    def list(self, prefix: str = "") -> list[str]:
        """See `Store.list`."""
        folder = prefix.rpartition("/")[0]
        try:
            paths: Any = self._files.find(f"{self._root}/{folder}".rstrip("/"))
        except OSError as error:
            raise _store_error(self.name, error) from error
        root = self._files._strip_protocol(self._root).rstrip("/") + "/"
        found = (path.removeprefix(root) for path in paths)
        return sorted(key for key in found if key.startswith(prefix))

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        with suppress(OSError):
            self._files.rm(f"{self._root}/{key}")


def store_at(address: str) -> Store:
    """The bucket at a path or an address such as `s3://name`; raises `StoreError`."""
    if "://" in address:
        return FsspecStore(address)
    return FolderStore(Path(address))


@contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name once it is whole and on the disk; raises `StoreError`."""
    aside = _aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = aside.open("wb")
    except OSError as error:
        raise _store_error(path, error) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _store_error(path, error) from error
        raise


def _aside(path: Path) -> Path:
    """Where a file is before it is whole."""
    return path.with_name(f"{path.name}{_PART}")


def _store_error(place: Path | str, error: OSError) -> StoreError:
    return StoreError(f"{place}: {error.strerror or error}")
