"""The entity types of a table that holds several, guessed from the patterns of its keys.

A sample of items is read, spread over the table. What is told of them is told of the sample.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dyntui.core.browse.key_patterns import ANY, KeyPattern, KeyPatterns
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.connection.pages import consumed_units
from dyntui.core.tables.cost import item_size
from dyntui.core.tables.schema import IndexInfo, TableInfo
from dyntui.core.text.item_text import value_text
from engine.client.protocol import Json

SEGMENTS = 8
SAMPLE_ITEMS = 400
SAMPLE_UNITS_MAX = 128.0
TYPE_ATTRIBUTES = ("type", "entity", "entitytype", "kind", "typename", "et")
"""Attributes that tell the type of an entity: their letters, without capitals."""


class Call(Protocol):
    """How requests are answered."""

    def __call__(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Json: ...


@dataclass(frozen=True, slots=True)
class Sample:
    """Items that were read, the units that it took (RCU), and whether they are all."""

    items: tuple[Json, ...]
    units: float
    complete: bool


def read_sample(
    call: Call, info: TableInfo, items_max: int, cancelled: Callable[[], bool]
) -> Sample:
    """Read about `items_max` items, as many from each part of the range of hashes.

    It ends early where it has taken `SAMPLE_UNITS_MAX`. Raises `engine.errors.ApiError`.
    """
    items: list[Json] = []
    units, complete = 0.0, True
    for segment in range(SEGMENTS):
        if cancelled() or units >= SAMPLE_UNITS_MAX:
            return Sample(tuple(items), units, False)
        request = {
            "TableName": info.name,
            "Segment": segment,
            "TotalSegments": SEGMENTS,
            "Limit": max(1, items_max // SEGMENTS),
        }
        page = call("Scan", request, cancelled)
        items += page["Items"]
        units += consumed_units(page)
        complete = complete and "LastEvaluatedKey" not in page
    return Sample(tuple(items), units, complete)


@dataclass(frozen=True, slots=True)
class Shape:
    """The patterns of the attributes of a key: those of the partition key, of the sort key."""

    partition: tuple[KeyPattern, ...]
    sort: tuple[KeyPattern, ...]

    def __str__(self) -> str:
        sort = " · ".join(map(str, self.sort))
        return " · ".join(map(str, self.partition)) + (f"  {sort}" if sort else "")


class Target:
    """A table or an index, with the patterns of its keys in a sample."""

    def __init__(self, info: TableInfo, index: IndexInfo | None, items: Iterable[Json]) -> None:
        self.index = index.name if index else None
        keys = index or info
        self.partition_keys, self.sort_keys = keys.partition_keys, keys.sort_keys
        names = self.partition_keys + self.sort_keys
        self.key_attributes = frozenset(info.attribute_types)
        self.entries = [item for item in items if all(name in item for name in names)]
        self._patterns: dict[str, KeyPatterns] = {}
        for name in names:
            if info.attribute_types[name] == "S":
                self._patterns[name] = KeyPatterns(self._samples(name))

    def _samples(self, name: str) -> Iterable[str]:
        """The distinct values of a part of the partition key; of the sort key one for each key."""
        whole = name in self.sort_keys
        seen: dict[tuple[str, ...], str] = {}
        for item in self.entries:
            key = self.collection(item) if whole else ()
            value = value_text(item[name])
            seen[(*key, value)] = value
        return seen.values()

    def collection(self, item: Json) -> tuple[str, ...]:
        """The values of the partition key."""
        return tuple(value_text(item[name]) for name in self.partition_keys)

    def texts(self, item: Json) -> tuple[str, ...]:
        """The values of the whole key."""
        return tuple(value_text(item[name]) for name in (*self.partition_keys, *self.sort_keys))

    def sort_texts(self, items: Iterable[Json]) -> Iterable[tuple[str, Json]]:
        """The first attribute of the sort key of items, with each item."""
        return ((value_text(item[self.sort_keys[0]]), item) for item in items)

    @property
    def separator(self) -> str:
        """What parts the words of the sort key; empty where nothing does."""
        patterns = self._patterns.get(self.sort_keys[0]) if self.sort_keys else None
        return patterns.separator if patterns else ""

    def shape(self, item: Json) -> Shape:
        """The patterns of an item's keys."""
        return Shape(
            tuple(self._pattern(name, item) for name in self.partition_keys),
            tuple(self._pattern(name, item) for name in self.sort_keys),
        )

    def _pattern(self, name: str, item: Json) -> KeyPattern:
        patterns = self._patterns.get(name)
        return patterns.pattern(value_text(item[name])) if patterns else ANY


@dataclass(frozen=True, slots=True)
class EntityType:
    """Items of one shape of the table's key: how many the sample has of them, in how many item
    collections, how large they are in bytes, and their attributes that are no keys, by how many."""

    name: str
    shape: Shape
    count: int
    collections: int
    average_bytes: int
    attributes: tuple[tuple[str, int], ...]
    example: Json


