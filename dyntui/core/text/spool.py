"""Items kept aside: in memory as far as they are few, else sealed in a file without a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO, Any

import orjson

from dyntui.core.text.formats import json_default

Json = dict[str, Any]

MEMORY_BYTES = 32 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
_LENGTH_BYTES = 8
_WHAT = b"dyntui spool"


class ItemSpool:
    """Items in their order, to be read as often as they are needed; binary values become base64.

    `count` is how many there are.
    """

    def __init__(self) -> None:
        self.count = 0
        self._lines = bytearray()
        self._blocks: list[bytes] = []
        self._file: _SealedBlocks | None = None

    def add(self, item: Json) -> None:
        """Keep an item."""
        self._lines += orjson.dumps(item, default=json_default, option=orjson.OPT_APPEND_NEWLINE)
        self.count += 1
        if len(self._lines) >= BLOCK_BYTES:
            self._put_aside(bytes(self._lines))
            self._lines.clear()

    def items(self) -> Iterator[Json]:
        """The items, from the first on; nothing is added meanwhile."""
        for block in self._all_blocks():
            yield from map(orjson.loads, block.splitlines())

    def clear(self) -> None:
        """Drop all items."""
        if self._file is not None:
            self._file.close()
        self.count = 0
        self._lines, self._blocks, self._file = bytearray(), [], None

    def _put_aside(self, block: bytes) -> None:
        if self._file is None and (len(self._blocks) + 1) * BLOCK_BYTES <= MEMORY_BYTES:
            self._blocks.append(block)
            return
        if self._file is None:
            self._file = _SealedBlocks()
        self._file.add(block)

    def _all_blocks(self) -> Iterator[bytes]:
        yield from self._blocks
        if self._file is not None:
            yield from self._file.blocks()
        yield bytes(self._lines)


class _SealedBlocks:
    """Blocks in a file, under a key that nobody else ever has."""

    def __init__(self) -> None:
        # Dear to import, and seldom needed.
        from engine.security.sealing import new_key

        self._key = new_key()
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 (closed by `close`)

    def add(self, block: bytes) -> None:
        """Write a block behind the others."""
        from engine.security.sealing import seal

        sealed = seal(self._key, block, _WHAT)
        self._file.seek(0, SEEK_END)
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)

    def blocks(self) -> Iterator[bytes]:
        """All blocks, from the first on."""
        from engine.security.sealing import unseal

        self._file.seek(0)
        while head := self._file.read(_LENGTH_BYTES):
            yield unseal(self._key, self._file.read(int.from_bytes(head, "big")), _WHAT)

    def close(self) -> None:
        """Drop the file."""
        self._file.close()


@contextmanager
def item_spool() -> Iterator[ItemSpool]:
    """A spool without items; what it kept is gone afterwards."""
    spool = ItemSpool()
    try:
        yield spool
    finally:
        spool.clear()
