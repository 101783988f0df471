"""Items of the current format: sealed by a writer, opened by a reader.

What a reader needs is in the item, in the table's `Place` and in a keyring. Nothing of an item is
given out before its tag and its signature were found right.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

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
    CONTEXT,
    DATA_KEYS_MAX,
    ENCRYPTED,
    MESSAGE_ID_BYTES,
    SIGNED,
    EncryptedDataKey,
    Header,
    Suite,
    parse_header,
)
from engine.itemcrypto.keyrings.keyring import Keyring, WrappedKey
from engine.itemcrypto.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    decrypt,
    encrypt,
    hkdf_sha512,
    hmac_sha384,
    hmac_sha512,
    keystream,
    random_bytes,
    same_bytes,
    sha384,
)
from engine.itemcrypto.schema import FOOTER, HEADER, RESERVED, Action, Place, Schema
from engine.itemcrypto.serialisation import TYPE_BYTES, binary, deserialised, serialised, utf16

SIGNATURE_BYTES = 103
_PATHS_CACHED = 4_096
_TAG_BYTES = 48
_WRAPPED_KEY_BYTES = KEY_BYTES + TAG_BYTES
_NO_NONCE = bytes(NONCE_BYTES)
_FIELD_KEY_BYTES = KEY_BYTES + NONCE_BYTES
# Three blocks of the stream for each field, of which four bytes are left over.
_FIELD_STREAM_BYTES = 48
_FIELD_COUNTER = b"AwsDbeField\x2c" + bytes(4)
_MAC_INFO = b"AWS_MPL_INTERMEDIATE_KEYWRAP_MAC"
_WRAP_INFO = b"AWS_MPL_INTERMEDIATE_KEYWRAP_ENC"
_COMMIT_INFO = b"AWS_DBE_COMMIT_KEY"
_FIELD_INFO = b"AWS_DBE_DERIVE_KEY"
_LETTERS = {
    Action.ENCRYPT_AND_SIGN: ENCRYPTED,
    Action.SIGN_ONLY: SIGNED,
    Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: CONTEXT,
}
_ACTIONS = {letter: action for action, letter in _LETTERS.items()}
_ECDSA = ec.ECDSA(SHA384())
_CURVE = ec.SECP384R1()


@dataclass(frozen=True, slots=True)
class Opened:
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


def action_of_letter(letter: int | None) -> Action:
    """What a letter of a legend means; None is that of an attribute that is not signed."""
    return Action.DO_NOTHING if letter is None else _ACTIONS[letter]


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of one item."""

    commit: bytes = field(repr=False)
    field_root: bytes = field(repr=False)

    @classmethod
    def derived(cls, data_key: bytes, message_id: bytes) -> _Keys:
        infos = (_COMMIT_INFO + message_id, _FIELD_INFO + message_id)
        return cls(*hkdf_sha512(data_key, *infos))

    def of_fields(self, count: int) -> list[tuple[bytes, bytes]]:
        """Key and nonce of each encrypted field, in order."""
        return field_keys(self.field_root, count)


def field_keys(root: bytes, count: int) -> list[tuple[bytes, bytes]]:
    """Key and nonce of the first fields under a root key: one stretch of one keystream."""
    stream = keystream(root, _FIELD_COUNTER, count * _FIELD_STREAM_BYTES)
    starts = range(0, len(stream), _FIELD_STREAM_BYTES)
    return [
        (stream[start : start + KEY_BYTES], stream[start + KEY_BYTES : start + _FIELD_KEY_BYTES])
        for start in starts
    ]


@lru_cache(maxsize=_PATHS_CACHED)
def canonical_path(table: str, name: str) -> bytes:
    """What names an attribute of an item, in signatures and in the order of attributes."""
    length = len(name) if name.isascii() else len(utf16(name)) // 2
    return b"".join(
        (table.encode(), b"\0\0\0\0\0\0\0\1$", length.to_bytes(8, "big"), name.encode())
    )


def _in_order(table: str, names: Iterable[str]) -> list[tuple[bytes, str]]:
    return sorted([(canonical_path(table, name), name) for name in names])


def is_sealed(item: Json) -> bool:
    """Whether an item has the two marker attributes of this format."""
    return HEADER in item and FOOTER in item


# Writing


def seal(item: Json, schema: Schema, keyring: Keyring, suite: Suite = Suite.SIGNED) -> Json:
    """The sealed form of an item; raises SealRefusedError or ItemKeyError, which name the item."""
    try:
        return _seal(item, schema, keyring, suite)
    except ItemCryptoError as error:
        raise error.of_item(schema.place.table, schema.place.key_of(item)) from error


