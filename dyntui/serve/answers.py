"""Answers as bytes: status, headers, checksum, and what a browser wants beside them."""

from __future__ import annotations

from email.utils import formatdate
from itertools import count
from secrets import token_hex

from zlib_ng import zlib_ng

_STATUS = {
    200: b"200 OK",
    400: b"400 Bad Request",
    404: b"404 Not Found",
    408: b"408 Request Timeout",
    413: b"413 Payload Too Large",
    431: b"431 Request Header Fields Too Large",
    500: b"500 Internal Server Error",
    503: b"503 Service Unavailable",
}
_BEGINNING = b"HTTP/1.1 %b\r\nDate: %b\r\n%bx-amzn-RequestId: %b"
_HEAD = b"%b%012X\r\nContent-Length: %d\r\nx-amz-crc32: %d\r\n"
# A request id is 52 characters out of A to Z and 0 to 9; these are the process's, the rest counts.
_PROCESS_ID_BYTES = 20
# Preflights repeat what they were asked, so a client might want a new one each time.
_BEGINNINGS_MAX = 100

# Below this, compressing gains less than it costs.
_GZIP_BYTES_MIN = 1_024
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31


class Heads:
    """Makes the heads of answers; knows the date, which it is told once a second.

    All that answers of one second have in common is put together once.
    """

    def __init__(self, now_us: int) -> None:
        self._date = b""
        self._beginnings: dict[tuple[int, bytes], bytes] = {}
        self._process_id = token_hex(_PROCESS_ID_BYTES).upper().encode()
        self._answers = count()
        self.tell_time(now_us)

    def tell_time(self, now_us: int) -> None:
        """Take over the time, in microseconds since the epoch."""
        self._date = formatdate(now_us / 1_000_000, usegmt=True).encode()
        self._beginnings.clear()

    def head(self, status: int, body: bytes, headers: bytes = b"") -> bytes:
        """The head of an answer, but for its last, empty line.

        `headers` are further lines, each with its end.
        """
        beginning = self._beginnings.get((status, headers)) or self._begin(status, headers)
        return _HEAD % (beginning, next(self._answers), len(body), zlib_ng.crc32(body))

    def _begin(self, status: int, headers: bytes) -> bytes:
        beginning = _BEGINNING % (_STATUS[status], self._date, headers, self._process_id)
        if len(self._beginnings) < _BEGINNINGS_MAX:
            self._beginnings[status, headers] = beginning
        return beginning


def bare(status: int) -> bytes:
    """A whole answer to what cannot be read as a request, after which the connection ends.

    Too large a body is answered as the service does: in chunks, of which there are none.
    """
    length = b"Transfer-Encoding: chunked" if status == 413 else b"Content-Length: 0"
    end = b"0\r\n\r\n" if status == 413 else b""
    return b"HTTP/1.1 %b\r\n%b\r\nConnection: close\r\n\r\n%b" % (_STATUS[status], length, end)


def is_worth_compressing(body: bytes) -> bool:
    """Whether a body is large enough."""
    return len(body) >= _GZIP_BYTES_MIN


def compress(body: bytes) -> bytes:
    """A body in gzip's format."""
    packer = zlib_ng.compressobj(_GZIP_LEVEL, zlib_ng.DEFLATED, _GZIP_WINDOW)
    return bytes(packer.compress(body) + packer.flush())


def decompress(body: bytes, bytes_max: int) -> bytes:
    """The content of a body in gzip's format.

    Raises OverflowError where it is too large, ValueError where it is damaged or incomplete, or
    where something comes after it.
    """
    unpacker = zlib_ng.decompressobj(_GZIP_WINDOW)
    try:
        content = bytes(unpacker.decompress(body, bytes_max + 1))
    except zlib_ng.error as error:  # type: ignore[misc]  # an instance, in its stubs
        raise ValueError("damaged") from error
    if len(content) > bytes_max:
        raise OverflowError
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("incomplete, or with more behind it")
    return content
