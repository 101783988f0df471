"""Tables and indexes in short notations, and the requests that make and change them.

    attribute  = NAME[:TYPE]                 TYPE is S, N or B; needed once for each attribute
    keys       = ATTRIBUTE[+ATTRIBUTE…][,ATTRIBUTE[+ATTRIBUTE…]]    partition key, sort key
    GSI        = NAME=KEYS [OPTION…]         by-genre=genre:S,gross:N :include title,year
    LSI        = NAME=SORT [OPTION…]         by-delay=delay:N :keys-only
    OPTION     = :all | :keys-only | :include NAME,NAME… | :rcu UNITS | :wcu UNITS

A key of several attributes is written with +. An index has all attributes unless it says otherwise;
its own capacity is that of its table unless it says otherwise. Attributes whose names hold `+`, `,`
or `:` have no short notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dyntui.core.tables.schema import BillingMode, Projection, TableInfo, Throughput
from dyntui.core.tables.table_keys import sse_specification

Json = dict[str, Any]

TYPES = ("S", "N", "B")
DEFAULT_THROUGHPUT = Throughput(5, 5)
TABLE_CLASSES = {
    "standard": "STANDARD",
    "infrequent-access": "STANDARD_INFREQUENT_ACCESS",
}
BILLING_MODES: dict[str, BillingMode] = {
    "on-demand": "PAY_PER_REQUEST",
    "provisioned": "PROVISIONED",
}


class NotationError(ValueError):
    """A notation that cannot be read, or parts that do not fit together; one line."""


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """An attribute of a key; `type` is None where another notation tells it."""

    name: str
    type: str | None


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """A secondary index to be made. `throughput` is None where the table's holds."""

    name: str
    kind: Literal["LSI", "GSI"]
    partition: tuple[KeyAttribute, ...]
    sort: tuple[KeyAttribute, ...]
    projection: Projection = "ALL"
    non_key_attributes: tuple[str, ...] = ()
    throughput: Throughput | None = None

    def member(self, provisioned: Throughput | None = None) -> Json:
        """The index in a request; `provisioned` is the capacity it has if it says nothing."""
        projection: Json = {"ProjectionType": self.projection}
        if self.projection == "INCLUDE":
            projection["NonKeyAttributes"] = list(self.non_key_attributes)
        member: Json = {
            "IndexName": self.name,
            "KeySchema": _key_schema(self.partition, self.sort),
            "Projection": projection,
        }
        throughput = self.throughput or provisioned
        if self.kind == "GSI" and throughput is not None:
            member["ProvisionedThroughput"] = throughput.member()
        return member


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table to be made; units belong to the billing mode PROVISIONED, 5 where none are named.

    `key` is the one that it is to be under, as `sse_specification` takes it.
    """

    name: str
    partition: KeyAttribute
    sort: KeyAttribute | None = None
    indexes: tuple[IndexDefinition, ...] = ()
    billing_mode: BillingMode = "PAY_PER_REQUEST"
    read_units: int | None = None
    write_units: int | None = None
    table_class: str | None = None
    deletion_protection: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    key: str | None = None

    def create_request(self) -> Json:
        """The CreateTable request; raises `NotationError` where types are missing or differ."""
        sort = () if self.sort is None else (self.sort,)
        throughput = self._throughput()
        request: Json = {
            "TableName": self.name,
            "AttributeDefinitions": _attribute_definitions(self._attributes()),
            "KeySchema": _key_schema((self.partition,), sort),
            "BillingMode": self.billing_mode,
        }
        if throughput is not None:
            request["ProvisionedThroughput"] = throughput.member()
        for member, kind in (("LocalSecondaryIndexes", "LSI"), ("GlobalSecondaryIndexes", "GSI")):
            indexes = [index for index in self.indexes if index.kind == kind]
            if indexes:
                request[member] = [index.member(throughput) for index in indexes]
        if self.table_class is not None:
            request["TableClass"] = self.table_class
        if self.deletion_protection:
            request["DeletionProtectionEnabled"] = True
        if self.key is not None:
            request["SSESpecification"] = sse_specification(self.key)
        if self.tags:
            request["Tags"] = [{"Key": key, "Value": value} for key, value in self.tags]
        return request

    def _throughput(self) -> Throughput | None:
        return _named_throughput(
            self.billing_mode, self.read_units, self.write_units, DEFAULT_THROUGHPUT
        )

    def _attributes(self) -> Iterator[KeyAttribute]:
        yield self.partition
        if self.sort is not None:
            yield self.sort
        for index in self.indexes:
            yield from index.partition
            yield from index.sort


def add_index_request(info: TableInfo, index: IndexDefinition) -> Json:
    """The UpdateTable request that adds a GSI; raises `NotationError`."""
    throughput = info.throughput if info.billing_mode == "PROVISIONED" else None
    return {
        "TableName": info.name,
        "AttributeDefinitions": _attribute_definitions(
            (*index.partition, *index.sort), info.attribute_types
        ),
        "GlobalSecondaryIndexUpdates": [{"Create": index.member(throughput)}],
    }


def drop_index_request(info: TableInfo, name: str) -> Json:
    """The UpdateTable request that removes a GSI; raises `NotationError`."""
    if any(index.name == name for index in info.local_indexes):
        raise NotationError(f"{name} is a local index, which lives as long as its table")
    deletion = {"Delete": {"IndexName": name}}
    return {"TableName": info.name, "GlobalSecondaryIndexUpdates": [deletion]}


def index_units_request(
    info: TableInfo, name: str, read_units: int | None, write_units: int | None
) -> Json | None:
    """The UpdateTable request that gives a GSI other units, None for no change; units that are not
    named stay."""
    now = info.index(name).throughput or DEFAULT_THROUGHPUT
    wanted = Throughput(
        now.read_units if read_units is None else read_units,
        now.write_units if write_units is None else write_units,
    )
    if wanted == now:
        return None
    update = {"Update": {"IndexName": name, "ProvisionedThroughput": wanted.member()}}
    return {"TableName": info.name, "GlobalSecondaryIndexUpdates": [update]}


@dataclass(frozen=True, slots=True)
class Settings:
    """What of a table's settings is to be another; None stays as it is."""

    billing_mode: BillingMode | None = None
    read_units: int | None = None
    write_units: int | None = None
    table_class: str | None = None
    deletion_protection: bool | None = None


