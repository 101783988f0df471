"""Items of the legacy format: encrypted and signed by a writer, verified and read by a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from engine.client.protocol import Json
from engine.itemcrypto.errors import (
    CryptoConfigError,
    ItemCryptoError,
    ItemFormatError,
    ItemKeyError,
    ItemTamperedError,
    NotSealedError,
    SealRefusedError,
)
from engine.itemcrypto.legacy import description
from engine.itemcrypto.legacy.materials import Materials, Where
from engine.itemcrypto.legacy.serialisation import deserialised, serialised
from engine.itemcrypto.primitives import random_bytes, sha256
from engine.itemcrypto.serialisation import binary, utf8_bytes, utf16

DESCRIPTION = "*amzn-ddb-map-desc*"
SIGNATURE = "*amzn-ddb-map-sig*"
_CBC = "/CBC/PKCS5Padding"
_BLOCK_BYTES = 16
# What writers that were given no table name sign in its place: in Java, in Python.
_NO_TABLE = ("null", "None")


class LegacyAction(StrEnum):
    """What the legacy format does with an attribute."""

    ENCRYPT = "encrypt"
    SIGN = "sign"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LegacySchema:
    """How the items of a table were written.

    `default` is for attributes without an action of their own. Key attributes are signed where they
    would be encrypted. `table` None is that of a writer that was given none. The names of the
    markers, and the prefix of two entries of the description, can be chosen in Java.
    """

    table: str | None
    partition_key: str
    sort_key: str | None
    actions: Mapping[str, LegacyAction]
    default: LegacyAction = LegacyAction.ENCRYPT
    description_name: str = DESCRIPTION
    signature_name: str = SIGNATURE
    prefix: str = description.PREFIX

    @property
    def markers(self) -> tuple[str, str]:
        """The names of the marker attributes."""
        return self.description_name, self.signature_name

    def action_of(self, name: str) -> LegacyAction:
        """The action for an attribute."""
        action = self.actions.get(name, self.default)
        if action is LegacyAction.ENCRYPT and name in (self.partition_key, self.sort_key):
            return LegacyAction.SIGN
        return action

    def actions_of(self, item: Json) -> dict[str, LegacyAction]:
        """The action for each attribute of an item but the markers."""
        return {name: self.action_of(name) for name in item if name not in self.markers}

    def key_of(self, item: Json) -> Json:
        """The key attributes that an item has, to name it."""
        names = (self.partition_key, self.sort_key)
        return {name: item[name] for name in names if name is not None and name in item}


def is_legacy(item: Json, schema: LegacySchema | None = None) -> bool:
    """Whether an item has the signature of this format."""
    return (SIGNATURE if schema is None else schema.signature_name) in item


def seal_legacy(item: Json, schema: LegacySchema, materials: Materials) -> Json:
    """The sealed form of an item; raises SealRefusedError or ItemKeyError, which name the item."""
    try:
        return _seal(item, schema, materials)
    except ItemCryptoError as error:
        raise error.of_item(_table_name(schema), schema.key_of(item)) from error


def _table_name(schema: LegacySchema) -> str:
    return schema.table if schema.table is not None else "a table without a name"


def _seal(item: Json, schema: LegacySchema, materials: Materials) -> Json:
    if schema.table is None:
        raise CryptoConfigError("the table's name is missing, without which nothing is written")
    for name in schema.markers:
        if name in item:
            raise SealRefusedError(f"the name {name} is that of a marker")
    actions = schema.actions_of(item)
    if set(actions.values()) <= {LegacyAction.NOTHING}:
        return dict(item)
    material = materials.for_writing(Where(schema.table, schema.key_of(item)))
    sealed = dict(item)
    for name, action in actions.items():
        if action is LegacyAction.ENCRYPT:
            if material.content_key is None:
                raise ItemKeyError("there is no key to encrypt with")
            sealed[name] = {"B": _encrypt(material.content_key, serialised(item[name]))}
    signature = material.signing_key.sign(string_to_sign(sealed, schema.table, actions))
    entries = {
        **material.entries,
        schema.prefix + description.CIPHER: _CBC,
        schema.prefix + description.SIGNATURE_ALGORITHM: material.signing_key.algorithm,
    }
    sealed[schema.description_name] = {"B": description.serialised(entries)}
    sealed[schema.signature_name] = {"B": signature}
    return sealed


def open_legacy(item: Json, schema: LegacySchema, materials: Materials) -> Json:
    """Verify and decrypt an item; raises ItemRefusedError, which names the item."""
    try:
        return _open(item, schema, materials)
    except SealRefusedError as error:
        refused = ItemFormatError(error.reason)
        raise refused.of_item(_table_name(schema), schema.key_of(item)) from error
    except ItemCryptoError as error:
        raise error.of_item(_table_name(schema), schema.key_of(item)) from error


def _open(item: Json, schema: LegacySchema, materials: Materials) -> Json:
    actions = schema.actions_of(item)
    if schema.signature_name not in item:
        if set(actions.values()) <= {LegacyAction.NOTHING}:
            return {name: item[name] for name in actions}
        raise NotSealedError(f"it has no attribute {schema.signature_name}: it is not signed")
    entries = _description_of(item, schema)
    material = materials.for_reading(entries, Where(schema.table, schema.key_of(item)))
    key = material.signing_key
    algorithm = entries.get(schema.prefix + description.SIGNATURE_ALGORITHM, key.algorithm)
    signature = _binary_of(item, schema.signature_name)
    _verify(lambda data: key.verify(signature, data, algorithm), item, schema.table, actions)
    opened = {name: item[name] for name in actions}
    for name, action in actions.items():
        if action is LegacyAction.ENCRYPT:
            if entries.get(schema.prefix + description.CIPHER, _CBC) != _CBC:
                raise ItemFormatError("its attributes were encrypted by an unknown cipher")
            if material.content_key is None:
                raise ItemKeyError("there is no key to decrypt with")
            opened[name] = deserialised(_decrypt(material.content_key, _binary_of(item, name)))
    return opened


def _description_of(item: Json, schema: LegacySchema) -> dict[str, str]:
    """What the item's description says; nothing, where it has none."""
    if schema.description_name not in item:
        return {}
    return description.parse(_binary_of(item, schema.description_name))


