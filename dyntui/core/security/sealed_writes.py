"""Writes of items that are sealed: worked out on the opened item, sent as it is to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dyntui.core.browse.writes import Write, change_item, create_item, differences
from dyntui.core.connection.connect import Connection
from dyntui.core.security.crypto_place import Config, protection_at
from dyntui.core.tables.cost import item_size, write_units
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlainWrites:
    """Writes of items as they are."""

    is_sealed = False

    def create(self, info: TableInfo, item: Json) -> Write:
        """See `dyntui.core.browse.writes.create_item`."""
        return create_item(info, item)

    def change(self, info: TableInfo, old: Json, new: Json) -> Write:
        """See `dyntui.core.browse.writes.change_item`."""
        return change_item(info, old, new)


@dataclass(frozen=True, slots=True)
class SealedWrites:
    """Writes of items that are sealed by a configuration; keys are read, so that it is for threads.

    `stored` is the item that is changed, as it is stored; None for a new one. Raises
    `engine.itemcrypto.errors.ItemCryptoError`.
    """

    config: Config
    connection: Connection
    stored: Json | None = None
    is_sealed = True

    def create(self, info: TableInfo, item: Json) -> Write:
        """Seal an item and put it, which must not exist yet."""
        sealed = protection_at(self.config, self.connection).seal(item)
        return create_item(info, sealed)

    def change(self, info: TableInfo, old: Json, new: Json) -> Write:
        """Seal an item anew and put it, as long as it is still stored as it was read."""
        from engine.itemcrypto.resealing import unchanged_condition

        assert self.stored is not None
        protection = protection_at(self.config, self.connection)
        sealed, stored = protection.seal(new), self.stored
        condition = unchanged_condition(stored, protection.schema)
        members = {"TableName": info.name, "Item": sealed, **condition}
        return Write(
            "change",
            Request("PutItem", members),
            tuple(differences(old, new)),
            stored,
            sealed,
            "nobody changed it meanwhile (its seal is compared)",
            item_size(stored),
            item_size(sealed),
            write_units(info, stored, sealed),
        )


Writes = PlainWrites | SealedWrites
PLAIN_WRITES = PlainWrites()
