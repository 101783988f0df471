"""Configurations: what they may say, and the line that is told of what they may not."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import orjson
import pytest
import tomlkit
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.config import load_place, load_protection
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.header import Suite
from engine.itemcrypto.key_files import read_key, write_key
from engine.itemcrypto.opening import header_of
from tests.engine.itemcrypto.samples import ACTIONS, ITEM, KEY, PLACE
from tests.engine.itemcrypto.test_keyrings import Vault, rsa_key
from tests.vectors.comparing import check_item

BASE: Json = {
    "table": "orders",
    "partition_key": "id",
    "sort_key": "at",
    "actions": {name: action.value for name, action in ACTIONS.items()},
    "unsigned": {"attributes": ["seen"], "prefix": ":"},
    "keyring": {"kind": "raw-aes", "namespace": "tests", "name": "aes", "key_file": "aes.key"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with keys of all kinds."""
    write_key(tmp_path / "aes.key", KEY)
    write_key(tmp_path / "short.key", KEY[:16])
    private = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _secret(tmp_path / "rsa.pem", private)
    public = rsa_key().public_key()
    (tmp_path / "rsa.pub").write_bytes(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    branch = {
        "branch_key_id": "branch",
        "versions": [
            {"version": f"00000000-0000-0000-0000-00000000000{n}", "key": _base64(bytes([n]) * 32)}
            for n in (1, 2)
        ],
        "beacon_key": _base64(KEY),
    }
    _secret(tmp_path / "branch.json", orjson.dumps(branch))
    return tmp_path


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _written(folder: Path, settings: Json) -> Path:
    path = folder / "orders.crypto.toml"
    path.write_text(tomlkit.dumps(settings))
    return path


_KEYRINGS: dict[str, Json] = {
    "raw-aes": BASE["keyring"],
    "raw-rsa": {
        "kind": "raw-rsa",
        "namespace": "tests",
        "name": "rsa",
        "private_key_file": "rsa.pem",
        "public_key_file": "rsa.pub",
    },
    "hierarchy": {"kind": "hierarchy", "key_file": "branch.json"},
    "kms": {"kind": "kms", "key_id": "one"},
}
_KEYRINGS["multi"] = {"kind": "multi", "members": [_KEYRINGS["hierarchy"], _KEYRINGS["kms"]]}


@pytest.mark.parametrize("kind", _KEYRINGS)
def test_each_kind_of_keyring_seals_and_opens(kind: str, folder: Path) -> None:
    path = _written(folder, BASE | {"keyring": _KEYRINGS[kind]})
    vault = Vault()
    sealed = load_protection(path, key_store=vault).seal(ITEM)
    check_item(load_protection(path, key_store=vault).open(sealed), ITEM)
    assert len(header_of(sealed).data_keys) == (2 if kind == "multi" else 1)


def test_a_json_file_says_the_same(folder: Path) -> None:
    path = folder / "orders.json"
    path.write_bytes(orjson.dumps(BASE))
    protection = load_protection(path)
    assert protection.schema.place == PLACE == load_place(path)
    assert protection.schema.actions == ACTIONS
    assert protection.suite is Suite.SIGNED


def test_settings_beside_the_keyring(folder: Path) -> None:
    beacons: Json = {"key_file": "branch.json", "bits": {"name": 24}}
    more = {"signature": False, "beacons": beacons, "any_names": True}
    protection = load_protection(_written(folder, BASE | more))
    assert protection.suite is Suite.MAC_ONLY
    sealed = protection.seal(ITEM)
    assert len(sealed["aws_dbe_b_name"]["S"]) == 6
    beacons["compound"] = {
        "summary": {
            "separator": ".",
            "encrypted": {"name": "N_"},
            "signed": {"city": "C_"},
            "constructors": ["name city?"],
        }
    }
    sealed = load_protection(_written(folder, BASE | more)).seal(ITEM)
    name = sealed["aws_dbe_b_name"]["S"]
    assert sealed["aws_dbe_b_summary"]["S"] == f"N_{name}.C_London"
    plain = load_protection(_written(folder, BASE | {"plain": "read"}))
    check_item(plain.open(ITEM), ITEM)


def test_legacy_items_under_each_kind_of_materials(folder: Path) -> None:
    signing = {"key_file": "aes.key"}
    kinds: list[Json] = [
        {"kind": "direct", "content_key_file": "short.key", "signing": signing},
        {"kind": "wrapped", "signing": signing, "wrapping": {"key_file": "short.key"}},
        {
            "kind": "wrapped",
            "signing": {"private_key_file": "rsa.pem", "algorithm": "SHA512withRSA"},
            "wrapping": {"private_key_file": "rsa.pem", "public_key_file": "rsa.pub"},
        },
    ]
    kinds.append({"kind": "kms", "key_id": Vault.arn})
    vault = Vault()
    for materials in kinds:
        legacy = {"write": True, "actions": {"city": "sign"}, "materials": materials}
        path = _written(folder, BASE | {"legacy": legacy})
        protection = load_protection(path, key_store=vault)
        sealed = protection.seal(ITEM)
        assert "*amzn-ddb-map-sig*" in sealed
        check_item(protection.open(sealed), ITEM)
    stored = {"kind": "most-recent", "name": "m", "table": "keys", "own": kinds[0]}
    path = _written(folder, BASE | {"legacy": {"materials": stored}})
    with pytest.raises(CryptoConfigError, match=r"legacy\.materials\.table needs a connection"):
        load_protection(path)
    with Engine.in_memory() as db:
        assert load_protection(path, client=db).legacy is not None


def _without(settings: Json, name: str) -> Json:
    return {key: value for key, value in settings.items() if key != name}


_ACTIONS = BASE["actions"]
_AES = BASE["keyring"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (_without(BASE, "table"), "table is missing"),
        (BASE | {"table": 3}, "table must be a text"),
        (BASE | {"tabel": "x"}, "tabel is no setting"),
        (BASE | {"signature": "yes"}, "signature must be true or false"),
        (BASE | {"plain": "maybe"}, "plain must be one of refused, read, written, not maybe"),
        (BASE | {"actions": {"id": "SIGN"}}, "actions.id must be one of ENCRYPT_AND_SIGN"),
        (BASE | {"actions": "x"}, "actions must hold settings"),
        (BASE | {"actions": {"id": "SIGN_ONLY"}}, "key attribute at must be SIGN_ONLY"),
        (
            BASE | {"actions": _ACTIONS | {"id": "ENCRYPT_AND_SIGN"}},
            "key attribute id must be SIGN_ONLY",
        ),
        (
            BASE | {"actions": _ACTIONS | {"city": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"}},
            "id must be SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: some attribute is in the",
        ),
        (BASE | {"actions": _ACTIONS | {"seen": "SIGN_ONLY"}}, "its action must be DO_NOTHING"),
        (BASE | {"actions": _ACTIONS | {"city": "DO_NOTHING"}}, "city is not signed"),
        (
            BASE | {"actions": _ACTIONS | {"aws_dbe_x": "SIGN_ONLY"}},
            "names that begin with aws_dbe_ are reserved",
        ),
        (BASE | {"unsigned": {"attributes": "seen"}}, "unsigned.attributes must be a list"),
        (BASE | {"unsigned": {"attributes": ["id"]}}, "id"),
        (BASE | {"keyring": {}}, "keyring.kind is missing"),
        (BASE | {"keyring": _AES | {"kind": "rot13"}}, "keyring.kind must be one of raw-aes"),
        (BASE | {"keyring": _AES | {"key": "x"}}, "keyring.key is no setting"),
        (BASE | {"keyring": _AES | {"key_file": "none.key"}}, "none.key: No such file"),
        (BASE | {"keyring": _AES | {"key_file": "rsa.pem"}}, "a key must be base64 text"),
        (BASE | {"keyring": _AES | {"namespace": "aws-kms"}}, "no namespace for raw keys"),
        (BASE | {"keyring": {"kind": "multi", "members": []}}, "has none"),
        (BASE | {"keyring": {"kind": "multi", "members": [{}]}}, "keyring.members[0].kind"),
        (
            BASE | {"beacons": {"key_file": "aes.key", "bits": {"name": 64}}},
            "has 64 bits, not 1 to 63",
        ),
        (
            BASE | {"beacons": {"key_file": "aes.key", "bits": {"city": 8}}},
            "city has a beacon, and is not an attribute that is encrypted",
        ),
        (
            BASE
            | {
                "beacons": {
                    "key_file": "aes.key",
                    "bits": {},
                    "compound": {"c": {"separator": ".", "encrypted": {"name": "N_"}}},
                }
            },
            "beacons.compound.c.encrypted.name has no bits",
        ),
        (
            BASE | {"plain": "read", "beacons": {"key_file": "aes.key", "bits": {"name": 8}}},
            "only one of them at a time",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_line(settings: Any, told: str, folder: Path) -> None:
    with pytest.raises(CryptoConfigError) as caught:
        load_protection(_written(folder, settings))
    assert told in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    with pytest.raises(CryptoConfigError, match="No such file"):
        load_protection(folder / "none.toml")
    for name in ("odd.toml", "odd.json"):
        (folder / name).write_bytes(b"\xff = ")
        with pytest.raises(CryptoConfigError, match=name):
            load_protection(folder / name)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
@pytest.mark.parametrize("name", ["aes.key", "rsa.pem", "branch.json"])
def test_a_key_that_others_may_read_is_refused(name: str, folder: Path) -> None:
    (folder / name).chmod(0o640)
    keyring = next(ring for ring in _KEYRINGS.values() if name in ring.values())
    with pytest.raises(CryptoConfigError, match=r"others may read this key \(mode 0640\)"):
        load_protection(_written(folder, BASE | {"keyring": keyring}))


def test_a_key_file_is_written_once_and_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    write_key(path, KEY)
    assert read_key(path) == KEY
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CryptoConfigError, match="File exists"):
        write_key(path, bytes(32))
    assert read_key(path) == KEY
