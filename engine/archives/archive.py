"""An archive: one file that holds tables as they were at one instant, and needs nothing else.

    magic · length · header (JSON) · checksum
    blocks of rows          each: length · sealed( kind · compressed rows )
    the last block          sealed( kind · compressed contents (JSON) )
    offset of the last block

Every block is compressed and then sealed with AES-GCM under the archive's own key; its number is
the nonce, the header is authenticated with each. So a flipped byte, a block that is missing, moved
or of another archive, and a cut-off end are all found. The header says whose key wraps the
archive's; the contents say what is in it: each table's definition, its counts and its blocks. Rows
are in key order, as a restore needs them. The blocks of a table under a KMS key are sealed once
more, under a key that only this KMS key opens.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import orjson
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.archives.keyring import Keyring, new_key
from engine.client.closing import Closing
from engine.client.protocol import Json
from engine.errors import DamagedError, FolderAccessError, NewerFormatError

_MAGIC = b"dyntui archive\x00"
_FORMAT = 2
_LENGTH = struct.Struct("<I")
_OFFSET = struct.Struct("<Q")
_CHECKSUM_BYTES = 16
_HEADER_BYTES_MAX = 65_536
# Larger ones compress no better; a block is what one transaction of a restore writes.
BLOCK_BYTES = 1024 * 1024
BLOCK_ROWS_MAX = 2_000
_SEALED_BYTES_MAX = 64 * 1024 * 1024
_LEVEL = 1
_ROWS, _CONTENTS = b"R", b"C"
_NONCE_BYTES = 12
# No block of rows ever has this number.
_CONTENTS_NUMBER = (1 << 96) - 1
_AHEAD = 4

# Key, size in bytes by DynamoDB's rules, value (canonical JSON).
Row = tuple[bytes, int, bytes]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of an archive: its definition as the catalog had it, its counts, its blocks.

    `key` is of a table under a KMS key: what its blocks are sealed under besides, wrapped.
    """

    definition: Json
    items: int
    bytes: int
    first_block: int
    offset: int
    blocks: int
    key: Json | None = None

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.definition["name"])


def write_archive(
    file: BinaryIO, keys: Keyring, info: Json, tables: Iterable[tuple[Json, Iterable[Row]]]
) -> int:
    """Write an archive of tables, each a definition and its rows in key order; gives its bytes.

    `info` is what the archive says of itself, beside the tables. Blocks are sealed in a thread
    beside the one that reads rows. Raises `TableKeyDenied` where a table's KMS key is of no use.
    """
    sealer = _Sealer(file, keys)
    with ThreadPoolExecutor(1, "dyntui-archive") as thread:
        pending: list[Future[None]] = []
        sections: list[Json] = []
        blocks = 0
        for definition, rows in tables:
            items = size = 0
            begun = blocks
            table_key, key_form = _table_key(keys, definition)
            for block_items, block_bytes, payload in _payloads(rows):
                if len(pending) == _AHEAD:
                    pending.pop(0).result()
                pending.append(thread.submit(sealer.add, _ROWS, payload, table_key))
                items += block_items
                size += block_bytes
                blocks += 1
            while pending:
                pending.pop(0).result()
            counted = {"definition": definition, "items": items, "bytes": size}
            offset = sealer.offset_of.get(begun, 0)
            placed = {"first_block": begun, "offset": offset, "blocks": blocks - begun}
            sections.append(counted | placed | {"key": key_form})
    return sealer.finish({"info": info, "tables": sections})


def _table_key(keys: Keyring, definition: Json) -> tuple[AESGCM | None, Json | None]:
    """What the blocks of a table under a KMS key are sealed with besides, and its form."""
    arn = (definition.get("encryption") or {}).get("key_arn")
    if arn is None:
        return None, None
    key, form = keys.new_table_key(arn, definition["name"])
    return AESGCM(key), form


