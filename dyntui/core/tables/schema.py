"""A table's schema, as DescribeTable tells it.

How tables are made and changed: `dyntui.core.tables.definition`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]

Projection = Literal["ALL", "KEYS_ONLY", "INCLUDE"]
BillingMode = Literal["PAY_PER_REQUEST", "PROVISIONED"]

SETTLED = frozenset({"ACTIVE", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVED"})
"""The statuses in which a table stays."""


class UnknownIndexError(ValueError):
    """The table has no index of that name; the message tells which it has."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Provisioned capacity, in units per second."""

    read_units: int
    write_units: int

    def member(self) -> Json:
        """The ProvisionedThroughput of a request."""
        return {"ReadCapacityUnits": self.read_units, "WriteCapacityUnits": self.write_units}


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """A secondary index. Sizes are bytes; `non_key_attributes` belong to an INCLUDE projection."""

    name: str
    kind: Literal["LSI", "GSI"]
    partition_keys: tuple[str, ...]
    sort_keys: tuple[str, ...]
    projection: Projection
    non_key_attributes: tuple[str, ...]
    item_count: int
    size_bytes: int
    status: str
    throughput: Throughput | None

    @property
    def key_names(self) -> tuple[str, ...]:
        """Partition keys, then sort keys."""
        return self.partition_keys + self.sort_keys


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table. Sizes are bytes, `created` is seconds since the epoch.

    `attribute_types` gives S, N or B for each attribute of a key of the table or an index.
    `throughput` is None on demand. `description` is the API's TableDescription.
    """

    name: str
    status: str
    partition_keys: tuple[str, ...]
    sort_keys: tuple[str, ...]
    attribute_types: dict[str, str]
    indexes: tuple[IndexInfo, ...]
    item_count: int
    size_bytes: int
    billing_mode: BillingMode
    throughput: Throughput | None
    table_class: str
    deletion_protection: bool
    stream_view: str | None
    created: float
    arn: str
    description: Json

    @classmethod
    def from_description(cls, description: Json) -> TableInfo:
        """Read a TableDescription: the `Table` of DescribeTable's answer."""
        partition_keys, sort_keys = _key_names(description["KeySchema"])
        throughput = _throughput(description)
        summary = description.get("BillingModeSummary") or {}
        stream = description.get("StreamSpecification") or {}
        return cls(
            name=description["TableName"],
            status=description["TableStatus"],
            partition_keys=partition_keys,
            sort_keys=sort_keys,
            attribute_types={
                definition["AttributeName"]: definition["AttributeType"]
                for definition in description["AttributeDefinitions"]
            },
            indexes=tuple(_indexes(description)),
            item_count=description.get("ItemCount", 0),
            size_bytes=description.get("TableSizeBytes", 0),
            billing_mode=summary.get(
                "BillingMode", "PAY_PER_REQUEST" if throughput is None else "PROVISIONED"
            ),
            throughput=throughput,
            table_class=(description.get("TableClassSummary") or {}).get("TableClass", "STANDARD"),
            deletion_protection=bool(description.get("DeletionProtectionEnabled")),
            stream_view=stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
            created=description["CreationDateTime"],
            arn=description["TableArn"],
            description=description,
        )

    @property
    def key_names(self) -> tuple[str, ...]:
        """The primary key: partition key, then the sort key where there is one."""
        return self.partition_keys + self.sort_keys

    @property
    def local_indexes(self) -> tuple[IndexInfo, ...]:
        """The local secondary indexes."""
        return tuple(index for index in self.indexes if index.kind == "LSI")

    @property
    def global_indexes(self) -> tuple[IndexInfo, ...]:
        """The global secondary indexes."""
        return tuple(index for index in self.indexes if index.kind == "GSI")

    @property
    def keys_of_all(self) -> dict[str | None, tuple[tuple[str, str], ...]]:
        """The key attributes with their types, of the table (None) and of each index."""
        keys: dict[str | None, tuple[str, ...]] = {None: self.key_names}
        keys |= {index.name: index.key_names for index in self.indexes}
        return {
            target: tuple((name, self.attribute_types[name]) for name in names)
            for target, names in keys.items()
        }

    @property
    def changing(self) -> bool:
        """Whether the table or one of its indexes is on its way to another status."""
        return self.status not in SETTLED or any(index.status != "ACTIVE" for index in self.indexes)

    def index(self, name: str) -> IndexInfo:
        """The index of that name; raises `UnknownIndexError`."""
        for index in self.indexes:
            if index.name == name:
                return index
        known = ", ".join(index.name for index in self.indexes)
        has = f"it has {known}" if known else "it has none"
        raise UnknownIndexError(f"{self.name} has no index {name}; {has}")


def _indexes(description: Json) -> Iterable[IndexInfo]:
    for member in description.get("LocalSecondaryIndexes") or ():
        yield _index(member, "LSI")
    for member in description.get("GlobalSecondaryIndexes") or ():
        yield _index(member, "GSI")


def _index(member: Json, kind: Literal["LSI", "GSI"]) -> IndexInfo:
    partition_keys, sort_keys = _key_names(member["KeySchema"])
    projection = member["Projection"]
    return IndexInfo(
        name=member["IndexName"],
        kind=kind,
        partition_keys=partition_keys,
        sort_keys=sort_keys,
        projection=projection["ProjectionType"],
        non_key_attributes=tuple(projection.get("NonKeyAttributes") or ()),
        item_count=member.get("ItemCount", 0),
        size_bytes=member.get("IndexSizeBytes", 0),
        status=member.get("IndexStatus", "ACTIVE"),
        throughput=_throughput(member),
    )


def _key_names(key_schema: list[Json]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes of the partition key and of the sort key."""
    names: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for element in key_schema:
        names[element["KeyType"]].append(element["AttributeName"])
    return tuple(names["HASH"]), tuple(names["RANGE"])


def _throughput(member: Json) -> Throughput | None:
    """Provisioned units; on demand the API shows zeros."""
    given = member.get("ProvisionedThroughput") or {}
    if not given.get("ReadCapacityUnits"):
        return None
    return Throughput(given["ReadCapacityUnits"], given["WriteCapacityUnits"])
