"""The KMS keyring: keys under a key that never leaves its key store.

The key store is the service, or anything else with the calls of `KeyStore`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import ItemKeyError
from engine.itemcrypto.keyrings.keyring import KMS_PROVIDER, NewKey, WrappedKey
from engine.itemcrypto.primitives import KEY_BYTES


@dataclass(frozen=True, slots=True)
class GeneratedKey:
    """A new data key: the ARN of the key that wrapped it, plain, and as the key store opens it."""

    key_arn: str
    plain: bytes = field(repr=False)
    ciphertext: bytes


class KeyStore(Protocol):
    """What a keyring asks of a key store; all calls raise ItemKeyError."""

    def key_arn(self, key_id: str) -> str:
        """The ARN of the key that an alias, an id or an ARN means."""
        ...

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> GeneratedKey:
        """A new key of 32 bytes under a key and an encryption context."""
        ...

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        """A key that is there already, encrypted under a key and an encryption context."""
        ...

    def decrypt(self, key_id: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """What was encrypted under that key and context."""
        ...


class KmsKeyring:
    """A key of a key store, by its ARN, its id or an alias; that is looked up once."""

    def __init__(self, key_store: KeyStore, key_id: str) -> None:
        self._key_store = key_store
        self._named = key_id

    @cached_property
    def _key_id(self) -> str:
        if not is_alias(self._named):
            return self._named
        return self._key_store.key_arn(self._named)

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """See `Keyring.wrap`."""
        made = self._key_store.generate_data_key(self._key_id, context.entries)
        wrapped = WrappedKey(KMS_PROVIDER, made.key_arn.encode(), made.ciphertext)
        return [NewKey(_checked(made.plain), wrapped)]

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """See `Keyring.unwrap`."""
        if wrapped.provider_id != KMS_PROVIDER or not self._is_ours(wrapped.provider_info):
            return None
        arn = wrapped.provider_info.decode()
        return _checked(self._key_store.decrypt(arn, wrapped.ciphertext, context.entries))

    def _is_ours(self, arn: bytes) -> bool:
        key_id = self._key_id.encode()
        return arn == key_id or arn.endswith(b":key/" + key_id)


def is_alias(key_id: str) -> bool:
    """Whether a name of a key, or an ARN, is that of an alias."""
    return key_id.startswith("alias/") or ":alias/" in key_id


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ItemKeyError(f"the key store gave a key of {len(key)} bytes, not {KEY_BYTES}")
    return key


class BotoKeyStore:
    """AWS KMS, by a client of boto3 or botocore for it: `boto3.client("kms")`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def key_arn(self, key_id: str) -> str:
        """See `KeyStore.key_arn`."""
        described: str = self._asked("describe_key", KeyId=key_id)["KeyMetadata"]["Arn"]
        return described

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> GeneratedKey:
        """See `KeyStore.generate_data_key`."""
        made = self._asked(
            "generate_data_key",
            KeyId=key_id,
            NumberOfBytes=KEY_BYTES,
            EncryptionContext=dict(context),
        )
        return GeneratedKey(made["KeyId"], made["Plaintext"], made["CiphertextBlob"])

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        """See `KeyStore.encrypt`."""
        answer = self._asked(
            "encrypt", KeyId=key_id, Plaintext=plain, EncryptionContext=dict(context)
        )
        ciphertext: bytes = answer["CiphertextBlob"]
        return ciphertext

    def decrypt(self, key_id: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """See `KeyStore.decrypt`."""
        answer = self._asked(
            "decrypt", KeyId=key_id, CiphertextBlob=ciphertext, EncryptionContext=dict(context)
        )
        plain: bytes = answer["Plaintext"]
        return plain

    def _asked(self, method: str, **request: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._client, method)(**request)
        except (BotoCoreError, ClientError) as error:
            raise ItemKeyError(f"KMS: {error}") from error
        return answer
