"""A key store as item encryption asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.client.keys import KeyTools
from engine.errors import FolderError
from engine.itemcrypto.errors import ItemKeyError
from engine.itemcrypto.keyrings.kms import GeneratedKey
from engine.security.errors import KeyStoreError


class ItemKeys:
    """The keys of an engine as the `KeyStore` of keyrings."""

    def __init__(self, keys: KeyTools) -> None:
        self._keys = keys

    def key_arn(self, key_id: str) -> str:
        """See `KeyStore.key_arn`."""
        with _as_item_errors():
            return self._keys.describe(key_id).arn

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> GeneratedKey:
        """See `KeyStore.generate_data_key`."""
        with _as_item_errors():
            made = self._keys.generate_data_key(key_id, context)
        return GeneratedKey(made.arn, made.plain, made.ciphertext)

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        """See `KeyStore.encrypt`."""
        with _as_item_errors():
            return self._keys.encrypt(key_id, plain, context)

    def decrypt(self, key_id: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """See `KeyStore.decrypt`."""
        with _as_item_errors():
            return self._keys.decrypt(ciphertext, context, key_id)


@contextmanager
def _as_item_errors() -> Iterator[None]:
    try:
        yield
    except KeyStoreError as error:
        raise ItemKeyError(f"the key store: {error.message}") from error
    except FolderError as error:
        raise ItemKeyError(f"the key store: {error}") from error
