"""A first configuration of a table's item encryption, made of its schema and its items."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.key_files import write_key
from engine.itemcrypto.primitives import random_bytes
from engine.itemcrypto.schema import RESERVED, Action, Place, Schema

_KEY_BYTES = 32
_NAMESPACE = "dyntui"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose: attributes by what is to be done with them, bits of beacons.

    `kms_key` is a key of the folder's key store, or of AWS KMS; `branch_key` a table of branch
    keys, and the id of one in it. None of both is a new key in a file.
    """

    sign: Sequence[str] = ()
    context: Sequence[str] = ()
    unsigned: Sequence[str] = ()
    unsigned_prefix: str | None = None
    beacons: Mapping[str, int] | None = None
    signature: bool = True
    kms_key: str | None = None
    branch_key: tuple[str, str] | None = None


def suggested(info: TableInfo, items: Iterable[Json], choices: Choices) -> Schema:
    """An action for each attribute of the table's keys, of the items and of the choices.

    Key attributes of indexes are signed only, since they must stay readable; everything else is
    encrypted. Raises CryptoConfigError.
    """
    index_keys = {name for index in info.indexes for name in index.key_names}
    names = {name for item in items for name in item} | index_keys
    names |= {*choices.sign, *choices.context, *(choices.beacons or {})}
    place = Place(
        info.name,
        info.partition_keys[0],
        info.sort_keys[0] if info.sort_keys else None,
        frozenset(choices.unsigned),
        choices.unsigned_prefix,
    )
    in_context = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
    actions: dict[str, Action] = dict.fromkeys(
        place.key_names, in_context if choices.context else Action.SIGN_ONLY
    )
    for name in sorted(names - actions.keys()):
        if name.startswith(RESERVED) or place.is_unsigned(name):
            continue
        if name in choices.context:
            actions[name] = in_context
        elif name in choices.sign or name in index_keys:
            actions[name] = Action.SIGN_ONLY
        else:
            actions[name] = Action.ENCRYPT_AND_SIGN
    for name in choices.beacons or {}:
        if actions.get(name) is not Action.ENCRYPT_AND_SIGN:
            raise CryptoConfigError(
                f"{name} has a beacon, and is not an attribute that is encrypted"
                + (": it is a key of an index, which has to read it" if name in index_keys else "")
            )
    return Schema(place, actions, any_names=not all(map(str.isascii, actions)))


def write_setup(path: Path, schema: Schema, choices: Choices) -> list[Path]:
    """Write the configuration, and new keys beside it; gives the files.

    Raises CryptoConfigError where one is there already; then nothing is left behind.
    """
    key, beacon_key = key_files(path)
    keys = [] if choices.kms_key or choices.branch_key else [key]
    if choices.beacons and choices.branch_key is None:
        keys.append(beacon_key)
    written: list[Path] = []
    try:
        for one in keys:
            write_key(one, random_bytes(_KEY_BYTES))
            written.append(one)
        with path.open("x", encoding="utf-8") as file:
            written.append(path)
            file.write(setup_text(path, schema, choices))
    except (OSError, CryptoConfigError) as error:
        for one in written:
            os.unlink(one)
        if isinstance(error, CryptoConfigError):
            raise
        raise CryptoConfigError(f"{path}: {error.strerror}") from error
    return [path, *keys]


def key_files(path: Path) -> tuple[Path, Path]:
    """The files beside a configuration for its key, and for that of its beacons."""
    stem = path.name.removesuffix(".toml").removesuffix(".crypto")
    return path.with_name(f"{stem}.key"), path.with_name(f"{stem}.beacon.key")


def setup_text(path: Path, schema: Schema, choices: Choices) -> str:
    """What is written into a configuration."""
    key, beacon_key = key_files(path)
    place = schema.place
    document = tomlkit.document()
    document.add(tomlkit.comment("How the items of a table are sealed; the keys are elsewhere."))
    document["table"] = place.table
    document["partition_key"] = place.partition_key
    if place.sort_key is not None:
        document["sort_key"] = place.sort_key
    if not choices.signature:
        document["signature"] = False
    if schema.any_names:
        document["any_names"] = True
    document["actions"] = {name: action.value for name, action in schema.actions.items()}
    if choices.unsigned or choices.unsigned_prefix:
        unsigned = tomlkit.table()
        if choices.unsigned:
            unsigned["attributes"] = sorted(choices.unsigned)
        if choices.unsigned_prefix:
            unsigned["prefix"] = choices.unsigned_prefix
        document["unsigned"] = unsigned
    document["keyring"] = _keyring(place.table, choices, key.name)
    if choices.beacons:
        where = _branch_key(choices) or {"key_file": beacon_key.name}
        document["beacons"] = {**where, "bits": dict(choices.beacons)}
    return tomlkit.dumps(document)


def _keyring(table: str, choices: Choices, key_file: str) -> dict[str, str]:
    if choices.kms_key is not None:
        return {"kind": "kms", "key_id": choices.kms_key}
    branch_key = _branch_key(choices)
    if branch_key:
        return {"kind": "hierarchy", **branch_key}
    return {"kind": "raw-aes", "namespace": _NAMESPACE, "name": table, "key_file": key_file}


def _branch_key(choices: Choices) -> dict[str, str]:
    if choices.branch_key is None:
        return {}
    table, branch_key_id = choices.branch_key
    return {"table": table, "branch_key_id": branch_key_id}