@dataclass(frozen=True, slots=True)
class Access:
    """A Query that the table or an index answers: what it finds, and one example of it."""

    index: str | None
    types: tuple[str, ...]
    condition: str
    entries: int
    fields: QueryFields


@dataclass(frozen=True, slots=True)
class Model:
    """What was found: `target` is the table itself."""

    sample: Sample
    target: Target
    types: tuple[EntityType, ...]
    access: tuple[Access, ...]

    def type_of(self, item: Json) -> EntityType | None:
        """The type of an item of the sample."""
        shape = self.target.shape(item)
        return next((one for one in self.types if one.shape == shape), None)


def model_of(info: TableInfo, sample: Sample) -> Model:
    """The entity types of a table, and which questions its keys and indexes answer."""
    target = Target(info, None, sample.items)
    types = _types(target)
    names = {one.shape: one.name for one in types}

    def name_of(item: Json) -> str:
        return names[target.shape(item)]

    access: list[Access] = []
    for index in (None, *info.indexes):
        reached = target if index is None else Target(info, index, sample.items)
        access += _access(reached, name_of)
    return Model(sample, target, types, tuple(access))


def _types(target: Target) -> tuple[EntityType, ...]:
    by_shape: dict[Shape, list[Json]] = defaultdict(list)
    for item in target.entries:
        by_shape[target.shape(item)].append(item)
    plain = {shape: _name(shape, items) for shape, items in by_shape.items()}
    often = Counter(plain.values())
    types = []
    for shape, items in by_shape.items():
        name = plain[shape]
        labels = [label for pattern in shape.partition for label in pattern.labels]
        if often[name] > 1 and labels and labels[-1] != name:
            name = f"{labels[-1]} {name}"
        attributes = Counter(each for item in items for each in item)
        types.append(
            EntityType(
                name,
                shape,
                len(items),
                len({target.collection(item) for item in items}),
                sum(map(item_size, items)) // len(items),
                tuple(
                    (each, count)
                    for each, count in attributes.most_common()
                    if each not in target.key_attributes
                ),
                items[0],
            )
        )
    return tuple(sorted(types, key=lambda one: (str(one.shape), one.name)))


def _name(shape: Shape, items: Sequence[Json]) -> str:
    """What an attribute says that tells the type; else the last label of the key."""
    for attribute in items[0]:
        if "".join(filter(str.isalpha, attribute.casefold())) in TYPE_ATTRIBUTES:
            told = {str(item.get(attribute, {}).get("S", "")) for item in items}
            if len(told) == 1 and "" not in told:
                return told.pop()
    for patterns in (shape.sort, shape.partition):
        labels = [label for pattern in patterns for label in pattern.labels]
        if labels:
            return labels[-1]
    return "item"


def _access(target: Target, name_of: Callable[[Json], str]) -> Iterable[Access]:
    """A Query for each pattern of the partition key, and for each of the sort key below it."""
    by_partition: dict[tuple[KeyPattern, ...], list[Json]] = defaultdict(list)
    for item in target.entries:
        by_partition[target.shape(item).partition].append(item)
    for partition, items in sorted(by_partition.items(), key=lambda entry: str(entry[0])):
        yield _query(target, partition, None, items, name_of)
        sorts = {target.shape(item).sort[0] for item in items} if target.sort_keys else set()
        # Patterns that begin alike are found by one Query; the shortest stands for them.
        by_prefix = {sort.prefix: sort for sort in sorted(sorts, key=str, reverse=True)}
        for prefix, sort in sorted(by_prefix.items()):
            name = target.sort_keys[0]
            below = [item for item in items if value_text(item[name]).startswith(prefix)]
            if prefix and len(below) < len(items):
                yield _query(target, partition, sort, below, name_of)


def _query(
    target: Target,
    partition: tuple[KeyPattern, ...],
    sort: KeyPattern | None,
    items: Sequence[Json],
    name_of: Callable[[Json], str],
) -> Access:
    """The Query, its example being the largest item collection of the sample."""
    sizes = Counter(target.collection(item) for item in items)
    largest = sizes.most_common(1)[0][0]
    terms = dict(zip(target.partition_keys, map(KeyTerm, largest), strict=True))
    patterns = zip(target.partition_keys, partition, strict=True)
    condition = " and ".join(f"{name} = {pattern}" for name, pattern in patterns)
    if sort is not None:
        varies = None in sort.parts
        operator = "begins with" if varies else "="
        terms[target.sort_keys[0]] = KeyTerm(sort.prefix, operator)
        condition += f" and {target.sort_keys[0]} {operator} {sort.prefix}"
    elif target.sort_keys:
        condition += f", by {', '.join(target.sort_keys)}"
    types = tuple(dict.fromkeys(map(name_of, items)))
    return Access(target.index, types, condition, len(items), QueryFields(target.index, terms))
