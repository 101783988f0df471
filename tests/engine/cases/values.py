"""Attribute values, wrong types and broken constraints (E001 to E037)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.tables import HASH_KEY

VALIDATION = "ValidationException"
SERIALIZATION = "SerializationException"
INVALID = "One or more parameter values were invalid: "
_ONE_TYPE = "must contain exactly one of the supported datatypes"


def _put(label: str, value: object, message: str, code: str = VALIDATION) -> ErrorCase:
    """A PutItem with one attribute of that value."""
    request: Json = {"TableName": "hash", "Item": {**HASH_KEY, "a": value}}
    return ErrorCase(label, "PutItem", request, code, message)


def _nested(wrappings: int, kind: str) -> Json:
    value: Json = {"S": "x"}
    for _ in range(wrappings):
        value = {"L": [value]} if kind == "L" else {"M": {"m": value}}
    return value


_TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond supported limit"
)
_NUMBER = "The parameter cannot be converted to a numeric value"
_OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
_UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
_DIGITS = "Attempting to store more than 38 significant digits in a Number"
_VALUES = (
    _put("E001", {}, f"Supplied AttributeValue is empty, {_ONE_TYPE}"),
    _put("E001-unknown", {"X": "a"}, f"Supplied AttributeValue is empty, {_ONE_TYPE}"),
    _put("E001-deep", {"L": [{"M": {"b": {}}}]}, f"Supplied AttributeValue is empty, {_ONE_TYPE}"),
    _put(
        "E002",
        {"S": "a", "N": "1"},
        f"Supplied AttributeValue has more than one datatypes set, {_ONE_TYPE}",
    ),
    _put(
        "E003", {"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"
    ),
    _put("E004", {"SS": []}, f"{INVALID}An string set  may not be empty"),
    _put("E005", {"NS": []}, f"{INVALID}An number set  may not be empty"),
    _put("E006", {"BS": []}, f"{INVALID}Binary sets should not be empty"),
    _put("E007", {"N": "abc"}, f"{_NUMBER}: abc"),
    _put("E007-blank", {"N": " 1"}, f"{_NUMBER}:  1"),
    _put("E007-hex", {"N": "0x10"}, f"{_NUMBER}: 0x10"),
    _put("E007-nan", {"NS": ["1", "NaN"]}, f"{_NUMBER}: NaN"),
    _put("E008", {"N": ""}, _NUMBER),
    _put("E009", {"N": "1" * 39}, _DIGITS),
    _put("E009-fraction", {"N": "0." + "1" * 39}, _DIGITS),
    _put("E010", {"N": "1e-131"}, _UNDERFLOW),
    _put("E011", {"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
    _put("E012", {"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    _put(
        "E013",
        {"BS": [b"b", b"b"]},
        f"{INVALID}Input collection [Yg==, Yg==]of type BS contains duplicates.",
    ),
    _put("E014-list", _nested(32, "L"), _TOO_DEEP),
    _put("E014-map", _nested(32, "M"), _TOO_DEEP),
    _put("E015", {"S": "x" * 409_596}, "Item size has exceeded the maximum allowed size"),
    ErrorCase(
        "E016",
        "UpdateItem",
        {
            "TableName": "hash",
            "Key": {"p": {"S": "big"}},
            "UpdateExpression": "SET a = :v",
            "ExpressionAttributeValues": {":v": {"S": "x" * 409_596}},
        },
        VALIDATION,
        "Item size to update has exceeded the maximum allowed size",
    ),
    ErrorCase(
        "E017-empty",
        "PutItem",
        {"TableName": "hash", "Item": {**HASH_KEY, "": {"S": "a"}}},
        VALIDATION,
        "Empty attribute name",
    ),
    ErrorCase(
        "E017-long",
        "PutItem",
        {"TableName": "hash", "Item": {**HASH_KEY, "n" * 65_536: {"S": "a"}}},
        VALIDATION,
        f"{INVALID}Attribute name is too large, must be at most 65535 bytes",
    ),
    ErrorCase(
        "E018",
        "Scan",
        {
            "TableName": "hash",
            "FilterExpression": "a = :v",
            "ExpressionAttributeValues": {":v": {"N": "x"}},
        },
        VALIDATION,
        f"ExpressionAttributeValues contains invalid value: {_NUMBER}: x for key :v",
    ),
    _put("E019", {"N": "1e126"}, _OVERFLOW),
    _put("E019-negative", {"N": "-1e126"}, _OVERFLOW),
)


def _get(label: str, message: str, code: str = SERIALIZATION, **members: object) -> ErrorCase:
    """A GetItem with some members replaced."""
    request: Json = {"TableName": "hash", "Key": HASH_KEY, **members}
    return ErrorCase(label, "GetItem", request, code, message)


_NOT_BASE64 = "only base-64-encoded strings are convertible to bytes"
_TYPES = (
    _get("E020-string", "NUMBER_VALUE cannot be converted to String", TableName=5),
    _get("E020-decimal", "DECIMAL_VALUE cannot be converted to String", TableName=5.5),
    _get("E020-boolean", "TRUE_VALUE cannot be converted to String", TableName=True),
    ErrorCase(
        "E020-integer",
        "Scan",
        {"TableName": "hash", "Limit": "5"},
        SERIALIZATION,
        "STRING_VALUE cannot be converted to Integer",
    ),
    _put("E020-value", {"S": 5}, "NUMBER_VALUE cannot be converted to String", SERIALIZATION),
    _get("E021", "Start of structure or map found where not expected", TableName={}),
    _get("E022", "Unexpected field type", Key="a"),
    _put("E023", "a", "Unexpected value type in payload", SERIALIZATION),
    _get("E024", "Unexpected token received from parser", ConsistentRead="x"),
    _get("E025", "Unrecognized collection type class java.lang.String", TableName=[]),
    _get(
        "E025-map",
        "Unrecognized collection type java.util.Map<java.lang.String, "
        "com.amazonaws.dynamodb.v20120810.AttributeValue>",
        Key=[],
    ),
    _put("E026", {"B": 5}, _NOT_BASE64, SERIALIZATION),
    _put(
        "E027",
        {"B": "YQ="},
        "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        SERIALIZATION,
    ),
    _put("E028", {"B": "YR=="}, "Invalid last non-pad Base64 character dectected", SERIALIZATION),
)


_ONE = "1 validation error detected: Value "
_CONSTRAINT = "failed to satisfy constraint: Member must"
_CONSTRAINTS = (
    ErrorCase(
        "E029",
        "GetItem",
        {"TableName": "hash"},
        VALIDATION,
        f"{_ONE}null at 'key' {_CONSTRAINT} not be null",
    ),
    _get(
        "E030",
        f"{_ONE}'SOME' at 'returnConsumedCapacity' {_CONSTRAINT} satisfy enum value set: "
        "[INDEXES, TOTAL, NONE]",
        VALIDATION,
        ReturnConsumedCapacity="SOME",
    ),
    ErrorCase(
        "E030-values",
        "UpdateItem",
        {"TableName": "hash", "Key": HASH_KEY, "ReturnValues": "OLD"},
        VALIDATION,
        f"{_ONE}'OLD' at 'returnValues' {_CONSTRAINT} satisfy enum value set: "
        "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
    ),
    ErrorCase(
        "E030-select",
        "Scan",
        {"TableName": "hash", "Select": "ALL"},
        VALIDATION,
        f"{_ONE}'ALL' at 'select' {_CONSTRAINT} satisfy enum value set: "
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
    ),
    _get(
        "E031",
        f"{_ONE}'a;b' at 'tableName' {_CONSTRAINT} satisfy regular expression pattern: "
        "[a-zA-Z0-9_.-]+",
        VALIDATION,
        TableName="a;b",
    ),
    ErrorCase(
        "E032",
        "Scan",
        {"TableName": "hash", "IndexName": "ab"},
        VALIDATION,
        f"{_ONE}'ab' at 'indexName' {_CONSTRAINT} have length greater than or equal to 3",
    ),
    ErrorCase(
        "E033",
        "Scan",
        {"TableName": "hash", "IndexName": "a" * 256},
        VALIDATION,
        f"{_ONE}'{'a' * 256}' at 'indexName' {_CONSTRAINT} have length less than or equal to 255",
    ),
    ErrorCase(
        "E034",
        "Scan",
        {"TableName": "hash", "Limit": 0},
        VALIDATION,
        f"{_ONE}'0' at 'limit' {_CONSTRAINT} have value greater than or equal to 1",
    ),
    ErrorCase(
        "E035",
        "ListTables",
        {"Limit": 101},
        VALIDATION,
        f"{_ONE}'101' at 'limit' {_CONSTRAINT} have value less than or equal to 100",
    ),
)


CASES: tuple[ErrorCase, ...] = (*_VALUES, *_TYPES, *_CONSTRAINTS)
