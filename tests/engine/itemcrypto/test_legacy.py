"""The legacy format: what is written is read, and what was altered is not."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.errors import (
    CryptoConfigError,
    ItemFormatError,
    ItemKeyError,
    ItemTamperedError,
    NotSealedError,
    SealedOperationError,
    SealRefusedError,
)
from engine.itemcrypto.legacy import description
from engine.itemcrypto.legacy.keys import (
    AesWrappingKey,
    HmacKey,
    RsaSigningKey,
    RsaWrappingKey,
    SigningKey,
)
from engine.itemcrypto.legacy.kms import KmsMaterials
from engine.itemcrypto.legacy.materials import (
    DirectMaterials,
    Materials,
    MostRecentMaterials,
    WrappedMaterials,
)
from engine.itemcrypto.legacy.sealing import (
    DESCRIPTION,
    SIGNATURE,
    LegacyAction,
    LegacySchema,
    description_of,
    open_legacy,
    seal_legacy,
    string_to_sign,
)
from engine.itemcrypto.legacy.serialisation import deserialised, serialised
from engine.itemcrypto.legacy.store import KeyStoreTable, store_schema
from engine.itemcrypto.protection import LegacyProtection, Protection
from tests.engine.itemcrypto.samples import AES, ITEM, KEY, SCHEMA, VALUES, changed
from tests.engine.itemcrypto.test_keyrings import Vault, rsa_key
from tests.vectors.comparing import check_item, meaning

_MAC = HmacKey(KEY)
_SCHEMA = LegacySchema(
    "orders",
    "id",
    "at",
    {"city": LegacyAction.SIGN, "seen": LegacyAction.NOTHING, ":note": LegacyAction.NOTHING},
)
_DIRECT = DirectMaterials(_MAC, KEY)


def _rsa_signing(bits: int) -> SigningKey:
    return RsaSigningKey(private_key=rsa_key(), algorithm=f"SHA{bits}withRSA")


def _rsa_wrapping(algorithm: str) -> RsaWrappingKey:
    return RsaWrappingKey(private_key=rsa_key(), algorithm=algorithm)


_MATERIALS: dict[str, Materials] = {
    "direct": _DIRECT,
    "wrapped": WrappedMaterials(_MAC, AesWrappingKey(KEY[:16])),
    "rsa-pkcs1": WrappedMaterials(_MAC, _rsa_wrapping("RSA")),
    "rsa-oaep-1": WrappedMaterials(_MAC, _rsa_wrapping("RSA/ECB/OAEPWithSHA1AndMGF1Padding")),
    "rsa-oaep-512": WrappedMaterials(_MAC, _rsa_wrapping("RSA/ECB/OAEPWithSHA-512AndMGF1Padding")),
    **{f"rsa-sign-{n}": DirectMaterials(_rsa_signing(n), KEY) for n in (224, 256, 384, 512)},
    **{
        f"hmac-{n}": DirectMaterials(HmacKey(KEY, f"HmacSHA{n}"), KEY) for n in (224, 256, 384, 512)
    },
}


@pytest.mark.parametrize("name", _MATERIALS)
def test_what_is_written_is_read(name: str) -> None:
    sealed = seal_legacy(ITEM, _SCHEMA, _MATERIALS[name])
    assert sealed["city"] == ITEM["city"]
    assert sealed["id"] == ITEM["id"]
    assert list(sealed["name"]) == ["B"]
    check_item(open_legacy(sealed, _SCHEMA, _MATERIALS[name]), ITEM)


def test_keys_of_a_key_store_open_for_their_item_alone() -> None:
    vault = Vault()
    materials = KmsMaterials(vault, "one")
    sealed = seal_legacy(ITEM, _SCHEMA, materials)
    told = description_of(sealed)
    assert (told["amzn-ddb-wrap-alg"], told["amzn-ddb-sig-alg"]) == ("kms", "HmacSHA256/256")
    reading = KmsMaterials(vault, vault.arn)
    check_item(open_legacy(sealed, _SCHEMA, reading), ITEM)
    for item in (
        changed(sealed, at={"N": "8"}),
        sealed | {DESCRIPTION: {"B": description.serialised(told | {"amzn-ddb-env-alg": "AES"})}},
    ):
        with pytest.raises(ItemKeyError, match="the vault does not open it"):
            open_legacy(item, _SCHEMA, reading)
    with pytest.raises(ItemKeyError, match="wrapped by AESWrap, not by a key store"):
        open_legacy(seal_legacy(ITEM, _SCHEMA, _MATERIALS["wrapped"]), _SCHEMA, reading)


@given(value=VALUES, java=st.booleans())
def test_any_value_is_read_as_it_was_written(value: Json, java: bool) -> None:
    assert meaning(deserialised(serialised(value, java=java))) == meaning(value)


@pytest.mark.parametrize(
    "item",
    [
        {"BS": [b"\x00", b"\x80", b"\x7f"]},
        {"SS": ["\uffee", "\U00010000"]},
        {"M": {"\uffee": {"N": "1"}, "\U00010000": {"N": "2"}}},
    ],
)
def test_items_sorted_as_java_does_are_verified(item: Json) -> None:
    assert serialised(item) != serialised(item, java=True)
    whole = ITEM | {"city": item}
    actions = dict.fromkeys(whole, LegacyAction.SIGN)
    signature = _MAC.sign(string_to_sign(whole, "orders", actions, java=True))
    schema = replace(_SCHEMA, actions=actions)
    signed = whole | {SIGNATURE: {"B": signature}}
    check_item(open_legacy(signed, schema, _DIRECT), whole)


@pytest.mark.parametrize("name", ["null", "None"])
def test_items_of_writers_without_a_table_name_are_verified(name: str) -> None:
    schema = replace(_SCHEMA, table=None)
    sealed = seal_legacy(ITEM, replace(_SCHEMA, table=name), _DIRECT)
    check_item(open_legacy(sealed, schema, _DIRECT), ITEM)
    with pytest.raises(CryptoConfigError, match="table's name is missing"):
        seal_legacy(ITEM, schema, _DIRECT)


def test_what_was_altered_is_refused() -> None:
    sealed = seal_legacy(ITEM, _SCHEMA, _DIRECT)
    for item in (
        changed(sealed, city={"S": "Paris"}),
        changed(sealed, at={"S": "7"}),
        changed(sealed, city=None),
        changed(sealed, more={"S": "x"}),
        sealed | {"name": sealed["card"], "card": sealed["name"]},
        changed(sealed, name={"S": "Ada"}),
        changed(sealed, **{SIGNATURE: {"B": bytes(32)}}),
    ):
        with pytest.raises(ItemTamperedError, match="item at 7, id ada of orders"):
            open_legacy(item, _SCHEMA, _DIRECT)
    with pytest.raises(NotSealedError):
        open_legacy(changed(sealed, **{SIGNATURE: None}), _SCHEMA, _DIRECT)
    check_item(
        open_legacy(changed(sealed, seen={"S": "x"}), _SCHEMA, _DIRECT),
        changed(ITEM, seen={"S": "x"}),
    )


@pytest.mark.parametrize("name", ["direct", "rsa-sign-256"])
def test_a_flipped_bit_of_what_is_signed_is_refused(name: str) -> None:
    draw = random.Random(3)
    sealed = seal_legacy(ITEM, _SCHEMA, _MATERIALS[name])
    for part in sealed.keys() - {DESCRIPTION, "seen", ":note"}:
        if "B" not in sealed[part]:
            continue
        data: bytes = sealed[part]["B"]
        for bit in draw.sample(range(len(data) * 8), 16):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            with pytest.raises(ItemTamperedError):
                open_legacy(sealed | {part: {"B": bytes(flipped)}}, _SCHEMA, _MATERIALS[name])


def test_another_table_action_or_key_is_refused() -> None:
    sealed = seal_legacy(ITEM, _SCHEMA, _DIRECT)
    for schema in (
        replace(_SCHEMA, table="plain"),
        replace(_SCHEMA, actions={**_SCHEMA.actions, "name": LegacyAction.SIGN}),
        replace(_SCHEMA, actions={**_SCHEMA.actions, "seen": LegacyAction.SIGN}),
    ):
        with pytest.raises(ItemTamperedError):
            open_legacy(sealed, schema, _DIRECT)
    with pytest.raises(ItemTamperedError):
        open_legacy(sealed, _SCHEMA, DirectMaterials(HmacKey(b"other"), KEY))
    with pytest.raises(ItemFormatError, match="the key at hand for RSA"):
        open_legacy(sealed, _SCHEMA, DirectMaterials(_rsa_signing(256), KEY))
    with pytest.raises(ItemFormatError):
        open_legacy(sealed, _SCHEMA, DirectMaterials(_MAC, bytes(16)))
    with pytest.raises(ItemKeyError, match="no key to decrypt with"):
        open_legacy(sealed, _SCHEMA, DirectMaterials(_MAC))


@pytest.mark.parametrize(
    ("entries", "kind", "reason"),
    [
        ({description.CONTENT_KEY: "!"}, ItemFormatError, "not base64"),
        ({description.CONTENT_KEY: b64encode(bytes(24)).decode()}, ItemKeyError, "does not unwrap"),
        ({description.WRAPPING_ALGORITHM: "RSA"}, ItemKeyError, "wrapped by RSA, not by AES"),
        ({description.CONTENT_ALGORITHM: "AES/128"}, ItemFormatError, "does not fit AES/128"),
        ({description.CONTENT_ALGORITHM: "DES"}, ItemFormatError, "does not fit DES"),
        ({"amzn-ddb-map-sym-mode": "/ECB"}, ItemFormatError, "unknown cipher"),
        ({"amzn-ddb-map-signingAlg": "MD5"}, ItemFormatError, "of MD5"),
    ],
)
def test_what_a_description_may_say_wrongly(
    entries: dict[str, str], kind: type[Exception], reason: str
) -> None:
    materials = _MATERIALS["wrapped"]
    sealed = seal_legacy(ITEM, _SCHEMA, materials)
    told = description.serialised(description_of(sealed) | entries)
    with pytest.raises(kind, match=reason):
        open_legacy(sealed | {DESCRIPTION: {"B": told}}, _SCHEMA, materials)


@given(data=st.binary(max_size=40))
def test_a_damaged_description_is_told(data: bytes) -> None:
    try:
        description.parse(data)
    except ItemFormatError:
        return
    assert data[:4] == bytes(4)


def test_an_item_of_which_nothing_is_signed_has_no_markers() -> None:
    schema = replace(_SCHEMA, actions=dict.fromkeys(ITEM, LegacyAction.NOTHING))
    assert seal_legacy(ITEM, schema, _DIRECT) == ITEM
    assert open_legacy(ITEM, schema, _DIRECT) == ITEM


def test_the_names_of_markers_can_be_others() -> None:
    schema = replace(_SCHEMA, description_name="d", signature_name="s", prefix="p-")
    sealed = seal_legacy(ITEM, schema, _DIRECT)
    assert {"d", "s"} == sealed.keys() - ITEM.keys()
    check_item(open_legacy(sealed, schema, _DIRECT), ITEM)
    with pytest.raises(SealRefusedError, match="a marker"):
        seal_legacy(ITEM | {"s": {"S": "x"}}, schema, _DIRECT)


@pytest.fixture
def db() -> Iterator[Engine]:
    """An engine with a key store, and a table `orders`."""
    with Engine.in_memory() as engine:
        for table, partition, sort in (("keys", "N", "V"), ("orders", "id", "at")):
            engine.create_table(
                TableName=table,
                KeySchema=[
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": sort, "KeyType": "RANGE"},
                ],
                AttributeDefinitions=[
                    {"AttributeName": partition, "AttributeType": "S"},
                    {"AttributeName": sort, "AttributeType": "N"},
                ],
                BillingMode="PAY_PER_REQUEST",
            )
        yield engine


def _store_key(db: Engine, version: int) -> None:
    item = {
        "N": {"S": "material"},
        "V": {"N": str(version)},
        "t": {"N": "0"},
        "encAlg": {"S": "AES"},
        "enc": {"B": bytes([version]) * 16},
        "intAlg": {"S": "HmacSHA256"},
        "int": {"B": bytes([version]) * 32},
    }
    db.put_item(TableName="keys", Item=seal_legacy(item, store_schema("keys"), _DIRECT))


def test_keys_of_a_key_store_of_which_the_newest_is_written_with(db: Engine) -> None:
    materials = MostRecentMaterials(KeyStoreTable(db, "keys", _DIRECT), "material")
    with pytest.raises(ItemKeyError, match="no key material"):
        seal_legacy(ITEM, _SCHEMA, materials)
    _store_key(db, 1)
    first = seal_legacy(ITEM, _SCHEMA, materials)
    _store_key(db, 2)
    second = seal_legacy(ITEM, _SCHEMA, materials)
    for sealed, version in ((first, 1), (second, 2)):
        assert description_of(sealed)[description.STORE_ID] == f"material#{version}"
        check_item(open_legacy(sealed, _SCHEMA, materials), ITEM)
    other = MostRecentMaterials(KeyStoreTable(db, "keys", _DIRECT), "other")
    with pytest.raises(ItemKeyError, match="of the stored key material, not of other"):
        open_legacy(first, _SCHEMA, other)
    db.delete_item(TableName="keys", Key={"N": {"S": "material"}, "V": {"N": "1"}})
    with pytest.raises(ItemKeyError, match="no version 1 of material"):
        open_legacy(first, _SCHEMA, materials)


def test_a_client_reads_legacy_items_and_writes_them_on_request(db: Engine) -> None:
    key = {"id": ITEM["id"], "at": ITEM["at"]}
    db.put_item(TableName="orders", Item=seal_legacy(ITEM, _SCHEMA, _DIRECT))
    with pytest.raises(NotSealedError, match="it is legacy"):
        EncryptedClient(db, {"orders": Protection(SCHEMA, AES)}).get_item(
            TableName="orders", Key=key
        )
    legacy = LegacyProtection(_SCHEMA, _DIRECT)
    reading = EncryptedClient(db, {"orders": Protection(SCHEMA, AES, legacy=legacy)})
    check_item(reading.get_item(TableName="orders", Key=key)["Item"], ITEM)
    with pytest.raises(SealedOperationError, match="other is encrypted"):
        reading.scan(TableName="orders", FilterExpression="attribute_exists(other)")
    reading.reseal("orders", key, lambda item: item)
    assert SIGNATURE not in db.get_item(TableName="orders", Key=key)["Item"]
    check_item(reading.get_item(TableName="orders", Key=key)["Item"], ITEM)
    writing = EncryptedClient(
        db, {"orders": Protection(SCHEMA, AES, legacy=replace(legacy, is_written=True))}
    )
    writing.put_item(TableName="orders", Item=ITEM)
    assert SIGNATURE in db.get_item(TableName="orders", Key=key)["Item"]
    check_item(writing.get_item(TableName="orders", Key=key)["Item"], ITEM)
