"""Items of the current format, as their reader opens them.

What a reader needs is in the item, in the table's `Place` and in a keyring. Nothing of an item is
given out before its tag and its signature were found right.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from engine.client.protocol import Json
from engine.itemcrypto.context import PUBLIC_KEY, EncryptionContext, merged, rebuilt
from engine.itemcrypto.errors import (
    ItemCryptoError,
    ItemFormatError,
    ItemKeyError,
    ItemSchemaError,
    ItemTamperedError,
    NotSealedError,
    SealRefusedError,
)
from engine.itemcrypto.header import (
    COMMITMENT_BYTES,
    ENCRYPTED,
    EncryptedDataKey,
    Header,
    Suite,
    parse_header,
)
from engine.itemcrypto.keyrings.keyring import Keyring, WrappedKey
from engine.itemcrypto.primitives import TAG_BYTES, decrypt, hmac_sha384, same_bytes
from engine.itemcrypto.record import (
    CURVE,
    ECDSA,
    NO_NONCE,
    RECIPIENT_TAG_BYTES,
    SIGNATURE_BYTES,
    WRAPPED_KEY_BYTES,
    ItemKeys,
    SignedName,
    action_of_letter,
    context_names,
    encrypted_field,
    plain_field,
    recipient_keys,
    record_digest,
    signed_in_order,
)
from engine.itemcrypto.schema import FOOTER, HEADER, RESERVED, Action, Place
from engine.itemcrypto.serialisation import TYPE_BYTES, binary, deserialised, serialised


class Opened(NamedTuple):
    """An item that was found right: its attributes without the markers, and its header.

    `signed` are the names of its signed attributes, in the order of the header's legend.
    """

    item: Json
    header: Header
    signed: tuple[str, ...]

    @property
    def actions(self) -> dict[str, Action]:
        """What was done with each attribute when the item was sealed."""
        letters = dict(zip(self.signed, self.header.legend, strict=True))
        return {name: action_of_letter(letters.get(name)) for name in self.item}


def is_sealed(item: Json) -> bool:
    """Whether an item has the two marker attributes of this format."""
    return HEADER in item and FOOTER in item


def open_item(item: Json, place: Place, keyring: Keyring) -> Opened:
    """Verify and decrypt an item; raises ItemRefusedError, which names the item."""
    try:
        return _open(item, place, keyring)
    except SealRefusedError as error:
        # A stored value that could never have been signed.
        raise ItemFormatError(error.reason).of_item(place.table, place.key_of(item)) from error
    except ItemCryptoError as error:
        raise error.of_item(place.table, place.key_of(item)) from error


def header_of(item: Json) -> Header:
    """The header of a sealed item, which nobody has verified; raises ItemRefusedError."""
    return parse_header(_marker(item, HEADER))[0]


def footer_of(item: Json) -> bytes:
    """The footer of a stored item, not looked at yet; raises NotSealedError or ItemFormatError."""
    return _marker(item, FOOTER)


def _marker(item: Json, name: str) -> bytes:
    value = item.get(name)
    if value is None:
        raise NotSealedError(f"it has no attribute {name}: it is not sealed")
    return _stored_binary(name, value)


def _stored_binary(name: str, value: Any) -> bytes:
    content = value.get("B") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(content, bytes):
        return content
    if content is None:
        raise ItemFormatError(f"{name} is not binary")
    try:
        return binary(content)
    except SealRefusedError as error:
        raise ItemFormatError(f"{name}: {error.reason}") from None


def _open(item: Json, place: Place, keyring: Keyring) -> Opened:
    head, foot = _marker(item, HEADER), _marker(item, FOOTER)
    header, commitment = parse_header(head)
    signed = signed_in_order(place, tuple(item))
    if len(signed) != len(header.legend):
        raise ItemSchemaError(
            f"{len(header.legend)} attributes were signed, and {len(signed)} are to be: attributes "
            "were added or removed, or others are allowed to be unsigned"
        )
    for name in place.key_names:
        if name not in item:
            raise ItemSchemaError(f"the key attribute {name} is missing")
    in_context = context_names(signed, header.legend)
    entries = rebuilt(place, header.version, item, in_context)
    context = merged(header.stored_context, entries)
    data_key, tag_key = _unwrap(header.data_keys, keyring, context)
    keys = ItemKeys.derived(data_key, header.message_id)
    if not same_bytes(keys.commitment(head[:-COMMITMENT_BYTES]), commitment):
        raise ItemTamperedError("the header does not commit to the key")
    fields, encrypted = _stored_fields(item, signed, header.legend)
    digest = record_digest(head, context, fields)
    _check_footer(foot, header, digest, tag_key)
    opened = {name: value for name, value in item.items() if not name.startswith(RESERVED)}
    opened |= _opened_fields(encrypted, keys)
    return Opened(opened, header, tuple([name for _, name in signed]))


def _unwrap(
    data_keys: tuple[EncryptedDataKey, ...], keyring: Keyring, context: EncryptionContext
) -> tuple[bytes, bytes]:
    """The data key, and the key of the tag, of the first recipient that the keyring is."""
    failures: list[str] = []
    for data_key in data_keys:
        wrapped, ours = (
            data_key.ciphertext[:WRAPPED_KEY_BYTES],
            data_key.ciphertext[WRAPPED_KEY_BYTES:],
        )
        try:
            key = keyring.unwrap(
                WrappedKey(data_key.provider_id, data_key.provider_info, ours), context
            )
            if key is None:
                continue
            tag_key, wrapping_key = recipient_keys(key)
            return decrypt(wrapping_key, NO_NONCE, wrapped, context.serialised), tag_key
        except ItemTamperedError:
            failures.append("the data key is not as it was written, or belongs to another item")
        except ItemKeyError as error:
            failures.append(error.reason)
    if failures:
        raise ItemKeyError("; ".join(failures))
    recipients = ", ".join(key.provider_id for key in data_keys)
    raise ItemKeyError(f"no key at hand is one of its recipients ({recipients})")


def _stored_fields(
    item: Json, signed: Sequence[SignedName], legend: bytes
) -> tuple[list[bytes], list[tuple[bytes, str, bytes]]]:
    """The fields of the signed record, of the stored values; and the encrypted ones of these."""
    fields: list[bytes] = []
    encrypted = []
    for (path, name), letter in zip(signed, legend, strict=True):
        if letter == ENCRYPTED:
            stored = _ciphertext(item, name)
            fields += encrypted_field(path, stored)
            encrypted.append((path, name, stored))
        else:
            fields += plain_field(path, *serialised(item[name]))
    return fields, encrypted


def _ciphertext(item: Json, name: str) -> bytes:
    stored = _stored_binary(name, item[name])
    if len(stored) < TYPE_BYTES + TAG_BYTES:
        raise ItemFormatError(f"{name} was encrypted, and is too short")
    return stored


def _check_footer(foot: bytes, header: Header, digest: bytes, tag_key: bytes) -> None:
    tags_end = RECIPIENT_TAG_BYTES * len(header.data_keys)
    signature_bytes = SIGNATURE_BYTES if header.suite is Suite.SIGNED else 0
    if len(foot) != tags_end + signature_bytes:
        raise ItemFormatError("the footer has the wrong length")
    tag = hmac_sha384(tag_key, digest)
    starts = range(0, tags_end, RECIPIENT_TAG_BYTES)
    if not any(same_bytes(foot[start : start + RECIPIENT_TAG_BYTES], tag) for start in starts):
        raise ItemTamperedError("no tag is right: a signed attribute is not as it was sealed")
    if header.suite is Suite.SIGNED:
        _check_signature(foot[tags_end:], header.stored_context[PUBLIC_KEY], digest)


def _check_signature(signature: bytes, public_key: str, digest: bytes) -> None:
    try:
        point = b64decode(public_key, validate=True)
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise ItemFormatError("the header has no proper key for its signature") from None
    try:
        key.verify(signature, digest, ECDSA)
    except InvalidSignature:
        raise ItemTamperedError("the signature is not right") from None


def _opened_fields(encrypted: list[tuple[bytes, str, bytes]], keys: ItemKeys) -> Json:
    opened: Json = {}
    for (path, name, stored), (key, nonce) in zip(
        encrypted, keys.of_fields(len(encrypted)), strict=True
    ):
        body = decrypt(key, nonce, stored[TYPE_BYTES:], path)
        opened[name] = deserialised(stored[:TYPE_BYTES], body)
    return opened
