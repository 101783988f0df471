"""The one interface of keyrings: keys of 32 bytes, wrapped and unwrapped under a context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError

KMS_PROVIDER = "aws-kms"


class WrappedKey(NamedTuple):
    """A key of 32 bytes as a recipient can unwrap it."""

    provider_id: str
    provider_info: bytes
    ciphertext: bytes


@dataclass(slots=True)
class NewKey:
    """A new key of 32 bytes, plain and wrapped."""

    plain: bytes = field(repr=False)
    wrapped: WrappedKey


class Keyring(Protocol):
    """Makes keys for recipients, and unwraps those of one that it is."""

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """A new random key for each recipient, in order; raises ItemKeyError."""
        ...

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """The key of 32 bytes; None where it was wrapped for somebody else.

        Raises ItemKeyError where it was wrapped for this keyring and does not open.
        """
        ...


class MultiKeyring:
    """Several keyrings: each of them can open what this one seals."""

    def __init__(self, keyrings: Sequence[Keyring]) -> None:
        if not keyrings:
            raise CryptoConfigError("a keyring of several has none")
        self._keyrings = tuple(keyrings)

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """See `Keyring.wrap`."""
        return [new for keyring in self._keyrings for new in keyring.wrap(context)]

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """See `Keyring.unwrap`: the first keyring that opens it."""
        failure: ItemKeyError | None = None
        for keyring in self._keyrings:
            try:
                key = keyring.unwrap(wrapped, context)
            except ItemKeyError as error:
                # Another one may have a newer or older key of the same name.
                failure = error
                continue
            if key is not None:
                return key
        if failure is not None:
            raise failure
        return None


def check_namespace(namespace: str) -> str:
    """A namespace for raw keys; raises CryptoConfigError."""
    if not namespace or namespace.startswith(KMS_PROVIDER):
        raise CryptoConfigError(f"{namespace!r} is no namespace for raw keys")
    return namespace
