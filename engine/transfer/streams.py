"""Streams around a file that is read: one that can be looked into, one that counts and hashes."""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from collections.abc import Callable
from typing import Any, BinaryIO, cast

_BUFFER_BYTES = 1 << 17


def looked_into(stream: BinaryIO, count: int) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, at most so many, and a stream that still begins with them."""
    reader = stream if isinstance(stream, io.BufferedReader) else buffered(cast("Any", stream))
    head: bytes = cast("io.BufferedReader", reader).peek(count)[:count]
    return head, reader


class Counted(io.RawIOBase):
    """A stream that tells how much is read of it."""

    def __init__(self, stream: BinaryIO, on_bytes: Callable[[int], None]) -> None:
        super().__init__()
        self._stream: Any = stream
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        # One read of the stream below: what it holds before an error is given.
        content = self._stream.read1(len(buffer))
        buffer[: len(content)] = content
        self._on_bytes(len(content))
        return len(content)


class Hashed(io.RawIOBase):
    """A stream whose content is hashed as it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._digest = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        content = self._stream.read(len(buffer))
        self._digest.update(content)
        buffer[: len(content)] = content
        return len(content)

    def md5(self) -> str:
        """The checksum of all that the stream holds, as manifests write it."""
        while self.read(_BUFFER_BYTES):
            pass
        return b64encode(self._digest.digest()).decode()


def buffered(raw: io.RawIOBase) -> BinaryIO:
    """A stream as readers want it."""
    return cast("BinaryIO", io.BufferedReader(raw, _BUFFER_BYTES))
