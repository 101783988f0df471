"""Steps of the legacy format: serialised values, descriptions, what is signed."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from engine.itemcrypto.legacy import description
from engine.itemcrypto.legacy.sealing import LegacyAction, string_to_sign
from engine.itemcrypto.legacy.serialisation import deserialised, serialised
from tests.vectors.comparing import check_equal, meaning

Entry = Mapping[str, Any]


def _check_serialised(test: Entry) -> None:
    check_equal(serialised(test["attribute"]), b64decode(test["serialized"]), "serialised")


def _check_deserialised(test: Entry) -> None:
    found = deserialised(b64decode(test["serialized"]))
    check_equal(meaning(found), meaning(test["attribute"]), "read")


def _check_description(test: Entry) -> None:
    data = b64decode(test["serialized"])
    entries = test["material_description"]
    check_equal(description.parse(data), entries, "read")
    check_equal(description.parse(description.serialised(entries)), entries, "read back")


def _check_string_to_sign(test: Entry) -> None:
    item = {name: entry["value"] for name, entry in test["item"].items()}
    actions = {name: LegacyAction(entry["action"]) for name, entry in test["item"].items()}
    found = string_to_sign(item, test["table"], actions)
    check_equal(found, b64decode(test["string_to_sign"]), "to be signed")


SECTIONS: dict[str, Callable[[Any], None]] = {
    "serialize": _check_serialised,
    "deserialize": _check_deserialised,
    "materialDescription": _check_description,
    "stringToSign": _check_string_to_sign,
}
