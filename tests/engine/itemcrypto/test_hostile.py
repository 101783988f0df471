"""Whatever bytes a stored item holds, it is refused in the one way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.client.protocol import Json
from engine.itemcrypto.errors import (
    ItemFormatError,
    ItemKeyError,
    ItemRefusedError,
    SealRefusedError,
)
from engine.itemcrypto.header import parse_header
from engine.itemcrypto.legacy.description import STORE_ID
from engine.itemcrypto.legacy.description import serialised as written
from engine.itemcrypto.legacy.keys import HmacKey
from engine.itemcrypto.legacy.materials import (
    DirectMaterials,
    MostRecentMaterials,
    StoredKeys,
)
from engine.itemcrypto.legacy.sealing import (
    DESCRIPTION,
    SIGNATURE,
    LegacyAction,
    LegacySchema,
    open_legacy,
    seal_legacy,
)
from engine.itemcrypto.legacy.serialisation import deserialised as legacy_deserialised
from engine.itemcrypto.legacy.store import store_schema, stored_keys
from engine.itemcrypto.opening import open_item
from engine.itemcrypto.schema import FOOTER, HEADER, Action, Schema
from engine.itemcrypto.sealing import seal
from engine.itemcrypto.serialisation import deserialised, serialised
from tests.engine.itemcrypto.samples import AES, ITEM, KEY, PLACE, SCHEMA, VALUES
from tests.vectors.comparing import meaning

_LEGACY = LegacySchema("orders", "id", "at", {"city": LegacyAction.SIGN})
_SEALED = seal(ITEM, SCHEMA, AES)
_HEADER: bytes = _SEALED[HEADER]["B"]
_TYPES = (b"\0\0", b"\0\1", b"\0\2", b"\0\4", b"\xff\xff", b"\1\1", b"\1\2", b"\1\xff", b"\2\0")


@given(value=VALUES)
def test_a_value_is_read_as_it_was_written(value: Json) -> None:
    assert meaning(deserialised(*serialised(value))) == meaning(value)


@given(value=VALUES, place=st.integers(0, 60), byte=st.integers(0, 255))
def test_a_damaged_value_is_another_or_refused(value: Json, place: int, byte: int) -> None:
    type_id, body = serialised(value)
    damaged = body[:place] + bytes([byte]) + body[place + 1 :]
    for data in (damaged, body[:place], body + bytes([byte])):
        try:
            found = deserialised(type_id, data)
        except ItemFormatError:
            continue
        # Some damages are other values; none is a value that cannot be written.
        serialised(found)


@given(type_id=st.sampled_from((*_TYPES, b"\3\0", b"\7\7")), body=st.binary(max_size=60))
def test_bytes_of_any_kind_are_a_value_or_refused(type_id: bytes, body: bytes) -> None:
    try:
        found = deserialised(type_id, body)
    except ItemFormatError:
        return
    serialised(found)


@given(data=st.binary(max_size=60))
def test_bytes_of_any_kind_are_a_legacy_value_or_refused(data: bytes) -> None:
    try:
        legacy_deserialised(data)
    except ItemFormatError:
        return


@given(place=st.integers(0, len(_HEADER)), patch=st.binary(max_size=4), cut=st.booleans())
def test_a_patched_header_is_refused(place: int, patch: bytes, cut: bool) -> None:
    rest = b"" if cut else _HEADER[place + len(patch) :]
    header = _HEADER[:place] + patch + rest
    if header == _HEADER:
        return
    with pytest.raises(ItemRefusedError):
        open_item(_SEALED | {HEADER: {"B": header}}, PLACE, AES)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_no_header(data: bytes) -> None:
    with pytest.raises(ItemFormatError):
        parse_header(data)


@pytest.mark.parametrize("name", [HEADER, FOOTER, "name", "city", "id"])
@pytest.mark.parametrize(
    "value",
    [
        {},
        5,
        {"S": 5},
        {"B": "é"},
        {"B": 7},
        {"X": 1},
        {"S": "a", "N": "1"},
        {"N": "x"},
        {"NULL": 0},
    ],
)
def test_values_that_are_none_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ItemRefusedError):
        open_item(_SEALED | {name: value}, PLACE, AES)
    materials = DirectMaterials(HmacKey(KEY), KEY)
    legacy = seal_legacy(ITEM, _LEGACY, materials)
    for damaged in (name, DESCRIPTION, SIGNATURE):
        with pytest.raises(ItemRefusedError):
            open_legacy(legacy | {damaged: value}, _LEGACY, materials)


@pytest.mark.parametrize(
    ("type_id", "body", "reason"),
    [
        (b"\1\1", b"\0\0\0\2" + b"\0\0\0\1a" * 2, "a member twice"),
        (b"\1\2", b"\0\0\0\2\0\0\0\0011\0\0\0\0031.0", "a member twice"),
        (b"\2\0", b"\0\0\0\2" + b"\0\1\0\0\0\1a\0\0\0\0\0\0" * 2, "one twice"),
        (b"\2\0", b"\0\0\0\1\0\2\0\0\0\1a\0\0\0\0\0\0", "a key that is no text"),
        (b"\3\0", b"\xff\xff\xff\xff", "ends too early"),
        (b"\0\4", b"\2", "neither true nor false"),
        (b"\0\0", b"\0", "a null with a body"),
        (b"\0\2", b"one", "a number that is none"),
        (b"\0\1", b"\xff", "not UTF-8"),
        (b"\3\0", b"\0\0\0\0\0", "left over"),
    ],
)
def test_what_is_wrong_with_a_value_is_told(type_id: bytes, body: bytes, reason: str) -> None:
    with pytest.raises(ItemFormatError, match=reason):
        deserialised(type_id, body)


def test_deep_nesting_ends_in_a_refusal() -> None:
    body = b"\0\0\0\0"
    for _ in range(2_000):
        body = b"\0\0\0\1\3\0" + len(body).to_bytes(4, "big") + body
    with pytest.raises(ItemFormatError, match="nested deeper"):
        deserialised(b"\3\0", body)


@pytest.mark.parametrize("name", ["\ud800", "id"])
def test_texts_that_are_no_utf8_are_refused_with_the_item(name: str) -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    for broken in (sealed | {"id": {"S": "\ud800"}}, sealed | {"\ud800": {"S": "x"}}):
        with pytest.raises(ItemRefusedError, match=" of orders: "):
            open_item(broken, PLACE, AES)
    actions = {**SCHEMA.actions, name: SCHEMA.actions.get(name, Action.SIGN_ONLY)}
    schema = Schema(PLACE, actions, any_names=True)
    with pytest.raises(SealRefusedError, match="UTF-8"):
        seal(ITEM | {name: {"S": "\ud800"}}, schema, AES)
    legacy = LegacySchema("orders", "id", "at", {}, LegacyAction.SIGN)
    materials = DirectMaterials(HmacKey(KEY))
    with pytest.raises(SealRefusedError, match="UTF-8"):
        seal_legacy(ITEM | {name: {"S": "\ud800"}}, legacy, materials)


class _NoKeys:
    """A key store without keys."""

    def newest(self, name: str) -> StoredKeys:
        """See `StoredKeysSource.newest`."""
        raise ItemKeyError(f"no {name}")

    def version(self, name: str, version: int) -> StoredKeys:
        """See `StoredKeysSource.version`."""
        raise ItemKeyError(f"no {name} {version}")


@pytest.mark.parametrize("version", ["", "-1", "1.5", "1E+2", "²", "٣", "9" * 5_000])
def test_what_is_no_version_of_a_stored_key(version: str) -> None:
    entries = {STORE_ID: f"name#{version}"}
    item = {"id": {"S": "1"}, SIGNATURE: {"B": b"x"}, DESCRIPTION: {"B": written(entries)}}
    with pytest.raises(ItemFormatError, match="is no version of a stored key"):
        open_legacy(item, _LEGACY, MostRecentMaterials(_NoKeys(), "name"))


def test_a_stored_key_whose_version_is_no_whole_number() -> None:
    materials = DirectMaterials(HmacKey(KEY), KEY)
    schema = store_schema("store")
    stored: Json = {
        "N": {"S": "name"},
        "V": {"N": "1.5"},
        "enc": {"B": KEY},
        "int": {"B": KEY},
        "intAlg": {"S": "HmacSHA256"},
    }
    with pytest.raises(ItemFormatError, match=r"'1\.5' is no version"):
        stored_keys(seal_legacy(stored, schema, materials), schema, materials)
