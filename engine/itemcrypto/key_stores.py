"""What a configuration needs of the world outside its files: key stores, tables of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from engine.client.keys import KEY_ACCOUNT
from engine.client.protocol import Client
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.keyrings.kms import BotoKeyStore, GeneratedKey, KeyStore
from engine.itemcrypto.settings import Section

OpenKeyStore = Callable[[], KeyStore]
"""Opens the key store of a data folder, when it is needed."""

_ACCOUNT = 4


@dataclass(frozen=True, slots=True)
class Outside:
    """`client` reads tables of keys; `given` is the key store of all keys.

    Where that is None, a key is AWS KMS's, or that of a data folder, which `folder` opens.
    """

    client: Client | None = None
    given: KeyStore | None = None
    folder: OpenKeyStore | None = None

    def store_of(self, section: Section, key_id: str) -> KeyStore:
        """The key store of a key.

        An ARN tells by its account whose key it is. Another name is one of the folder's, where
        there is a folder, and neither `region` nor `profile` says that AWS is meant.
        Raises CryptoConfigError.
        """
        region, profile = section.optional_text("region"), section.optional_text("profile")
        arn_parts = key_id.split(":")
        if arn_parts[0] == "arn" and len(arn_parts) > _ACCOUNT:
            is_ours = arn_parts[_ACCOUNT] == KEY_ACCOUNT
        else:
            is_ours = self.folder is not None and region is None and profile is None
        if self.given is not None or not is_ours:
            return self.key_store(section)
        if self.folder is None:
            raise section.wrong("key_id", "is a key of a data folder, and none is at hand")
        return self.folder()

    def key_store(self, section: Section) -> KeyStore:
        """The one that is given, or AWS KMS as AWS is configured; `region`, `profile` choose.

        Raises CryptoConfigError.
        """
        region, profile = section.optional_text("region"), section.optional_text("profile")
        if self.given is not None:
            return self.given
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        try:
            return BotoKeyStore(Session(profile=profile).create_client("kms", region_name=region))
        except BotoCoreError as error:
            raise section.wrong("kind", f"kms: {error}") from error

    def tables(self, section: Section) -> Client:
        """The client that reads the table `table`; raises CryptoConfigError where there is none."""
        if self.client is None:
            raise section.wrong("table", "needs a connection to read it")
        return self.client

    def branch_keys(self, section: Section) -> BranchKeyTable:
        """The branch keys in the table `table`, whose logical name is `store`.

        Each row names the key that it is under, and so the key store.
        """
        table = section.text("table")
        store = section.text("store", table)
        for name in ("region", "profile"):
            section.optional_text(name)
        keys = StoreByKey(lambda key_id: self.store_of(section, key_id))
        return BranchKeyTable(self.tables(section), table, store, keys)


class StoreByKey:
    """A key store of all keys: each call goes to the one that has the key."""

    def __init__(self, store_of: Callable[[str], KeyStore]) -> None:
        self._store_of = cache(store_of)

    def key_arn(self, key_id: str) -> str:
        """See `KeyStore.key_arn`."""
        return self._store_of(key_id).key_arn(key_id)

    def generate_data_key(self, key_id: str, context: Mapping[str, str]) -> GeneratedKey:
        """See `KeyStore.generate_data_key`."""
        return self._store_of(key_id).generate_data_key(key_id, context)

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        """See `KeyStore.encrypt`."""
        return self._store_of(key_id).encrypt(key_id, plain, context)

    def decrypt(self, key_id: str, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """See `KeyStore.decrypt`."""
        return self._store_of(key_id).decrypt(key_id, ciphertext, context)
