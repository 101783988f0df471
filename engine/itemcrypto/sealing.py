"""Items of the current format, as their writer seals them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engine.client.protocol import Json
from engine.itemcrypto.context import PUBLIC_KEY, EncryptionContext, merged, rebuilt
from engine.itemcrypto.errors import ItemCryptoError, SealRefusedError
from engine.itemcrypto.header import (
    DATA_KEYS_MAX,
    ENCRYPTED,
    MESSAGE_ID_BYTES,
    EncryptedDataKey,
    Header,
    Suite,
)
from engine.itemcrypto.keyrings.keyring import Keyring
from engine.itemcrypto.primitives import KEY_BYTES, encrypt, hmac_sha384, random_bytes
from engine.itemcrypto.record import (
    CURVE,
    ECDSA,
    LETTERS,
    NO_NONCE,
    SIGNATURE_BYTES,
    ItemKeys,
    SignedName,
    context_names,
    encrypted_field,
    in_order,
    plain_field,
    recipient_keys,
    record_digest,
)
from engine.itemcrypto.schema import FOOTER, HEADER, Action, Schema
from engine.itemcrypto.serialisation import serialised

_PLANS_CACHED = 256


def seal(item: Json, schema: Schema, keyring: Keyring, suite: Suite = Suite.SIGNED) -> Json:
    """The sealed form of an item; raises SealRefusedError or ItemKeyError, which name the item."""
    try:
        return _seal(item, schema, keyring, suite)
    except ItemCryptoError as error:
        raise error.of_item(schema.place.table, schema.place.key_of(item)) from error


def _seal(item: Json, schema: Schema, keyring: Keyring, suite: Suite) -> Json:
    plan = _plan(schema, tuple(item))
    signed, legend = plan.signed, plan.legend
    version = 2 if schema.is_version_2 else 1
    signing_key = ec.generate_private_key(CURVE) if suite is Suite.SIGNED else None
    stored = {} if signing_key is None else {PUBLIC_KEY: _public_text(signing_key)}
    context = merged(stored, rebuilt(schema.place, version, item, plan.in_context))

    data_key, message_id = random_bytes(KEY_BYTES), random_bytes(MESSAGE_ID_BYTES)
    data_keys, tag_keys = _wrap(data_key, keyring, context)
    keys = ItemKeys.derived(data_key, message_id)
    header = Header(version, suite, message_id, legend, stored, data_keys)
    body = header.serialised()
    head = body + keys.commitment(body)

    sealed, fields = _sealed_fields(item, signed, legend, keys)
    digest = record_digest(head, context, fields)
    foot = b"".join(hmac_sha384(key, digest) for key in tag_keys)
    if signing_key is not None:
        foot += _signature(signing_key, digest)
    return {**item, **sealed, HEADER: {"B": head}, FOOTER: {"B": foot}}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done with attributes of some names, in the order in which they are signed."""

    signed: tuple[SignedName, ...]
    legend: bytes
    in_context: tuple[str, ...]


@lru_cache(maxsize=_PLANS_CACHED)
def _plan(schema: Schema, names: tuple[str, ...]) -> _Plan:
    """The plan for items with those attributes; raises SealRefusedError."""
    actions = schema.actions_of(names)
    signed = in_order(
        schema.place.table, (n for n, a in actions.items() if a is not Action.DO_NOTHING)
    )
    legend = bytes(LETTERS[actions[name]] for _, name in signed)
    return _Plan(signed, legend, context_names(signed, legend))


def _public_text(key: ec.EllipticCurvePrivateKey) -> str:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return b64encode(point).decode()


def _wrap(
    data_key: bytes, keyring: Keyring, context: EncryptionContext
) -> tuple[tuple[EncryptedDataKey, ...], list[bytes]]:
    """The data key for each recipient, and the key of each recipient's tag."""
    data_keys, tag_keys = [], []
    for new in keyring.wrap(context):
        tag_key, wrapping_key = recipient_keys(new.plain)
        wrapped = encrypt(wrapping_key, NO_NONCE, data_key, context.serialised)
        recipient = new.wrapped
        data_keys.append(
            EncryptedDataKey(
                recipient.provider_id, recipient.provider_info, wrapped + recipient.ciphertext
            )
        )
        tag_keys.append(tag_key)
    if not 1 <= len(data_keys) <= DATA_KEYS_MAX:
        raise SealRefusedError(f"{len(data_keys)} recipients, not 1 to {DATA_KEYS_MAX}")
    return tuple(data_keys), tag_keys


def _sealed_fields(
    item: Json, signed: Sequence[SignedName], legend: bytes, keys: ItemKeys
) -> tuple[Json, list[bytes]]:
    """The encrypted attributes, and the fields of the signed record."""
    field_keys_left = iter(keys.of_fields(legend.count(ENCRYPTED)))
    sealed: Json = {}
    fields: list[bytes] = []
    for (path, name), letter in zip(signed, legend, strict=True):
        type_id, body = serialised(item[name])
        if letter == ENCRYPTED:
            key, nonce = next(field_keys_left)
            stored = type_id + encrypt(key, nonce, body, path)
            sealed[name] = {"B": stored}
            fields += encrypted_field(path, stored)
        else:
            fields += plain_field(path, type_id, body)
    return sealed, fields


def _signature(key: ec.EllipticCurvePrivateKey, digest: bytes) -> bytes:
    """A signature of the one length that readers take: every second is."""
    while True:
        signature = key.sign(digest, ECDSA)
        if len(signature) == SIGNATURE_BYTES:
            return signature
