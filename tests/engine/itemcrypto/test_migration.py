"""Sealing a table that was plain: resumed after kills, and beside others who write."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import Engine
from engine.client.protocol import OWNER, Context, Json
from engine.errors import ConditionalCheckFailedException
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.errors import (
    CryptoConfigError,
    ItemSchemaError,
    NotSealedError,
    SealedOperationError,
    SealRefusedError,
)
from engine.itemcrypto.header import Suite
from engine.itemcrypto.keyrings.keyring import MultiKeyring
from engine.itemcrypto.legacy.keys import HmacKey
from engine.itemcrypto.legacy.materials import DirectMaterials
from engine.itemcrypto.legacy.sealing import LegacyAction, LegacySchema, seal_legacy
from engine.itemcrypto.migration import Progress, migrated
from engine.itemcrypto.opening import header_of
from engine.itemcrypto.protection import LegacyProtection, PlainItems, Protection, State
from engine.itemcrypto.schema import Action, Schema
from tests.engine.itemcrypto.migrating import (
    PROTECTION,
    TABLE,
    check_all,
    kill_while_it_migrates,
    make_plain,
    migrate,
    plain_item,
    report_of,
)
from tests.engine.itemcrypto.samples import AES, BRANCH, KEY, PLACE, SCHEMA, changed

_COUNT = 40


@pytest.fixture
def db() -> Iterator[Engine]:
    """An engine with a plain table."""
    with Engine.in_memory() as engine:
        make_plain(engine, _COUNT)
        yield engine


def _run(db: Engine, protection: Protection = PROTECTION, *, anew: bool = False) -> Progress:
    pages = [db.scan(TableName=TABLE)["Items"]]
    *_, progress = migrated(pages, db, TABLE, protection, anew=anew)
    return progress


def test_a_killed_migration_goes_on(tmp_path: Path) -> None:
    with Engine.open(tmp_path) as db:
        make_plain(db, _COUNT)
    draw = random.Random(5)
    done = [kill_while_it_migrates(tmp_path, draw, _COUNT // 4) for _ in range(2)]
    with Engine.open(tmp_path) as db:
        report = report_of(db)
        assert report.counts[State.SEALED] >= 2 * (max(done) - 2)
        assert len(report.refusals) == report.counts[State.PLAIN] > 0
    told: list[int] = []
    migrate(tmp_path, told.append)
    assert told[-1] == _COUNT
    with Engine.open(tmp_path) as db:
        check_all(db, _COUNT)


def test_what_is_sealed_is_passed_over_unless_it_is_to_be_sealed_anew(db: Engine) -> None:
    assert _run(db) == Progress(_COUNT, 0)
    assert _run(db) == Progress(0, _COUNT)
    check_all(db, _COUNT)
    # A change of keys: another keyring reads what the first one sealed, and seals it anew.
    rotated = replace(PROTECTION, keyring=MultiKeyring([BRANCH, PROTECTION.keyring]))
    assert _run(db, rotated, anew=True) == Progress(_COUNT, 0)
    only_new = replace(PROTECTION, keyring=BRANCH)
    assert report_of(db, only_new).refusals == []
    item = db.scan(TableName=TABLE, Limit=1)["Items"][0]
    assert len(header_of(item).data_keys) == 2


def test_legacy_items_are_sealed_anew(db: Engine) -> None:
    schema = LegacySchema(TABLE, "id", "at", {}, LegacyAction.ENCRYPT)
    materials = DirectMaterials(HmacKey(KEY), KEY)
    for number in range(_COUNT):
        sealed = seal_legacy(plain_item(number), schema, materials)
        db.put_item(TableName=TABLE, Item=sealed)
    protection = replace(PROTECTION, legacy=LegacyProtection(schema, materials))
    assert _run(db, protection) == Progress(_COUNT, 0)
    check_all(db, _COUNT)


class _Meddling:
    """A Client behind which others write an item just before it is put."""

    def __init__(self, db: Engine, times: int) -> None:
        self._db = db
        self._left = times

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        if operation == "PutItem" and self._left:
            self._left -= 1
            key = {name: request["Item"][name] for name in ("id", "at")}
            self._db.update_item(
                TableName=TABLE,
                Key=key,
                UpdateExpression="ADD seen :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        return self._db.call(operation, request, context)


def test_an_item_that_others_change_meanwhile_is_read_again(db: Engine) -> None:
    pages = [[plain_item(3)]]
    *_, progress = migrated(pages, _Meddling(db, 2), TABLE, PROTECTION)
    assert progress == Progress(1, 0)
    key = {name: plain_item(3)[name] for name in ("id", "at")}
    stored = db.get_item(TableName=TABLE, Key=key)["Item"]
    assert PROTECTION.open(stored)["seen"] == {"N": "5"}
    with pytest.raises(ConditionalCheckFailedException):
        list(migrated([[plain_item(4)]], _Meddling(db, 99), TABLE, PROTECTION))


class _Sealing(_Meddling):
    """A Client behind which each item is sealed just before it is written."""

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        if operation == "PutItem" and self._left:
            self._left -= 1
            *_, progress = migrated([[plain_item(3)]], self._db, TABLE, PROTECTION)
            assert progress == Progress(1, 0)
        return self._db.call(operation, request, context)


def test_an_item_that_another_migration_sealed_is_passed_over(db: Engine) -> None:
    *_, progress = migrated([[plain_item(3)]], _Sealing(db, 1), TABLE, PROTECTION)
    assert progress == Progress(0, 1)
    sealed = db.scan(TableName=TABLE)["Items"]
    *_, progress = migrated([sealed], db, TABLE, PROTECTION)
    assert progress == Progress(_COUNT - 1, 1)


def test_what_others_add_meanwhile_is_kept(db: Engine) -> None:
    """An attribute that the item had not when it was read, signed or not."""
    key = {name: plain_item(3)[name] for name in ("id", "at")}
    short = {n: value for n, value in plain_item(3).items() if n not in ("city", "seen")}
    for name in ("city", "seen"):
        db.put_item(TableName=TABLE, Item=short | {name: {"S": "new"}})
        *_, progress = migrated([[short]], db, TABLE, PROTECTION)
        assert progress == Progress(1, 0)
        stored = db.get_item(TableName=TABLE, Key=key)["Item"]
        assert PROTECTION.open(stored)[name] == {"S": "new"}


def _wide(count: int) -> tuple[Protection, Json]:
    """A protection of that many attributes, and an item that has all of them."""
    names = [f"attribute-{number}" for number in range(count)]
    actions = {"id": Action.SIGN_ONLY, "at": Action.SIGN_ONLY}
    schema = Schema(PLACE, actions | dict.fromkeys(names, Action.ENCRYPT_AND_SIGN))
    key = {name: plain_item(1)[name] for name in ("id", "at")}
    return Protection(schema, AES, Suite.MAC_ONLY), key | {n: {"S": "x"} for n in names}


def test_sealed_items_of_any_number_of_attributes_are_sealed_anew(db: Engine) -> None:
    protection, item = _wide(400)
    db.put_item(TableName=TABLE, Item=protection.seal(item))
    key = {name: item[name] for name in ("id", "at")}
    client = EncryptedClient(db, {TABLE: protection})
    changed_item = client.reseal(TABLE, key, lambda old: old | {"attribute-7": {"S": "y"}})
    assert client.get_item(TableName=TABLE, Key=key)["Item"] == changed_item
    with pytest.raises(ConditionalCheckFailedException):
        client.reseal(TABLE, key, lambda old: client.put_item(TableName=TABLE, Item=old) or old)


@pytest.mark.parametrize(("count", "is_taken"), [(147, True), (148, False), (400, False)])
def test_plain_items_of_more_attributes_than_a_condition_compares(
    db: Engine, count: int, is_taken: bool
) -> None:
    protection, item = _wide(count)
    db.put_item(TableName=TABLE, Item=item)
    seals = migrated([[item]], db, TABLE, protection)
    if is_taken:
        assert list(seals)[-1] == Progress(1, 0)
        return
    with pytest.raises(SealedOperationError, match=f"compares {count + 2} attributes"):
        list(seals)
    assert db.get_item(TableName=TABLE, Key={n: item[n] for n in ("id", "at")})["Item"] == item


def test_an_item_that_is_gone_is_passed_over(db: Engine) -> None:
    *_, progress = migrated([[plain_item(_COUNT + 1)]], db, TABLE, PROTECTION)
    assert progress == Progress(0, 1)


def test_an_item_that_cannot_be_sealed_or_opened_ends_it(db: Engine) -> None:
    odd = plain_item(0) | {"odd": {"S": "x"}}
    db.put_item(TableName=TABLE, Item=odd)
    with pytest.raises(SealRefusedError, match="no action for the attribute odd"):
        _run(db)
    db.put_item(TableName=TABLE, Item=plain_item(0))
    _run(db)
    sealed = db.scan(TableName=TABLE, Limit=1)["Items"][0]
    db.put_item(TableName=TABLE, Item=changed(sealed, city=None))
    with pytest.raises(ItemSchemaError):
        _run(db, anew=True)
    db.put_item(TableName=TABLE, Item=changed(sealed, aws_dbe_foot=None))
    with pytest.raises(NotSealedError):
        _run(db, anew=True)


def test_an_item_that_is_too_large_with_its_seal_is_named(db: Engine) -> None:
    large = plain_item(2) | {"name": {"S": "x" * 409_250}}
    db.put_item(TableName=TABLE, Item=large)
    with pytest.raises(SealRefusedError, match=r"^item at 2, id ada of orders: Item size has"):
        _run(db)
    assert report_of(db).counts[State.SEALED] == _COUNT - 1


def test_a_protection_that_writes_otherwise_seals_nothing(db: Engine) -> None:
    schema = LegacySchema(TABLE, "id", "at", {})
    legacy = LegacyProtection(schema, DirectMaterials(HmacKey(KEY), KEY), is_written=True)
    for protection in (
        replace(PROTECTION, plain=PlainItems.WRITTEN),
        Protection(SCHEMA, BRANCH, legacy=legacy),
    ):
        with pytest.raises(CryptoConfigError, match="writes items without a seal"):
            _run(db, protection)
    assert report_of(db).counts[State.PLAIN] == _COUNT
