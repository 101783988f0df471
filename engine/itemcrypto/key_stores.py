"""The key store that a configuration means."""

from __future__ import annotations

from engine.itemcrypto.keyrings.kms import BotoKeyStore, KeyStore
from engine.itemcrypto.settings import Section


def key_store_of(section: Section, given: KeyStore | None) -> KeyStore:
    """The one that is given, or AWS KMS as AWS is configured; `region` and `profile` choose.

    Raises CryptoConfigError.
    """
    region, profile = section.optional_text("region"), section.optional_text("profile")
    if given is not None:
        return given
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        return BotoKeyStore(Session(profile=profile).create_client("kms", region_name=region))
    except BotoCoreError as error:
        raise section.wrong("kind", f"kms: {error}") from error