class _Sealer:
    """Compresses, seals and writes block after block."""

    def __init__(self, file: BinaryIO, keys: Keyring) -> None:
        key = new_key()
        text = orjson.dumps({"format": _FORMAT} | keys.wrap(key))
        header = _MAGIC + _LENGTH.pack(len(text)) + text
        self._bound = hashlib.sha256(header).digest()
        self._cipher = AESGCM(key)
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._file = file
        self._number = 0
        self._offset = len(header) + _CHECKSUM_BYTES
        self.offset_of: dict[int, int] = {}
        file.write(header + self._bound[:_CHECKSUM_BYTES])

    def add(self, kind: bytes, payload: bytes, table_key: AESGCM | None = None) -> None:
        """Write the next block, sealed under its table's key first where that has one."""
        number = _CONTENTS_NUMBER if kind == _CONTENTS else self._number
        nonce = number.to_bytes(_NONCE_BYTES, "big")
        block = self._compressor.compress(payload)
        if table_key is not None:
            block = table_key.encrypt(nonce, block, self._bound)
        sealed = self._cipher.encrypt(nonce, kind + block, self._bound)
        self.offset_of[self._number] = self._offset
        self._file.write(_LENGTH.pack(len(sealed)))
        self._file.write(sealed)
        self._number += 1
        self._offset += _LENGTH.size + len(sealed)

    def finish(self, contents: Json) -> int:
        """Write the contents and where they are; gives the length of the file."""
        at = self._offset
        self.add(_CONTENTS, orjson.dumps(contents))
        self._file.write(_OFFSET.pack(at))
        return self._offset + _OFFSET.size


def _payloads(rows: Iterable[Row]) -> Iterator[tuple[int, int, bytes]]:
    """Rows gathered into blocks: how many, their sizes together, the block."""
    keys: list[bytes] = []
    values: list[bytes] = []
    sizes: list[int] = []
    gathered = 0
    for key, size, value in rows:
        keys.append(key)
        sizes.append(size)
        values.append(value)
        gathered += len(value)
        if gathered >= BLOCK_BYTES or len(keys) == BLOCK_ROWS_MAX:
            yield len(keys), sum(sizes), _encoded(keys, sizes, values)
            keys, values, sizes, gathered = [], [], [], 0
    if keys:
        yield len(keys), sum(sizes), _encoded(keys, sizes, values)


def _encoded(keys: list[bytes], sizes: list[int], values: list[bytes]) -> bytes:
    numbers = array("I", [len(keys), *map(len, keys), *sizes, *map(len, values)])
    if sys.byteorder == "big":
        numbers.byteswap()
    return b"".join([numbers.tobytes(), *keys, *values])


def _decoded(payload: bytes) -> list[Row]:
    (count,) = _LENGTH.unpack_from(payload)
    numbers = array("I", payload[4 : 4 + 12 * count])
    if sys.byteorder == "big":
        numbers.byteswap()
    key_ends = list(accumulate(numbers[:count], initial=4 + 12 * count))
    value_ends = list(accumulate(numbers[2 * count :], initial=key_ends[-1]))
    return [
        (
            payload[key_ends[n] : key_ends[n + 1]],
            numbers[count + n],
            payload[value_ends[n] : value_ends[n + 1]],
        )
        for n in range(count)
    ]


