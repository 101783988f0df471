"""Why an item was not sealed or not opened.

    ApiError
    └── ItemCryptoError           raised by this side, never by the service
        ├── CryptoConfigError     the configuration of a table, or a key file
        ├── SealRefusedError      an item that the rules do not let be sealed
        ├── SealedOperationError  an operation that sealed items do not allow
        └── ItemRefusedError      a stored item that is not given out
            ├── NotSealedError        it has no seal
            ├── ItemFormatError       its seal or a value cannot be read
            ├── ItemSchemaError       other attributes are signed than the item has
            ├── ItemKeyError          no key at hand opens it
            └── ItemTamperedError     commitment, tag, signature or ciphertext is not right

They are `ApiError`s, so that a `Client` around a `Client` raises what faces expect.
"""

from __future__ import annotations

from typing import Any, Self

from engine.client.protocol import Json
from engine.errors import ApiError


class ItemCryptoError(ApiError):
    """An item was not sealed or not opened; `reason` says why, without naming the item.

    `table` and `key` (an attribute map) name the item, where they are known.
    """

    def __init__(self, reason: str, *, table: str | None = None, key: Json | None = None) -> None:
        super().__init__(f"{_item_name(table, key)}: {reason}" if table is not None else reason)
        self.reason = reason
        self.table = table
        self.key = key

    def of_item(self, table: str, key: Json) -> Self:
        """The same error, naming the item."""
        return type(self)(self.reason, table=table, key=key)


class CryptoConfigError(ItemCryptoError):
    """The configuration of a table, or a key file, is wrong."""


class SealRefusedError(ItemCryptoError):
    """The rules do not let an item be sealed."""


class SealedOperationError(ItemCryptoError):
    """An operation, or a parameter of one, that sealed items do not allow."""


class ItemRefusedError(ItemCryptoError):
    """A stored item is not given out."""


class NotSealedError(ItemRefusedError):
    """The item has no seal, and the configuration asks for one."""


class ItemFormatError(ItemRefusedError):
    """The item's seal, or a value in it, cannot be read."""


class ItemSchemaError(ItemRefusedError):
    """The attributes of the item are not those that were signed."""


class ItemKeyError(ItemRefusedError):
    """No key at hand opens the item."""


class ItemTamperedError(ItemRefusedError):
    """The item is not as it was sealed, or not where it was."""


def _item_name(table: str | None, key: Json | None) -> str:
    if not key:
        return f"an item of {table}"
    shown = ", ".join(f"{name} {_shown(value)}" for name, value in sorted(key.items()))
    return f"item {shown} of {table}"


def _shown(value: Any) -> str:
    """The content of a value, which may be none: a stored item can hold anything."""
    content = value
    if isinstance(value, dict) and len(value) == 1:
        [content] = value.values()
    return content.hex() if isinstance(content, bytes) else str(content)
