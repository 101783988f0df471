"""The one place where values are sealed on their way into the database, and opened on the way out.

A value of a table under a KMS key (an item, an index entry, an image in the change log) is sealed
by AES-256-GCM, and bound to its place: what kind of value it is, its storage id, its key, in the
log its stamp too. So a value that was altered or moved in the file is refused, not returned.

    mark (1) | id of the data key (4) | salt (16) | nonce (12) | ciphertext | tag (16)

The key is the data key's of this salt (`data_keys`), the nonce a number that is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from engine.errors import InternalServerError
from engine.storage.data_keys import (
    ID_BYTES,
    MARK,
    NONCE_END,
    PREFIX_END,
    DataKeys,
    WrappedKey,
    read_data_key,
)
from engine.storage.row_tables import Storage

_STORAGE_BYTES = 8
_STAMP_BYTES = 8
# Rows of a long range, after which it is looked again whether the keys have changed.
_ROWS_PER_LOOK = 256
OLD, NEW = b"o", b"n"
"""The images of an entry of the change log."""


class Seals:
    """What seals and opens the values of one connection.

    Whether the Region's keys have changed is looked at once in each transaction that meets a sealed
    value, or a table that has them.
    """

    __slots__ = ("_connection", "_data_keys", "_looks")

    def __init__(self, connection: apsw.Connection, data_keys: DataKeys) -> None:
        self._connection = connection
        self._data_keys = data_keys
        self._looks = data_keys.looks

    def begin(self) -> None:
        """A transaction begins."""
        self._looks = self._data_keys.looks

    # Rows.

    def sealed(self, storage: Storage, key: bytes, value: bytes) -> bytes:
        """What is to be stored for the value of a row."""
        encryption = storage.encryption
        if encryption is None or encryption.data_key is None:
            return value
        return self._seal(encryption.data_key, value, storage.bound + key)

    def opened(self, storage: Storage, key: bytes, stored: bytes) -> bytes:
        """The value of a row of a storage that may be sealed."""
        if stored and stored[0] == MARK:
            return self._open(stored, storage.bound + key)
        if stored and storage.encryption is not None and storage.encryption.has_plain:
            return stored
        raise _altered(storage.bound + key)

    def opened_rows(
        self, storage: Storage, rows: Iterator[tuple[bytes, int, bytes]]
    ) -> Iterator[tuple[bytes, int, bytes]]:
        """Rows (value, size, key), their values opened."""
        opened, left = self.opened, _ROWS_PER_LOOK
        for value, size, key in rows:
            left -= 1
            if not left:
                left = _ROWS_PER_LOOK
                self._data_keys.look()
            yield opened(storage, key, value), size, key

    # Images in the change log.

    def sealed_image(
        self, kind: bytes, storage: Storage, key: bytes, stamp_us: int, image: bytes | None
    ) -> bytes | None:
        """What is to be stored for an image of an entry."""
        encryption = storage.encryption
        if image is None or encryption is None or encryption.data_key is None:
            return image
        bound = _image_bound(kind, storage.storage_id, key, stamp_us)
        return self._seal(encryption.data_key, image, bound)

    def image(
        self, kind: bytes, storage_id: int, key: bytes, stamp_us: int, stored: bytes | None
    ) -> bytes | None:
        """An image of an entry."""
        if stored is None or stored[0] != MARK:
            return stored
        return self._open(stored, _image_bound(kind, storage_id, key, stamp_us))

    # Both.

    def _seal(self, key_id: int, value: bytes, bound: bytes) -> bytes:
        data_keys = self._data_keys
        if data_keys.looks == self._looks:
            data_keys.look()
        sealing, number = data_keys.sealing(key_id, self._find)
        nonce = number.to_bytes(NONCE_END - PREFIX_END)
        return sealing.prefix + nonce + sealing.cipher.encrypt(nonce, value, bound)

    def _open(self, stored: bytes, bound: bytes) -> bytes:
        data_keys = self._data_keys
        if data_keys.looks == self._looks:
            data_keys.look()
        prefix = stored[:PREFIX_END]
        cipher = data_keys.opened.ciphers.get(prefix) or data_keys.opening(prefix, self._find)
        try:
            return cipher.decrypt(stored[PREFIX_END:NONCE_END], stored[NONCE_END:], bound)
        except Exception as error:
            # The one that it raises is not imported for the many that never meet it.
            raise _altered(bound) from error

    def _find(self, key_id: int) -> WrappedKey:
        return read_data_key(self._connection.cursor(), key_id)


def data_key_of(stored: bytes | None) -> int | None:
    """The id of the data key that a stored value is under; None where it is not sealed."""
    if stored is None or stored[0] != MARK:
        return None
    return int.from_bytes(stored[1 : 1 + ID_BYTES])


def _image_bound(kind: bytes, storage_id: int, key: bytes, stamp_us: int) -> bytes:
    return kind + storage_id.to_bytes(_STORAGE_BYTES) + stamp_us.to_bytes(_STAMP_BYTES) + key


def _altered(bound: bytes) -> InternalServerError:
    """What is told of a value that is not what was sealed for its place."""
    place = f"{int.from_bytes(bound[1 : 1 + _STORAGE_BYTES])}/{bound[1 + _STORAGE_BYTES :].hex()}"
    return InternalServerError(
        f"the value stored at {place} was altered, or is not where it was written"
    )
