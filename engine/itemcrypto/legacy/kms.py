"""Content and signing keys that both come out of one key of a key store.

The key store's context is the descriptions of the two keys, the table's name and the item's key
attributes, so that a key opens for no other item.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from engine.client.protocol import Json
from engine.itemcrypto.errors import ItemFormatError, ItemKeyError
from engine.itemcrypto.keyrings.kms import KeyStore
from engine.itemcrypto.legacy.description import (
    CONTENT_ALGORITHM,
    CONTENT_KEY,
    MAC_ALGORITHM,
    WRAPPING_ALGORITHM,
)
from engine.itemcrypto.legacy.keys import HmacKey
from engine.itemcrypto.legacy.materials import Material, Where, wrapped_key
from engine.itemcrypto.primitives import KEY_BYTES, hkdf_sha256
from engine.itemcrypto.serialisation import binary

_CONTENT = f"AES/{KEY_BYTES * 8}"
_MAC = f"HmacSHA256/{KEY_BYTES * 8}"
_WRAPPING = "kms"
_TABLE = "*aws-kms-table*"
_is_content = re.compile(r"AES/(128|192|256)").fullmatch
_is_mac = re.compile(r"(HmacSHA(?:224|256|384|512))/([1-9][0-9]{1,3})").fullmatch


class KmsMaterials:
    """A key of a key store, by its ARN or id."""

    def __init__(self, key_store: KeyStore, key_id: str) -> None:
        self._key_store = key_store
        self._key_id = key_id

    def for_writing(self, where: Where) -> Material:
        """See `Materials.for_writing`."""
        context = _context(where, _CONTENT, _MAC)
        made = self._key_store.generate_data_key(self._key_id, context)
        entries = {
            CONTENT_KEY: b64encode(made.ciphertext).decode(),
            CONTENT_ALGORITHM: _CONTENT,
            MAC_ALGORITHM: _MAC,
            WRAPPING_ALGORITHM: _WRAPPING,
        }
        return _material(made.plain, _CONTENT, _MAC, entries)

    def for_reading(self, description: Mapping[str, str], where: Where) -> Material:
        """See `Materials.for_reading`."""
        algorithm = description.get(WRAPPING_ALGORITHM, _WRAPPING)
        if algorithm != _WRAPPING:
            raise ItemKeyError(f"the content key was wrapped by {algorithm}, not by a key store")
        wrapped = wrapped_key(description)
        content = description.get(CONTENT_ALGORITHM, _CONTENT)
        mac = description.get(MAC_ALGORITHM, _MAC)
        plain = self._key_store.decrypt(self._key_id, wrapped, _context(where, content, mac))
        return _material(plain, content, mac, {})


def _context(where: Where, content: str, mac: str) -> dict[str, str]:
    context = {f"*{CONTENT_ALGORITHM}*": content, f"*{MAC_ALGORITHM}*": mac}
    if where.table is not None:
        context[_TABLE] = where.table
    return context | {name: _text(value) for name, value in where.key.items()}


def _text(value: Json) -> str:
    """A key attribute as the context has it."""
    content: Any = next(iter(value.values()))
    if "B" in value:
        return b64encode(binary(content)).decode()
    return str(content)


def _material(plain: bytes, content: str, mac: str, entries: Mapping[str, str]) -> Material:
    content_bits, mac_form = _is_content(content), _is_mac(mac)
    if content_bits is None or mac_form is None:
        raise ItemFormatError(f"keys for {content} and {mac} cannot be derived")
    content_key = hkdf_sha256(plain, b"Encryption", int(content_bits[1]) // 8)
    mac_key = hkdf_sha256(plain, b"Signing", int(mac_form[2]) // 8)
    return Material(HmacKey(mac_key, mac_form[1]), content_key, entries)
