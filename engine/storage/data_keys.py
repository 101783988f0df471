"""Data keys: what seals the values of tables under KMS keys, and how it is at hand.

A table under a KMS key has a data key of its own. It is kept in the database, wrapped by the KMS
key; the plain one is only in the memory of processes that use the table, and is dropped there once
any process changes the Region's keys: what a disabled key wraps is not unwrapped again.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import apsw
import orjson

from engine.client.keys import KEY_ACCOUNT, KeyTools
from engine.client.protocol import Json
from engine.errors import ApiError, FolderError, InternalServerError, TableKeyDenied
from engine.late import late
from engine.storage.connections import fetch

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_cipher: Callable[[bytes], AESGCM] = late("cryptography.hazmat.primitives.ciphers.aead", "AESGCM")

MARK = 1
"""The first byte of a sealed value, with which no JSON begins; the version of its form."""
ID_BYTES = 4
_SALT_BYTES = 16
PREFIX_END = 1 + ID_BYTES + _SALT_BYTES
NONCE_END = PREFIX_END + 12
SEALED_BYTES_MORE = NONCE_END + 16
"""By so many bytes a sealed value is longer than the value."""

# AES-GCM allows many more under one key; a new one costs two microseconds.
_SEALED_PER_KEY = 1 << 32
_CIPHERS_MAX = 4_096
_LABEL = b"dyntui data key\x00"
KEY_DENIED = "KMS key access denied error: "
"""How the message of each `TableKeyDenied` begins."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """That a table's values are sealed, or are to be: under the KMS key of an ARN, by a data key.

    `data_key` seals what is written, None nothing: the table is to be under the AWS owned key, then
    `key_arn` is None too, or nothing is stored yet. While the table is being switched,
    `switching_from` holds the ARN from before (None: AWS owned) and `leaving` the data keys from
    before, which some values are still under; `has_plain`: some are not sealed.
    """

    key_arn: str | None
    data_key: int | None = None
    switching: bool = False
    switching_from: str | None = None
    leaving: tuple[int, ...] = ()
    has_plain: bool = False

    @property
    def data_keys(self) -> tuple[int, ...]:
        """The data keys without which some value cannot be read."""
        return self.leaving if self.data_key is None else (self.data_key, *self.leaving)

    @classmethod
    def from_json(cls, form: Json) -> Encryption:
        """Read what `asdict` gave."""
        return cls(**form | {"leaving": tuple(form["leaving"])})


class WrappedKey(NamedTuple):
    """A data key as the database has it: under which KMS key and encryption context."""

    id: int
    arn: str
    context: dict[str, str]
    wrapped: bytes


@dataclass(slots=True)
class SealingKey:
    """What seals next under a data key: a key of this process's own, whose nonces are counted.

    `prefix` is what sealed values begin with: the mark, the data key's id and a random salt. The
    key is derived from the salt, so no nonce is ever used twice, whatever other processes do.
    """

    prefix: bytes
    cipher: AESGCM
    numbers: count[int] = field(default_factory=count)


class Opened:
    """What was unwrapped since the Region's keys last changed."""

    def __init__(self, generation: object) -> None:
        self.generation = generation
        self.plain: dict[int, bytes] = {}
        self.ciphers: dict[bytes, AESGCM] = {}
        self.sealing: dict[int, SealingKey] = {}


