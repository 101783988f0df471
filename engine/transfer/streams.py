"""Streams around a file that is read: one that can be looked into, one that counts and hashes."""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from typing import Any, BinaryIO, cast

_BUFFER_BYTES = 1 << 17


class _Joined(io.RawIOBase):
    """A stream of which the beginning was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`."""
        wanted = len(buffer)
        if self._head:
            content, self._head = self._head[:wanted], self._head[wanted:]
        else:
            content = self._rest.read(wanted)
        buffer[: len(content)] = content
        return len(content)


def looked_into(stream: BinaryIO, count: int) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and a stream that still begins with them."""
    head = stream.read(count)
    return head, io.BufferedReader(_Joined(head, stream), _BUFFER_BYTES)


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