def settings_requests(info: TableInfo, settings: Settings) -> list[Json]:
    """The UpdateTable requests that change settings, in order; none where nothing is to change.

    Deletion protection and the table class each take a request of their own. A table that becomes
    provisioned gives its capacity to its global indexes too. Units that are not named stay. Raises
    `NotationError`.
    """
    named: Json = {"TableName": info.name}
    capacity = _capacity_members(info, settings)
    requests = []
    if settings.deletion_protection is not None:
        requests.append(named | {"DeletionProtectionEnabled": settings.deletion_protection})
    if settings.table_class is not None:
        requests.append(named | {"TableClass": settings.table_class})
    if capacity:
        requests.append(named | capacity)
    return requests


def _capacity_members(info: TableInfo, settings: Settings) -> Json:
    """What a request says of billing mode and throughput."""
    request: Json = {}
    if settings.billing_mode is not None:
        request["BillingMode"] = settings.billing_mode
    becomes = settings.billing_mode == "PROVISIONED" and info.billing_mode != "PROVISIONED"
    throughput = _changed_throughput(info, settings)
    if throughput is not None:
        request["ProvisionedThroughput"] = throughput.member()
        if becomes and info.global_indexes:
            request["GlobalSecondaryIndexUpdates"] = [
                {
                    "Update": {
                        "IndexName": index.name,
                        "ProvisionedThroughput": throughput.member(),
                    }
                }
                for index in info.global_indexes
            ]
    return request


def _changed_throughput(info: TableInfo, settings: Settings) -> Throughput | None:
    """The whole throughput that a request carries, if it changes."""
    throughput = _named_throughput(
        settings.billing_mode or info.billing_mode,
        settings.read_units,
        settings.write_units,
        info.throughput or DEFAULT_THROUGHPUT,
    )
    named = settings.read_units is not None or settings.write_units is not None
    return throughput if named or info.billing_mode != "PROVISIONED" else None


def _named_throughput(
    billing_mode: BillingMode, read_units: int | None, write_units: int | None, base: Throughput
) -> Throughput | None:
    """The units that are named, the others as in `base`; None on demand, where there are none."""
    if billing_mode == "PROVISIONED":
        return Throughput(
            base.read_units if read_units is None else read_units,
            base.write_units if write_units is None else write_units,
        )
    if read_units is not None or write_units is not None:
        raise NotationError("read and write units belong to the provisioned billing mode")
    return None


# Reading the notations.


def parse_attribute(text: str) -> KeyAttribute:
    """`id:S`; without a type where another notation tells it. Raises `NotationError`."""
    name, colon, kind = text.strip().rpartition(":")
    if not colon:
        name, kind = kind, ""
    if not name or any(mark in name for mark in ":+,"):
        raise NotationError(f"{text!r} is no key attribute, such as id:S")
    if colon and kind.upper() not in TYPES:
        raise NotationError(f"{text!r}: a key's type is S, N or B")
    return KeyAttribute(name, kind.upper() or None)


