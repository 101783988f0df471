"""The cryptographic steps that both formats are made of; all of them from `cryptography`."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, Hash, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.itemcrypto.errors import ItemTamperedError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_SHA256 = SHA256()
_SHA384 = SHA384()
_SHA512 = SHA512()
# A copy takes a third of the time that a new one takes.
_HASH_256 = Hash(_SHA256)
_HASH_384 = Hash(_SHA384)
_UNSALTED = HMAC(bytes(64), _SHA512)

same_bytes = bytes_eq
"""Whether two byte strings are equal, in a time that does not depend on where they differ."""


def random_bytes(count: int) -> bytes:
    """Bytes that nobody can foresee."""
    return os.urandom(count)


def sha384(data: bytes) -> bytes:
    """The 48 bytes of SHA-384."""
    return _finished(_HASH_384.copy(), data)


def sha256(data: bytes) -> bytes:
    """The 32 bytes of SHA-256."""
    return _finished(_HASH_256.copy(), data)


def _finished(digest: Hash | HMAC, data: bytes) -> bytes:
    digest.update(data)
    return digest.finalize()


def hmac(algorithm: HashAlgorithm, key: bytes, data: bytes) -> bytes:
    """An HMAC."""
    return _finished(HMAC(key, algorithm), data)


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """The 32 bytes of HMAC-SHA256."""
    return hmac(_SHA256, key, data)


def hmac_sha384(key: bytes, data: bytes) -> bytes:
    """The 48 bytes of HMAC-SHA384."""
    return hmac(_SHA384, key, data)


def hmac_sha512(key: bytes, data: bytes) -> bytes:
    """The 64 bytes of HMAC-SHA512."""
    return hmac(_SHA512, key, data)


def hkdf_sha512(key: bytes, *infos: bytes, length: int = KEY_BYTES) -> list[bytes]:
    """Keys of at most 64 bytes by HKDF-SHA512 without salt, one for each `info`."""
    assert length <= _SHA512.digest_size
    # Extraction is the same for all of them, and one block is enough for each.
    expanding = HMAC(_finished(_UNSALTED.copy(), key), _SHA512)
    return [_finished(expanding.copy(), info + b"\x01")[:length] for info in infos]


def hkdf_sha256(key: bytes, info: bytes, length: int) -> bytes:
    """A key by HKDF-SHA256 without salt."""
    return HKDF(_SHA256, length, None, info).derive(key)


def encrypt(key: bytes, nonce: bytes, data: bytes, context: bytes) -> bytes:
    """AES-GCM: the ciphertext, and its tag of 16 bytes."""
    return AESGCM(key).encrypt(nonce, data, context)


def decrypt(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """What `encrypt` was given; raises ItemTamperedError."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, context)
    except InvalidTag:
        raise ItemTamperedError("a ciphertext is not as it was written") from None


def keystream(key: bytes, counter: bytes, length: int) -> bytes:
    """The AES-CTR keystream from an initial counter block of 16 bytes on."""
    encryptor = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    return encryptor.update(bytes(length))
