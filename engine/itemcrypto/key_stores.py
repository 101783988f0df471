"""What a configuration needs of the world outside its files: key stores, tables of keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.client.keys import KEY_ACCOUNT
from engine.client.protocol import Client
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.keyrings.kms import BotoKeyStore, KeyStore
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
        """The branch keys in the table `table`, whose logical name is `store`."""
        table = section.text("table")
        store = section.text("store", table)
        return BranchKeyTable(self.tables(section), table, store, self.key_store(section))
