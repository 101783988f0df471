"""Table definitions: a CreateTable request, or an index of UpdateTable, checked and read.

The texts are E160 to E190 of the API's errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.storage.catalog import Index, KeyAttribute

LOCAL_INDEXES_MAX = 5
GLOBAL_INDEXES_MAX = 20
INDEX_KEYS_MAX = 4
NON_KEY_ATTRIBUTES_MAX = 100
KEY_NAME_BYTES_MAX = 255
UNITS_MAX = 40_000
_INVALID = "One or more parameter values were invalid: "


class Attributes:
    """AttributeDefinitions, and which of them the key schemas have used."""

    def __init__(self, definitions: Sequence[Json]) -> None:
        self._types = {d["AttributeName"]: d["AttributeType"] for d in definitions}
        self._names = [d["AttributeName"] for d in definitions]
        self._used: list[str] = []
        if len(self._types) != len(self._names):
            raise ValidationException(
                f"{_INVALID}Duplicate AttributeName in AttributeDefinitions: "
                f"{', '.join(sorted(n for n in self._types if self._names.count(n) > 1))}"
            )

    def key(self, name: str) -> KeyAttribute:
        """The key attribute of that name; `check_defined` was called before."""
        return KeyAttribute(name, self._types[name])

    def check_defined(self, schema: Sequence[Json]) -> None:
        """Every key of a schema must be defined (E164)."""
        names = [element["AttributeName"] for element in schema]
        if any(name not in self._types for name in names):
            raise ValidationException(
                f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(self._names)}]"
            )
        self._used += names

    def check_all_used(self, several: bool) -> None:
        """Every definition must be a key of the table or of an index (E165, E166)."""
        used = list(dict.fromkeys(self._used))
        if set(used) == set(self._types):
            return
        if not several:
            raise ValidationException(
                f"{_INVALID}Number of attributes in KeySchema does not exactly match number of "
                "attributes defined in AttributeDefinitions"
            )
        raise ValidationException(
            f"{_INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: "
            f"[{', '.join(self._names)}], keys used: [{', '.join(used)}]"
        )


def check_defined(request: Json) -> None:
    """Definitions and keys are needed, though the model, which knows replicas too, says otherwise.

    The text is that of any required member (E029).
    """
    missing = [
        f"Value null at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: "
        "Member must not be null"
        for member in ("AttributeDefinitions", "KeySchema")
        if request.get(member) is None
    ]
    if missing:
        errors = "error" if len(missing) == 1 else "errors"
        raise ValidationException(
            f"{len(missing)} validation {errors} detected: {'; '.join(missing)}"
        )


def table_keys(
    schema: Sequence[Json], attributes: Attributes
) -> tuple[KeyAttribute, KeyAttribute | None]:
    """The keys of a table (E160 to E163)."""
    attributes.check_defined(schema)
    partition, sort = _split_schema(schema, keys_max=1)
    return attributes.key(partition[0]), attributes.key(sort[0]) if sort else None


def _split_schema(schema: Sequence[Json], keys_max: int) -> tuple[list[str], list[str]]:
    """Partition and sort key names of a key schema, partition keys first."""
    kinds = [element["KeyType"] for element in schema]
    names = [element["AttributeName"] for element in schema]
    if kinds[0] != "HASH":
        raise ValidationException(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        )
    if keys_max == 1:
        if len(schema) > 1 and kinds[1] != "RANGE":
            raise ValidationException(
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
            )
        if len(schema) > 1 and names[0] == names[1]:
            raise ValidationException(
                "Both the Hash Key and the Range Key element in the KeySchema have the same name"
            )
    partition = [name for name, kind in zip(names, kinds, strict=True) if kind == "HASH"]
    sort = [name for name, kind in zip(names, kinds, strict=True) if kind == "RANGE"]
    if kinds != ["HASH"] * len(partition) + ["RANGE"] * len(sort):
        raise ValidationException(
            "Invalid KeySchema: All HASH key elements must come before all RANGE key elements"
        )
    if len(partition) > keys_max or len(sort) > keys_max:
        raise ValidationException(
            f"Invalid KeySchema: At most {keys_max} HASH and {keys_max} RANGE key elements are "
            "allowed"
        )
    if len(set(names)) != len(names):
        raise ValidationException("Invalid KeySchema: A key element is named more than once")
    for name in names:
        if len(name.encode()) > KEY_NAME_BYTES_MAX:
            raise ValidationException(
                f"{_INVALID}Attribute name is too long; it must be at most "
                f"{KEY_NAME_BYTES_MAX} bytes"
            )
    return partition, sort


def local_indexes(
    request: Json, hash_key: KeyAttribute, has_range: bool, attributes: Attributes
) -> list[Index]:
    """The local secondary indexes of a CreateTable request (E171 to E179)."""
    given = request.get("LocalSecondaryIndexes")
    if given is None:
        return []
    _check_count(given, "LocalSecondaryIndexes")
    if not has_range:
        raise ValidationException(
            f"{_INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex"
        )
    if len(given) > LOCAL_INDEXES_MAX:
        raise ValidationException(
            f"{_INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of "
            f"{LOCAL_INDEXES_MAX}"
        )
    return [_local_index(form, hash_key, attributes) for form in given]


def _local_index(form: Json, hash_key: KeyAttribute, attributes: Attributes) -> Index:
    name = form["IndexName"]
    attributes.check_defined(form["KeySchema"])
    partition, sort = _split_schema(form["KeySchema"], keys_max=1)
    if not sort:
        raise ValidationException(
            f"{_INVALID}Index KeySchema does not have a range key for index: {name}"
        )
    if partition[0] != hash_key.name:
        raise ValidationException(
            f"{_INVALID}Index KeySchema does not have the same leading hash key as table "
            f"KeySchema for index: {name}. index hash key: {partition[0]}, "
            f"table hash key: {hash_key.name}"
        )
    return _index(form, False, partition, sort, attributes, {})


def global_indexes(request: Json, attributes: Attributes, billing: str) -> list[Index]:
    """The global secondary indexes of a CreateTable request (E169 to E180, E188)."""
    given = request.get("GlobalSecondaryIndexes")
    if given is None:
        return []
    _check_count(given, "GlobalSecondaryIndexes")
    if len(given) > GLOBAL_INDEXES_MAX:
        raise ValidationException(
            f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of "
            f"{GLOBAL_INDEXES_MAX}"
        )
    return [global_index(form, attributes, billing) for form in given]


def global_index(form: Json, attributes: Attributes, billing: str) -> Index:
    """One global secondary index, of CreateTable or of UpdateTable."""
    name = form["IndexName"]
    attributes.check_defined(form["KeySchema"])
    partition, sort = _split_schema(form["KeySchema"], keys_max=INDEX_KEYS_MAX)
    throughput = form.get("ProvisionedThroughput")
    if billing == "PAY_PER_REQUEST" and throughput is not None:
        raise ValidationException(
            f"{_INVALID}ProvisionedThroughput should not be specified for index: {name} when "
            "BillingMode is PAY_PER_REQUEST"
        )
    if billing == "PROVISIONED":
        if throughput is None:
            raise ValidationException(
                f"{_INVALID}ProvisionedThroughput must be specified for index: {name}"
            )
        check_units(throughput, f" for index {name}")
    members = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
    settings = {member: form[member] for member in members if form.get(member) is not None}
    return _index(form, True, partition, sort, attributes, settings)


def _index(
    form: Json,
    is_global: bool,
    partition: list[str],
    sort: list[str],
    attributes: Attributes,
    settings: Json,
) -> Index:
    projection_type, non_key = _projection(form.get("Projection") or {})
    return Index(
        name=form["IndexName"],
        is_global=is_global,
        storage_id=0,
        hash=tuple(attributes.key(name) for name in partition),
        range=tuple(attributes.key(name) for name in sort),
        projection_type=projection_type,
        non_key_attributes=non_key,
        settings=settings,
    )


def _projection(projection: Json) -> tuple[str, tuple[str, ...]]:
    """ProjectionType and NonKeyAttributes (E175 to E177)."""
    kind, names = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise ValidationException(f"{_INVALID}Unknown ProjectionType: null")
    if kind != "INCLUDE" and names is not None:
        raise ValidationException(
            f"{_INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified"
        )
    if kind == "INCLUDE" and not names:
        raise ValidationException(
            f"{_INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
        )
    return kind, tuple(dict.fromkeys(names or ()))


def _check_count(given: Sequence[Any], member: str) -> None:
    if not given:
        raise ValidationException(f"{_INVALID}List of {member} is empty")


def check_indexes_together(indexes: Sequence[Index]) -> None:
    """The limits that hold for all indexes of a table (E178, E181)."""
    names: set[str] = set()
    for index in indexes:
        if index.name in names:
            raise ValidationException(f"{_INVALID}Duplicate index name: {index.name}")
        names.add(index.name)
    if sum(len(index.non_key_attributes) for index in indexes) > NON_KEY_ATTRIBUTES_MAX:
        raise ValidationException(
            f"{_INVALID}Number of NonKeyAttributes exceeds the limit of "
            f"{NON_KEY_ATTRIBUTES_MAX} over all indexes"
        )


def check_billing(request: Json, billing: str) -> None:
    """BillingMode against ProvisionedThroughput (E167, E168, E170)."""
    throughput = request.get("ProvisionedThroughput")
    if billing == "PROVISIONED" and throughput is None:
        raise ValidationException(
            f"{_INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED"
        )
    if billing == "PAY_PER_REQUEST" and throughput is not None:
        raise ValidationException(
            f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST"
        )
    if throughput is not None:
        check_units(throughput, "")


def check_units(throughput: Json, where: str) -> None:
    """The per-table quota of provisioned units (E170)."""
    for member in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if throughput[member] > UNITS_MAX:
            raise ValidationException(
                f"Given value {throughput[member]} for {member} is out of bounds{where}"
            )
