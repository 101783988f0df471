"""Beacons: what they are of, and what a search by a compound one finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.beacons import (
    CompoundBeacon,
    Part,
    StandardBeacon,
    hmac_key,
    part_text,
    truncated,
)
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.errors import CryptoConfigError, SealedOperationError, SealRefusedError
from engine.itemcrypto.protection import Protection
from tests.engine.itemcrypto.samples import AES, ITEM, KEY, SCHEMA, VALUES, changed
from tests.vectors.comparing import check_item

NAME = StandardBeacon("name", 4, hmac_key(KEY, "name"))
_PARTS = (
    Part("name", "N_", ("name",), NAME),
    Part("city", "C_", ("city",)),
)
COMPOUND = CompoundBeacon(
    "summary", ".", _PARTS, ([("name", True), ("city", False)], [("city", True)])
)


@given(bits=st.integers(1, 63), data=st.binary(max_size=20))
def test_a_beacon_is_as_long_as_it_says(bits: int, data: bytes) -> None:
    found = truncated(KEY, data, bits)
    assert len(found) == -(-bits // 4)
    assert int(found, 16) < 2**bits
    assert int(truncated(KEY, data, 63), 16) & ((1 << bits) - 1) == int(found, 16)


@given(value=VALUES)
def test_equal_values_have_equal_beacons(value: Json) -> None:
    wide = StandardBeacon("name", 63, NAME.key)
    assert wide.of_value(value) == wide.of_item({"name": value})
    assert wide.searched_of({"name": value}) == value
    assert wide.of_item({}) is None


def test_numbers_have_one_beacon_each_and_share_it_with_their_text() -> None:
    wide = StandardBeacon("name", 63, NAME.key)
    assert wide.of_value({"N": "1.0"}) == wide.of_value({"N": "1"}) == wide.of_value({"S": "1"})
    other = StandardBeacon("other", 63, hmac_key(KEY, "other"))
    assert other.of_value({"N": "1"}) != wide.of_value({"N": "1"})


@pytest.mark.parametrize("bits", [0, 64])
def test_a_beacon_of_no_such_length_is_refused(bits: int) -> None:
    with pytest.raises(CryptoConfigError, match=f"has {bits} bits"):
        StandardBeacon("name", bits, KEY)


def test_constructors_are_tried_in_order() -> None:
    name = f"N_{NAME.of_text('Ada')}"
    assert COMPOUND.of_item(ITEM) == f"{name}.C_London"
    assert COMPOUND.searched_of(ITEM) == {"S": "N_Ada.C_London"}
    assert COMPOUND.of_item(changed(ITEM, city=None)) == name
    assert COMPOUND.of_item(changed(ITEM, name=None)) == "C_London"
    assert COMPOUND.of_item({}) is None
    assert COMPOUND.of_value({"S": "N_Ada.C_London"}) == f"{name}.C_London"
    plain = CompoundBeacon("summary", ".", _PARTS)
    assert plain.of_item(ITEM) == f"C_London.{name}"
    assert plain.of_item(changed(ITEM, city=None)) is None


def test_a_part_must_be_told_from_the_others() -> None:
    with pytest.raises(SealRefusedError, match="city holds the separator"):
        COMPOUND.of_item(changed(ITEM, city={"S": "St. Ives"}))
    with pytest.raises(SealRefusedError, match="'X_a' is no part of the beacon summary"):
        COMPOUND.of_value({"S": "N_Ada.X_a"})
    for parts in (
        (Part("a", "A", ("a",)), Part("b", "AB", ("b",))),
        (Part("a", "", ("a",)), Part("b", "B", ("b",))),
    ):
        with pytest.raises(CryptoConfigError, match="is empty, or begins another"):
            CompoundBeacon("c", ".", parts)
    with pytest.raises(CryptoConfigError, match="not one character"):
        CompoundBeacon("c", "..", _PARTS)
    with pytest.raises(CryptoConfigError, match="lacks the parts"):
        CompoundBeacon("c", ".", _PARTS, [[("x", True)]])


def test_what_has_a_text_can_be_a_part() -> None:
    values: list[Json] = [{"N": "1.0"}, {"BOOL": True}, {"BOOL": False}, {"NULL": True}]
    assert [part_text(value) for value in values] == ["1.0", "true", "false", "null"]
    with pytest.raises(SealRefusedError, match="can be a part"):
        part_text({"L": []})


def test_what_is_encrypted_is_never_a_plain_part() -> None:
    leaking = CompoundBeacon(
        "c", ".", (Part("name", "N_", ("name",)), Part("x", "X_", ("x",), NAME))
    )
    with pytest.raises(CryptoConfigError, match="encrypted attributes are encrypted parts"):
        Protection(SCHEMA, AES, beacons=(leaking,))
    for beacon in (
        CompoundBeacon("city", ".", _PARTS),
        CompoundBeacon("c", ".", (_PARTS[1],)),
    ):
        with pytest.raises(CryptoConfigError, match="the name of an attribute, or no part"):
            Protection(SCHEMA, AES, beacons=(beacon,))


def test_a_compound_beacon_finds_what_it_stands_for() -> None:
    with Engine.in_memory() as db:
        db.create_table(
            TableName="orders",
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
                {"AttributeName": "aws_dbe_b_summary", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-summary",
                    "KeySchema": [{"AttributeName": "aws_dbe_b_summary", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        protection = Protection(SCHEMA, AES, beacons=(NAME, COMPOUND))
        client = EncryptedClient(db, {"orders": protection})
        for number in range(80):
            name = {"S": f"name-{number // 2}"}
            client.put_item(
                TableName="orders", Item=ITEM | {"at": {"N": str(number)}, "name": name}
            )
        answer = client.query(
            TableName="orders",
            IndexName="by-summary",
            KeyConditionExpression="summary = :s",
            ExpressionAttributeValues={":s": {"S": "N_name-7.C_London"}},
        )
        assert sorted(int(item["at"]["N"]) for item in answer["Items"]) == [14, 15]
        assert answer["ScannedCount"] > 2
        found = next(item for item in answer["Items"] if item["at"]["N"] == "14")
        check_item(found, ITEM | {"at": {"N": "14"}, "name": {"S": "name-7"}})
        with pytest.raises(SealedOperationError, match="summary is encrypted"):
            client.delete_item(
                TableName="orders",
                Key={"id": ITEM["id"], "at": {"N": "1"}},
                ConditionExpression="attribute_exists(summary)",
            )