def _seal(item: Json, schema: Schema, keyring: Keyring, suite: Suite) -> Json:
    actions = schema.actions_of(item)
    table = schema.place.table
    signed = _in_order(table, (n for n, a in actions.items() if a is not Action.DO_NOTHING))
    legend = bytes(_LETTERS[actions[name]] for _, name in signed)
    version = 2 if schema.is_version_2 else 1
    signing_key = ec.generate_private_key(_CURVE) if suite is Suite.SIGNED else None
    stored = {} if signing_key is None else {PUBLIC_KEY: _public_text(signing_key)}
    context = merged(stored, rebuilt(schema.place, version, item, _context_names(signed, legend)))

    data_key, message_id = random_bytes(KEY_BYTES), random_bytes(MESSAGE_ID_BYTES)
    data_keys, tag_keys = _wrap(data_key, keyring, context)
    keys = _Keys.derived(data_key, message_id)
    header = Header(version, suite, message_id, legend, stored, data_keys)
    body = header.serialised()
    head = body + _commitment(keys, body)

    sealed, fields = _sealed_fields(item, signed, legend, keys)
    digest = sha384(_record(head, context, fields))
    foot = b"".join(hmac_sha384(key, digest) for key in tag_keys)
    if signing_key is not None:
        foot += _signature(signing_key, digest)
    return {**item, **sealed, HEADER: {"B": head}, FOOTER: {"B": foot}}


def _public_text(key: ec.EllipticCurvePrivateKey) -> str:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return b64encode(point).decode()


def _context_names(signed: list[tuple[bytes, str]], legend: bytes) -> list[str]:
    return [name for (_, name), letter in zip(signed, legend, strict=True) if letter == CONTEXT]


def _wrap(
    data_key: bytes, keyring: Keyring, context: EncryptionContext
) -> tuple[tuple[EncryptedDataKey, ...], list[bytes]]:
    """The data key for each recipient, and the key of each recipient's tag."""
    data_keys, tag_keys = [], []
    for new in keyring.wrap(context):
        tag_key, wrapping_key = hkdf_sha512(new.plain, _MAC_INFO, _WRAP_INFO)
        wrapped = encrypt(wrapping_key, _NO_NONCE, data_key, context.serialised)
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


def _commitment(keys: _Keys, body: bytes) -> bytes:
    return hmac_sha512(keys.commit, body)[:COMMITMENT_BYTES]


