"""Branch keys in a table: each opened under its whole row, and kept for a while."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import tomlkit

from engine import Engine, VirtualClock
from engine.client.protocol import OWNER, Client, Context, Json
from engine.itemcrypto.config import load_protection
from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.errors import CryptoConfigError, ItemKeyError
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.opening import open_item
from engine.itemcrypto.primitives import encrypt
from engine.itemcrypto.sealing import seal
from tests.engine.itemcrypto.samples import ITEM, PLACE, SCHEMA
from tests.engine.itemcrypto.test_config import BASE
from tests.engine.itemcrypto.test_keyrings import Vault
from tests.vectors.comparing import check_item

_VERSIONS = (UUID(int=1), UUID(int=2))


class _Counting:
    """A Client that counts what it is asked."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.calls = 0

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        self.calls += 1
        return self._client.call(operation, request, context)


@pytest.fixture
def db() -> Iterator[Engine]:
    """An engine with an empty table of branch keys."""
    with Engine.in_memory() as engine:
        engine.create_table(
            TableName="branch-keys",
            KeySchema=[
                {"AttributeName": "branch-key-id", "KeyType": "HASH"},
                {"AttributeName": "type", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "branch-key-id", "AttributeType": "S"},
                {"AttributeName": "type", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield engine


def _put_row(db: Engine, vault: Vault, kind: str, key: bytes, **more: Json) -> None:
    row: Json = {
        "branch-key-id": {"S": "tenant"},
        "type": {"S": kind},
        "create-time": {"S": "2026-11-29T00:00:00Z"},
        "kms-arn": {"S": Vault.arn},
        "hierarchy-version": {"N": "1"},
        "aws-crypto-ec:team": {"S": "blue"},
        **more,
    }
    context = {name: next(iter(value.values())) for name, value in row.items()}
    bound = EncryptionContext.of(context | {"tablename": "store"}).serialised + Vault.arn.encode()
    nonce = bytes(12)
    row["enc"] = {"B": nonce + encrypt(vault.key, nonce, key, bound)}
    db.put_item(TableName="branch-keys", Item=row)


def _put_version(db: Engine, vault: Vault, number: int) -> None:
    key, name = bytes([number]) * 32, f"branch:version:{_VERSIONS[number - 1]}"
    _put_row(db, vault, name, key)
    _put_row(db, vault, "branch:ACTIVE", key, version={"S": name})


def test_versions_are_found_and_the_active_one_is_kept(db: Engine) -> None:
    vault, clock, client = Vault(), VirtualClock(), _Counting(db)
    table = BranchKeyTable(client, "branch-keys", "store", vault, cached_s=60, clock=clock)
    with pytest.raises(ItemKeyError, match="tenant has no branch:ACTIVE in branch-keys"):
        table.active("tenant")
    _put_version(db, vault, 1)
    first = table.active("tenant")
    assert (first.version, first.key) == (_VERSIONS[0], b"\1" * 32)
    _put_version(db, vault, 2)
    calls = client.calls
    assert table.active("tenant") == first
    assert client.calls == calls
    clock.advance(61)
    assert table.active("tenant").version == _VERSIONS[1]
    assert table.version("tenant", _VERSIONS[0].bytes).key == b"\1" * 32
    _put_row(db, vault, "beacon:ACTIVE", b"\7" * 32)
    assert table.beacon_key("tenant") == b"\7" * 32


def test_an_altered_row_and_another_store_open_nothing(db: Engine) -> None:
    vault = Vault()
    _put_version(db, vault, 1)
    with pytest.raises(ItemKeyError, match="the vault does not open it"):
        BranchKeyTable(db, "branch-keys", "other", vault).active("tenant")
    db.update_item(
        TableName="branch-keys",
        Key={"branch-key-id": {"S": "tenant"}, "type": {"S": "branch:ACTIVE"}},
        UpdateExpression="SET #t = :t",
        ExpressionAttributeNames={"#t": "aws-crypto-ec:team"},
        ExpressionAttributeValues={":t": {"S": "red"}},
    )
    with pytest.raises(ItemKeyError, match="the vault does not open it"):
        BranchKeyTable(db, "branch-keys", "store", vault).active("tenant")
    _put_row(db, vault, "branch:ACTIVE", bytes(32), version={"S": "branch:version:x"})
    with pytest.raises(ItemKeyError, match="'x' is no version"):
        BranchKeyTable(db, "branch-keys", "store", vault).active("tenant")
    _put_row(db, vault, "branch:ACTIVE", bytes(16))
    with pytest.raises(ItemKeyError, match="has 16 bytes"):
        BranchKeyTable(db, "branch-keys", "store", vault).active("tenant")


def test_a_configuration_names_the_table(db: Engine, tmp_path: Path) -> None:
    vault = Vault()
    _put_version(db, vault, 1)
    _put_row(db, vault, "beacon:ACTIVE", b"\7" * 32)
    where = {"table": "branch-keys", "store": "store", "branch_key_id": "tenant"}
    settings = BASE | {
        "keyring": {"kind": "hierarchy", **where},
        "beacons": {"bits": {"name": 20}, **where},
    }
    path = tmp_path / "orders.crypto.toml"
    path.write_text(tomlkit.dumps(settings))
    protection = load_protection(path, client=db, key_store=vault)
    sealed = protection.seal(ITEM)
    assert "aws_dbe_b_name" in sealed
    check_item(protection.open(sealed), ITEM)
    _put_version(db, vault, 2)
    newer = load_protection(path, client=db, key_store=vault)
    check_item(newer.open(sealed), ITEM)
    both = seal(ITEM, SCHEMA, newer.keyring)
    check_item(open_item(both, PLACE, newer.keyring).item, ITEM)
    with pytest.raises(CryptoConfigError, match=r"keyring\.table needs a connection"):
        load_protection(path, key_store=vault)