def parse_global_index(text: str) -> IndexDefinition:
    """`by-genre=genre:S,gross:N :include title`; raises `NotationError`."""
    name, keys, options = _split_index(text, "by-genre=genre:S,gross:N :keys-only")
    partition, *sort = keys.split(",")
    if len(sort) > 1:
        raise NotationError(
            f"{text!r}: one partition key and one sort key; several attributes in one of them "
            "are joined by +"
        )
    return IndexDefinition(
        name,
        "GSI",
        parse_attributes(partition),
        parse_attributes(sort[0]) if sort else (),
        *_parse_options(text, options),
    )


def parse_local_index(text: str, partition: KeyAttribute) -> IndexDefinition:
    """`by-delay=delay:N :keys-only`, on the table's partition key; raises `NotationError`."""
    name, keys, options = _split_index(text, "by-delay=delay:N :keys-only")
    if "," in keys or "+" in keys:
        raise NotationError(
            f"{text!r}: a local index names its one sort key; its partition key is the table's"
        )
    projection, attributes, throughput = _parse_options(text, options)
    if throughput is not None:
        raise NotationError(f"{text!r}: a local index uses its table's capacity")
    return IndexDefinition(
        name, "LSI", (partition,), (parse_attribute(keys),), projection, attributes
    )


def parse_tag(text: str) -> tuple[str, str]:
    """`key=value`; raises `NotationError`."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise NotationError(f"{text!r} is no tag, such as team=films")
    return key, value


def _split_index(text: str, example: str) -> tuple[str, str, list[str]]:
    head, *options = text.split()
    name, equals, keys = head.partition("=")
    if not equals or not name or not keys:
        raise NotationError(f"{text!r} is no index, such as '{example}'")
    return name, keys, options


def parse_attributes(text: str) -> tuple[KeyAttribute, ...]:
    """The attributes of a key, joined by +; raises `NotationError`."""
    return tuple(map(parse_attribute, text.split("+")))


def _parse_options(
    text: str, words: Sequence[str]
) -> tuple[Projection, tuple[str, ...], Throughput | None]:
    projection: Projection = "ALL"
    attributes: tuple[str, ...] = ()
    units: dict[str, int] = {}
    for option, values in _grouped(text, words):
        match option:
            case ":all" | ":keys-only" if not values:
                projection = "ALL" if option == ":all" else "KEYS_ONLY"
            case ":include" if values:
                projection, attributes = "INCLUDE", tuple(values)
            case ":rcu" | ":wcu" if len(values) == 1 and values[0].isdecimal():
                units[option] = int(values[0])
            case _:
                raise NotationError(
                    f"{text!r}: an index's options are :all, :keys-only, :include NAME,NAME…, "
                    ":rcu UNITS and :wcu UNITS"
                )
    if not units:
        return projection, attributes, None
    return (
        projection,
        attributes,
        Throughput(
            units.get(":rcu", DEFAULT_THROUGHPUT.read_units),
            units.get(":wcu", DEFAULT_THROUGHPUT.write_units),
        ),
    )


def _grouped(text: str, words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each option with its values, which are separated by commas or blanks."""
    groups: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith(":"):
            groups.append((word.lower(), []))
        elif groups:
            groups[-1][1].extend(part for part in word.split(",") if part)
        else:
            raise NotationError(f"{text!r}: {word!r} follows no option, such as :include")
    return iter(groups)


# Building the requests.


def _key_schema(partition: Sequence[KeyAttribute], sort: Sequence[KeyAttribute]) -> list[Json]:
    return [{"AttributeName": key.name, "KeyType": "HASH"} for key in partition] + [
        {"AttributeName": key.name, "KeyType": "RANGE"} for key in sort
    ]


def _attribute_definitions(
    attributes: Iterator[KeyAttribute] | Sequence[KeyAttribute],
    known: Mapping[str, str] | None = None,
) -> list[Json]:
    """Each attribute once, in order of appearance; `known` are types that a table has already."""
    types: dict[str, str | None] = {}
    for attribute in attributes:
        told = types.get(attribute.name) or (known or {}).get(attribute.name)
        if told and attribute.type and told != attribute.type:
            raise NotationError(
                f"{attribute.name} is {told} in one key and {attribute.type} in another"
            )
        types[attribute.name] = attribute.type or told
    for name, kind in types.items():
        if kind is None:
            raise NotationError(f"{name} needs a type: {name}:S, {name}:N or {name}:B")
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
