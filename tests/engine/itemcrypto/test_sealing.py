"""What is sealed opens again, here and for a second reader; what was altered does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from engine.client.protocol import Json
from engine.itemcrypto.errors import (
    ItemFormatError,
    ItemKeyError,
    ItemRefusedError,
    ItemSchemaError,
    ItemTamperedError,
    NotSealedError,
    SealRefusedError,
)
from engine.itemcrypto.header import Suite
from engine.itemcrypto.keyrings.keyring import Keyring, MultiKeyring
from engine.itemcrypto.keyrings.raw import RawAesKeyring, RawRsaKeyring, RsaPadding
from engine.itemcrypto.opening import header_of, is_sealed, open_item
from engine.itemcrypto.schema import FOOTER, HEADER, Action, Schema
from engine.itemcrypto.sealing import seal
from tests.engine.itemcrypto import reader
from tests.engine.itemcrypto.altering import altered_items, refused
from tests.engine.itemcrypto.samples import (
    AES,
    AES_READER,
    BRANCH,
    BRANCH_READER,
    ITEM,
    KEY,
    PLACE,
    SCHEMA,
    VERSION_2,
    changed,
    sealed_things,
    table_of,
)
from tests.engine.itemcrypto.test_keyrings import rsa_key
from tests.vectors.comparing import check_item


@pytest.mark.parametrize("suite", Suite)
@given(thing=sealed_things())
def test_any_item_opens_again_and_for_a_second_reader(
    suite: Suite, thing: tuple[Json, Schema]
) -> None:
    item, schema = thing
    sealed = seal(item, schema, AES, suite)
    opened = open_item(sealed, schema.place, AES)
    check_item(opened.item, item)
    assert opened.actions == schema.actions_of(item)
    check_item(reader.read(sealed, table_of(schema.place), [AES_READER]), item)


def test_encrypted_attributes_become_binary_and_others_stay() -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    for name, value in ITEM.items():
        action = SCHEMA.action_of(name)
        assert (sealed[name] == value) == (action is not Action.ENCRYPT_AND_SIGN), name
    assert is_sealed(sealed)
    assert not is_sealed(ITEM)
    assert b"Ada" not in repr(sealed["name"]).encode()


@pytest.mark.parametrize("schema", [SCHEMA, VERSION_2])
@pytest.mark.parametrize("suite", Suite)
def test_every_recipient_opens_it_alone(schema: Schema, suite: Suite) -> None:
    sealed = seal(ITEM, schema, MultiKeyring([AES, BRANCH]), suite)
    for keyring in (AES, BRANCH):
        check_item(open_item(sealed, PLACE, keyring).item, ITEM)
    for key in (AES_READER, BRANCH_READER):
        check_item(reader.read(sealed, table_of(PLACE), [key]), ITEM)
    assert header_of(sealed).version == (2 if schema is VERSION_2 else 1)


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("padding", RsaPadding)
def test_every_padding_of_rsa_opens_for_a_second_reader(padding: RsaPadding, suite: Suite) -> None:
    keyring = RawRsaKeyring("tests", "rsa", padding, private_key=rsa_key())
    sealed = seal(ITEM, VERSION_2, MultiKeyring([AES, keyring]), suite)
    name = None if padding is RsaPadding.PKCS1 else padding.split("_")[1]
    key = reader.RsaKey("tests", "rsa", rsa_key(), name)
    check_item(reader.read(sealed, table_of(PLACE), [key]), ITEM)
    check_item(open_item(sealed, PLACE, keyring).item, ITEM)


def test_the_order_of_a_sets_members_and_the_form_of_numbers_do_not_matter() -> None:
    item = ITEM | {"city": {"NS": ["10", "2.50"]}}
    sealed = seal(item, SCHEMA, AES)
    check_item(open_item(changed(sealed, city={"NS": ["2.5", "1E+1"]}), PLACE, AES).item, item)


def test_two_seals_of_an_item_have_nothing_in_common() -> None:
    one, two = seal(ITEM, SCHEMA, AES), seal(ITEM, SCHEMA, AES)
    assert header_of(one).message_id != header_of(two).message_id
    assert one["name"] != two["name"]


@pytest.mark.parametrize("schema", [SCHEMA, VERSION_2])
@pytest.mark.parametrize("suite", Suite)
def test_every_flipped_bit_is_refused(schema: Schema, suite: Suite) -> None:
    sealed = seal(ITEM, schema, AES, suite)
    for what, item in altered_items(sealed, schema):
        assert refused(item, AES), what


def test_a_wrong_key_of_the_right_name_opens_nothing() -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    with pytest.raises(ItemKeyError, match="AES key does not open"):
        open_item(sealed, PLACE, RawAesKeyring("tests", "aes", bytes(32)))


def test_a_missing_key_is_told_with_the_recipients() -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    with pytest.raises(ItemKeyError, match=r"item at 7, id ada of orders: no key .*\(tests\)"):
        open_item(sealed, PLACE, BRANCH)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (replace(PLACE, table="customers"), ItemKeyError),
        (replace(PLACE, sort_key=None), ItemKeyError),
        (replace(PLACE, partition_key="at", sort_key="id"), ItemKeyError),
        (replace(PLACE, unsigned=frozenset()), ItemSchemaError),
        (replace(PLACE, unsigned_prefix=None), ItemSchemaError),
        (replace(PLACE, unsigned=frozenset({"seen", "city"})), ItemSchemaError),
    ],
)
def test_another_place_opens_nothing(place: object, kind: type[ItemRefusedError]) -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    with pytest.raises(kind):
        open_item(sealed, place, AES)  # type: ignore[arg-type]


def test_an_item_of_another_key_is_refused() -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    with pytest.raises(ItemKeyError, match="item at 8, id ada"):
        open_item(changed(sealed, at={"N": "8"}), PLACE, AES)


def test_two_encrypted_attributes_cannot_change_places() -> None:
    item = ITEM | {"name": {"S": "Ada"}, "card": {"S": "Bob"}}
    sealed = seal(item, SCHEMA, AES)
    swapped = sealed | {"name": sealed["card"], "card": sealed["name"]}
    with pytest.raises(ItemTamperedError):
        open_item(swapped, PLACE, AES)


@pytest.mark.parametrize("marker", [HEADER, FOOTER])
def test_a_stripped_marker_is_told(marker: str) -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    with pytest.raises(NotSealedError, match=f"no attribute {marker}"):
        open_item(changed(sealed, **{marker: None}), PLACE, AES)
    with pytest.raises(ItemFormatError, match=f"{marker} is not binary"):
        open_item(changed(sealed, **{marker: {"S": "x"}}), PLACE, AES)


def test_what_is_unsigned_can_be_changed_by_anybody() -> None:
    sealed = seal(ITEM, SCHEMA, AES)
    others = changed(sealed, seen={"S": "no"}, aws_dbe_b_name={"S": "0"}, **{":new": {"N": "1"}})
    opened = open_item(others, PLACE, AES)
    assert opened.item["seen"] == {"S": "no"}
    assert opened.actions[":new"] is Action.DO_NOTHING
    assert "aws_dbe_b_name" not in opened.item


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"other": {"S": "x"}}, "no action for the attribute other"),
        ({"id": None}, "key attribute id is missing"),
        ({"aws_dbe_x": {"S": "x"}}, "names that begin with aws_dbe_ are reserved"),
        ({"name": {"N": "one"}}, "numeric value"),
        ({"name": {"SS": ["a", "a"]}}, "a member twice"),
        ({"name": {"X": 1}}, "not an attribute value"),
        ({"name": {"S": "\ud800"}}, "UTF-8"),
    ],
)
def test_what_the_rules_forbid_is_not_sealed(values: Json, reason: str) -> None:
    with pytest.raises(SealRefusedError, match=reason) as caught:
        seal(changed(ITEM, **values), SCHEMA, AES)
    assert caught.value.message.startswith("item ")


def test_names_beyond_ascii_need_a_word() -> None:
    actions = {**SCHEMA.actions, "größe": Action.ENCRYPT_AND_SIGN}
    item = ITEM | {"größe": {"N": "1"}}
    with pytest.raises(SealRefusedError, match="not ASCII"):
        seal(item, Schema(PLACE, actions), AES)
    allowed = Schema(PLACE, actions, any_names=True)
    check_item(open_item(seal(item, allowed, AES), PLACE, AES).item, item)


def test_the_attributes_of_the_context_must_be_there() -> None:
    with pytest.raises(SealRefusedError, match="city is in the encryption context, but missing"):
        seal(changed(ITEM, city=None), VERSION_2, AES)


def test_nesting_has_a_limit() -> None:
    value: Json = {"S": "x"}
    for _ in range(31):
        value = {"L": [value]}
    deepest = ITEM | {"lines": value}
    check_item(open_item(seal(deepest, SCHEMA, AES), PLACE, AES).item, deepest)
    with pytest.raises(SealRefusedError, match="nested deeper than 32"):
        seal(ITEM | {"lines": {"L": [value]}}, SCHEMA, AES)


def test_a_key_that_is_shared_by_many_recipients_needs_few_enough() -> None:
    many: list[Keyring] = [RawAesKeyring("tests", str(n), KEY) for n in range(256)]
    with pytest.raises(SealRefusedError, match="256 recipients"):
        seal(ITEM, SCHEMA, MultiKeyring(many))
