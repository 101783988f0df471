"""Changes of a table's configuration of item encryption that leave its sealed items readable.

Readers take from a configuration the table's name, its keys, and which attributes are unsigned;
what was done to the others is in each item. So encrypted and signed may be exchanged, and the
unsigned attributes may only grow, by names that no item was sealed with.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import tomlkit

from dyntui.core.security.crypto_setup import key_files
from dyntui.core.tables.schema import TableInfo
from engine.itemcrypto.config import load_schema, read_settings
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.key_files import read_public, write_key
from engine.itemcrypto.primitives import KEY_BYTES, random_bytes
from engine.itemcrypto.schema import Action, Schema
from engine.security.private_files import write_private

_CONTEXT = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT


@dataclass(frozen=True, slots=True)
class Changes:
    """Actions of attributes, bits of beacons (0: none), and whether writings are signed."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    bits: Mapping[str, int] = field(default_factory=dict)
    signature: bool | None = None


def edit_setup(path: Path, info: TableInfo, changes: Changes) -> list[Path]:
    """Change a configuration in place; gives the files that were written.

    Raises CryptoConfigError, and then nothing was changed.
    """
    document, new_key = _edited(path, info, changes)
    if new_key is not None:
        write_key(new_key, random_bytes(KEY_BYTES))
    if not write_private(path, _text(path, document)):
        if new_key is not None:
            os.unlink(new_key)
        raise CryptoConfigError(f"{path}: cannot be written")
    return [path] if new_key is None else [path, new_key]


def edited_text(path: Path, info: TableInfo, changes: Changes) -> str:
    """The configuration as it would be; raises CryptoConfigError."""
    return _text(path, _edited(path, info, changes)[0]).decode()


def _edited(path: Path, info: TableInfo, changes: Changes) -> tuple[Any, Path | None]:
    """The configuration changed, and the file of a key that it needs and that is not there."""
    schema = load_schema(path)
    actions = _changed(schema, info, changes.actions)
    document = _document(path)
    bits = _bits(document, actions, changes.bits)
    unsigned = {name for name, action in actions.items() if action is Action.DO_NOTHING}
    place = replace(schema.place, unsigned=schema.place.unsigned | unsigned)
    _set_actions(document, schema, Schema(place, actions, schema.any_names).actions)
    if changes.signature is not None:
        document["signature"] = changes.signature
    return document, _set_beacons(document, path, bits)


def _changed(schema: Schema, info: TableInfo, wanted: Mapping[str, Action]) -> dict[str, Action]:
    """All actions as they are to be."""
    place = schema.place
    index_keys = {name for index in info.indexes for name in index.key_names}
    actions = dict(schema.actions)
    for name, action in wanted.items():
        if name in place.key_names:
            raise CryptoConfigError(f"{name} is a key attribute, which is always signed")
        if name in index_keys and action is Action.ENCRYPT_AND_SIGN:
            raise CryptoConfigError(f"{name} is a key of an index, which has to read it")
        is_unsigned, was_signed = place.is_unsigned(name), name in actions
        is_kept = action is Action.DO_NOTHING if is_unsigned else action is not Action.DO_NOTHING
        if not is_kept and (is_unsigned or was_signed):
            state = "unsigned" if is_unsigned else "signed"
            raise CryptoConfigError(
                f"{name} has to stay {state}: it is so in the items that are stored, which nobody "
                "could read otherwise"
            )
        actions[name] = action
    in_context = any(
        action is _CONTEXT for name, action in actions.items() if name not in place.key_names
    )
    return actions | dict.fromkeys(place.key_names, _CONTEXT if in_context else Action.SIGN_ONLY)


def _bits(
    document: Mapping[str, Any], actions: Mapping[str, Action], wanted: Mapping[str, int]
) -> dict[str, int]:
    """All beacons as they are to be."""
    beacons = document.get("beacons", {})
    bits = {**beacons.get("bits", {}), **wanted}
    bits = {name: count for name, count in bits.items() if count}
    for name in bits:
        if actions.get(name) is not Action.ENCRYPT_AND_SIGN:
            raise CryptoConfigError(
                f"{name} has a beacon, so that it has to be encrypted; 0 bits take the beacon away"
            )
    for name, compound in beacons.get("compound", {}).items():
        gone = [part for part in compound.get("encrypted", {}) if part not in bits]
        gone += [
            part
            for part in compound.get("signed", {})
            if actions.get(part) is Action.ENCRYPT_AND_SIGN
        ]
        if gone:
            raise CryptoConfigError(f"the compound beacon {name} has {gone[0]} as a part")
    for name, count in wanted.items():
        if not 0 <= count <= 63:
            raise CryptoConfigError(f"a beacon of {name} has 1 to 63 bits, 0 for none")
    if bits and ("legacy" in document or document.get("plain", "refused") != "refused"):
        raise CryptoConfigError("beacons cannot be together with plain or legacy items")
    return bits


def _document(path: Path) -> Any:
    """The configuration to be changed, with its comments where it is TOML."""
    if path.suffix == ".json":
        return read_settings(path)
    return tomlkit.parse(read_public(path).decode())


def _text(path: Path, document: Any) -> bytes:
    if path.suffix == ".json":
        return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
    return tomlkit.dumps(document).encode()


def _set_actions(document: Any, schema: Schema, actions: Mapping[str, Action]) -> None:
    listed = document.setdefault("actions", {})
    unsigned = []
    for name, action in actions.items():
        if action is Action.DO_NOTHING and name not in listed:
            if not schema.place.is_unsigned(name):
                unsigned.append(name)
        elif listed.get(name) != action.value:
            listed[name] = action.value
    if unsigned:
        section = document.setdefault("unsigned", {})
        section["attributes"] = sorted({*section.get("attributes", []), *unsigned})


def _set_beacons(document: Any, path: Path, bits: Mapping[str, int]) -> Path | None:
    """Set the bits; gives the file for their key where it is to be made."""
    if "beacons" in document:
        section = document["beacons"]
        if dict(section.get("bits", {})) != dict(bits):
            section["bits"] = dict(bits)
        return None
    if not bits:
        return None
    keyring = document.get("keyring", {})
    if keyring.get("kind") == "hierarchy" and "table" in keyring:
        where = {name: keyring[name] for name in keyring if name != "kind"}
        document["beacons"] = {**where, "bits": dict(bits)}
        return None
    _, key_file = key_files(path)
    document["beacons"] = {"key_file": key_file.name, "bits": dict(bits)}
    return None if key_file.exists() else key_file
