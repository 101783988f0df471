"""The configuration of a table's item encryption: a small TOML or JSON file without secrets.

    table = "orders"                 logical name; part of every item's seal
    partition_key = "customer"
    sort_key = "placed"              where the table has one
    signature = true                 an ECDSA signature of each writing, beside the tags
    any_names = false                allow attribute names beyond ASCII
    plain = "refused"                or "read", "written": items without a seal

    [actions]                        for every attribute
    customer = "SIGN_ONLY"
    note = "ENCRYPT_AND_SIGN"

    [unsigned]                       what may stand in an item unsigned; may only grow
    attributes = ["seen"]
    prefix = ":"

    [keyring]                        kind: raw-aes, raw-rsa, hierarchy, kms, multi
    kind = "raw-aes"
    namespace = "dyntui"
    name = "orders"
    key_file = "orders.key"

    [beacons]                        equality search: bits of each attribute's beacon
    key_file = "beacon.key"
    bits = { note = 24 }

    [beacons.compound.summary]       parts behind prefixes, searched as "N_text.C_ada"
    separator = "."
    encrypted = { note = "N_" }      attributes with bits
    signed = { customer = "C_" }
    constructors = ["note customer?"]    orders of parts; ? marks what may be missing

    [legacy]                         items of the legacy format are read, too
    …                                see `legacy_config`

Names of files are relative to the configuration.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from engine.client.protocol import Client, Json
from engine.itemcrypto.beacons import Beacon, CompoundBeacon, Part, StandardBeacon, hmac_key
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.header import Suite
from engine.itemcrypto.key_files import (
    file_of,
    read_branch_keys,
    read_key,
    read_public,
    read_secret,
)
from engine.itemcrypto.key_stores import OpenKeyStore, Outside
from engine.itemcrypto.keyrings.hierarchy import BranchKeysAtHand, HierarchyKeyring
from engine.itemcrypto.keyrings.keyring import Keyring, MultiKeyring
from engine.itemcrypto.keyrings.kms import KeyStore, KmsKeyring
from engine.itemcrypto.keyrings.raw import (
    RawAesKeyring,
    RawRsaKeyring,
    RsaPadding,
    private_key_of,
    public_key_of,
)
from engine.itemcrypto.legacy_config import legacy_protection
from engine.itemcrypto.protection import PlainItems, Protection
from engine.itemcrypto.schema import Action, Place, Schema
from engine.itemcrypto.settings import Section

_ACTIONS = {action.value: action for action in Action}
_PLAIN = {plain.value: plain for plain in PlainItems}
_PADDINGS = {padding.value: padding for padding in RsaPadding}


def load_protection(
    path: Path,
    *,
    client: Client | None = None,
    key_store: KeyStore | None = None,
    folder_keys: OpenKeyStore | None = None,
) -> Protection:
    """What a configuration file says, with the keys of the files that it names.

    `client` reads tables of keys, `key_store` holds the keys of all keyrings `kms`. Without one
    these are AWS KMS's, as AWS is configured, or those of a data folder, which `folder_keys` opens;
    see `Outside.store_of`. Raises CryptoConfigError, in one line.
    """
    section = Section(path, read_settings(path))
    schema = _schema(section)
    outside = Outside(client, key_store, folder_keys)
    protection = Protection(
        schema=schema,
        keyring=_keyring(section.section("keyring"), outside),
        suite=Suite.SIGNED if section.truth("signature", True) else Suite.MAC_ONLY,
        plain=section.choice("plain", _PLAIN, PlainItems.REFUSED.value),
        legacy=legacy_protection(section.section("legacy"), schema.place, outside)
        if section.has("legacy")
        else None,
        beacons=_beacons(section.section("beacons"), outside) if section.has("beacons") else (),
    )
    section.end()
    return protection


def read_settings(path: Path) -> Json:
    """The settings in a TOML or JSON file, not looked at yet; raises CryptoConfigError."""
    text = read_public(path)
    try:
        loaded: Any = orjson.loads(text) if path.suffix == ".json" else tomllib.loads(text.decode())
    except (orjson.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CryptoConfigError(f"{path}: {error}") from None
    settings: Json = loaded
    return settings


def load_place(path: Path) -> Place:
    """Table and key names of a configuration, without any key; raises CryptoConfigError."""
    return load_schema(path).place


def load_schema(path: Path) -> Schema:
    """The actions too, without any key; raises CryptoConfigError."""
    return _schema(Section(path, read_settings(path)))


def _schema(section: Section) -> Schema:
    unsigned = section.section("unsigned")
    place = Place(
        table=section.text("table"),
        partition_key=section.text("partition_key"),
        sort_key=section.optional_text("sort_key"),
        unsigned=frozenset(unsigned.texts("attributes")),
        unsigned_prefix=unsigned.optional_text("prefix"),
    )
    unsigned.end()
    actions = section.section("actions")
    chosen = {name: actions.choice(name, _ACTIONS) for name in actions.names()}
    try:
        return Schema(place, chosen, section.truth("any_names", False))
    except CryptoConfigError as error:
        raise CryptoConfigError(f"{section.file}: {error.reason}") from None


def _keyring(section: Section, outside: Outside) -> Keyring:
    keyring = section.choice("kind", _KEYRINGS)(section, outside)
    section.end()
    return keyring


def _multi(section: Section, outside: Outside) -> Keyring:
    return MultiKeyring([_keyring(member, outside) for member in section.sections("members")])


def _kms(section: Section, outside: Outside) -> Keyring:
    key_id = section.text("key_id")
    return KmsKeyring(outside.store_of(section, key_id), key_id)


def _raw_aes(section: Section, _: Outside) -> Keyring:
    key = read_key(file_of(section, "key_file"))
    return RawAesKeyring(section.text("namespace"), section.text("name"), key)


def _raw_rsa(section: Section, _: Outside) -> Keyring:
    private = public = None
    if section.has("private_key_file"):
        private = private_key_of(read_secret(file_of(section, "private_key_file")))
    if section.has("public_key_file"):
        public = public_key_of(read_public(file_of(section, "public_key_file")))
    return RawRsaKeyring(
        section.text("namespace"),
        section.text("name"),
        section.choice("padding", _PADDINGS, RsaPadding.OAEP_SHA256.value),
        public_key=public,
        private_key=private,
    )


def _hierarchy(section: Section, outside: Outside) -> Keyring:
    if section.has("table"):
        return HierarchyKeyring(outside.branch_keys(section), section.text("branch_key_id"))
    keys, _ = read_branch_keys(file_of(section, "key_file"))
    return HierarchyKeyring(BranchKeysAtHand(keys), keys[-1].branch_key_id)


_KEYRINGS: dict[str, Callable[[Section, Outside], Keyring]] = {
    "raw-aes": _raw_aes,
    "raw-rsa": _raw_rsa,
    "hierarchy": _hierarchy,
    "kms": _kms,
    "multi": _multi,
}


def _beacon_key(section: Section, outside: Outside) -> bytes:
    if section.has("table"):
        return outside.branch_keys(section).beacon_key(section.text("branch_key_id"))
    path = file_of(section, "key_file")
    key = read_branch_keys(path)[1] if path.suffix == ".json" else read_key(path)
    if key is None:
        raise section.wrong("key_file", "has no beacon_key")
    return key


def _beacons(section: Section, outside: Outside) -> list[Beacon]:
    key = _beacon_key(section, outside)
    bits = section.section("bits")
    standard = {
        name: StandardBeacon(name, bits.number(name), hmac_key(key, name)) for name in bits.names()
    }
    compound = section.section("compound")
    compounds = [_compound(name, compound.section(name), standard) for name in compound.names()]
    section.end()
    return [*standard.values(), *compounds]


def _compound(
    name: str, section: Section, standard: Mapping[str, StandardBeacon]
) -> CompoundBeacon:
    parts = []
    for kind in ("signed", "encrypted"):
        prefixes = section.section(kind)
        for part in prefixes.names():
            if kind == "encrypted" and part not in standard:
                raise prefixes.wrong(part, "has no bits")
            beacon = standard[part] if kind == "encrypted" else None
            parts.append(Part(part, prefixes.text(part), (part,), beacon))
    constructors = [
        [(one.removesuffix("?"), not one.endswith("?")) for one in text.split()]
        for text in section.texts("constructors")
    ]
    separator = section.text("separator")
    section.end()
    return CompoundBeacon(name, separator, parts, constructors)
