"""Reading binary forms whose lengths may be hostile, and writing them."""

from __future__ import annotations

from engine.itemcrypto.errors import ItemFormatError


class Cursor:
    """Reads big-endian fields one after another; raises ItemFormatError where bytes are missing."""

    __slots__ = ("_data", "_what", "position")

    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._what = what
        self.position = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        end = self.position + count
        if end > len(self._data):
            raise ItemFormatError(f"{self._what} ends too early")
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def number(self, width: int) -> int:
        """An unsigned number of `width` bytes."""
        return int.from_bytes(self.take(width), "big")

    def prefixed(self, width: int) -> bytes:
        """Bytes after their length, which takes `width` bytes."""
        start = self.position + width
        end = start + int.from_bytes(self._data[self.position : start], "big")
        if end > len(self._data):
            raise ItemFormatError(f"{self._what} ends too early")
        self.position = end
        return self._data[start:end]

    def text(self, width: int) -> str:
        """UTF-8 text after its length, which takes `width` bytes."""
        return utf8(self.prefixed(width), self._what)

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position == len(self._data)

    def end(self) -> None:
        """Refuse what is left over."""
        if not self.is_at_end:
            raise ItemFormatError(f"{self._what} has bytes left over")


def utf8(data: bytes, what: str) -> str:
    """The text of UTF-8 bytes; raises ItemFormatError."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ItemFormatError(f"{what} holds a text that is not UTF-8") from None


def with_length(data: bytes, width: int) -> bytes:
    """Bytes after their length of `width` bytes."""
    return len(data).to_bytes(width, "big") + data
