"""The encryption context: what an item's keys are bound to.

It is a map of texts, made of the table's name, the names of the keys and some attributes' values.
Wrapped keys are opened under it, and it is signed. What readers can rebuild is not stored.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.client.protocol import Json
from engine.itemcrypto.errors import ItemTamperedError, SealRefusedError
from engine.itemcrypto.schema import Place
from engine.itemcrypto.serialisation import normalised_number, serialised, utf8_bytes

PUBLIC_KEY = "aws-crypto-public-key"
_TABLE = "aws-crypto-table-name"
_PARTITION = "aws-crypto-partition-name"
_SORT = "aws-crypto-sort-name"
_ATTRIBUTE = "aws-crypto-attr."
_LEGEND = "aws-crypto-legend"
_LENGTH_MAX = 0xFFFF


class EncryptionContext(NamedTuple):
    """The entries, and their serialised form."""

    entries: Mapping[str, str]
    serialised: bytes

    @classmethod
    def of(cls, entries: Mapping[str, str]) -> EncryptionContext:
        """The context of some entries; raises SealRefusedError where one is too long."""
        return cls(entries, serialised_context(entries))


def serialised_context(entries: Mapping[str, str]) -> bytes:
    """The entries in ascending order of their keys' bytes; raises SealRefusedError."""
    parts = [len(entries).to_bytes(2, "big")]
    # Code points have the order of their UTF-8 bytes.
    for name in sorted(entries):
        key, value = utf8_bytes(name), utf8_bytes(entries[name])
        if len(key) > _LENGTH_MAX or len(value) > _LENGTH_MAX:
            raise SealRefusedError(f"{name} is too long for the encryption context")
        parts += (len(key).to_bytes(2, "big"), key, len(value).to_bytes(2, "big"), value)
    return b"".join(parts)


def rebuilt(place: Place, version: int, item: Json, context_names: Iterable[str]) -> dict[str, str]:
    """The entries that a reader rebuilds from configuration and item.

    `context_names` are the attributes with the action SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT; in
    version 1 the key attributes are taken, whatever it says.
    """
    entries = {_TABLE: place.table, _PARTITION: place.partition_key}
    if place.sort_key is not None:
        entries[_SORT] = place.sort_key
    if version == 1:
        for name in place.key_names:
            entries[_ATTRIBUTE + name] = _base64_value(item[name])
        return entries
    letters = {}
    for name in context_names:
        key = _ATTRIBUTE + name
        letters[key], entries[key] = _readable_value(item[name])
    entries[_LEGEND] = "".join(letters[key] for key in sorted(letters))
    return entries


def merged(stored: Mapping[str, str], rebuilt_entries: Mapping[str, str]) -> EncryptionContext:
    """Stored and rebuilt entries together; raises ItemTamperedError where they contradict."""
    for name, value in stored.items():
        if rebuilt_entries.get(name, value) != value:
            raise ItemTamperedError(f"{name} is not what its header says")
    return EncryptionContext.of({**rebuilt_entries, **stored})


def _base64_value(value: Json) -> str:
    return b64encode(b"".join(serialised(value))).decode()


def _readable_value(value: Json) -> tuple[str, str]:
    """The legend's letter for a value, and its text."""
    match value:
        case {"S": str(text)}:
            return "S", text
        case {"N": str(text)}:
            return "N", normalised_number(text)
        case {"BOOL": bool(truth)}:
            return "L", "true" if truth else "false"
        case {"NULL": _}:
            return "L", "null"
    return "B", _base64_value(value)
