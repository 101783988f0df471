"""Ciphertexts that name their key: what `encrypt` gives and `decrypt` takes.

    version 1 (1 byte) | key id (16) | number of the backing key (4) | salt (16) | sealed

Each is encrypted by AES-256-GCM under a key of its own, HMAC-SHA256 of the salt under the backing
key, so that no number of messages wears a nonce out. What stands before `sealed`, the Region and
the encryption context are authenticated.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from uuid import UUID

import orjson

from engine.security.errors import InvalidCiphertextException, KeyValidationException
from engine.security.sealing import NotOpenedError, seal, unseal
from engine.security.vault import Key

_VERSION = b"\x01"
_ID_END = 17
_NUMBER_END = 21
_SALT_BYTES = 16
_HEAD_BYTES = _NUMBER_END + _SALT_BYTES
_LABEL = b"dyntui key store\x00"


def encrypted(key: Key, region: str, plain: bytes, context: Mapping[str, str]) -> bytes:
    """`plain` under the newest backing key."""
    number = len(key.materials) - 1
    head = _VERSION + UUID(key.key_id).bytes + number.to_bytes(4) + secrets.token_bytes(_SALT_BYTES)
    bound = _bound(head, region, context)
    return head + seal(_message_key(key.materials[number], head), plain, bound)


def key_id_of(ciphertext: bytes) -> str:
    """The id of the key that a ciphertext names; raises `InvalidCiphertextException`."""
    if len(ciphertext) < _HEAD_BYTES or ciphertext[:1] != _VERSION:
        raise _invalid()
    return str(UUID(bytes=ciphertext[1:_ID_END]))


def decrypted(key: Key, region: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
    """What `encrypted` was given; raises `InvalidCiphertextException`."""
    head = ciphertext[:_HEAD_BYTES]
    number = int.from_bytes(head[_ID_END:_NUMBER_END])
    if number >= len(key.materials):
        raise _invalid()
    try:
        return unseal(
            _message_key(key.materials[number], head),
            ciphertext[_HEAD_BYTES:],
            _bound(head, region, context),
        )
    except NotOpenedError:
        raise _invalid() from None


def _message_key(material: bytes, head: bytes) -> bytes:
    return hmac.digest(material, _LABEL + head[_NUMBER_END:], "sha256")


def _bound(head: bytes, region: str, context: Mapping[str, str]) -> bytes:
    entries = dict(context)
    try:
        if not all(isinstance(value, str) for value in entries.values()):
            raise TypeError
        listed = orjson.dumps([region, entries], option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise KeyValidationException("An encryption context maps texts to texts") from error
    return head + listed


def _invalid() -> InvalidCiphertextException:
    return InvalidCiphertextException(
        "The ciphertext is damaged, or was encrypted under another encryption context"
    )
