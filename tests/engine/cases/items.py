"""Items and keys (E073 to E088)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.tables import HASH_KEY, INDEXED_KEY, MISSING, RANGED_KEY

_VALIDATION = "ValidationException"
_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_SCHEMA = "The provided key element does not match the schema"
_EMPTY_KEY = "The AttributeValue for a key attribute cannot contain an empty %s value."
_DATA_REQUESTS: dict[str, Json] = {
    "PutItem": {"Item": HASH_KEY},
    "GetItem": {"Key": HASH_KEY},
    "UpdateItem": {"Key": HASH_KEY},
    "DeleteItem": {"Key": HASH_KEY},
    "Scan": {},
    "Query": {
        "KeyConditionExpression": "p = :v",
        "ExpressionAttributeValues": {":v": {"S": "a"}},
    },
}


def _key(label: str, operation: str, table: str, key: Json, message: str) -> ErrorCase:
    return ErrorCase(label, operation, {"TableName": table, "Key": key}, _VALIDATION, message)


def _put(label: str, table: str, item: Json, message: str) -> ErrorCase:
    return ErrorCase(label, "PutItem", {"TableName": table, "Item": item}, _VALIDATION, message)


def _update(label: str, text: str, value: Json, message: str) -> ErrorCase:
    request = {
        "TableName": "indexed",
        "Key": INDEXED_KEY,
        "UpdateExpression": text,
        "ExpressionAttributeValues": {":v": value},
    }
    return ErrorCase(label, "UpdateItem", request, _VALIDATION, message)


_KEYS = (
    _key("E073-none", "GetItem", "hash", {}, _SCHEMA),
    _key("E073-other", "GetItem", "hash", {"q": {"S": "a"}}, _SCHEMA),
    _key("E073-more", "DeleteItem", "hash", RANGED_KEY, _SCHEMA),
    _key("E073-fewer", "UpdateItem", "ranged", HASH_KEY, _SCHEMA),
    _key("E073-type", "DeleteItem", "ranged", {"p": {"S": "a"}, "r": {"S": "1"}}, _SCHEMA),
    _key("E073-set", "GetItem", "hash", {"p": {"SS": ["a"]}}, _SCHEMA),
    _put("E074", "hash", {"q": {"S": "a"}}, f"{_INVALID}Missing the key p in the item"),
    _put("E074-sort", "ranged", HASH_KEY, f"{_INVALID}Missing the key r in the item"),
    _put(
        "E075",
        "hash",
        {"p": {"N": "1"}},
        f"{_INVALID}Type mismatch for key p expected: S actual: N",
    ),
    _put(
        "E075-sort",
        "ranged",
        {"p": {"S": "a"}, "r": {"NULL": True}},
        f"{_INVALID}Type mismatch for key r expected: N actual: NULL",
    ),
    _put(
        "E076",
        "indexed",
        {**INDEXED_KEY, "g": {"N": "1"}},
        f"{_INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: global",
    ),
    _put(
        "E076-local",
        "indexed",
        {**INDEXED_KEY, "l": {"BOOL": True}},
        f"{_INVALID}Type mismatch for Index Key l Expected: N Actual: BOOL IndexName: local",
    ),
    _put(
        "E076-several",
        "indexed",
        {**INDEXED_KEY, "e": {"S": "1"}},
        f"{_INVALID}Type mismatch for Index Key e Expected: B Actual: S IndexName: several",
    ),
    _put("E077", "hash", {"p": {"S": ""}}, f"{_NOT_VALID}{_EMPTY_KEY % 'string'} Key: p"),
    _key(
        "E077-get",
        "GetItem",
        "hash",
        {"p": {"S": ""}},
        f"{_INVALID}{_EMPTY_KEY % 'string'} Key: p",
    ),
    _put(
        "E078",
        "indexed",
        {**INDEXED_KEY, "k": {"B": b""}},
        f"{_NOT_VALID}A value specified for a secondary index key is not supported. "
        f"{_EMPTY_KEY % 'binary'} IndexName: keys, IndexKey: k",
    ),
    _update(
        "E079",
        "SET g = :v",
        {"S": ""},
        f"{_NOT_VALID}The update expression attempted to update a secondary index key to a value "
        f"that is not supported. {_EMPTY_KEY % 'string'}",
    ),
    ErrorCase(
        "E080",
        "UpdateItem",
        {"TableName": "indexed", "Key": INDEXED_KEY, "UpdateExpression": "SET g = n"},
        _VALIDATION,
        "The update expression attempted to update the secondary index key to unsupported type",
    ),
    _update(
        "E081",
        "SET g = :v",
        {"S": "x" * 2_049},
        "The update expression attempted to update the secondary index key beyond allowed size "
        "limits",
    ),
    _update(
        "E081-together",
        "SET a = :v",
        {"S": "x" * 2_048},
        "The update expression attempted to update the secondary index key beyond allowed size "
        "limits",
    ),
    _put(
        "E082",
        "hash",
        {"p": {"S": "x" * 2_049}},
        f"{_INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ),
    _key(
        "E082-utf-8",
        "GetItem",
        "hash",
        {"p": {"S": "é" * 1_025}},
        f"{_INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ),
    _put(
        "E083",
        "indexed",
        {"p": {"S": "a"}, "r": {"S": "x" * 1_025}},
        f"{_INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
    ),
    _put(
        "E083-together",
        "indexed",
        {**INDEXED_KEY, "d": {"S": "x" * 512}, "e": {"B": b"x" * 513}},
        f"{_INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
    ),
)


def _returning(label: str, operation: str, member: str, wanted: str) -> ErrorCase:
    request = {"TableName": "hash", member: HASH_KEY, "ReturnValues": wanted}
    message = "ReturnValues can only be ALL_OLD or NONE"
    return ErrorCase(label, operation, request, _VALIDATION, message)


_REQUESTS = (
    _returning("E085", "PutItem", "Item", "ALL_NEW"),
    _returning("E085-delete", "DeleteItem", "Key", "UPDATED_OLD"),
    ErrorCase(
        "E086",
        "PutItem",
        {"TableName": "hash", "Item": HASH_KEY, "ConditionExpression": "attribute_not_exists(p)"},
        "ConditionalCheckFailedException",
        "The conditional request failed",
    ),
    ErrorCase(
        "E086-missing",
        "UpdateItem",
        {
            "TableName": "hash",
            "Key": {"p": {"S": "nowhere"}},
            "UpdateExpression": "REMOVE a",
            "ConditionExpression": "attribute_exists(p)",
        },
        "ConditionalCheckFailedException",
        "The conditional request failed",
    ),
    *(
        ErrorCase(
            f"E087-{operation}",
            operation,
            {**MISSING, **members},
            "ResourceNotFoundException",
            "Requested resource not found",
        )
        for operation, members in _DATA_REQUESTS.items()
    ),
    *(
        ErrorCase(
            f"E088-{operation}",
            operation,
            {**MISSING, **members},
            "ResourceNotFoundException",
            "Requested resource not found: Table: missing not found",
        )
        for operation, members in {
            "DescribeTable": {},
            "DeleteTable": {},
            "UpdateTable": {"DeletionProtectionEnabled": True},
        }.items()
    ),
)


CASES: tuple[ErrorCase, ...] = (*_KEYS, *_REQUESTS)
