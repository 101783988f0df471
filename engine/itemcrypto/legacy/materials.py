"""Where the keys of legacy items come from: fixed keys, wrapped content keys, a key store."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.client.protocol import Json
from engine.itemcrypto.errors import CryptoConfigError, ItemFormatError, ItemKeyError
from engine.itemcrypto.legacy.description import (
    CONTENT_ALGORITHM,
    CONTENT_KEY,
    STORE_ID,
    WRAPPING_ALGORITHM,
)
from engine.itemcrypto.legacy.keys import AesWrappingKey, SigningKey, WrappingKey
from engine.itemcrypto.primitives import KEY_BYTES, random_bytes

_AES_KEY_BYTES = (16, 24, 32)
_is_version = re.compile(r"[0-9]{1,38}", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Material:
    """The keys of one item; `entries` are what its description must say of them.

    `content_key` is None where nothing can be encrypted or decrypted.
    """

    signing_key: SigningKey
    content_key: bytes | None = field(repr=False)
    entries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Where:
    """Where an item is: its table, and its key attributes."""

    table: str | None
    key: Json


class Materials(Protocol):
    """Gives the keys of items; both calls raise ItemKeyError."""

    def for_writing(self, where: Where) -> Material:
        """The keys of a new item."""
        ...

    def for_reading(self, description: Mapping[str, str], where: Where) -> Material:
        """The keys of an item with that description; also raises ItemFormatError."""
        ...


class DirectMaterials:
    """The same keys for every item; without a content key items are only signed."""

    def __init__(self, signing_key: SigningKey, content_key: bytes | None = None) -> None:
        if content_key is not None and len(content_key) not in _AES_KEY_BYTES:
            raise CryptoConfigError(f"an AES key has {len(content_key)} bytes, not 16, 24 or 32")
        self._material = Material(signing_key, content_key, {})

    def for_writing(self, where: Where) -> Material:
        """See `Materials.for_writing`."""
        del where
        return self._material

    def for_reading(self, description: Mapping[str, str], where: Where) -> Material:
        """See `Materials.for_reading`."""
        del description, where
        return self._material


class WrappedMaterials:
    """A content key for each item, wrapped beside it."""

    def __init__(self, signing_key: SigningKey, wrapping_key: WrappingKey) -> None:
        self._signing_key = signing_key
        self._wrapping_key = wrapping_key

    def for_writing(self, where: Where) -> Material:
        """See `Materials.for_writing`."""
        del where
        key = random_bytes(KEY_BYTES)
        entries = {
            CONTENT_KEY: b64encode(self._wrapping_key.wrap(key)).decode(),
            CONTENT_ALGORITHM: f"AES/{KEY_BYTES * 8}",
            WRAPPING_ALGORITHM: self._wrapping_key.algorithm,
        }
        return Material(self._signing_key, key, entries)

    def for_reading(self, description: Mapping[str, str], where: Where) -> Material:
        """See `Materials.for_reading`."""
        del where
        wrapped = wrapped_key(description)
        algorithm = description.get(WRAPPING_ALGORITHM, self._wrapping_key.algorithm)
        key = self._wrapping_key.unwrap(wrapped, algorithm)
        _check_content_key(key, description.get(CONTENT_ALGORITHM, "AES"))
        return Material(self._signing_key, key, {})


def wrapped_key(description: Mapping[str, str]) -> bytes:
    """The wrapped content key of a description; raises ItemFormatError."""
    if CONTENT_KEY not in description:
        raise ItemFormatError("the material description has no content key")
    try:
        return b64decode(description[CONTENT_KEY], validate=True)
    except ValueError:
        raise ItemFormatError("the content key is not base64 text") from None


def _check_content_key(key: bytes, algorithm: str) -> None:
    name, _, bits = algorithm.partition("/")
    fits = len(key) in _AES_KEY_BYTES and bits in ("", str(len(key) * 8))
    if name.upper() != "AES" or not fits:
        raise ItemFormatError(f"a content key of {len(key)} bytes does not fit {algorithm}")


def stored_version(text: str) -> int:
    """The version of a stored key, as a description or the key store has it.

    Raises ItemFormatError.
    """
    if not _is_version(text):
        raise ItemFormatError(f"{text[:40]!r} is no version of a stored key")
    return int(text)


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """One version of the keys of a key store."""

    version: int
    wrapping_key: AesWrappingKey
    signing_key: SigningKey


class StoredKeysSource(Protocol):
    """A key store; both calls raise ItemKeyError."""

    def newest(self, name: str) -> StoredKeys:
        """The newest version of a material."""
        ...

    def version(self, name: str, version: int) -> StoredKeys:
        """A version of a material."""
        ...


class MostRecentMaterials:
    """Writes under the newest version of a material of a key store, reads under any."""

    def __init__(self, store: StoredKeysSource, name: str) -> None:
        self._store = store
        self._name = name

    def for_writing(self, where: Where) -> Material:
        """See `Materials.for_writing`."""
        keys = self._store.newest(self._name)
        made = WrappedMaterials(keys.signing_key, keys.wrapping_key).for_writing(where)
        entries = {**made.entries, STORE_ID: f"{self._name}#{keys.version}"}
        return Material(made.signing_key, made.content_key, entries)

    def for_reading(self, description: Mapping[str, str], where: Where) -> Material:
        """See `Materials.for_reading`; only versions of its own material are asked for."""
        name, _, version = description.get(STORE_ID, "").rpartition("#")
        number = stored_version(version)
        if name != self._name:
            raise ItemKeyError(f"the item is of the stored key {name}, not of {self._name}")
        keys = self._store.version(name, number)
        return WrappedMaterials(keys.signing_key, keys.wrapping_key).for_reading(description, where)