def _sealed_fields(
    item: Json, signed: list[tuple[bytes, str]], legend: bytes, keys: _Keys
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
            fields += _encrypted_field(path, stored)
        else:
            fields += _plain_field(path, type_id, body)
    return sealed, fields


def _encrypted_field(path: bytes, stored: bytes) -> tuple[bytes, ...]:
    return path, (len(stored) - TYPE_BYTES).to_bytes(8, "big"), b"ENCRYPTED", stored


def _plain_field(path: bytes, type_id: bytes, body: bytes) -> tuple[bytes, ...]:
    return path, len(body).to_bytes(8, "big"), b"PLAINTEXT", type_id, body


def _record(head: bytes, context: EncryptionContext, fields: list[bytes]) -> bytes:
    """What the tags and the signature are of."""
    length = len(context.serialised).to_bytes(8, "big")
    return b"".join((head, length, context.serialised, *fields))


def _signature(key: ec.EllipticCurvePrivateKey, digest: bytes) -> bytes:
    """A signature of the one length that readers take: every second is."""
    while True:
        signature = key.sign(digest, _ECDSA)
        if len(signature) == SIGNATURE_BYTES:
            return signature


# Reading


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


def _marker(item: Json, name: str) -> bytes:
    value = item.get(name)
    if value is None:
        raise NotSealedError(f"it has no attribute {name}: it is not sealed")
    return _stored_binary(name, value)


def _stored_binary(name: str, value: Any) -> bytes:
    if not isinstance(value, dict) or list(value) != ["B"]:
        raise ItemFormatError(f"{name} is not binary")
    try:
        return binary(value["B"])
    except SealRefusedError as error:
        raise ItemFormatError(f"{name}: {error.reason}") from None


def _open(item: Json, place: Place, keyring: Keyring) -> Opened:
    head, foot = _marker(item, HEADER), _marker(item, FOOTER)
    header, commitment = parse_header(head)
    signed = _in_order(place.table, place.signed_names(item))
    if len(signed) != len(header.legend):
        raise ItemSchemaError(
            f"{len(header.legend)} attributes were signed, and {len(signed)} are to be: attributes "
            "were added or removed, or others are allowed to be unsigned"
        )
    for name in place.key_names:
        if name not in item:
            raise ItemSchemaError(f"the key attribute {name} is missing")
    context_names = _context_names(signed, header.legend)
    rebuilt_entries = rebuilt(place, header.version, item, context_names)
    context = merged(header.stored_context, rebuilt_entries)
    data_key, tag_key = _unwrap(header.data_keys, keyring, context)
    keys = _Keys.derived(data_key, header.message_id)
    if not same_bytes(_commitment(keys, head[:-COMMITMENT_BYTES]), commitment):
        raise ItemTamperedError("the header does not commit to the key")
    fields, encrypted = _stored_fields(item, signed, header.legend)
    digest = sha384(_record(head, context, fields))
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
            data_key.ciphertext[:_WRAPPED_KEY_BYTES],
            data_key.ciphertext[_WRAPPED_KEY_BYTES:],
        )
        try:
            key = keyring.unwrap(
                WrappedKey(data_key.provider_id, data_key.provider_info, ours), context
            )
            if key is None:
                continue
            tag_key, wrapping_key = hkdf_sha512(key, _MAC_INFO, _WRAP_INFO)
            return decrypt(wrapping_key, _NO_NONCE, wrapped, context.serialised), tag_key
        except ItemTamperedError:
            failures.append("the data key is not as it was written, or belongs to another item")
        except ItemKeyError as error:
            failures.append(error.reason)
    if failures:
        raise ItemKeyError("; ".join(failures))
    recipients = ", ".join(key.provider_id for key in data_keys)
    raise ItemKeyError(f"no key at hand is one of its recipients ({recipients})")


def _stored_fields(
    item: Json, signed: list[tuple[bytes, str]], legend: bytes
) -> tuple[list[bytes], list[tuple[bytes, str, bytes]]]:
    """The fields of the signed record, of the stored values; and the encrypted ones of these."""
    fields: list[bytes] = []
    encrypted = []
    for (path, name), letter in zip(signed, legend, strict=True):
        if letter == ENCRYPTED:
            stored = _ciphertext(item, name)
            fields += _encrypted_field(path, stored)
            encrypted.append((path, name, stored))
        else:
            fields += _plain_field(path, *serialised(item[name]))
    return fields, encrypted


def _ciphertext(item: Json, name: str) -> bytes:
    stored = _stored_binary(name, item[name])
    if len(stored) < TYPE_BYTES + TAG_BYTES:
        raise ItemFormatError(f"{name} was encrypted, and is too short")
    return stored


def _check_footer(foot: bytes, header: Header, digest: bytes, tag_key: bytes) -> None:
    tags_end = _TAG_BYTES * len(header.data_keys)
    signature_bytes = SIGNATURE_BYTES if header.suite is Suite.SIGNED else 0
    if len(foot) != tags_end + signature_bytes:
        raise ItemFormatError("the footer has the wrong length")
    tag = hmac_sha384(tag_key, digest)
    starts = range(0, tags_end, _TAG_BYTES)
    if not any(same_bytes(foot[start : start + _TAG_BYTES], tag) for start in starts):
        raise ItemTamperedError("no tag is right: a signed attribute is not as it was sealed")
    if header.suite is Suite.SIGNED:
        _check_signature(foot[tags_end:], header.stored_context[PUBLIC_KEY], digest)


def _check_signature(signature: bytes, public_key: str, digest: bytes) -> None:
    try:
        point = b64decode(public_key, validate=True)
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        raise ItemFormatError("the header has no proper key for its signature") from None
    try:
        key.verify(signature, digest, _ECDSA)
    except InvalidSignature:
        raise ItemTamperedError("the signature is not right") from None


def _opened_fields(encrypted: list[tuple[bytes, str, bytes]], keys: _Keys) -> Json:
    opened = {}
    field_keys_in_order = keys.of_fields(len(encrypted))
    for (path, name, stored), (key, nonce) in zip(encrypted, field_keys_in_order, strict=True):
        body = decrypt(key, nonce, stored[TYPE_BYTES:], path)
        opened[name] = deserialised(stored[:TYPE_BYTES], body)
    return opened
