"""AES-256-GCM with a random nonce before the ciphertext, and fingerprints of keys."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


class NotOpenedError(Exception):
    """The key is another, or what was sealed is damaged."""


def new_key() -> bytes:
    """A key that nobody can foresee."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Nonce, ciphertext and tag; opened only with the same `bound`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `seal` was given; raises `NotOpenedError`."""
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise NotOpenedError
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise NotOpenedError from error


def fingerprint(key: bytes) -> str:
    """By which a key is known again, and from which it cannot be had."""
    return hashlib.sha256(b"dyntui key fingerprint\x00" + key).hexdigest()[:32]
