"""Items of the legacy format, under fixed keys, wrapped keys, or keys of a key store."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from engine.itemcrypto.errors import ItemCryptoError, ItemKeyError
from engine.itemcrypto.keyrings.raw import private_key_of, public_key_of
from engine.itemcrypto.legacy.description import STORE_ID
from engine.itemcrypto.legacy.keys import (
    AesWrappingKey,
    HmacKey,
    RsaSigningKey,
    RsaWrappingKey,
    SigningKey,
    WrappingKey,
)
from engine.itemcrypto.legacy.materials import (
    DirectMaterials,
    Materials,
    MostRecentMaterials,
    StoredKeys,
    WrappedMaterials,
)
from engine.itemcrypto.legacy.sealing import (
    LegacyAction,
    LegacySchema,
    description_of,
    open_legacy,
)
from engine.itemcrypto.legacy.store import store_schema, stored_keys
from tests.vectors.comparing import check_equal, check_item, must_fail

Entry = Mapping[str, Any]


def check(test: Entry, document: Entry) -> None:
    """Open an item, and look at its description where the test tells it."""
    item = dict(test["encrypted"])
    schema = schema_of(test)
    is_refused = must_fail(test)
    try:
        opened = open_legacy(item, schema, _materials(test, document, item))
    except ItemCryptoError:
        if is_refused:
            return
        raise
    if is_refused:
        raise AssertionError("it opened")
    check_item(opened, test["plaintext"])
    if "materialDescription" in test:
        check_equal(description_of(item), test["materialDescription"], "its description")


def schema_of(test: Entry) -> LegacySchema:
    """How the item was written; the test names every attribute's action."""
    actions = {name: LegacyAction(action) for name, action in test["actions"].items()}
    default = LegacyAction(test.get("defaultAction", "encrypt"))
    return LegacySchema(test.get("tableName"), "", None, actions, default)


def _materials(test: Entry, document: Entry, item: Entry) -> Materials:
    keys = test["keys"]
    if keys.get("via") == "metastore":
        name, _, _ = description_of(dict(item)).get(STORE_ID, "").rpartition("#")
        store = _StoreOfFile(document["metastores"][keys["metastore"]], document["keys"])
        return MostRecentMaterials(store, name)
    return materials_of(test["provider"], keys, document["keys"])


class _StoreOfFile:
    """A key store whose items are in the file."""

    def __init__(self, entry: Entry, keys: Entry) -> None:
        schema = store_schema(entry["tableName"])
        materials = materials_of(entry["provider"], entry["keys"], keys)
        self._keys = {
            (item["N"]["S"], int(item["V"]["N"])): stored_keys(dict(item), schema, materials)
            for item in entry["items"]
        }

    def newest(self, name: str) -> StoredKeys:
        """See `StoredKeysSource.newest`."""
        return self.version(name, max((v for n, v in self._keys if n == name), default=0))

    def version(self, name: str, version: int) -> StoredKeys:
        """See `StoredKeysSource.version`."""
        if (name, version) not in self._keys:
            raise ItemKeyError(f"the key store has no version {version} of {name}")
        return self._keys[name, version]


def materials_of(provider: str, names: Entry, keys: Entry) -> Materials:
    """The materials of a provider with keys of the file."""
    signing_key = _signing_key(keys[names["verify"]])
    key = keys[names["decrypt"]] if names.get("decrypt") else None
    if provider == "wrapped":
        if key is None:
            raise AssertionError("no key to unwrap with is named")
        return WrappedMaterials(signing_key, _wrapping_key(key))
    return DirectMaterials(signing_key, None if key is None else _material(key))


def _material(entry: Entry) -> bytes:
    """A key of the file: base64, or PEM as it is."""
    text: str = entry["material"]
    return text.encode() if text.lstrip().startswith("-----BEGIN") else b64decode(text)


def _signing_key(entry: Entry) -> SigningKey:
    material = _material(entry)
    match entry["type"]:
        case "symmetric":
            return HmacKey(material, entry["algorithm"])
        case "public":
            key = public_key_of(material)
            return RsaSigningKey(public_key=key, algorithm=entry["algorithm"])
    return RsaSigningKey(private_key=private_key_of(material), algorithm=entry["algorithm"])


def _wrapping_key(entry: Entry) -> WrappingKey:
    material = _material(entry)
    match entry["type"]:
        case "symmetric":
            return AesWrappingKey(material)
        case "public":
            return RsaWrappingKey(public_key=public_key_of(material), algorithm=entry["algorithm"])
    return RsaWrappingKey(private_key=private_key_of(material), algorithm=entry["algorithm"])
