"""Files of the same formats with other contents: all versions, suites, keyrings, kinds of value."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from engine.client.protocol import Json
from engine.itemcrypto.header import Suite
from engine.itemcrypto.keyrings.keyring import MultiKeyring
from engine.itemcrypto.keyrings.raw import RsaPadding
from engine.itemcrypto.legacy.keys import AesWrappingKey, HmacKey, RsaSigningKey, RsaWrappingKey
from engine.itemcrypto.legacy.materials import DirectMaterials, Materials, WrappedMaterials
from engine.itemcrypto.legacy.sealing import LegacyAction, LegacySchema, seal_legacy
from engine.itemcrypto.schema import Action, Place, Schema
from engine.itemcrypto.sealing import seal
from tests.engine.itemcrypto.altering import altered_items
from tests.engine.itemcrypto.test_keyrings import rsa_key
from tests.vectors.__main__ import main
from tests.vectors.current_items import keyring_of

_AES = bytes(range(32))
_ITEM: Json = {
    "pk": {"B": b"\x00\xff"},
    "sk": {"N": "-00.50e1"},
    "text": {"S": "\U0001f388 \uff61"},
    "empty": {"B": b""},
    "none": {"NULL": True},
    "no": {"BOOL": False},
    "texts": {"SS": ["b", "", "\U00010002", "\uff61"]},
    "numbers": {"NS": ["10", "9", "-1.50", "1E-130"]},
    "binaries": {"BS": [b"\xff", b"", b"\x7f"]},
    "map": {"M": {"k": {"L": [{"M": {}}, {"L": []}, {"N": "1.10E+2"}]}, "\U00010002": {"S": ""}}},
    "list": {"L": [{"BOOL": True}, {"SS": ["x"]}, {"B": b"\x01"}]},
    "tag": {"S": "plain"},
    "seen": {"N": "3"},
    ":free": {"S": "x"},
}
_PLACE = Place("Täble", "pk", "sk", frozenset({"seen"}), ":")
_CONTEXT = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


def _schema(version: int) -> Schema:
    actions = dict.fromkeys(_ITEM, Action.ENCRYPT_AND_SIGN)
    actions |= dict.fromkeys(("pk", "sk", "tag"), Action.SIGN_ONLY)
    if version == 2:
        actions |= dict.fromkeys(("pk", "sk", "text", "none", "no", "texts", "map"), _CONTEXT)
    del actions["seen"], actions[":free"]
    return Schema(_PLACE, actions)


@cache
def _keys() -> dict[str, Json]:
    private = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    named = {"namespace": "own", "name": "key"}
    keys: dict[str, Json] = {
        f"aes-{8 * size}": {"kind": "raw-aes", **named, "key_b64": _text(_AES[:size])}
        for size in (16, 24, 32)
    }
    for padding in RsaPadding:
        keys[padding] = {
            "kind": "raw-rsa",
            **named,
            "padding": padding.value,
            "privateKey_pem": private.decode(),
            "publicKey_pem": public.decode(),
        }
    keys["hierarchy"] = {
        "kind": "hierarchy",
        "branchKeyId": "tenant",
        "branchKeyVersion": "e9ce18a3-edb5-4272-9f86-1cacb7997ff6",
        "branchKey_b64": _text(_AES),
    }
    return keys


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _test(name: str, keys: list[str], item: Json, **more: Any) -> Json:
    config = {
        "logicalTableName": _PLACE.table,
        "partitionKeyName": "pk",
        "sortKeyName": "sk",
        "allowedUnsignedAttributes": ["seen"],
        "allowedUnsignedAttributePrefix": ":",
    }
    return {
        "id": name,
        "keys": keys,
        "config": config,
        "encrypted": item,
        "plaintext": _ITEM,
    } | more


def _run(path: Path, document: Json, capsys: pytest.CaptureFixture[str]) -> str:
    path.write_text(json.dumps(document, default=_text), encoding="utf-8")
    main([str(path)])
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("version", [1, 2])
def test_items_of_each_version_suite_and_keyring(
    version: int, suite: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, tests = _schema(version), []
    for name, entry in _keys().items():
        sealed = seal(_ITEM, schema, keyring_of(entry), suite)
        tests.append(_test(name, [name], sealed, expect="decrypts"))
        tests.append(_test(f"{name} without a key", [], sealed, expect="must-fail"))
        other = "hierarchy" if name != "hierarchy" else "aes-256"
        tests.append(_test(f"{name} with another", [other], sealed, expect="must-fail"))
        short = {"pk": _ITEM["pk"], "sk": _ITEM["sk"]}
        wrong = _test(f"{name} of another item", [name], sealed | {"pk": {"B": b"x"}})
        tests.append(wrong | {"plaintext": short, "expect": "must-fail"})
    names = ["aes-256", RsaPadding.OAEP_SHA1.value, "hierarchy"]
    both = MultiKeyring([keyring_of(_keys()[name]) for name in names])
    sealed = seal(_ITEM, schema, both, suite)
    tests.append(_test("multi", names, sealed, anyOneKeySuffices=True))
    tests += [_test(f"multi {name}", [name], sealed) for name in names]
    # Of several recipients, nobody looks at the tags of the others.
    alone = seal(_ITEM, schema, keyring_of(_keys()["aes-256"]), suite)
    some = random.Random(version + suite).sample(list(altered_items(alone, schema)), 40)
    tests += [_test(what, ["aes-256"], altered, expect="must-fail") for what, altered in some]
    document = {"format": "current", "keys": _keys(), "tests": tests}
    assert _run(tmp_path / "own.json", document, capsys) == f"{len(tests)} passed, 0 failed"


def test_legacy_items_of_each_provider(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private = rsa_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    keys = {
        "aes": {"material": _text(_AES), "algorithm": "AES", "type": "symmetric"},
        "mac": {"material": _text(_AES), "algorithm": "HmacSHA512", "type": "symmetric"},
        "private": {"material": _text(private), "algorithm": "RSA", "type": "private"},
        "sign": {"material": _text(public), "algorithm": "SHA384withRSA", "type": "public"},
    }
    mac, signing = (
        HmacKey(_AES, "HmacSHA512"),
        RsaSigningKey(private_key=rsa_key(), algorithm="SHA384withRSA"),
    )
    made: list[tuple[str, str, str | None, str, Materials]] = [
        ("direct", "direct", "aes", "mac", DirectMaterials(mac, _AES)),
        ("static", "static", "aes", "sign", DirectMaterials(signing, _AES)),
        ("wrapped", "wrapped", "aes", "sign", WrappedMaterials(signing, AesWrappingKey(_AES))),
    ]
    for name in ("RSA", *(f"RSA/ECB/OAEPWithSHA-{n}AndMGF1Padding" for n in (1, 256, 384, 512))):
        wrapping = RsaWrappingKey(private_key=rsa_key(), algorithm=name)
        made.append((name, "wrapped", "private", "mac", WrappedMaterials(mac, wrapping)))
    actions = dict.fromkeys(_ITEM, LegacyAction.ENCRYPT)
    actions |= {"pk": LegacyAction.SIGN, "sk": LegacyAction.SIGN, "seen": LegacyAction.NOTHING}
    schema = LegacySchema("Table", "pk", "sk", actions)
    tests: list[Json] = []
    for name, provider, decrypt, verify, materials in made:
        test: Json = {
            "id": name,
            "provider": provider,
            "tableName": "Table",
            "actions": actions,
            "keys": {"decrypt": decrypt, "verify": verify},
            "encrypted": seal_legacy(_ITEM, schema, materials),
            "plaintext": _ITEM,
        }
        unsigned = {n: value for n, value in test["encrypted"].items() if "sig*" not in n}
        changes: list[Json] = [
            {"tableName": "Other"},
            {"actions": actions | {"tag": "sign"}},
            {"encrypted": test["encrypted"] | {"pk": {"B": b"other"}}},
            {"encrypted": unsigned},
        ]
        tests += [test, *(test | change | {"expect": "must-fail"} for change in changes)]
    document = {"format": "legacy", "keys": keys, "tests": tests}
    assert _run(tmp_path / "own.json", document, capsys) == f"{len(tests)} passed, 0 failed"
