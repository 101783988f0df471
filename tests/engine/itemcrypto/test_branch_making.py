"""Branch keys that are made in a table, under keys of the engine's key store, and rotated."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from engine import Engine, VirtualClock
from engine.errors import ApiError
from engine.itemcrypto.config import load_protection
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError
from engine.itemcrypto.keyrings.branch_making import BranchKeyMaker
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.security.item_keys import ItemKeys
from tests.engine.itemcrypto.samples import ITEM
from tests.engine.itemcrypto.test_config import BASE
from tests.engine.itemcrypto.test_keyrings import Vault
from tests.vectors.comparing import check_item


def _maker(db: Engine, name: str = "store") -> BranchKeyMaker:
    maker = BranchKeyMaker(db, "keys", name, ItemKeys(db.keys), clock=VirtualClock())
    maker.make_table()
    return maker


def _table(db: Engine, name: str = "store") -> BranchKeyTable:
    return BranchKeyTable(db, "keys", name, ItemKeys(db.keys))


def test_a_branch_key_is_made_once_and_read_as_any_other() -> None:
    with Engine.in_memory() as db:
        arn = db.keys.create(alias="alias/root").arn
        maker = _maker(db)
        assert not maker.make_table()
        made = maker.make("alias/root", "tenant", {"team": "blue"})
        assert _table(db).active("tenant") == made
        assert _table(db).version("tenant", made.version.bytes) == made
        assert len(_table(db).beacon_key("tenant")) == 32
        row = db.get_item(
            TableName="keys",
            Key={"branch-key-id": {"S": "tenant"}, "type": {"S": "branch:ACTIVE"}},
        )["Item"]
        assert row.pop("enc")["B"] != made.key
        assert row == {
            "branch-key-id": {"S": "tenant"},
            "type": {"S": "branch:ACTIVE"},
            "version": {"S": f"branch:version:{made.version}"},
            "create-time": row["create-time"],
            "kms-arn": {"S": arn},
            "hierarchy-version": {"N": "1"},
            "aws-crypto-ec:team": {"S": "blue"},
        }
        with pytest.raises(ItemKeyError, match="tenant is there already"):
            maker.make("alias/root", "tenant")
        with pytest.raises(ItemKeyError, match="is not found"):
            maker.make("alias/none")
        assert maker.make("alias/root").branch_key_id != maker.make("alias/root").branch_key_id
        with pytest.raises(ItemKeyError):
            _table(db, "another store").active("tenant")


def test_a_rotated_key_writes_and_the_old_one_opens() -> None:
    with Engine.in_memory() as db:
        db.keys.create(alias="alias/root")
        maker = _maker(db)
        first = maker.make("alias/root", "tenant", {"team": "blue"})
        second = maker.rotate("tenant")
        assert second.version != first.version
        assert _table(db).active("tenant") == second
        assert _table(db).version("tenant", first.version.bytes) == first
        with pytest.raises(ItemKeyError, match="other has no branch:ACTIVE"):
            maker.rotate("other")


def test_of_two_rotations_at_once_one_is_refused() -> None:
    class Meddling(Vault):
        def __init__(self) -> None:
            super().__init__()
            self.meddle = False

        def encrypt(self, key_id: str, plain: bytes, context: object) -> bytes:
            if self.meddle:
                self.meddle = False
                BranchKeyMaker(db, "keys", "store", self).rotate("tenant")
            return super().encrypt(key_id, plain, context)  # type: ignore[arg-type]

    with Engine.in_memory() as db:
        vault = Meddling()
        maker = BranchKeyMaker(db, "keys", "store", vault)
        maker.make_table()
        maker.make(Vault.arn, "tenant")
        vault.meddle = True
        with pytest.raises(ItemKeyError, match="rotated by somebody else"):
            maker.rotate("tenant")
        assert db.scan(TableName="keys")["Count"] == 4


def test_a_configuration_finds_the_key_store_by_the_rows(tmp_path: Path) -> None:
    where = {"table": "keys", "store": "store", "branch_key_id": "tenant"}
    settings = BASE | {
        "keyring": {"kind": "hierarchy", **where, "region": "us-east-1"},
        "beacons": {"bits": {"name": 20}, **where},
    }
    path = tmp_path / "orders.crypto.toml"
    path.write_text(tomlkit.dumps(settings))
    with Engine.in_memory() as db:
        key = db.keys.create(alias="alias/root")
        _maker(db).make("alias/root", "tenant")
        opened = 0

        def folder_keys() -> ItemKeys:
            nonlocal opened
            opened += 1
            return ItemKeys(db.keys)

        protection = load_protection(path, client=db, folder_keys=folder_keys)
        for _ in range(3):
            check_item(protection.open(protection.seal(ITEM)), ITEM)
        # Once for the beacons, once for all items.
        assert opened == 2
        _maker(db).rotate("tenant")
        sealed = protection.seal(ITEM)
        check_item(load_protection(path, client=db, folder_keys=folder_keys).open(sealed), ITEM)
        db.keys.disable(key.key_id)
        with pytest.raises(ApiError, match="is disabled"):
            load_protection(path, client=db, folder_keys=folder_keys)
        with pytest.raises(CryptoConfigError, match="of a data folder, and none is at hand"):
            load_protection(path, client=db)
