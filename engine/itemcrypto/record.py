"""What the writer and the reader of an item compute alike: keys, order, the signed record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384

from engine.itemcrypto.context import EncryptionContext
from engine.itemcrypto.header import COMMITMENT_BYTES, CONTEXT, ENCRYPTED, SIGNED
from engine.itemcrypto.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    hkdf_sha512,
    hmac_sha512,
    keystream,
    sha384,
)
from engine.itemcrypto.schema import Action, Place
from engine.itemcrypto.serialisation import TYPE_BYTES, utf8_bytes, utf16

SIGNATURE_BYTES = 103
RECIPIENT_TAG_BYTES = 48
WRAPPED_KEY_BYTES = KEY_BYTES + TAG_BYTES
NO_NONCE = bytes(NONCE_BYTES)
ECDSA = ec.ECDSA(SHA384())
CURVE = ec.SECP384R1()
LETTERS = {
    Action.ENCRYPT_AND_SIGN: ENCRYPTED,
    Action.SIGN_ONLY: SIGNED,
    Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: CONTEXT,
}
_ACTIONS = {letter: action for action, letter in LETTERS.items()}
_PATHS_CACHED = 4_096
_ORDERS_CACHED = 256
_FIELD_KEY_BYTES = KEY_BYTES + NONCE_BYTES
# Three blocks of the stream for each field, of which four bytes are left over.
_FIELD_STREAM_BYTES = 48
_FIELD_COUNTER = b"AwsDbeField\x2c" + bytes(4)
_MAC_INFO = b"AWS_MPL_INTERMEDIATE_KEYWRAP_MAC"
_WRAP_INFO = b"AWS_MPL_INTERMEDIATE_KEYWRAP_ENC"
_COMMIT_INFO = b"AWS_DBE_COMMIT_KEY"
_FIELD_INFO = b"AWS_DBE_DERIVE_KEY"

SignedName = tuple[bytes, str]
"""A signed attribute: its canonical path, and its name."""


def action_of_letter(letter: int | None) -> Action:
    """What a letter of a legend means; None is that of an attribute that is not signed."""
    return Action.DO_NOTHING if letter is None else _ACTIONS[letter]


@dataclass(slots=True)
class ItemKeys:
    """The keys that come out of an item's data key and its message id."""

    commit: bytes = field(repr=False)
    field_root: bytes = field(repr=False)

    @classmethod
    def derived(cls, data_key: bytes, message_id: bytes) -> ItemKeys:
        """Derive them."""
        infos = (_COMMIT_INFO + message_id, _FIELD_INFO + message_id)
        return cls(*hkdf_sha512(data_key, *infos))

    def of_fields(self, count: int) -> list[tuple[bytes, bytes]]:
        """Key and nonce of each encrypted field, in order."""
        return field_keys(self.field_root, count)

    def commitment(self, body: bytes) -> bytes:
        """The commitment of a header to the data key; `body` is all before it."""
        return hmac_sha512(self.commit, body)[:COMMITMENT_BYTES]


def field_keys(root: bytes, count: int) -> list[tuple[bytes, bytes]]:
    """Key and nonce of the first fields under a root key: one stretch of one keystream."""
    stream = keystream(root, _FIELD_COUNTER, count * _FIELD_STREAM_BYTES)
    starts = range(0, len(stream), _FIELD_STREAM_BYTES)
    return [
        (stream[start : start + KEY_BYTES], stream[start + KEY_BYTES : start + _FIELD_KEY_BYTES])
        for start in starts
    ]


def recipient_keys(key: bytes) -> tuple[bytes, bytes]:
    """The key of a recipient's tag, and that which wraps the data key, of its intermediate key."""
    tag_key, wrapping_key = hkdf_sha512(key, _MAC_INFO, _WRAP_INFO)
    return tag_key, wrapping_key


@lru_cache(maxsize=_PATHS_CACHED)
def canonical_path(table: str, name: str) -> bytes:
    """What names an attribute of an item, in signatures and in the order of attributes.

    Raises SealRefusedError where a name is not UTF-8 text.
    """
    length = len(name) if name.isascii() else len(utf16(name)) // 2
    return b"".join(
        (utf8_bytes(table), b"\0\0\0\0\0\0\0\1$", length.to_bytes(8, "big"), utf8_bytes(name))
    )


def in_order(table: str, names: Iterable[str]) -> tuple[SignedName, ...]:
    """Attributes in the order in which they are signed; raises SealRefusedError."""
    return tuple(sorted([(canonical_path(table, name), name) for name in names]))


@lru_cache(maxsize=_ORDERS_CACHED)
def signed_in_order(place: Place, names: tuple[str, ...]) -> tuple[SignedName, ...]:
    """Those of a stored item's attributes that must be signed, in that order."""
    return in_order(place.table, place.signed_names(names))


def context_names(signed: Sequence[SignedName], legend: bytes) -> tuple[str, ...]:
    """Those of the signed attributes that are in the encryption context."""
    if CONTEXT not in legend:
        return ()
    return tuple(n for (_, n), letter in zip(signed, legend, strict=True) if letter == CONTEXT)


def encrypted_field(path: bytes, stored: bytes) -> tuple[bytes, ...]:
    """An encrypted attribute in the record, as it is stored: type id, ciphertext, tag."""
    return path, (len(stored) - TYPE_BYTES).to_bytes(8, "big"), b"ENCRYPTED", stored


def plain_field(path: bytes, type_id: bytes, body: bytes) -> tuple[bytes, ...]:
    """Another signed attribute in the record."""
    return path, len(body).to_bytes(8, "big"), b"PLAINTEXT", type_id, body


def record_digest(head: bytes, context: EncryptionContext, fields: Sequence[bytes]) -> bytes:
    """The hash of the signed record, which tags and signature are of."""
    length = len(context.serialised).to_bytes(8, "big")
    return sha384(b"".join((head, length, context.serialised, *fields)))
