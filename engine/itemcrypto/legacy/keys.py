"""Keys of the legacy format: those that sign, and those that wrap a content key.

Algorithms have the names that Java gives them, which is how items name them.
"""

from __future__ import annotations

import re
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import (
    MGF1,
    OAEP,
    AsymmetricPadding,
    PKCS1v15,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import (
    SHA1,
    SHA224,
    SHA256,
    SHA384,
    SHA512,
    HashAlgorithm,
)
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from engine.itemcrypto.errors import (
    CryptoConfigError,
    ItemFormatError,
    ItemKeyError,
    ItemTamperedError,
    SealRefusedError,
)
from engine.itemcrypto.primitives import hmac, same_bytes

_HASHES: dict[str, HashAlgorithm] = {
    "1": SHA1(),
    "224": SHA224(),
    "256": SHA256(),
    "384": SHA384(),
    "512": SHA512(),
}
_is_hmac = re.compile(r"HmacSHA-?(224|256|384|512)", re.IGNORECASE).fullmatch
_is_rsa = re.compile(r"SHA-?(224|256|384|512)withRSA", re.IGNORECASE).fullmatch
_is_oaep = re.compile(
    r"RSA/(?:ECB|NONE)/OAEPWithSHA-?(1|224|256|384|512)AndMGF1Padding", re.IGNORECASE
).fullmatch
_is_pkcs1 = re.compile(r"RSA(?:/(?:ECB|NONE)/PKCS1Padding)?", re.IGNORECASE).fullmatch
_AES_WRAP = ("AESWRAP", "AES")
_AES_KEY_BYTES = (16, 24, 32)


class SigningKey(Protocol):
    """Signs and verifies items; `algorithm` is the key's own."""

    algorithm: str

    def sign(self, data: bytes) -> bytes:
        """A signature; raises SealRefusedError."""
        ...

    def verify(self, signature: bytes, data: bytes, algorithm: str) -> None:
        """Raises ItemTamperedError, or ItemFormatError where the key cannot be of the algorithm."""
        ...


class HmacKey:
    """A key for HMAC, which signs and verifies."""

    def __init__(self, key: bytes, algorithm: str = "HmacSHA256") -> None:
        if not key or not _is_hmac(algorithm):
            raise CryptoConfigError(f"a key of {len(key)} bytes for {algorithm} cannot sign")
        self.algorithm = algorithm
        self._key = key

    def sign(self, data: bytes) -> bytes:
        """See `SigningKey.sign`."""
        return self._code(data, self.algorithm)

    def verify(self, signature: bytes, data: bytes, algorithm: str) -> None:
        """See `SigningKey.verify`."""
        if not same_bytes(self._code(data, algorithm), signature):
            raise ItemTamperedError("the signature is not right")

    def _code(self, data: bytes, algorithm: str) -> bytes:
        match = _is_hmac(algorithm)
        if match is None:
            raise ItemFormatError(f"the signature is of {algorithm}, the key at hand for HMAC")
        return hmac(_HASHES[match[1]], self._key, data)


class RsaSigningKey:
    """An RSA key pair for signatures; with the public key alone it only verifies."""

    def __init__(
        self,
        *,
        public_key: RSAPublicKey | None = None,
        private_key: RSAPrivateKey | None = None,
        algorithm: str = "SHA256withRSA",
    ) -> None:
        if public_key is None and private_key is not None:
            public_key = private_key.public_key()
        if public_key is None or not _is_rsa(algorithm):
            raise CryptoConfigError(f"an RSA key pair without a key, or of {algorithm}")
        self.algorithm = algorithm
        self._public_key = public_key
        self._private_key = private_key

    def sign(self, data: bytes) -> bytes:
        """See `SigningKey.sign`."""
        if self._private_key is None:
            raise SealRefusedError("the public key alone cannot sign")
        return self._private_key.sign(data, PKCS1v15(), _rsa_hash(self.algorithm))

    def verify(self, signature: bytes, data: bytes, algorithm: str) -> None:
        """See `SigningKey.verify`."""
        try:
            self._public_key.verify(signature, data, PKCS1v15(), _rsa_hash(algorithm))
        except InvalidSignature:
            raise ItemTamperedError("the signature is not right") from None


def _rsa_hash(algorithm: str) -> HashAlgorithm:
    match = _is_rsa(algorithm)
    if match is None:
        raise ItemFormatError(f"the signature is of {algorithm}, the key at hand for RSA")
    return _HASHES[match[1]]


class WrappingKey(Protocol):
    """Wraps and unwraps content keys; `algorithm` is what items name."""

    algorithm: str

    def wrap(self, key: bytes) -> bytes:
        """A wrapped content key."""
        ...

    def unwrap(self, wrapped: bytes, algorithm: str) -> bytes:
        """The content key; raises ItemKeyError."""
        ...


class AesWrappingKey:
    """An AES key that wraps as RFC 3394 says."""

    algorithm = "AESWrap"

    def __init__(self, key: bytes) -> None:
        if len(key) not in _AES_KEY_BYTES:
            raise CryptoConfigError(f"an AES key has {len(key)} bytes, not 16, 24 or 32")
        self._key = key

    def wrap(self, key: bytes) -> bytes:
        """See `WrappingKey.wrap`."""
        return aes_key_wrap(self._key, key)

    def unwrap(self, wrapped: bytes, algorithm: str) -> bytes:
        """See `WrappingKey.unwrap`."""
        if algorithm.upper() not in _AES_WRAP:
            raise ItemKeyError(f"the content key was wrapped by {algorithm}, not by AES")
        try:
            return aes_key_unwrap(self._key, wrapped)
        except (InvalidUnwrap, ValueError):
            raise ItemKeyError("the AES key does not unwrap the content key") from None


class RsaWrappingKey:
    """An RSA key pair; with the public key alone it only wraps.

    MGF1 has SHA-1 whatever the hash of OAEP is: that is what Java means by these names.
    """

    def __init__(
        self,
        *,
        public_key: RSAPublicKey | None = None,
        private_key: RSAPrivateKey | None = None,
        algorithm: str = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
    ) -> None:
        if public_key is None and private_key is not None:
            public_key = private_key.public_key()
        if public_key is None or _rsa_padding(algorithm) is None:
            raise CryptoConfigError(f"an RSA key pair without a key, or of {algorithm}")
        self.algorithm = algorithm
        self._public_key = public_key
        self._private_key = private_key

    def wrap(self, key: bytes) -> bytes:
        """See `WrappingKey.wrap`."""
        padding = _rsa_padding(self.algorithm)
        assert padding is not None
        return self._public_key.encrypt(key, padding)

    def unwrap(self, wrapped: bytes, algorithm: str) -> bytes:
        """See `WrappingKey.unwrap`."""
        padding = _rsa_padding(algorithm)
        if padding is None:
            raise ItemKeyError(f"the content key was wrapped by {algorithm}, not by RSA")
        if self._private_key is None:
            raise ItemKeyError("the public key alone does not unwrap the content key")
        try:
            return self._private_key.decrypt(wrapped, padding)
        except ValueError:
            raise ItemKeyError("the RSA key does not unwrap the content key") from None


def _rsa_padding(algorithm: str) -> AsymmetricPadding | None:
    if _is_pkcs1(algorithm):
        return PKCS1v15()
    match = _is_oaep(algorithm)
    return None if match is None else OAEP(MGF1(SHA1()), _HASHES[match[1]], None)
