"""Items of the current format: those that open, and those that must not."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import ItemCryptoError
from engine.itemcrypto.keyrings.hierarchy import BranchKey, BranchKeysAtHand, HierarchyKeyring
from engine.itemcrypto.keyrings.keyring import Keyring, MultiKeyring, NewKey, WrappedKey
from engine.itemcrypto.keyrings.raw import (
    RawAesKeyring,
    RawRsaKeyring,
    RsaPadding,
    private_key_of,
    public_key_of,
)
from engine.itemcrypto.opening import open_item
from engine.itemcrypto.schema import Place
from tests.vectors.comparing import check_item, must_fail

Entry = Mapping[str, Any]


def check(test: Entry, document: Entry) -> None:
    """Open an item with all keys together, and with each alone where one is to suffice."""
    place = place_of(test["config"])
    entries = [document["keys"][name] for name in test["keys"]]
    tried = [entries]
    if len(entries) > 1 and test.get("anyOneKeySuffices"):
        tried += [[entry] for entry in entries]
    is_refused = must_fail(test)
    for some in tried:
        if is_refused:
            check_refused(test["encrypted"], place, some)
        else:
            opened = open_item(test["encrypted"], place, _keyring_of_all(some)).item
            check_item(opened, test["plaintext"])


def _keyring_of_all(entries: Sequence[Entry]) -> Keyring:
    return MultiKeyring(list(map(keyring_of, entries))) if entries else _NoKeys()


class _NoKeys:
    """The keyring of a test that names no key."""

    def wrap(self, context: EncryptionContext) -> Sequence[NewKey]:
        """See `Keyring.wrap`."""
        del context
        return ()

    def unwrap(self, wrapped: WrappedKey, context: EncryptionContext) -> bytes | None:
        """See `Keyring.unwrap`."""
        del wrapped, context
        return None


def check_refused(item: Entry, place: Place, keys: Sequence[Entry]) -> None:
    """Raises AssertionError where an item opens that must not."""
    try:
        open_item(dict(item), place, _keyring_of_all(keys))
    except ItemCryptoError:
        return
    raise AssertionError("it opened")


def place_of(config: Entry) -> Place:
    """What a reader must know of the table."""
    return Place(
        table=config["logicalTableName"],
        partition_key=config["partitionKeyName"],
        sort_key=config.get("sortKeyName"),
        unsigned=frozenset(config.get("allowedUnsignedAttributes") or ()),
        unsigned_prefix=config.get("allowedUnsignedAttributePrefix") or None,
    )


def keyring_of(entry: Entry) -> Keyring:
    """The keyring of an entry of the file's keys."""
    match entry["kind"]:
        case "hierarchy":
            branch_key = BranchKey(
                entry["branchKeyId"],
                UUID(entry["branchKeyVersion"]),
                b64decode(entry["branchKey_b64"]),
            )
            return HierarchyKeyring(BranchKeysAtHand([branch_key]), branch_key.branch_key_id)
        case "raw-aes":
            return RawAesKeyring(entry["namespace"], entry["name"], b64decode(entry["key_b64"]))
        case "raw-rsa":
            private, public = entry.get("privateKey_pem"), entry.get("publicKey_pem")
            return RawRsaKeyring(
                entry["namespace"],
                entry["name"],
                RsaPadding(entry["padding"]),
                public_key=public_key_of(public.encode()) if public else None,
                private_key=_private_key(private) if private else None,
            )
    raise AssertionError(f"there are no keys of the kind {entry['kind']}")


@cache
def _private_key(pem: str) -> RSAPrivateKey:
    """A key that several tests share: to check one takes longer than to open an item."""
    return private_key_of(pem.encode())