class DataKeys:
    """The data keys of a Region in this process; safe to use from several threads.

    `opened` is what was unwrapped; `looks` counts how often it was asked whether keys changed.
    """

    def __init__(self, keys: Callable[[], KeyTools]) -> None:
        self._find_keys = keys
        self._keys: KeyTools | None = None
        self._generation: Callable[[], object] = self._first_generation
        self.opened = Opened(None)
        self.looks = 0

    @property
    def keys(self) -> KeyTools:
        """The Region's key store."""
        if self._keys is None:
            self._keys = self._find_keys()
        return self._keys

    def _first_generation(self) -> object:
        self._generation = self.keys.generation
        return self._generation()

    def look(self) -> None:
        """Drop all that was unwrapped, if any process has changed the Region's keys since."""
        generation = self._generation()
        if generation != self.opened.generation:
            # Whoever is unwrapping now adds to what is dropped here.
            self.opened = Opened(generation)
        self.looks += 1

    def drop_if_changed(self) -> None:
        """The same, where anything was unwrapped."""
        if self.opened.plain:
            self.look()

    def keep(self, known: Container[int]) -> None:
        """Drop all that was unwrapped, if some of it is of data keys that are there no more."""
        opened = self.opened
        if not all(key_id in known for key_id in list(opened.plain)):
            self.opened = Opened(opened.generation)

    def require(self, table: str, encryption: Encryption, known: Mapping[int, WrappedKey]) -> None:
        """Raises `TableKeyDenied` where a data key of a table cannot be unwrapped as keys are now.

        `known` are the Region's data keys.
        """
        self.look()
        opened = self.opened
        if encryption.data_key in opened.plain and not encryption.leaving:
            return
        for key_id in encryption.data_keys:
            if key_id not in opened.plain and key_id in known:
                try:
                    self._plain(opened, known[key_id])
                except TableKeyDenied as error:
                    raise TableKeyDenied(f"{error.message} (Table: {table})") from error

    def opening(self, prefix: bytes, find: Callable[[int], WrappedKey]) -> AESGCM:
        """What opens the values that begin with a prefix; raises `TableKeyDenied`."""
        opened = self.opened
        cipher = opened.ciphers.get(prefix)
        if cipher is None:
            key = find(int.from_bytes(prefix[1 : 1 + ID_BYTES]))
            cipher = _derived(self._plain(opened, key), prefix)
            if len(opened.ciphers) >= _CIPHERS_MAX:
                opened.ciphers.clear()
            opened.ciphers[prefix] = cipher
        return cipher

    def sealing(self, key_id: int, find: Callable[[int], WrappedKey]) -> tuple[SealingKey, int]:
        """What seals the next value under a data key, and its number; raises `TableKeyDenied`."""
        opened = self.opened
        sealing = opened.sealing.get(key_id)
        number = _SEALED_PER_KEY if sealing is None else next(sealing.numbers)
        if sealing is None or number >= _SEALED_PER_KEY:
            prefix = bytes([MARK]) + key_id.to_bytes(ID_BYTES) + secrets.token_bytes(_SALT_BYTES)
            sealing = SealingKey(prefix, _derived(self._plain(opened, find(key_id)), prefix))
            number = next(sealing.numbers)
            opened.sealing[key_id] = sealing
        return sealing, number

    def _plain(self, opened: Opened, key: WrappedKey) -> bytes:
        plain = opened.plain.get(key.id)
        if plain is None:
            try:
                plain = self.keys.decrypt(key.wrapped, key.context, key.arn)
            except (ApiError, FolderError) as error:
                raise denied(error) from error
            opened.plain[key.id] = plain
        return plain

    def close(self) -> None:
        """Drop all that was unwrapped, and give back what the key store holds open."""
        self.opened = Opened(None)
        if self._keys is not None:
            self._keys.let_go()

    def make(self, arn: str, table_name: str) -> WrappedKey:
        """A new data key under a KMS key; raises `TableKeyDenied`."""
        context = key_context(table_name)
        try:
            made = self.keys.generate_data_key(arn, context)
        except (ApiError, FolderError) as error:
            raise denied(error) from error
        return WrappedKey(secrets.randbits(8 * ID_BYTES), made.arn, context, made.ciphertext)


def key_context(table_name: str) -> dict[str, str]:
    """The encryption context of what is wrapped for a table: DynamoDB's names."""
    return {"aws:dynamodb:tableName": table_name, "aws:dynamodb:subscriberId": KEY_ACCOUNT}


def denied(error: ApiError | FolderError) -> TableKeyDenied:
    """What the refusal of a key store means to a request on a table."""
    reason = error.message if isinstance(error, ApiError) else str(error)
    return TableKeyDenied(f"{KEY_DENIED}{reason.rstrip('.')}")


def _derived(plain: bytes, prefix: bytes) -> AESGCM:
    """The cipher of a salt: HMAC-SHA256 of it under the data key."""
    return _cipher(hmac.digest(plain, _LABEL + prefix, "sha256"))


# In the database.

_COLUMNS = "id, arn, context, wrapped"


def read_data_keys(cursor: apsw.Cursor) -> dict[int, WrappedKey]:
    """All data keys by their ids."""
    keys = map(_of_row, fetch(cursor, f"SELECT {_COLUMNS} FROM data_keys"))
    return {key.id: key for key in keys}


def data_keys_for(
    cursor: apsw.Cursor, encryptions: Iterable[Encryption | None]
) -> dict[int, WrappedKey]:
    """All data keys, where any table has some: a folder without them needs no such page."""
    return read_data_keys(cursor) if any(encryptions) else {}


def read_data_key(cursor: apsw.Cursor, key_id: int) -> WrappedKey:
    """One data key; raises `InternalServerError` where it is not there."""
    rows = fetch(cursor, f"SELECT {_COLUMNS} FROM data_keys WHERE id = ?", (key_id,))
    if not rows:
        raise InternalServerError(
            f"a stored value was altered, or is under a data key that is gone ({key_id})"
        )
    return _of_row(rows[0])


def put_data_key(cursor: apsw.Cursor, key: WrappedKey, storage_id: int) -> None:
    """Keep a data key of the table with a storage id."""
    cursor.execute(
        "INSERT INTO data_keys(id, arn, context, wrapped, storage) VALUES(?, ?, ?, ?, ?)",
        (key.id, key.arn, orjson.dumps(key.context), key.wrapped, storage_id),
    )


def leave_data_keys(cursor: apsw.Cursor, storage_id: int, now_us: int) -> None:
    """Note that a table is gone: its data keys are kept for its past only."""
    cursor.execute("UPDATE data_keys SET left_us = ? WHERE storage = ?", (now_us, storage_id))


def forget_data_keys(cursor: apsw.Cursor) -> int:
    """Forget those of tables that are gone, whose past and items are; gives how many."""
    cursor.execute(
        "DELETE FROM data_keys WHERE left_us < coalesce("
        "(SELECT stamp_us FROM changes ORDER BY seq LIMIT 1), left_us + 1)"
        " AND storage NOT IN (SELECT definition ->> 'storage_id' FROM trash)"
    )
    return cursor.connection.changes()


def _of_row(row: tuple[int, str, bytes, bytes]) -> WrappedKey:
    key_id, arn, context, wrapped = row
    form: Json = orjson.loads(context)
    return WrappedKey(key_id, arn, form, wrapped)
