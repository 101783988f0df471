"""The header of a sealed item: the value of `aws_dbe_head`.

1   version 01 or 02       2+n   legend, a letter per signed attribute
1   flavour 00 or 01       2+…   stored encryption context
32  message id             1+…   encrypted data keys
                           32    commitment to the key over all before it
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from engine.itemcrypto.context import PUBLIC_KEY, serialised_context
from engine.itemcrypto.cursor import Cursor, with_length
from engine.itemcrypto.errors import ItemFormatError, SealRefusedError

ENCRYPTED = ord("e")
SIGNED = ord("s")
CONTEXT = ord("c")
_LETTERS = bytes((ENCRYPTED, SIGNED, CONTEXT))
_LETTERS_OF_VERSION_1 = bytes((ENCRYPTED, SIGNED))
MESSAGE_ID_BYTES = 32
COMMITMENT_BYTES = 32
DATA_KEYS_MAX = 255
_LENGTH_MAX = 0xFFFF
_WHAT = "the header"


class Suite(IntEnum):
    """The algorithm suite; both encrypt, authenticate and commit to the key.

    SIGNED also has a signature of a key pair made for the item: of those who can read an item, only
    its writer could have made it.
    """

    MAC_ONLY = 0x6700
    SIGNED = 0x6701

    @property
    def flavour(self) -> int:
        """The byte that says it in a header."""
        return self.value & 0xFF


_SUITES = {suite.flavour: suite for suite in Suite}


class EncryptedDataKey(NamedTuple):
    """An item's data key as one recipient can open it."""

    provider_id: str
    provider_info: bytes
    ciphertext: bytes


class Header(NamedTuple):
    """A header, without its commitment."""

    version: int
    suite: Suite
    message_id: bytes
    legend: bytes
    stored_context: Mapping[str, str]
    data_keys: tuple[EncryptedDataKey, ...]

    def serialised(self) -> bytes:
        """All before the commitment; raises SealRefusedError where something is too long."""
        parts = [
            bytes((self.version, self.suite.flavour)),
            self.message_id,
            _prefixed(self.legend),
            serialised_context(self.stored_context),
            bytes((len(self.data_keys),)),
        ]
        for key in self.data_keys:
            parts += (
                _prefixed(key.provider_id.encode()),
                _prefixed(key.provider_info),
                _prefixed(key.ciphertext),
            )
        return b"".join(parts)


def _prefixed(data: bytes) -> bytes:
    if len(data) > _LENGTH_MAX:
        raise SealRefusedError(f"{_WHAT} would hold a part of more than {_LENGTH_MAX} bytes")
    return with_length(data, 2)


def parse_header(data: bytes) -> tuple[Header, bytes]:
    """A header and its commitment; raises ItemFormatError."""
    cursor = Cursor(data, _WHAT)
    version, flavour = cursor.take(2)
    if version not in (1, 2):
        raise ItemFormatError(f"{_WHAT} is of the unknown version {version}")
    suite = _SUITES.get(flavour)
    if suite is None:
        raise ItemFormatError(f"{_WHAT} is of the unknown algorithm suite {flavour}")
    header = Header(
        version,
        suite,
        cursor.take(MESSAGE_ID_BYTES),
        _read_legend(cursor, version),
        _read_context(cursor),
        _read_data_keys(cursor),
    )
    commitment = cursor.take(COMMITMENT_BYTES)
    cursor.end()
    if (PUBLIC_KEY in header.stored_context) != (suite is Suite.SIGNED):
        raise ItemFormatError(f"{_WHAT} has a key for a signature that it lacks, or lacks the key")
    return header, commitment


def _read_legend(cursor: Cursor, version: int) -> bytes:
    legend = cursor.prefixed(2)
    known = _LETTERS if version > 1 else _LETTERS_OF_VERSION_1
    if legend.strip(known):
        raise ItemFormatError(f"{_WHAT} has an unknown letter in its legend")
    return legend


def _read_context(cursor: Cursor) -> dict[str, str]:
    entries: dict[str, str] = {}
    last = None
    for _ in range(cursor.number(2)):
        name = cursor.text(2)
        # Code points have the order of their UTF-8 bytes.
        if last is not None and name <= last:
            raise ItemFormatError(f"{_WHAT} has an encryption context that is out of order")
        entries[name] = cursor.text(2)
        last = name
    return entries


def _read_data_keys(cursor: Cursor) -> tuple[EncryptedDataKey, ...]:
    count = cursor.number(1)
    if not count:
        raise ItemFormatError(f"{_WHAT} has no encrypted data key")
    keys = [
        EncryptedDataKey(cursor.text(2), cursor.prefixed(2), cursor.prefixed(2))
        for _ in range(count)
    ]
    return tuple(keys)
