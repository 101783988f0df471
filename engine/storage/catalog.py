"""The catalog: which tables and indexes a Region has, and where their items are stored.

A table's name leads to a table id, and that to a storage id, which names the SQLite tables that
hold the items. Deleting or replacing a table moves storage ids; no item is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import InternalServerError
from engine.storage.data_keys import Encryption, WrappedKey
from engine.storage.keys import collection_prefix, part, value_bytes
from engine.storage.partitions import PartitionMap, initial_count
from engine.storage.row_tables import Storage
from engine.storage.shard_map import ShardMap

PARTITION_KEY_BYTES_MAX = 2_048
SORT_KEY_BYTES_MAX = 1_024

STREAM_HOURS = 24.0
"""For how long the records of a stream can be read."""


ARCHIVED = "ARCHIVED"
"""The status of a table whose items are in a backup only, since its key is lost."""


class InvalidKeyError(Exception):
    """An item does not have the key attributes of its table."""


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """A key attribute: its name and its type, one of S, N, B."""

    name: str
    type: str


@dataclass(frozen=True)
class Index:
    """A secondary index: its keys, what it projects, where its entries are stored.

    `changing` is a status (CREATING, UPDATING, DELETING) that holds until `changing_until_us`.
    `partition_map` is None as long as a global index has its first partitions. `encryption` is that
    of its table, and kept there.
    """

    name: str
    is_global: bool
    storage_id: int
    hash: tuple[KeyAttribute, ...]
    range: tuple[KeyAttribute, ...]
    projection_type: str
    non_key_attributes: tuple[str, ...]
    backfilling: bool = False
    settings: Json = field(default_factory=dict)
    changing: str | None = None
    changing_until_us: int = 0
    partition_map: PartitionMap | None = None
    encryption: Encryption | None = None

    @cached_property
    def storage(self) -> Storage:
        """The SQLite tables of its entries."""
        return Storage(self.storage_id, self.encryption)

    @cached_property
    def partitions(self) -> PartitionMap:
        """The partitions of a global index."""
        return self.partition_map or _first_partitions(self.settings)

    @cached_property
    def keys(self) -> tuple[KeyAttribute, ...]:
        """Its key attributes, partition keys first."""
        return self.hash + self.range

    @cached_property
    def key_names(self) -> tuple[str, ...]:
        """The names of its key attributes."""
        return tuple(key.name for key in self.keys)

    def with_settings(self, **settings: Any) -> Index:
        """The same index with some settings replaced; a value of None removes one."""
        return replace(self, settings=_merged(self.settings, settings))

    def status(self, now_us: int) -> str:
        """IndexStatus at a time."""
        if self.backfilling:
            return "CREATING"
        if self.changing is not None and now_us < self.changing_until_us:
            return self.changing
        return "ACTIVE"

    def to_json(self) -> Json:
        """The form kept in the catalog."""
        return {
            "name": self.name,
            "is_global": self.is_global,
            "storage_id": self.storage_id,
            "hash": [[key.name, key.type] for key in self.hash],
            "range": [[key.name, key.type] for key in self.range],
            "projection_type": self.projection_type,
            "non_key_attributes": list(self.non_key_attributes),
            "backfilling": self.backfilling,
            "settings": self.settings,
            "changing": self.changing,
            "changing_until_us": self.changing_until_us,
            "partition_map": _map_json(self.partition_map),
        }

    @classmethod
    def from_json(cls, form: Json, encryption: Encryption | None) -> Index:
        """Read what `to_json` wrote, of a table with that encryption."""
        return cls(
            **form
            | {
                "encryption": encryption,
                "hash": _keys(form["hash"]),
                "range": _keys(form["range"]),
                "non_key_attributes": tuple(form["non_key_attributes"]),
                "partition_map": _map_of(form),
            }
        )


@dataclass(frozen=True)
class Expiry:
    """Time to Live: the attribute that says when an item expires, and where all of that is noted.

    `filling`: items from before it was turned on are not all noted yet.
    """

    attribute: str
    storage_id: int
    filling: bool

    @cached_property
    def storage(self) -> Storage:
        """The SQLite tables of its rows."""
        return Storage(self.storage_id)


@dataclass(frozen=True)
class Table:
    """A table: its keys, its indexes, where its items are stored, and its settings.

    `settings` holds the members that DescribeTable shows and that steer behaviour elsewhere
    (BillingMode, ProvisionedThroughput, …). `changing` is a status (CREATING, UPDATING, DELETING,
    ARCHIVED) that holds until `changing_until_us`. `leaving` are indexes that are shown for some
    time as DELETING, though nothing is stored for them any more. `stream` is its enabled stream,
    `expiry` its Time to Live. `partition_map` is None as long as the table has its first
    partitions.
    `encryption` is there unless all is under the AWS owned key, which is the folder's.
    """

    name: str
    table_id: str
    storage_id: int
    hash: KeyAttribute
    range: KeyAttribute | None
    indexes: tuple[Index, ...]
    created_us: int
    settings: Json
    changing: str | None = None
    changing_until_us: int = 0
    leaving: tuple[Index, ...] = ()
    stream: ShardMap | None = None
    expiry: Expiry | None = None
    partition_map: PartitionMap | None = None
    encryption: Encryption | None = None

    @cached_property
    def storage(self) -> Storage:
        """The SQLite tables of its items."""
        return Storage(self.storage_id, self.encryption)

    @cached_property
    def partitions(self) -> PartitionMap:
        """Its partitions."""
        return self.partition_map or _first_partitions(self.settings)

    @cached_property
    def keys(self) -> tuple[KeyAttribute, ...]:
        """Its key attributes, the partition key first."""
        return (self.hash,) if self.range is None else (self.hash, self.range)

    @cached_property
    def key_names(self) -> tuple[str, ...]:
        """The names of its key attributes."""
        return tuple(key.name for key in self.keys)

    @cached_property
    def local_indexes(self) -> tuple[Index, ...]:
        """Its local secondary indexes."""
        return tuple(index for index in self.indexes if not index.is_global)

    @cached_property
    def global_indexes(self) -> tuple[Index, ...]:
        """Its global secondary indexes."""
        return tuple(index for index in self.indexes if index.is_global)

    @cached_property
    def log_hours(self) -> float:
        """For how many hours its changes are logged for what is turned on; 0 if nothing asks."""
        recovery = self.settings.get("PointInTimeRecovery")
        return max(
            0.0 if recovery is None else recovery["Days"] * 24.0,
            STREAM_HOURS if "StreamSpecification" in self.settings else 0.0,
        )

    @cached_property
    def attribute_types(self) -> dict[str, str]:
        """Every key attribute of the table and its indexes, with its type."""
        types = {key.name: key.type for key in self.keys}
        for index in self.indexes:
            types.update({key.name: key.type for key in index.keys})
        return types

    def index(self, name: str) -> Index | None:
        """The index of that name."""
        return next((index for index in self.indexes if index.name == name), None)

    def key_blob(self, item: Json) -> bytes:
        """The key under which an item is stored.

        Raises `InvalidKeyError` where a key attribute is missing, of another type, empty or too
        long; the caller finds out which.
        """
        try:
            raw = value_bytes(item[self.hash.name], self.hash.type)
            if not 0 < len(raw) <= PARTITION_KEY_BYTES_MAX:
                raise InvalidKeyError
            key = collection_prefix((raw,))
            if self.range is None:
                return key
            raw = value_bytes(item[self.range.name], self.range.type)
        except KeyError as error:
            raise InvalidKeyError from error
        if not 0 < len(raw) <= SORT_KEY_BYTES_MAX:
            raise InvalidKeyError
        return key + part(raw)

    def index_blob(self, index: Index, item: Json, key: bytes) -> bytes:
        """The key of an item's entry in an index; `key` is the item's own.

        Raises `InvalidKeyError` where the partition keys together, or the sort keys together, are
        too long.
        """
        partition = [value_bytes(item[k.name], k.type) for k in index.hash]
        if sum(map(len, partition)) > PARTITION_KEY_BYTES_MAX:
            raise InvalidKeyError
        blob = collection_prefix(partition)
        sort_bytes = 0
        for k in index.range:
            raw = value_bytes(item[k.name], k.type)
            sort_bytes += len(raw)
            blob += part(raw)
        if sort_bytes > SORT_KEY_BYTES_MAX:
            raise InvalidKeyError
        return blob + key

    def status(self, now_us: int) -> str:
        """TableStatus at a time."""
        if self.changing is not None and now_us < self.changing_until_us:
            return self.changing
        return "ACTIVE"

    def is_gone(self, now_us: int) -> bool:
        """Whether a deletion that takes its time has come to its end."""
        return self.changing == "DELETING" and now_us >= self.changing_until_us

    def to_json(self) -> Json:
        """The form kept in the catalog."""
        return {
            "name": self.name,
            "table_id": self.table_id,
            "storage_id": self.storage_id,
            "hash": [self.hash.name, self.hash.type],
            "range": None if self.range is None else [self.range.name, self.range.type],
            "indexes": [index.to_json() for index in self.indexes],
            "created_us": self.created_us,
            "settings": self.settings,
            "changing": self.changing,
            "changing_until_us": self.changing_until_us,
            "leaving": [index.to_json() for index in self.leaving],
            "stream": None if self.stream is None else self.stream.to_json(),
            "expiry": None if self.expiry is None else asdict(self.expiry),
            "partition_map": _map_json(self.partition_map),
            "encryption": None if self.encryption is None else asdict(self.encryption),
        }

    @classmethod
    def from_json(cls, form: Json) -> Table:
        """Read what `to_json` wrote."""
        # Definitions from before tables were sealed have none.
        kept = form.get("encryption")
        encryption = None if kept is None else Encryption.from_json(kept)
        return cls(
            **form
            | {
                "hash": KeyAttribute(*form["hash"]),
                "range": None if form["range"] is None else KeyAttribute(*form["range"]),
                "indexes": tuple(Index.from_json(index, encryption) for index in form["indexes"]),
                "leaving": tuple(
                    Index.from_json(index, encryption) for index in form.get("leaving", ())
                ),
                "stream": ShardMap.from_json(form["stream"]) if form.get("stream") else None,
                "expiry": Expiry(**form["expiry"]) if form.get("expiry") else None,
                "partition_map": _map_of(form),
                "encryption": encryption,
            }
        )

    def with_settings(self, **settings: Any) -> Table:
        """The same table with some settings replaced; a value of None removes one."""
        return replace(self, settings=_merged(self.settings, settings))


def _first_partitions(settings: Json) -> PartitionMap:
    """Partitions for what is given at once: throughput never sinks below what it was warm for."""
    warm = settings["WarmThroughput"]
    return PartitionMap.even(
        initial_count(warm["ReadUnitsPerSecond"], warm["WriteUnitsPerSecond"], 0)
    )


def _map_json(partitions: PartitionMap | None) -> list[Json] | None:
    return None if partitions is None else partitions.to_json()


def _map_of(form: Json) -> PartitionMap | None:
    # Definitions from before there were splits have none.
    kept = form.get("partition_map")
    return None if kept is None else PartitionMap.from_json(kept)


def _merged(settings: Json, changes: Json) -> Json:
    return {key: value for key, value in (settings | changes).items() if value is not None}


def _keys(pairs: list[list[str]]) -> tuple[KeyAttribute, ...]:
    return tuple(KeyAttribute(name, kind) for name, kind in pairs)


@dataclass(frozen=True)
class Catalog:
    """All tables and data keys of a Region at one version; replaced as a whole, never changed."""

    version: int
    tables: Mapping[str, Table]
    data_keys: Mapping[int, WrappedKey] = field(default_factory=dict)

    @cached_property
    def sources(self) -> dict[int, tuple[Table, Index | None]]:
        """Which table, or index of it, a storage id belongs to."""
        found: dict[int, tuple[Table, Index | None]] = {}
        for table in self.tables.values():
            found[table.storage_id] = table, None
            found |= {index.storage_id: (table, index) for index in table.indexes}
        return found

    @property
    def encryptions(self) -> list[Encryption | None]:
        """How each table is encrypted."""
        return [table.encryption for table in self.tables.values()]

    @classmethod
    def from_rows(cls, version: int, rows: Iterable[tuple[str, bytes]]) -> Catalog:
        """Build it from the rows (name, definition) of the table `catalog`.

        Raises `InternalServerError` where a definition cannot be read.
        """
        tables = {}
        for name, definition in rows:
            try:
                tables[name] = Table.from_json(orjson.loads(definition))
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                raise InternalServerError(
                    f"the definition of the table {name} is damaged ({error})"
                ) from error
        return cls(version, tables)
