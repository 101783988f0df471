"""What is read of a file: an item, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from engine.client.protocol import Json

LINE_BYTES_MAX = 8 * 1024 * 1024
"""No item's line is longer: 400 KB of text may take six times as many bytes in JSON."""

TEXT_BYTES_MAX = 2_000
"""So much of a rejected line is kept to be shown."""


class Record(NamedTuple):
    """One record of a file: `item`, not checked yet, or the reason why it is none.

    Where `removed` is true, `item` is the key of an item that is gone (of incremental exports).
    `line` counts from 1 and is where the record begins. `column` (from 1) is the character that the
    reason is about, 0 where none is. `text` is the beginning of a rejected record.
    """

    line: int
    item: Json | None
    reason: str = ""
    column: int = 0
    text: bytes = b""
    removed: bool = False

    @classmethod
    def rejected(cls, line: int, reason: str, text: bytes, column: int = 0) -> Record:
        """A record that is no item."""
        return cls(line, None, reason, column, text[:TEXT_BYTES_MAX])


def lines_of(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Number, content without its end, and whether it is whole, of each line that is not empty.

    Of a line that is too long only the beginning is kept, so that memory stays bounded.
    """
    number = 0
    while line := stream.readline(LINE_BYTES_MAX):
        number += 1
        whole = line.endswith(b"\n") or len(line) < LINE_BYTES_MAX
        content = line.strip()
        if not whole:
            while (rest := stream.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                pass
        if content:
            yield number, content, whole


def too_long(line: int, text: bytes) -> Record:
    """A line that is longer than any item's."""
    return Record.rejected(line, f"the line is longer than {LINE_BYTES_MAX:,} bytes", text)