class Archive(Closing):
    """An archive that is open for reading; its end has been read and is sound.

    What is found wrong is raised as `DamagedError`, `WrongKeyError` or `NewerFormatError`, each
    with the file's name.
    """

    def __init__(self, path: Path, keys: Keyring) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise FolderAccessError(f"{path}: {error.strerror}") from error
        try:
            self._open(keys)
        except BaseException:
            self._file.close()
            raise

    def _open(self, keys: Keyring) -> None:
        self._keys = keys
        header, text = self._header()
        self._bound = hashlib.sha256(header).digest()
        if self._read(_CHECKSUM_BYTES) != self._bound[:_CHECKSUM_BYTES]:
            raise self._damaged("its header")
        form = orjson.loads(text)
        if form["format"] > _FORMAT:
            raise NewerFormatError(f"{self.path}: written by a newer version of the program")
        self._cipher = AESGCM(keys.unwrap(form, self.path))
        self._decompressor = zstandard.ZstdDecompressor()
        self._blocks_at = self._file.tell()
        self.size = self._file.seek(0, 2)
        if self.size < self._blocks_at + _OFFSET.size:
            raise self._damaged("cut off")
        self._file.seek(-_OFFSET.size, 2)
        (self._contents_at,) = _OFFSET.unpack(self._read(_OFFSET.size))
        if not self._blocks_at <= self._contents_at < self.size:
            raise self._damaged("cut off, or its end")
        contents = self._contents()
        self.info: Json = contents["info"]
        self.sections = tuple(Section(**form) for form in contents["tables"])

    def _header(self) -> tuple[bytes, bytes]:
        start = self._file.read(len(_MAGIC) + _LENGTH.size)
        if not start.startswith(_MAGIC):
            raise DamagedError(f"{self.path}: no archive, or its beginning is damaged")
        if len(start) < len(_MAGIC) + _LENGTH.size:
            raise self._damaged("cut off")
        (length,) = _LENGTH.unpack_from(start, len(_MAGIC))
        if length > _HEADER_BYTES_MAX:
            raise self._damaged("its header")
        text = self._read(length)
        return start + text, text

    def _contents(self) -> Json:
        """The last block, which ends where the file does."""
        self._file.seek(self._contents_at)
        sealed = self._sealed("its end")
        if self._contents_at + _LENGTH.size + len(sealed) + _OFFSET.size != self.size:
            raise self._damaged("its end")
        opened = self._unsealed(sealed, _CONTENTS_NUMBER, _CONTENTS)
        contents: Json = orjson.loads(self._decompressor.decompress(opened))
        return contents

    def section(self, table: str) -> Section | None:
        """The section of a table."""
        return next((section for section in self.sections if section.name == table), None)

    def rows(self, section: Section, after: bytes = b"") -> Iterator[Row]:
        """The rows of a table in key order, those behind a key; raises `TableKeyDenied`."""
        for payload in self._payloads(section):
            rows = _decoded(payload)
            if not rows or rows[-1][0] <= after:
                continue
            if rows[0][0] <= after:
                rows = [row for row in rows if row[0] > after]
            yield from rows

    def _payloads(self, section: Section) -> Iterator[bytes]:
        table_key = None if section.key is None else AESGCM(self._keys.table_key(section.key))
        blocks = self._opened_blocks(section)
        for number, opened in enumerate(blocks, start=section.first_block):
            block: bytes | memoryview = opened
            if table_key is not None:
                block = self._opened(table_key, number, opened, f"block {number + 1}")
            yield self._decompressor.decompress(block)

    def _opened_blocks(self, section: Section) -> Iterator[memoryview]:
        """The blocks of a table, authenticated and decrypted, still compressed."""
        at = section.offset
        for number in range(section.first_block, section.first_block + section.blocks):
            self._file.seek(at)
            sealed = self._sealed(f"block {number + 1}")
            yield self._unsealed(sealed, number, _ROWS)
            at += _LENGTH.size + len(sealed)

    def require_key(self, section: Section) -> None:
        """Raises `TableKeyDenied` where a table's KMS key is of no use."""
        if section.key is not None:
            self._keys.table_key(section.key)

    def verify(self) -> None:
        """Read everything; raises `DamagedError` where it is not as it was written.

        What is authentic was written so, and compressed as it should be.
        """
        at = self._blocks_at
        for section in self.sections:
            if not section.blocks:
                continue
            if section.offset != at:
                raise self._damaged(f"the place of {section.name}")
            for _ in self._opened_blocks(section):
                pass
            at = self._file.tell()
        if at != self._contents_at:
            raise self._damaged("more blocks than it tells of")

    def _sealed(self, what: str) -> bytes:
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        if length > _SEALED_BYTES_MAX or length > self.size:
            raise self._damaged(what)
        return self._read(length)

    def _unsealed(self, sealed: bytes, number: int, kind: bytes) -> memoryview:
        """What a block holds, compressed; raises `DamagedError` where it is not authentic."""
        what = "its end" if kind == _CONTENTS else f"block {number + 1}"
        opened = self._opened(self._cipher, number, sealed, what)
        if opened[:1] != kind:
            raise self._damaged(what)
        return memoryview(opened)[1:]

    def _opened(self, cipher: AESGCM, number: int, sealed: bytes | memoryview, what: str) -> bytes:
        try:
            return cipher.decrypt(number.to_bytes(_NONCE_BYTES, "big"), sealed, self._bound)
        except (InvalidTag, ValueError) as error:
            raise self._damaged(what) from error

    def _read(self, length: int) -> bytes:
        content = self._file.read(length)
        if len(content) < length:
            raise self._damaged("cut off")
        return content

    def _damaged(self, what: str) -> DamagedError:
        return DamagedError(f"{self.path}: the archive is damaged ({what})")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
