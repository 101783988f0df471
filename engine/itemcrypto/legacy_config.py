"""The part `[legacy]` of a configuration: how items of the legacy format are read.

write = false                    true: new items are of the legacy format, too
table = "orders"                 where it is not the logical name
default = "encrypt"              or "sign", "nothing": for attributes without an action
actions = { seen = "nothing" }

[legacy.materials]
kind = "wrapped"                 or "direct", "most-recent"
content_key_file = "…"           direct: the AES key of the attributes
name = "…"                       most-recent: a material of the key store …
table = "…"                      … in this table, which `own` opens: materials, direct or wrapped

[legacy.materials.signing]
key_file = "…"                   HMAC; or public_key_file, private_key_file of RSA
algorithm = "HmacSHA256"

[legacy.materials.wrapping]
key_file = "…"                   AES; or public_key_file, private_key_file of RSA
algorithm = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"
"""

from __future__ import annotations

from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from engine.itemcrypto.key_files import file_of, read_key, read_public, read_secret
from engine.itemcrypto.key_stores import Outside
from engine.itemcrypto.keyrings.raw import private_key_of, public_key_of
from engine.itemcrypto.legacy.keys import (
    AesWrappingKey,
    HmacKey,
    RsaSigningKey,
    RsaWrappingKey,
    SigningKey,
    WrappingKey,
)
from engine.itemcrypto.legacy.kms import KmsMaterials
from engine.itemcrypto.legacy.materials import (
    DirectMaterials,
    Materials,
    MostRecentMaterials,
    WrappedMaterials,
)
from engine.itemcrypto.legacy.sealing import LegacyAction, LegacySchema
from engine.itemcrypto.legacy.store import KeyStoreTable
from engine.itemcrypto.protection import LegacyProtection
from engine.itemcrypto.schema import Place
from engine.itemcrypto.settings import Section

_ACTIONS = {action.value: action for action in LegacyAction}
_KINDS = {kind: kind for kind in ("direct", "wrapped", "most-recent", "kms")}


class _RsaKeys(TypedDict):
    public_key: RSAPublicKey | None
    private_key: RSAPrivateKey | None


def legacy_protection(section: Section, place: Place, outside: Outside) -> LegacyProtection:
    """What the part says; raises CryptoConfigError."""
    actions = section.section("actions")
    schema = LegacySchema(
        table=section.text("table", place.table),
        partition_key=place.partition_key,
        sort_key=place.sort_key,
        actions={name: actions.choice(name, _ACTIONS) for name in actions.names()},
        default=section.choice("default", _ACTIONS, LegacyAction.ENCRYPT.value),
    )
    materials = _materials(section.section("materials"), outside)
    protection = LegacyProtection(schema, materials, section.truth("write", False))
    section.end()
    return protection


def _materials(section: Section, outside: Outside) -> Materials:
    kind = section.choice("kind", _KINDS)
    materials: Materials
    if kind == "most-recent":
        own = _materials(section.section("own"), outside)
        store = KeyStoreTable(outside.tables(section), section.text("table"), own)
        materials = MostRecentMaterials(store, section.text("name"))
    elif kind == "kms":
        key_id = section.text("key_id")
        materials = KmsMaterials(outside.store_of(section, key_id), key_id)
    elif kind == "wrapped":
        wrapping = _wrapping_key(section.section("wrapping"))
        materials = WrappedMaterials(_signing_key(section.section("signing")), wrapping)
    else:
        content_key = None
        if section.has("content_key_file"):
            content_key = read_key(file_of(section, "content_key_file"))
        materials = DirectMaterials(_signing_key(section.section("signing")), content_key)
    section.end()
    return materials


def _signing_key(section: Section) -> SigningKey:
    key: SigningKey
    if section.has("key_file"):
        secret = read_key(file_of(section, "key_file"))
        key = HmacKey(secret, section.text("algorithm", "HmacSHA256"))
    else:
        algorithm = section.text("algorithm", "SHA256withRSA")
        key = RsaSigningKey(**_rsa_keys(section), algorithm=algorithm)
    section.end()
    return key


def _wrapping_key(section: Section) -> WrappingKey:
    key: WrappingKey
    if section.has("key_file"):
        key = AesWrappingKey(read_key(file_of(section, "key_file")))
    else:
        algorithm = section.text("algorithm", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding")
        key = RsaWrappingKey(**_rsa_keys(section), algorithm=algorithm)
    section.end()
    return key


def _rsa_keys(section: Section) -> _RsaKeys:
    public = private = None
    if section.has("public_key_file"):
        public = public_key_of(read_public(file_of(section, "public_key_file")))
    if section.has("private_key_file"):
        private = private_key_of(read_secret(file_of(section, "private_key_file")))
    return {"public_key": public, "private_key": private}
