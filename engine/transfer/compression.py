"""Compressed files: gzip and Zstandard, read within bounds, written at a level.

What is read is never held whole, so that a file that unpacks to far more than it seems costs time
and no memory. Of a file that is cut short, all that stands before the cut is read.
"""

from __future__ import annotations

import io
import zlib
from typing import Any, BinaryIO, Literal, Protocol, cast

from engine.transfer.streams import buffered

Compression = Literal["NONE", "GZIP", "ZSTD"]
COMPRESSIONS: tuple[Compression, ...] = ("NONE", "GZIP", "ZSTD")
"""The API's InputCompressionType."""

SUFFIXES: dict[str, Compression] = {".gz": "GZIP", ".zst": "ZSTD"}
_MARKS: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "GZIP"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
)
GZIP_LEVEL = 6
ZSTD_LEVEL = 3
_GZIP_WINDOW = 31
_GZIP_CHUNK = 65_536
# A block of Zstandard holds at most 128 KiB and may take four bytes: so many at a time unpack to
# 32 MiB at most.
_ZSTD_CHUNK = 1_024
_UNPACKED_MAX = 1 << 20


class DamagedFileError(ValueError):
    """A compressed file is cut short or damaged."""


def of_head(head: bytes) -> Compression:
    """How a file is compressed that begins so."""
    return next((kind for mark, kind in _MARKS if head.startswith(mark)), "NONE")


def reading(stream: BinaryIO, kind: Compression) -> BinaryIO:
    """What a file unpacks to; reading raises `DamagedFileError` where it is cut or damaged."""
    if kind == "GZIP":
        return buffered(_Unpacked(stream, _GzipFrame, _GZIP_CHUNK))
    if kind == "ZSTD":
        return buffered(_Unpacked(stream, _ZstdFrame, _ZSTD_CHUNK))
    return stream


def writing(stream: BinaryIO, kind: Compression) -> BinaryIO:
    """What is written to it arrives compressed; closing it leaves `stream` open."""
    if kind == "GZIP":
        from zlib_ng import gzip_ng

        # Without a name and a time: the same items make the same file.
        open_packed: Any = gzip_ng.GzipNGFile
        packed = open_packed("", "wb", compresslevel=GZIP_LEVEL, fileobj=stream, mtime=0)
        return cast("BinaryIO", packed)
    if kind == "ZSTD":
        import zstandard

        packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        return cast("BinaryIO", packer.stream_writer(stream, closefd=False))
    return stream


class _Frame(Protocol):
    """One of the frames, or members, that a compressed file consists of."""

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        """What so many bytes unpack to, and those of them that are left over."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether its end was reached."""
        ...


class _GzipFrame:
    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(_GZIP_WINDOW)

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        try:
            content = self._unpacker.decompress(packed, _UNPACKED_MAX)
        except zlib.error as error:
            raise DamagedFileError(str(error)) from None
        return content, self._unpacker.unconsumed_tail or self._unpacker.unused_data

    @property
    def is_whole(self) -> bool:
        return self._unpacker.eof


class _ZstdFrame:
    def __init__(self) -> None:
        import zstandard

        self._failure = zstandard.ZstdError
        self._unpacker = zstandard.ZstdDecompressor().decompressobj()

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        try:
            content = self._unpacker.decompress(packed)
        except self._failure as error:
            raise DamagedFileError(str(error)) from None
        return content, self._unpacker.unused_data

    @property
    def is_whole(self) -> bool:
        return self._unpacker.eof


class _Unpacked(io.RawIOBase):
    """What the frames of a file unpack to, one after the other."""

    def __init__(self, stream: BinaryIO, frame: type[_GzipFrame | _ZstdFrame], chunk: int) -> None:
        super().__init__()
        self._stream = stream
        self._new_frame = frame
        self._frame: _Frame | None = None
        self._chunk = chunk
        self._packed = b""
        self._content = memoryview(b"")

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase.readinto`; raises `DamagedFileError`."""
        while not self._content:
            packed = self._packed or self._stream.read(self._chunk)
            if not packed:
                if self._frame is not None:
                    raise DamagedFileError("the file is cut short")
                return 0
            if self._frame is None:
                # Zeros behind the last member are padding, as tapes have it.
                packed = packed.lstrip(b"\0")
                self._packed = packed
                if not packed:
                    continue
                self._frame = self._new_frame()
            content, self._packed = self._frame.unpack(packed)
            self._content = memoryview(content)
            if self._frame.is_whole:
                self._frame = None
        count = min(len(buffer), len(self._content))
        buffer[:count] = self._content[:count]
        self._content = self._content[count:]
        return count
