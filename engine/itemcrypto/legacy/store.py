"""The key store of the legacy format: a table whose items are keys, and are legacy items."""

from __future__ import annotations

from engine.client.protocol import Client, Json
from engine.itemcrypto.errors import ItemCryptoError, ItemFormatError, ItemKeyError
from engine.itemcrypto.legacy.keys import AesWrappingKey, HmacKey
from engine.itemcrypto.legacy.materials import Materials, StoredKeys, stored_version
from engine.itemcrypto.legacy.sealing import LegacyAction, LegacySchema, open_legacy

NAME = "N"
VERSION = "V"
_WRAPPING_KEY = "enc"
_SIGNING_KEY = "int"
_SIGNING_ALGORITHM = "intAlg"


class KeyStoreTable:
    """A key store behind a Client; `materials` open its own items."""

    def __init__(self, client: Client, table: str, materials: Materials) -> None:
        self._client = client
        self._materials = materials
        self._schema = store_schema(table)

    def newest(self, name: str) -> StoredKeys:
        """See `StoredKeysSource.newest`."""
        request: Json = {
            "TableName": self._schema.table,
            "KeyConditionExpression": "#n = :n",
            "ExpressionAttributeNames": {"#n": NAME},
            "ExpressionAttributeValues": {":n": {"S": name}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": 1,
        }
        items = self._client.call("Query", request)["Items"]
        if not items:
            raise ItemKeyError(f"the key store has no key {name}")
        return stored_keys(items[0], self._schema, self._materials)

    def version(self, name: str, version: int) -> StoredKeys:
        """See `StoredKeysSource.version`."""
        key = {NAME: {"S": name}, VERSION: {"N": str(version)}}
        request = {"TableName": self._schema.table, "Key": key, "ConsistentRead": True}
        item = self._client.call("GetItem", request).get("Item")
        if item is None:
            raise ItemKeyError(f"the key store has no version {version} of {name}")
        return stored_keys(item, self._schema, self._materials)


def store_schema(table: str) -> LegacySchema:
    """How the items of a key store are signed and encrypted."""
    return LegacySchema(table, NAME, VERSION, {}, LegacyAction.ENCRYPT)


def stored_keys(item: Json, schema: LegacySchema, materials: Materials) -> StoredKeys:
    """The keys in an item of a key store; raises ItemKeyError."""
    try:
        opened = open_legacy(item, schema, materials)
        return StoredKeys(
            stored_version(opened[VERSION]["N"]),
            AesWrappingKey(opened[_WRAPPING_KEY]["B"]),
            HmacKey(opened[_SIGNING_KEY]["B"], opened[_SIGNING_ALGORITHM]["S"]),
        )
    except KeyError as error:
        raise ItemKeyError(f"an item of the key store lacks {error}") from None
    except ItemFormatError:
        raise
    except ItemCryptoError as error:
        raise ItemKeyError(f"the key store: {error.message}") from error
