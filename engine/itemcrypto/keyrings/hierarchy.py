"""The hierarchy keyring: many items under one branch key, each under a key derived from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError, ItemTamperedError
from engine.itemcrypto.keyrings.keyring import NewKey, WrappedKey
from engine.itemcrypto.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    decrypt,
    encrypt,
    hmac_sha256,
    random_bytes,
)

PROVIDER_ID = "aws-kms-hierarchy"
_LABEL = PROVIDER_ID.encode()
_SALT_BYTES = 16
_VERSION_BYTES = 16
_FIRST_BLOCK = (1).to_bytes(4, "big")
_KEY_BITS = (KEY_BYTES * 8).to_bytes(4, "big")
_WRAPPED_BYTES = _SALT_BYTES + NONCE_BYTES + _VERSION_BYTES + KEY_BYTES + TAG_BYTES


@dataclass(slots=True)
class BranchKey:
    """One version of a branch key of 32 bytes."""

    branch_key_id: str
    version: UUID
    key: bytes = field(repr=False)


class BranchKeys(Protocol):
    """Where branch keys are found."""

    def active(self, branch_key_id: str) -> BranchKey:
        """The version to write with; raises ItemKeyError."""
        ...

    def version(self, branch_key_id: str, version: bytes) -> BranchKey:
        """The version that an item was written with, by its 16 bytes; raises ItemKeyError."""
        ...


class BranchKeysAtHand:
    """Branch keys that are in memory; of each the last one that was given is active."""

    def __init__(self, keys: Iterable[BranchKey]) -> None:
        self._versions: dict[tuple[str, bytes], BranchKey] = {}
        self._active: dict[str, BranchKey] = {}
        for key in keys:
            if len(key.key) != KEY_BYTES:
                raise CryptoConfigError(
                    f"the branch key {key.branch_key_id} has {len(key.key)} bytes, not {KEY_BYTES}"
                )
            self._versions[key.branch_key_id, key.version.bytes] = key
            self._active[key.branch_key_id] = key

    def active(self, branch_key_id: str) -> BranchKey:
        """See `BranchKeys.active`."""
        key = self._active.get(branch_key_id)
        if key is None:
            raise _not_there(branch_key_id)
        return key

    def version(self, branch_key_id: str, version: bytes) -> BranchKey:
        """See `BranchKeys.version`."""
        key = self._versions.get((branch_key_id, version))
        if key is None:
            raise _not_there(f"{branch_key_id} of {UUID(bytes=version)}")
        return key


def _not_there(name: str) -> ItemKeyError:
    return ItemKeyError(f"the branch key {name} is not there")


class HierarchyKeyring:
    """Wraps under the active version of a branch key, unwraps under any."""

    def __init__(self, branch_keys: BranchKeys, branch_key_id: str) -> None:
        self._branch_keys = branch_keys
        self._branch_key_id = branch_key_id

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """See `Keyring.wrap`."""
        branch = self._branch_keys.active(self._branch_key_id)
        key, salt, nonce = (random_bytes(n) for n in (KEY_BYTES, _SALT_BYTES, NONCE_BYTES))
        sealed = encrypt(_derived(branch, salt), nonce, key, _bound_to(branch, context))
        ciphertext = salt + nonce + branch.version.bytes + sealed
        return [NewKey(key, WrappedKey(PROVIDER_ID, self._branch_key_id.encode(), ciphertext))]

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """See `Keyring.unwrap`."""
        info = self._branch_key_id.encode()
        if (wrapped.provider_id, wrapped.provider_info) != (PROVIDER_ID, info):
            return None
        data = wrapped.ciphertext
        if len(data) != _WRAPPED_BYTES:
            raise ItemKeyError("a data key under a branch key has the wrong length")
        salt, data = data[:_SALT_BYTES], data[_SALT_BYTES:]
        nonce, data = data[:NONCE_BYTES], data[NONCE_BYTES:]
        version, sealed = data[:_VERSION_BYTES], data[_VERSION_BYTES:]
        branch = self._branch_keys.version(self._branch_key_id, version)
        try:
            return decrypt(_derived(branch, salt), nonce, sealed, _bound_to(branch, context))
        except ItemTamperedError:
            raise ItemKeyError("the branch key does not open its data key") from None


def _derived(branch: BranchKey, salt: bytes) -> bytes:
    """The wrapping key: key derivation in counter mode with HMAC-SHA256, of which one block."""
    return hmac_sha256(branch.key, _FIRST_BLOCK + _LABEL + b"\x00" + salt + _KEY_BITS)


def _bound_to(branch: BranchKey, context: EncryptionContext) -> bytes:
    identity = _LABEL + branch.branch_key_id.encode() + branch.version.bytes
    return identity + context.serialised
