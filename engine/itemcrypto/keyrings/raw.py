"""Keyrings of keys at hand: AES keys, and RSA key pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import (
    MGF1,
    OAEP,
    AsymmetricPadding,
    PKCS1v15,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError
from engine.itemcrypto.keyrings.keyring import NewKey, WrappedKey, check_namespace
from engine.itemcrypto.primitives import KEY_BYTES, NONCE_BYTES, TAG_BYTES, random_bytes

# Tag length in bits and nonce length in bytes, which an AES-wrapped key says before its nonce.
_AES_FORM = (TAG_BYTES * 8).to_bytes(4, "big") + NONCE_BYTES.to_bytes(4, "big")


class RsaPadding(StrEnum):
    """How RSA pads a key; all but PKCS1 have the same hash in OAEP and in MGF1."""

    PKCS1 = "PKCS1"
    OAEP_SHA1 = "OAEP_SHA1_MGF1"
    OAEP_SHA256 = "OAEP_SHA256_MGF1"
    OAEP_SHA384 = "OAEP_SHA384_MGF1"
    OAEP_SHA512 = "OAEP_SHA512_MGF1"


_OAEP_HASHES: dict[RsaPadding, Callable[[], HashAlgorithm]] = {
    RsaPadding.OAEP_SHA1: SHA1,
    RsaPadding.OAEP_SHA256: SHA256,
    RsaPadding.OAEP_SHA384: SHA384,
    RsaPadding.OAEP_SHA512: SHA512,
}


class RawAesKeyring:
    """An AES key of 16, 24 or 32 bytes, called `name` in a namespace."""

    def __init__(self, namespace: str, name: str, key: bytes) -> None:
        if len(key) not in (16, 24, 32):
            raise CryptoConfigError(f"the AES key {name} has {len(key)} bytes, not 16, 24 or 32")
        self._provider_id = check_namespace(namespace)
        self._info = name.encode() + _AES_FORM
        self._cipher = AESGCM(key)

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """See `Keyring.wrap`."""
        key, nonce = random_bytes(KEY_BYTES), random_bytes(NONCE_BYTES)
        ciphertext = self._cipher.encrypt(nonce, key, context.serialised)
        return [NewKey(key, WrappedKey(self._provider_id, self._info + nonce, ciphertext))]

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """See `Keyring.unwrap`."""
        info, nonce = wrapped.provider_info[:-NONCE_BYTES], wrapped.provider_info[-NONCE_BYTES:]
        if wrapped.provider_id != self._provider_id or info != self._info:
            return None
        try:
            return self._cipher.decrypt(nonce, wrapped.ciphertext, context.serialised)
        except InvalidTag:
            raise ItemKeyError("the AES key does not open its data key") from None


class RawRsaKeyring:
    """An RSA key pair, called `name` in a namespace; with the public key alone it only seals."""

    def __init__(
        self,
        namespace: str,
        name: str,
        padding: RsaPadding,
        *,
        public_key: RSAPublicKey | None = None,
        private_key: RSAPrivateKey | None = None,
    ) -> None:
        if public_key is None and private_key is not None:
            public_key = private_key.public_key()
        if public_key is None:
            raise CryptoConfigError(f"the RSA key {name} has neither a public nor a private key")
        self._provider_id = check_namespace(namespace)
        self._info = name.encode()
        self._padding = _padding(padding)
        self._public_key = public_key
        self._private_key = private_key

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """See `Keyring.wrap`; RSA does not bind the context."""
        del context
        key = random_bytes(KEY_BYTES)
        ciphertext = self._public_key.encrypt(key, self._padding)
        return [NewKey(key, WrappedKey(self._provider_id, self._info, ciphertext))]

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """See `Keyring.unwrap`; the context is bound by what the key opens."""
        del context
        is_ours = (wrapped.provider_id, wrapped.provider_info) == (self._provider_id, self._info)
        if self._private_key is None or not is_ours:
            return None
        try:
            return self._private_key.decrypt(wrapped.ciphertext, self._padding)
        except ValueError:
            raise ItemKeyError("the RSA key does not open its data key") from None


def aes_key_name(info: bytes) -> str | None:
    """The name of the AES key that wrapped a key with that provider info; None for other keys."""
    head = info[:-NONCE_BYTES]
    if not head.endswith(_AES_FORM):
        return None
    return head.removesuffix(_AES_FORM).decode(errors="backslashreplace")


def _padding(padding: RsaPadding) -> AsymmetricPadding:
    if padding is RsaPadding.PKCS1:
        return PKCS1v15()
    algorithm = _OAEP_HASHES[padding]
    return OAEP(MGF1(algorithm()), algorithm(), None)


def public_key_of(data: bytes) -> RSAPublicKey:
    """An RSA public key of PEM or DER (SubjectPublicKeyInfo); raises CryptoConfigError."""
    load = serialization.load_pem_public_key if _is_pem(data) else serialization.load_der_public_key
    try:
        key = load(data)
    except (ValueError, UnsupportedAlgorithm):
        raise CryptoConfigError("not a public key in PEM or DER") from None
    if not isinstance(key, RSAPublicKey):
        raise CryptoConfigError("not a public key of RSA")
    return key


def private_key_of(data: bytes) -> RSAPrivateKey:
    """An RSA private key of PEM or DER (PKCS#8), without a passphrase; raises CryptoConfigError."""
    load = (
        serialization.load_pem_private_key if _is_pem(data) else serialization.load_der_private_key
    )
    try:
        key = load(data, None)
    except TypeError:
        raise CryptoConfigError("the private key is under a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CryptoConfigError("not a private key in PEM or DER") from None
    if not isinstance(key, RSAPrivateKey):
        raise CryptoConfigError("not a private key of RSA")
    return key


def _is_pem(data: bytes) -> bool:
    return data.lstrip().startswith(b"-----BEGIN")
