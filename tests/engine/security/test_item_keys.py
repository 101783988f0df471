"""Items sealed under keys of the key store: by configuration, by alias, and as long as one may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import Engine
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.config import load_protection
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError, ItemRefusedError
from engine.itemcrypto.keyrings.kms import KeyStore
from engine.security.item_keys import ItemKeys

_ITEM = {"id": {"S": "1"}, "card": {"S": "4711"}}
_CONFIG = """
table = "orders"
partition_key = "id"
actions = {{ id = "SIGN_ONLY", card = "ENCRYPT_AND_SIGN" }}
keyring = {{ kind = "kms", key_id = "{key_id}"{more} }}
"""


def config(folder: Path, key_id: str, more: str = "") -> Path:
    path = folder / "orders.crypto.toml"
    path.write_text(_CONFIG.format(key_id=key_id, more=more))
    return path


def opening(engine: Engine) -> Callable[[], KeyStore]:
    return lambda: ItemKeys(engine.keys)


def test_items_are_sealed_under_a_key_of_the_folder(tmp_path: Path) -> None:
    with Engine.in_memory() as db:
        key = db.keys.create("", "alias/orders")
        [alias] = db.keys.list_aliases()
        for key_id in (alias.name, alias.arn, key.key_id, key.arn):
            path = config(tmp_path, key_id)
            protection = load_protection(path, folder_keys=opening(db))
            sealed = protection.seal(_ITEM)
            assert protection.open(sealed) == _ITEM
        db.keys.rotate(key.arn)
        assert protection.open(sealed) == _ITEM
        assert load_protection(path, key_store=ItemKeys(db.keys)).open(sealed) == _ITEM

        db.keys.disable(key.arn)
        with pytest.raises(ItemKeyError, match=r"the key store: .* is disabled"):
            protection.open(sealed)
        with pytest.raises(ItemKeyError, match="is disabled"):
            protection.seal(_ITEM)
        db.keys.enable(key.arn)

        other = db.keys.create("", "alias/other")
        with pytest.raises(ItemRefusedError):
            load_protection(config(tmp_path, other.arn), folder_keys=opening(db)).open(sealed)
        with pytest.raises(ItemRefusedError):
            load_protection(config(tmp_path, "alias/other"), folder_keys=opening(db)).open(sealed)
        with pytest.raises(ItemKeyError, match="alias/none is not found"):
            load_protection(config(tmp_path, "alias/none"), folder_keys=opening(db)).seal(_ITEM)


def test_a_client_seals_under_them(tmp_path: Path) -> None:
    with Engine.in_memory() as db:
        db.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        db.keys.create("", "alias/orders")
        protection = load_protection(config(tmp_path, "alias/orders"), folder_keys=opening(db))
        client = EncryptedClient(db, {"orders": protection})
        client.put_item(TableName="orders", Item=_ITEM)
        assert client.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == _ITEM
        assert "B" in db.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"]["card"]


def test_whose_key_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    class Session:
        """Tells that AWS KMS was asked for, and in which Region."""

        def __init__(self, profile: str | None) -> None:
            self.profile = profile

        def create_client(self, _name: str, region_name: str | None) -> object:
            asked.append(region_name)
            return object()

    monkeypatch.setattr("botocore.session.Session", Session)
    with Engine.in_memory() as db:
        ours, aws = (f"arn:aws:kms:eu-west-1:{digit * 12}:key/k" for digit in "01")
        for key_id, more in ((aws, ""), ("alias/a", ', region = "eu-west-1"')):
            load_protection(config(tmp_path, key_id, more), folder_keys=opening(db))
        load_protection(config(tmp_path, "alias/a"))
        assert asked == [None, "eu-west-1", None]
        load_protection(config(tmp_path, "alias/a"), folder_keys=opening(db))
        load_protection(config(tmp_path, ours, ', region = "eu-west-1"'), folder_keys=opening(db))
        assert len(asked) == 3
        with pytest.raises(CryptoConfigError, match=r"key_id is a key of a data folder"):
            load_protection(config(tmp_path, ours))
