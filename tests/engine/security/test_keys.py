"""Keys: what they encrypt opens again, under the same context, while they may be used."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.client.keys import AWS_MANAGED_ALIAS, KeyTools
from engine.errors import ApiError
from engine.security.errors import (
    AccessDeniedException,
    AlreadyExistsException,
    DisabledException,
    IncorrectKeyException,
    InvalidAliasNameException,
    InvalidCiphertextException,
    KeyValidationException,
    KMSInvalidStateException,
    NotFoundException,
)
from engine.security.keys import region_keys

_DAY_S = 86_400
_UNKNOWN = "00000000-0000-4000-8000-000000000000"
_ARN = re.compile(
    r"arn:aws:kms:us-east-1:000000000000:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
contexts = st.dictionaries(texts, texts, max_size=3)
plains = st.binary(min_size=1, max_size=64)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def keys(clock: VirtualClock) -> KeyTools:
    return region_keys(None, "us-east-1", clock)


KEYS = region_keys(None, "us-east-1", VirtualClock())
ONE, TWO = KEYS.create("one", "alias/one"), KEYS.create("two")


@given(plain=plains, context=contexts, newer=st.booleans())
def test_what_is_encrypted_opens(plain: bytes, context: dict[str, str], newer: bool) -> None:
    ciphertext = KEYS.encrypt("alias/one", plain, context)
    if newer:
        KEYS.rotate(ONE.key_id)
    assert KEYS.decrypt(ciphertext, context) == plain
    assert KEYS.decrypt(ciphertext, dict(reversed(context.items())), ONE.arn) == plain


@given(plain=plains, context=contexts, other=contexts)
def test_another_context_opens_nothing(
    plain: bytes, context: dict[str, str], other: dict[str, str]
) -> None:
    ciphertext = KEYS.encrypt(ONE.arn, plain, context)
    if other != context:
        with pytest.raises(InvalidCiphertextException):
            KEYS.decrypt(ciphertext, other)
    with pytest.raises(IncorrectKeyException):
        KEYS.decrypt(ciphertext, context, TWO.key_id)


def test_every_flipped_bit_is_refused() -> None:
    ciphertext = KEYS.encrypt(ONE.arn, b"plain", {"a": "b"})
    for bit in range(len(ciphertext) * 8):
        flipped = bytearray(ciphertext)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((InvalidCiphertextException, AccessDeniedException)):
            KEYS.decrypt(bytes(flipped), {"a": "b"})


@given(garbage=st.binary(max_size=80), version=st.booleans())
def test_garbage_is_refused(garbage: bytes, version: bool) -> None:
    with pytest.raises((InvalidCiphertextException, AccessDeniedException)):
        KEYS.decrypt(b"\x01" * version + garbage)


def test_a_ciphertext_cannot_be_given_another_key() -> None:
    one, two = KEYS.encrypt(ONE.arn, b"plain"), KEYS.encrypt(TWO.arn, b"plain")
    with pytest.raises(InvalidCiphertextException):
        KEYS.decrypt(two[:17] + one[17:])


def test_a_region_has_keys_of_its_own(keys: KeyTools, clock: VirtualClock) -> None:
    ciphertext = keys.encrypt(keys.create().arn, b"plain")
    elsewhere = region_keys(None, "eu-west-1", clock)
    with pytest.raises(AccessDeniedException, match="not in this Region"):
        elsewhere.decrypt(ciphertext)
    with pytest.raises(NotFoundException):
        elsewhere.describe(keys.list_keys()[0].arn)


def test_a_key_is_named_in_four_ways(keys: KeyTools) -> None:
    made = keys.create("for orders", "alias/orders")
    assert _ARN.fullmatch(made.arn)
    assert made.arn.endswith(made.key_id)
    [alias] = keys.list_aliases()
    assert alias.arn == "arn:aws:kms:us-east-1:000000000000:alias/orders"
    for name in (made.key_id, made.arn, alias.name, alias.arn):
        assert keys.describe(name) == made
        assert keys.list_aliases(name) == [alias]
    assert (made.state, made.manager, made.description) == ("Enabled", "CUSTOMER", "for orders")
    for name, told in (
        (_UNKNOWN, rf"Key 'arn:aws:kms:us-east-1:000000000000:key/{_UNKNOWN}' does not exist"),
        ("key/" + made.key_id, "does not exist"),
        (made.arn.replace("us-east-1", "us-east-2"), "us-east-2.*does not exist"),
        ("alias/none", r"Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found\."),
        ("", "does not exist"),
    ):
        with pytest.raises(NotFoundException, match=told):
            keys.describe(name)


def test_rotation_keeps_what_was_encrypted(keys: KeyTools, clock: VirtualClock) -> None:
    key = keys.create().key_id
    old = keys.generate_data_key(key, {"a": "b"})
    clock.advance(60)
    keys.rotate(key)
    new = keys.generate_data_key(key, {"a": "b"})
    assert keys.decrypt(old.ciphertext, {"a": "b"}) == old.plain
    assert keys.decrypt(new.ciphertext, {"a": "b"}) == new.plain
    assert old.ciphertext[17:21] != new.ciphertext[17:21]
    assert keys.describe(key).rotated_us == (clock.now_us(),)


def test_a_disabled_key_does_nothing(keys: KeyTools) -> None:
    key = keys.create()
    ciphertext = keys.encrypt(key.key_id, b"plain")
    keys.disable(key.key_id)
    assert keys.describe(key.key_id).state == "Disabled"
    for call in _uses(keys, key.key_id, ciphertext):
        with pytest.raises(DisabledException, match=rf"{key.arn} is disabled\."):
            call()
    keys.enable(key.key_id)
    keys.enable(key.key_id)
    assert keys.decrypt(ciphertext) == b"plain"


def _uses(keys: KeyTools, key: str, ciphertext: bytes) -> list[Callable[[], object]]:
    return [
        lambda: keys.encrypt(key, b"plain"),
        lambda: keys.decrypt(ciphertext),
        lambda: keys.generate_data_key(key),
        lambda: keys.re_encrypt(ciphertext, key),
        lambda: keys.rotate(key),
    ]


def test_a_key_is_gone_after_its_time(keys: KeyTools, clock: VirtualClock) -> None:
    key = keys.create("", "alias/short")
    ciphertext = keys.encrypt(key.arn, b"plain")
    when_us = keys.schedule_deletion("alias/short", 7)
    assert when_us == clock.now_us() + 7 * _DAY_S * 1_000_000
    leaving = keys.describe(key.arn)
    assert (leaving.state, leaving.deletion_us) == ("PendingDeletion", when_us)
    changes: list[Callable[[], object]] = [
        lambda: keys.enable(key.arn),
        lambda: keys.disable(key.arn),
        lambda: keys.schedule_deletion(key.arn),
        lambda: keys.create_alias("alias/more", key.arn),
    ]
    for call in [*_uses(keys, key.arn, ciphertext), *changes]:
        with pytest.raises(KMSInvalidStateException, match=r"is pending deletion\."):
            call()
    clock.advance(7 * _DAY_S - 1)
    keys.cancel_deletion(key.arn)
    assert keys.describe(key.arn).state == "Disabled"
    with pytest.raises(KMSInvalidStateException, match=r"is not pending deletion\."):
        keys.cancel_deletion(key.arn)
    keys.enable(key.arn)
    assert keys.decrypt(ciphertext) == b"plain"

    keys.schedule_deletion(key.arn, 7)
    clock.advance(7 * _DAY_S)
    assert (keys.list_keys(), keys.list_aliases()) == ([], [])
    with pytest.raises(NotFoundException):
        keys.cancel_deletion(key.arn)
    with pytest.raises(AccessDeniedException, match="does not exist"):
        keys.decrypt(ciphertext)


def test_aliases_lead_to_keys(keys: KeyTools) -> None:
    one, two = keys.create("", "alias/a"), keys.create()
    keys.create_alias("alias/b", "alias/a")
    assert keys.describe(one.arn).aliases == ("alias/a", "alias/b")
    with pytest.raises(AlreadyExistsException, match=r"An alias with the name arn:\S+ already"):
        keys.create_alias("alias/a", two.key_id)
    keys.delete_alias("alias/a")
    with pytest.raises(NotFoundException, match="alias/a is not found"):
        keys.delete_alias("alias/a")
    keys.create_alias("alias/a", two.key_id)
    assert keys.describe("alias/a").key_id == two.key_id
    for name in (
        "orders",
        "alias/",
        "alias/a b",
        "alias/ä",
        "alias/aws/mine",
        "alias/" + "x" * 251,
    ):
        with pytest.raises(InvalidAliasNameException):
            keys.create_alias(name, one.key_id)
        with pytest.raises(InvalidAliasNameException):
            keys.create("", name)
    assert len(keys.list_keys()) == 2


def test_the_aws_managed_key_is_made_when_it_is_asked_for(keys: KeyTools) -> None:
    assert keys.list_keys() == []
    key = keys.describe(AWS_MANAGED_ALIAS)
    assert (key.manager, key.aliases) == ("AWS", (AWS_MANAGED_ALIAS,))
    assert keys.list_keys() == [key]
    assert keys.decrypt(keys.encrypt(AWS_MANAGED_ALIAS, b"plain")) == b"plain"
    refused: list[Callable[[], object]] = [
        lambda: keys.disable(key.arn),
        lambda: keys.schedule_deletion(key.arn),
        lambda: keys.rotate(key.arn),
        lambda: keys.create_alias("alias/mine", key.arn),
    ]
    for call in refused:
        with pytest.raises(AccessDeniedException, match="is managed by AWS"):
            call()


def test_data_is_encrypted_again_without_being_seen(keys: KeyTools) -> None:
    one, two = keys.create().arn, keys.create().arn
    first = keys.encrypt(one, b"plain", {"a": "b"})
    assert keys.decrypt(keys.re_encrypt(first, two, {"a": "b"}), {"a": "b"}, two) == b"plain"
    bare = keys.re_encrypt(first, two, {"a": "b"}, {})
    assert keys.decrypt(bare, {}, two) == b"plain"
    with pytest.raises(InvalidCiphertextException):
        keys.re_encrypt(first, two)


def test_numbers_and_lengths_have_a_range(keys: KeyTools) -> None:
    key = keys.create().key_id
    refused: list[Callable[[], object]] = [
        lambda: keys.encrypt(key, b""),
        lambda: keys.encrypt(key, bytes(4_097)),
        lambda: keys.generate_data_key(key, {}, 0),
        lambda: keys.generate_data_key(key, {}, 1_025),
        lambda: keys.schedule_deletion(key, 6),
        lambda: keys.schedule_deletion(key, 31),
        lambda: keys.create("x" * 8_193),
        lambda: keys.create("\ud800"),
        lambda: keys.encrypt(key, b"plain", {"a": "\ud800"}),
        lambda: keys.encrypt(key, b"plain", {"a": 1}),  # type: ignore[dict-item]
    ]
    for call in refused:
        with pytest.raises(KeyValidationException) as caught:
            call()
        assert caught.value.code == "ValidationException"
    assert len(keys.generate_data_key(key, {}, 1_024).plain) == 1_024


def test_an_engine_in_memory_has_keys() -> None:
    with Engine.in_memory() as one, Engine.in_memory() as two:
        key = one.keys.create("", "alias/mine")
        assert one.keys.list_keys() == [key]
        assert two.keys.list_keys() == []
        with pytest.raises(ApiError):
            two.keys.describe("alias/mine")


def test_a_change_is_another_generation(tmp_path: Path, clock: VirtualClock) -> None:
    for folder in (tmp_path, None):
        keys = region_keys(folder, "us-east-1", clock)
        key = keys.create().key_id
        changes: tuple[Callable[[str], object], ...] = (
            *(keys.disable, keys.enable, keys.rotate),
            *(keys.schedule_deletion, keys.cancel_deletion),
        )
        for change in changes:
            before = keys.generation()
            assert keys.generation() == before
            change(key)
            assert keys.generation() != before


def test_since_when_a_key_is_of_no_use(keys: KeyTools, clock: VirtualClock) -> None:
    key = keys.create().key_id
    assert keys.describe(key).unusable_us is None
    clock.advance(1)
    since_us = clock.now_us()
    keys.disable(key)
    clock.advance(1)
    keys.disable(key)
    keys.schedule_deletion(key)
    keys.cancel_deletion(key)
    assert keys.describe(key).unusable_us == since_us
    keys.enable(key)
    assert keys.describe(key).unusable_us is None
