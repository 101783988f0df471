"""Compressed files: gzip and Zstandard, read within bounds, written at a level.

What is read is never held whole, so that a file that unpacks to far more than it seems costs time
and no memory.
"""

from __future__ import annotations

import io
import zlib
from typing import Any, BinaryIO, Literal, cast

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


def of_head(head: bytes) -> Compression:
    """How a file is compressed that begins so."""
    return next((kind for mark, kind in _MARKS if head.startswith(mark)), "NONE")


def reading(stream: BinaryIO, kind: Compression) -> BinaryIO:
    """What a file unpacks to; reading raises what `is_damage` knows."""
    if kind == "GZIP":
        return cast("BinaryIO", _gzip().GzipNGFile("", "rb", fileobj=stream))
    if kind == "ZSTD":
        import zstandard

        plain = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        return io.BufferedReader(cast("Any", plain), 1 << 17)
    return stream


def writing(stream: BinaryIO, kind: Compression) -> BinaryIO:
    """What is written to it arrives compressed; closing it leaves `stream` open."""
    if kind == "GZIP":
        # Without a name and a time: the same items make the same file.
        packed = _gzip().GzipNGFile("", "wb", compresslevel=GZIP_LEVEL, fileobj=stream, mtime=0)
        return cast("BinaryIO", packed)
    if kind == "ZSTD":
        import zstandard

        packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        return cast("BinaryIO", packer.stream_writer(stream, closefd=False))
    return stream


def _gzip() -> Any:
    """zlib-ng's gzip: the format of Python's own module, several times as fast."""
    from zlib_ng import gzip_ng

    return gzip_ng


def is_damage(error: Exception) -> bool:
    """Whether an exception says that a compressed file is cut short or damaged."""
    if isinstance(error, EOFError | zlib.error) or type(error).__name__ == "BadGzipFile":
        return True
    return type(error).__module__.split(".")[0] in ("zstandard", "zlib_ng")
