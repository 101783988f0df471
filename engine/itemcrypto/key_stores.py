"""What a configuration needs of the world outside its files: key stores, tables of keys."""

from __future__ import annotations

from dataclasses import dataclass

from engine.client.protocol import Client
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.keyrings.kms import BotoKeyStore, KeyStore
from engine.itemcrypto.settings import Section


@dataclass(frozen=True, slots=True)
class Outside:
    """`client` reads tables of keys; `given` is the key store, or None for AWS KMS."""

    client: Client | None = None
    given: KeyStore | None = None

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