def description_of(item: Json) -> dict[str, str]:
    """The description of a legacy item, which nobody has verified; raises ItemFormatError."""
    return description.parse(_binary_of(item, DESCRIPTION)) if DESCRIPTION in item else {}


def _binary_of(item: Json, name: str) -> bytes:
    value = item[name]
    if not isinstance(value, dict) or list(value) != ["B"]:
        raise ItemFormatError(f"{name} is not binary")
    try:
        return binary(value["B"])
    except SealRefusedError as error:
        raise ItemFormatError(f"{name}: {error.reason}") from None


def _verify(
    check: Callable[[bytes], None],
    item: Json,
    table: str | None,
    actions: Mapping[str, LegacyAction],
) -> None:
    """Check the signature over the item as writers in Python, then as those in Java, sort it."""
    tables = _NO_TABLE if table is None else (table,)
    tried: set[bytes] = set()
    for name in tables:
        for java in (False, True):
            data = string_to_sign(item, name, actions, java=java)
            if data in tried:
                continue
            tried.add(data)
            try:
                check(data)
            except ItemTamperedError:
                continue
            return
    raise ItemTamperedError(
        "the signature is not right: the item is not as it was signed, or the table's name, the "
        "actions or the key are others"
    )


def string_to_sign(
    item: Json, table: str, actions: Mapping[str, LegacyAction], *, java: bool = False
) -> bytes:
    """What the signature of a stored item is of."""
    parts = [sha256(b"TABLE>" + table.encode() + b"<TABLE")]
    for name in _in_order(actions, java):
        action = actions[name]
        if action is LegacyAction.NOTHING:
            continue
        word = b"ENCRYPTED" if action is LegacyAction.ENCRYPT else b"PLAINTEXT"
        value = serialised(item[name], java=java)
        parts += (sha256(utf8_bytes(name)), sha256(word), sha256(value))
    return b"".join(parts)


def _in_order(names: Iterable[str], java: bool) -> list[str]:
    return sorted(names, key=utf16 if java else utf8_bytes)


def _encrypt(key: bytes, data: bytes) -> bytes:
    padder = PKCS7(_BLOCK_BYTES * 8).padder()
    start = random_bytes(_BLOCK_BYTES)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return start + encryptor.update(padder.update(data) + padder.finalize())


def _decrypt(key: bytes, stored: bytes) -> bytes:
    if len(stored) < 2 * _BLOCK_BYTES or len(stored) % _BLOCK_BYTES:
        raise ItemFormatError("an encrypted attribute has the wrong length")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(stored[:_BLOCK_BYTES])).decryptor()
    unpadder = PKCS7(_BLOCK_BYTES * 8).unpadder()
    try:
        return unpadder.update(decryptor.update(stored[_BLOCK_BYTES:])) + unpadder.finalize()
    except ValueError:
        raise ItemFormatError(
            "an encrypted attribute has no proper end: the key is wrong"
        ) from None
