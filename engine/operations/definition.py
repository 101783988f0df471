"""Table definitions: a CreateTable request, or an index of UpdateTable, checked and read.

The texts are E160 to E181 of the API's errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.operations.throughput import Subject, check_units, of_new
from engine.storage.catalog import Index, KeyAttribute

LOCAL_INDEXES_MAX = 5
GLOBAL_INDEXES_MAX = 20
INDEX_KEYS_MAX = 4
NON_KEY_ATTRIBUTES_MAX = 100
_KEYS_MAX = 2
_INVALID = "One or more parameter values were invalid: "
_CONSTRAINT = "failed to satisfy constraint: Member must"


def check_defined(request: Json) -> None:
    """Definitions and keys are needed, though the model, which knows replicas too, says otherwise.

    The text is that of any required member (E029).
    """
    missing = [
        f"Value null at '{member[0].lower()}{member[1:]}' {_CONSTRAINT} not be null"
        for member in ("AttributeDefinitions", "KeySchema")
        if request.get(member) is None
    ]
    if missing:
        errors = "error" if len(missing) == 1 else "errors"
        raise ValidationException(
            f"{len(missing)} validation {errors} detected: {'; '.join(missing)}"
        )


class Attributes:
    """AttributeDefinitions: the types of the key attributes."""

    def __init__(self, definitions: Sequence[Json]) -> None:
        self._types: dict[str, str] = {}
        for definition in definitions:
            name = definition["AttributeName"]
            if name in self._types:
                raise ValidationException(f"Attribute Name is duplicated: {name}")
            self._types[name] = definition["AttributeType"]

    def key(self, name: str) -> KeyAttribute:
        """The key attribute of that name; `check_keys` was called before."""
        return KeyAttribute(name, self._types[name])

    def check_keys(self, schema: Sequence[Json]) -> None:
        """Every key of a schema must be defined (E164)."""
        names = _names(schema)
        if any(name not in self._types for name in names):
            raise ValidationException(
                f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(self._types)}]"
            )

    def check_table_keys(self, schema: Sequence[Json]) -> None:
        """The same for the keys of a table, of which there cannot be more (E160)."""
        if len(schema) > len(self._types):
            raise ValidationException(
                "Invalid KeySchema: Some index key attribute have no definition"
            )
        self.check_keys(schema)

    def check_all_used(self, schemas: Sequence[Sequence[Json]]) -> None:
        """Every definition must be a key of the table or of an index (E165, E166)."""
        used = dict.fromkeys(chain.from_iterable(map(_names, schemas)))
        if used.keys() == self._types.keys():
            return
        if len(schemas) == 1:
            raise ValidationException(
                f"{_INVALID}Number of attributes in KeySchema does not exactly match number of "
                "attributes defined in AttributeDefinitions"
            )
        raise ValidationException(
            f"{_INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: "
            f"[{', '.join(self._types)}], keys used: [{', '.join(used)}]"
        )


def _names(schema: Sequence[Json]) -> list[str]:
    return [element["AttributeName"] for element in schema]


def table_keys(
    schema: Sequence[Json], attributes: Attributes
) -> tuple[KeyAttribute, KeyAttribute | None]:
    """The keys of a table (E160 to E164)."""
    _check_length(schema, "keySchema")
    attributes.check_table_keys(schema)
    _check_pair(schema)
    partition, *sort = (attributes.key(name) for name in _names(schema))
    return partition, sort[0] if sort else None


def check_schemas(request: Json, has_sort_key: bool, attributes: Attributes) -> None:
    """What is checked of all indexes before any one is looked at (E164 to E166, E171, E172)."""
    local, global_ = request.get("LocalSecondaryIndexes"), request.get("GlobalSecondaryIndexes")
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if request.get(member) == []:
            raise ValidationException(f"{_INVALID}List of {member} is empty")
    for place, form in enumerate(local or (), start=1):
        _check_length(form["KeySchema"], f"localSecondaryIndexes.{place}.member.keySchema")
    if local and not has_sort_key:
        raise ValidationException(
            f"{_INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex"
        )
    schemas = [form["KeySchema"] for form in (*(local or ()), *(global_ or ()))]
    for schema in schemas:
        attributes.check_keys(schema)
    attributes.check_all_used([request["KeySchema"], *schemas])


def _check_length(schema: Sequence[Json], path: str) -> None:
    """Only global indexes have keys of more than two attributes (E033)."""
    if len(schema) > _KEYS_MAX:
        shown = ", ".join(
            f"KeySchemaElement(attributeName={element['AttributeName']}, "
            f"keyType={element['KeyType']})"
            for element in schema
        )
        raise ValidationException(
            f"1 validation error detected: Value '[{shown}]' at '{path}' {_CONSTRAINT} have length "
            f"less than or equal to {_KEYS_MAX}"
        )


def _check_pair(schema: Sequence[Json]) -> None:
    """A key of one or two attributes (E161 to E163)."""
    names = _names(schema)
    if len(names) == _KEYS_MAX and names[0] == names[1]:
        raise ValidationException(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    if schema[0]["KeyType"] != "HASH":
        raise ValidationException(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        )
    if len(schema) == _KEYS_MAX and schema[1]["KeyType"] != "RANGE":
        raise ValidationException(
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
        )


def _check_several(schema: Sequence[Json]) -> None:
    """A key of a global index: up to four partition keys, then up to four sort keys."""
    names, kinds = _names(schema), [element["KeyType"] for element in schema]
    if sorted(kinds) == ["HASH", "RANGE"] or len(kinds) == 1:
        _check_pair(schema)
        return
    if len(set(names)) < len(names):
        raise ValidationException(
            "The KeySchema contains multiple key attributes with the same name"
        )
    if kinds[0] != "HASH":
        raise ValidationException(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        )
    if kinds != sorted(kinds):
        raise ValidationException(
            f"{_INVALID}All HASH key attributes must precede RANGE key attributes in the KeySchema"
        )
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > INDEX_KEYS_MAX:
            raise ValidationException(
                f"{_INVALID}The KeySchema exceeds the maximum allowed number of {kind} key "
                "attributes"
            )


def local_indexes(request: Json, hash_key: KeyAttribute, attributes: Attributes) -> list[Index]:
    """The local secondary indexes of a CreateTable request (E161 to E163, E173 to E179)."""
    given = request.get("LocalSecondaryIndexes") or ()
    indexes: list[Index] = []
    for form in given:
        name, schema = form["IndexName"], form["KeySchema"]
        _check_pair(schema)
        if len(schema) < _KEYS_MAX:
            raise ValidationException(
                f"{_INVALID}Index KeySchema does not have a range key for index: {name}"
            )
        partition = schema[0]["AttributeName"]
        if partition != hash_key.name:
            raise ValidationException(
                f"{_INVALID}Index KeySchema does not have the same leading hash key as table "
                f"KeySchema for index: {name}. index hash key: {partition}, "
                f"table hash key: {hash_key.name}"
            )
        _add(indexes, _index(form, False, attributes, {}))
    if len(given) > LOCAL_INDEXES_MAX:
        raise ValidationException(
            f"{_INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of "
            f"{LOCAL_INDEXES_MAX}"
        )
    return indexes


def add_global_indexes(
    indexes: list[Index], request: Json, attributes: Attributes, billing: str, region: str
) -> None:
    """Add the global secondary indexes of a CreateTable request to the local ones."""
    given = request.get("GlobalSecondaryIndexes") or ()
    for form in given:
        name, throughput = form["IndexName"], form.get("ProvisionedThroughput")
        _check_several(form["KeySchema"])
        if billing == "PAY_PER_REQUEST" and throughput is not None:
            raise ValidationException(  # E169
                f"{_INVALID}ProvisionedThroughput should not be specified for index: {name} when "
                "BillingMode is PAY_PER_REQUEST"
            )
        if billing == "PROVISIONED" and throughput is None:
            raise ValidationException(
                f"{_INVALID}ProvisionedThroughput is not specified for index: {name}"
            )
        _add(indexes, _global_index(form, attributes, billing, region))
    if len(given) > GLOBAL_INDEXES_MAX:
        raise ValidationException(
            f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of "
            f"{GLOBAL_INDEXES_MAX}"
        )


def new_global_index(form: Json, attributes: Attributes, billing: str, region: str) -> Index:
    """The global secondary index that an UpdateTable request adds."""
    name, throughput = form["IndexName"], form.get("ProvisionedThroughput")
    attributes.check_keys(form["KeySchema"])
    _check_several(form["KeySchema"])
    if billing == "PAY_PER_REQUEST" and throughput is not None:
        raise ValidationException(
            f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for "
            f"index: {name} when BillingMode is PAY_PER_REQUEST"
        )
    if billing == "PROVISIONED" and throughput is None:
        raise ValidationException(
            f"{_INVALID}Both ReadCapacityUnits and WriteCapacityUnits must be specified for "
            f"index: {name}"
        )
    return _global_index(form, attributes, billing, region)


def _global_index(form: Json, attributes: Attributes, billing: str, region: str) -> Index:
    subject = Subject(region, form["IndexName"])
    if form.get("ProvisionedThroughput") is not None:
        check_units(form["ProvisionedThroughput"], subject)
    return _index(form, True, attributes, of_new(form, billing, subject))


def _index(form: Json, is_global: bool, attributes: Attributes, settings: Json) -> Index:
    projection_type, non_key = _projection(form["Projection"])
    keys: dict[str, list[KeyAttribute]] = {"HASH": [], "RANGE": []}
    for element in form["KeySchema"]:
        keys[element["KeyType"]].append(attributes.key(element["AttributeName"]))
    return Index(
        name=form["IndexName"],
        is_global=is_global,
        storage_id=0,
        hash=tuple(keys["HASH"]),
        range=tuple(keys["RANGE"]),
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
    named: list[str] = []
    for name in names or ():
        if name in named:
            raise ValidationException(f"{_INVALID}Duplicate element in NonKeyAttributes: {name}")
        named.append(name)
    return kind, tuple(named)


def _add(indexes: list[Index], index: Index) -> None:
    """Add an index to those before it, whose name it cannot have (E178)."""
    if any(other.name == index.name for other in indexes):
        raise ValidationException(f"{_INVALID}Duplicate index name: {index.name}")
    indexes.append(index)


def check_projections(indexes: Sequence[Index]) -> None:
    """The limit of projected attributes over all indexes of a table (E181)."""
    if sum(len(index.non_key_attributes) for index in indexes) > NON_KEY_ATTRIBUTES_MAX:
        raise ValidationException(
            f"{_INVALID}Number of NonKeyAttributes exceeds the limit of "
            f"{NON_KEY_ATTRIBUTES_MAX} over all indexes"
        )


def check_billing(request: Json, billing: str, region: str) -> None:
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
        check_units(throughput, Subject(region))
