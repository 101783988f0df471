"""Names and values, and parameters beside expressions (E018, E044, E045, E057 to E064)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.requests import (
    GET,
    INVALID,
    PUT,
    VALIDATION,
    S,
    applied,
    key_condition,
)

# ExpressionAttributeNames and ExpressionAttributeValues (E018, E044, E045, E057 to E063).
_NAMES_ONLY = "ExpressionAttributeNames can only be specified when using expressions"
_VALUES_ONLY = "ExpressionAttributeValues can only be specified when using expressions: "
_NAMES, _VALUES = {"#n": "n"}, {":v": S}
_CONDITION = {**PUT, "ConditionExpression": "a = b"}


def _refused(label: str, operation: str, request: Json, message: str) -> ErrorCase:
    return ErrorCase(label, operation, request, VALIDATION, message)


def _with_names(label: str, given: Json, message: str) -> ErrorCase:
    return _refused(
        label,
        "PutItem",
        {**_CONDITION, "ExpressionAttributeNames": given},
        f"ExpressionAttributeNames {message}",
    )


def _with_values(label: str, given: Json, message: str) -> ErrorCase:
    return _refused(
        label,
        "PutItem",
        {**_CONDITION, "ExpressionAttributeValues": given},
        f"ExpressionAttributeValues {message}",
    )


_MAPS = (
    _refused(
        "E044",
        "PutItem",
        {**_CONDITION, "ExpressionAttributeNames": {"#b": "b", "#a": "a"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b, #a}",
    ),
    applied(
        "E044-update",
        "SET #n = a",
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#m}",
        {"#n": "n", "#m": "m"},
    ),
    ErrorCase(
        "E044-projection",
        "GetItem",
        {**GET, "ProjectionExpression": "a", "ExpressionAttributeNames": _NAMES},
        VALIDATION,
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}",
    ),
    _refused(
        "E045",
        "PutItem",
        {**_CONDITION, "ExpressionAttributeValues": _VALUES},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
    ),
    key_condition(
        "E045-query",
        "p = :v",
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}",
        v=S,
        w=S,
    ),
    _refused("E057-put", "PutItem", {**PUT, "ExpressionAttributeNames": _NAMES}, _NAMES_ONLY),
    _refused("E057-get", "GetItem", {**GET, "ExpressionAttributeNames": _NAMES}, _NAMES_ONLY),
    _refused(
        "E057-scan",
        "Scan",
        {"TableName": "hash", "ExpressionAttributeNames": _NAMES},
        _NAMES_ONLY,
    ),
    _refused(
        "E059-put",
        "PutItem",
        {**PUT, "ExpressionAttributeValues": _VALUES},
        f"{_VALUES_ONLY}ConditionExpression is null",
    ),
    _refused(
        "E059-delete",
        "DeleteItem",
        {**GET, "ExpressionAttributeValues": _VALUES},
        f"{_VALUES_ONLY}ConditionExpression is null",
    ),
    _refused(
        "E059-update",
        "UpdateItem",
        {**GET, "ExpressionAttributeValues": _VALUES},
        f"{_VALUES_ONLY}UpdateExpression and ConditionExpression are null",
    ),
    _refused(
        "E059-scan",
        "Scan",
        {"TableName": "hash", "ProjectionExpression": "a", "ExpressionAttributeValues": _VALUES},
        f"{_VALUES_ONLY}FilterExpression is null",
    ),
    _refused(
        "E059-query",
        "Query",
        {"TableName": "hash", "ExpressionAttributeValues": _VALUES},
        f"{_VALUES_ONLY}FilterExpression and KeyConditionExpression are null",
    ),
    _with_names("E060", {}, "must not be empty"),
    _with_values("E061", {}, "must not be empty"),
    _with_names("E062", {"n": "n"}, 'contains invalid key: Syntax error; key: "n"'),
    _with_names("E062-bare", {"#": "n"}, 'contains invalid key: Syntax error; key: "#"'),
    _with_names("E062-sign", {"#a-b": "n"}, 'contains invalid key: Syntax error; key: "#a-b"'),
    _with_names("E062-line", {"#a\n": "n"}, 'contains invalid key: Syntax error; key: "#a\n"'),
    _with_names(
        "E062-long",
        {"#" + "a" * 255: "n"},
        "contains invalid key: The expression attribute map contains a key that is too "
        "long; size of key: 256",
    ),
    _with_names(
        "E062-long-first",
        {"#" + "a" * 255 + "-x": "n"},
        "contains invalid key: The expression attribute map contains a key that is too "
        "long; size of key: 258",
    ),
    _with_names(
        "E062-empty-name", {"#n": ""}, "contains invalid value: Empty attribute name for key #n"
    ),
    _with_values("E063", {"v": S}, 'contains invalid key: Syntax error; key: "v"'),
    _with_values(
        "E063-long",
        {":" + "a" * 255: S},
        "contains invalid key: The expression attribute map contains a key that is too long;",
    ),
    _with_values(
        "E018-empty",
        {":v": {}},
        "contains invalid value: Supplied AttributeValue is empty, must contain exactly "
        "one of the supported datatypes for key :v",
    ),
    _with_values(
        "E018-set",
        {":v": {"SS": ["a", "a"]}},
        f"contains invalid value: {INVALID}Input collection [a, a] contains duplicates. for key :v",
    ),
    _with_values(
        "E018-number",
        {":v": {"N": "one"}},
        "contains invalid value: The parameter cannot be converted to a numeric value: "
        "one for key :v",
    ),
    _refused(
        "E018-size",
        "PutItem",
        {
            **_CONDITION,
            "ExpressionAttributeValues": {f":v{i}": {"S": "a" * 400_000} for i in range(6)},
        },
        "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size",
    ),
)


# Expressions beside the parameters that came before them (E064).
_TEXT = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {%s} Expression parameters: {%s}"
)
_TEST = {"a": {"ComparisonOperator": "NULL"}}
_MIXING = (
    ErrorCase(
        "E064-put",
        "PutItem",
        {**PUT, "Expected": _TEST, "ConditionExpression": ""},
        VALIDATION,
        _TEXT % ("Expected", "ConditionExpression"),
    ),
    ErrorCase(
        "E064-get",
        "GetItem",
        {**GET, "AttributesToGet": ["a"], "ProjectionExpression": ""},
        VALIDATION,
        _TEXT % ("AttributesToGet", "ProjectionExpression"),
    ),
    ErrorCase(
        "E064-update",
        "UpdateItem",
        {
            **GET,
            "Expected": _TEST,
            "AttributeUpdates": {},
            "ConditionExpression": "",
            "UpdateExpression": "",
        },
        VALIDATION,
        _TEXT % ("AttributeUpdates, Expected", "UpdateExpression, ConditionExpression"),
    ),
    ErrorCase(
        "E064-scan",
        "Scan",
        {
            "TableName": "hash",
            "ScanFilter": _TEST,
            "AttributesToGet": ["a"],
            "ConditionalOperator": "OR",
            "FilterExpression": "",
            "ProjectionExpression": "",
        },
        VALIDATION,
        _TEXT
        % (
            "AttributesToGet, ScanFilter, ConditionalOperator",
            "ProjectionExpression, FilterExpression",
        ),
    ),
    ErrorCase(
        "E064-query",
        "Query",
        {
            "TableName": "hash",
            "QueryFilter": _TEST,
            "AttributesToGet": ["a"],
            "ConditionalOperator": "OR",
            "FilterExpression": "",
            "ProjectionExpression": "",
            "KeyConditionExpression": "",
        },
        VALIDATION,
        _TEXT
        % (
            "AttributesToGet, QueryFilter, ConditionalOperator",
            "ProjectionExpression, FilterExpression, KeyConditionExpression",
        ),
    ),
    ErrorCase(
        "E064-key-conditions",
        "Query",
        {"TableName": "hash", "KeyConditions": _TEST, "KeyConditionExpression": ""},
        VALIDATION,
        _TEXT % ("KeyConditions", "KeyConditionExpression"),
    ),
    ErrorCase(
        "E064-key-conditions-aside",
        "Query",
        {
            "TableName": "hash",
            "KeyConditions": _TEST,
            "QueryFilter": _TEST,
            "FilterExpression": "",
        },
        VALIDATION,
        _TEXT % ("QueryFilter", "FilterExpression"),
    ),
)


CASES: tuple[ErrorCase, ...] = (
    *_MAPS,
    *_MIXING,
)
