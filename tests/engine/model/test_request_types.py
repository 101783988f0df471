"""SerializationException: the first wrong JSON type of a request, by the kind of its place."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import SerializationException, UnknownOperationException
from engine.model import validation

# Wrong values with their texts.
Cases = list[tuple[Any, str]]

SCALARS = ("23", True, 23, -2147483648, 34.56)

E021 = "Start of structure or map found where not expected"
E022 = "Unexpected field type"
E023 = "Unexpected value type in payload"
E024 = "Unexpected token received from parser"
E026 = "only base-64-encoded strings are convertible to bytes"
E028 = "Invalid last non-pad Base64 character dectected"
UNRECOGNIZED = "Unrecognized collection type "
SHAPE = "com.amazonaws.dynamodb.v20120810."
MAP_OF = UNRECOGNIZED + "java.util.Map<java.lang.String, "
NESTED = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class "
    "java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and "
    "java.lang.Class are in module java.base of loader 'bootstrap')"
)

STRING: Cases = [
    (True, "TRUE_VALUE cannot be converted to String"),
    (False, "FALSE_VALUE cannot be converted to String"),
    (23, "NUMBER_VALUE cannot be converted to String"),
    (34.56, "DECIMAL_VALUE cannot be converted to String"),
    (b"bytes", "EMBEDDED_OBJECT cannot be converted to String"),
    ([], UNRECOGNIZED + "class java.lang.String"),
    ({}, E021),
    ("\udcff", E024),
]
BOOLEAN: Cases = [
    ("23", E024),
    (23, "NUMBER_VALUE cannot be converted to Boolean"),
    (34.56, "DECIMAL_VALUE cannot be converted to Boolean"),
    ([], UNRECOGNIZED + "class java.lang.Boolean"),
    ({}, E021),
]
INTEGER: Cases = [
    ("23", "STRING_VALUE cannot be converted to Integer"),
    (True, "TRUE_VALUE cannot be converted to Integer"),
    (34.56, "DECIMAL_VALUE cannot be converted to Integer"),
    (2**31, "NUMBER_VALUE cannot be converted to Integer"),
    ([], UNRECOGNIZED + "class java.lang.Integer"),
    ({}, E021),
]
LONG: Cases = [
    ("23", "STRING_VALUE cannot be converted to Long"),
    (False, "FALSE_VALUE cannot be converted to Long"),
    (2**63, "NUMBER_VALUE cannot be converted to Long"),
    ([], UNRECOGNIZED + "class java.lang.Long"),
    ({}, E021),
]
DOUBLE: Cases = [
    ("23", "STRING_VALUE cannot be converted to Double"),
    (float("nan"), "DECIMAL_VALUE cannot be converted to Double"),
    (10**400, "NUMBER_VALUE cannot be converted to Double"),
]
TIMESTAMP: Cases = [
    ("2024-01-01", "STRING_VALUE cannot be converted to Date"),
    (True, "TRUE_VALUE cannot be converted to Date"),
    ([], UNRECOGNIZED + "class java.util.Date"),
]
BLOB: Cases = [
    *((scalar, E026) for scalar in (True, 23, 34.56)),
    ([], UNRECOGNIZED + "class java.nio.ByteBuffer"),
    ({}, E021),
    ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
    *((text, E028) for text in ("=+/=", "+/+=")),
]
LIST: Cases = [*((scalar, E022) for scalar in SCALARS), ({}, E021)]
NESTED_LIST: Cases = [*((scalar, NESTED) for scalar in SCALARS), ({}, E021)]


def map_of(java_class: str) -> Cases:
    wrong_keys: Cases = [({5: None}, E024), ({"\udcff": None}, E024)]
    return [*((scalar, E022) for scalar in SCALARS), ([], f"{MAP_OF}{java_class}>"), *wrong_keys]


def nested_map_of(java_class: str) -> Cases:
    return [*((scalar, NESTED) for scalar in SCALARS), ([], f"{MAP_OF}{java_class}>")]


def structure(name: str) -> Cases:
    return [*((scalar, E022) for scalar in SCALARS), ([], f"{UNRECOGNIZED}class {SHAPE}{name}")]


def nested_structure(name: str) -> Cases:
    return [*((scalar, E023) for scalar in SCALARS), ([], f"{UNRECOGNIZED}class {SHAPE}{name}")]


PLACES: list[tuple[str, str, Cases]] = [
    ("GetItem", "TableName", STRING),
    ("GetItem", "Key", map_of(SHAPE + "AttributeValue")),
    ("GetItem", "Key.a", nested_structure("AttributeValue")),
    ("GetItem", "AttributesToGet", LIST),
    ("GetItem", "AttributesToGet.0", STRING),
    ("GetItem", "ConsistentRead", BOOLEAN),
    ("GetItem", "ReturnConsumedCapacity", STRING),
    ("GetItem", "ExpressionAttributeNames", map_of("java.lang.String")),
    ("GetItem", "ExpressionAttributeNames.a", STRING),
    ("PutItem", "Item.a.S", STRING),
    ("PutItem", "Item.a.N", STRING),
    ("PutItem", "Item.a.B", BLOB),
    ("PutItem", "Item.a.BOOL", BOOLEAN),
    ("PutItem", "Item.a.NULL", BOOLEAN),
    ("PutItem", "Item.a.SS", LIST),
    ("PutItem", "Item.a.SS.0", STRING),
    ("PutItem", "Item.a.BS", LIST),
    ("PutItem", "Item.a.BS.0", BLOB),
    ("PutItem", "Item.a.L", LIST),
    ("PutItem", "Item.a.L.0", nested_structure("AttributeValue")),
    ("PutItem", "Item.a.L.0.BS.0", BLOB),
    ("PutItem", "Item.a.M", map_of(SHAPE + "AttributeValue")),
    ("PutItem", "Item.a.M.a.N", STRING),
    ("PutItem", "Expected", map_of(SHAPE + "ExpectedAttributeValue")),
    ("PutItem", "Expected.a", nested_structure("ExpectedAttributeValue")),
    ("PutItem", "Expected.a.Value", structure("AttributeValue")),
    ("Query", "Limit", INTEGER),
    ("UpdateTable", "ProvisionedThroughput", structure("ProvisionedThroughput")),
    ("UpdateTable", "ProvisionedThroughput.ReadCapacityUnits", LONG),
    ("CreateTable", "KeySchema.0", nested_structure("KeySchemaElement")),
    ("BatchWriteItem", "RequestItems", map_of(f"java.util.List<{SHAPE}WriteRequest>")),
    ("BatchWriteItem", "RequestItems.a", NESTED_LIST),
    ("BatchWriteItem", "RequestItems.a.0", nested_structure("WriteRequest")),
    ("BatchWriteItem", "RequestItems.a.0.PutRequest", structure("PutRequest")),
    ("BatchGetItem", "RequestItems", map_of(SHAPE + "KeysAndAttributes")),
    ("BatchGetItem", "RequestItems.a.Keys.0", nested_map_of(SHAPE + "AttributeValue")),
    ("ListBackups", "TimeRangeLowerBound", TIMESTAMP),
    (
        "UpdateTableReplicaAutoScaling",
        "ProvisionedWriteCapacityAutoScalingUpdate.ScalingPolicyUpdate"
        ".TargetTrackingScalingPolicyConfiguration.TargetValue",
        DOUBLE,
    ),
]
CASES = [
    pytest.param(operation, place, wrong, message, id=f"{operation}-{place}-{wrong!r:.12}")
    for operation, place, cases in PLACES
    for wrong, message in cases
]


def request_with(place: str, value: Any) -> Any:
    """A request with nothing but `value` in a place such as `Item.a.L.0`."""
    for piece in reversed(place.split(".")):
        value = [value] if piece == "0" else {piece: value}
    return value


@pytest.mark.parametrize(("operation", "place", "wrong", "message"), CASES)
def test_wrong_types(operation: str, place: str, wrong: Any, message: str) -> None:
    request = request_with(place, wrong)
    for check in (validation.check_types, validation.validate):
        with pytest.raises(SerializationException) as caught:
            check(operation, request)
        assert caught.value.message == message


@pytest.mark.parametrize("request_", [None, "text", 5, []])
def test_a_request_has_to_be_a_structure(request_: Any) -> None:
    for check in (validation.check_types, validation.validate):
        with pytest.raises(SerializationException):
            check("GetItem", request_)


def test_the_first_wrong_type_in_the_order_of_the_request_wins() -> None:
    for first, second in (("Limit", "Select"), ("Select", "Limit")):
        with pytest.raises(SerializationException) as caught:
            validation.validate("Query", {first: [], second: []})
        java_type = {"Limit": "Integer", "Select": "String"}[first]
        assert caught.value.message == f"{UNRECOGNIZED}class java.lang.{java_type}"


def test_unknown_members_and_nulls_are_passed_over() -> None:
    request = {"Nonsense": [{"S": 5}], "TableName": None, "Key": {"a": None, "b": {"X": 5}}}
    validation.check_types("GetItem", request)


def test_types_below_the_deepest_nesting_do_not_matter() -> None:
    value: dict[str, Any] = {"S": 5}
    for _ in range(20_000):
        value = {"L": [value]}
    validation.check_types("PutItem", {"Item": {"a": value}})


def test_an_unknown_operation() -> None:
    for check in (validation.check_types, validation.validate):
        with pytest.raises(UnknownOperationException):
            check("DropTable", {})
