"""Refusals whose text is another in each wording, or in one wording only for some operations."""

from __future__ import annotations

from tests.engine.cases import Json, WordedCase

ENVELOPE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "

ITEM: Json = {"TableName": "hash", "Item": {"p": {"S": "a"}}}
KEY: Json = {"TableName": "hash", "Key": {"p": {"S": "a"}}}
UNUSED: Json = {
    "ConditionExpression": "attribute_exists(p)",
    "ExpressionAttributeValues": {":v": {"N": "1"}},
}
EMPTY_NUMBER: Json = {
    "ConditionExpression": "p = :v",
    "ExpressionAttributeValues": {":v": {"N": ""}},
}

CASES: tuple[WordedCase, ...] = (
    WordedCase(
        "unused-value",
        "PutItem",
        ITEM | UNUSED,
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ENVELOPE + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
    ),
    WordedCase(
        "key-type",
        "PutItem",
        {"TableName": "hash", "Item": {"p": {"N": "1"}}},
        INVALID + "Type mismatch for key p expected: S actual: N",
        INVALID + "Type mismatch for key p expected: S actual: N",
    ),
    WordedCase(
        "empty-number",
        "DeleteItem",
        KEY | EMPTY_NUMBER,
        "ExpressionAttributeValues contains invalid value: The parameter cannot be converted "
        "to a numeric value for key :v",
        ENVELOPE + "The parameter cannot be converted to a numeric value: ",
    ),
    WordedCase(
        "scan-value",
        "Scan",
        {
            "TableName": "hash",
            "FilterExpression": "p = :v",
            "ExpressionAttributeValues": {":v": {"N": "x"}},
        },
        "ExpressionAttributeValues contains invalid value: The parameter cannot be converted "
        "to a numeric value: x for key :v",
        "ExpressionAttributeValues contains invalid value: The parameter cannot be converted "
        "to a numeric value: x for key :v",
    ),
    WordedCase(
        "duplicate-strings",
        "PutItem",
        {"TableName": "hash", "Item": {"p": {"S": "a"}, "t": {"SS": ["b", "a", "b"]}}},
        INVALID + "Input collection [b, a, b] contains duplicates.",
        ENVELOPE + INVALID + 'Input collection ["a", "b", "b"] contains duplicates.',
    ),
    WordedCase(
        "duplicate-binaries",
        "PutItem",
        {"TableName": "hash", "Item": {"p": {"S": "a"}, "t": {"BS": [b"\0", b"\0"]}}},
        INVALID + "Input collection [AA==, AA==]of type BS contains duplicates.",
        ENVELOPE + INVALID + 'Input collection ["AA==","AA=="]of type BS contains duplicates.',
    ),
    WordedCase(
        "duplicate-numbers",
        "PutItem",
        {"TableName": "hash", "Item": {"p": {"S": "a"}, "t": {"NS": ["1", "1.0"]}}},
        "Input collection contains duplicates",
        ENVELOPE + INVALID + "Input collection contains duplicates.",
    ),
    WordedCase(
        "empty-key",
        "GetItem",
        {"TableName": "hash", "Key": {"p": {"S": ""}}},
        INVALID
        + "The AttributeValue for a key attribute cannot contain an empty string value. Key: p",
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty string value. Key: p",
    ),
    WordedCase(
        "query-limit",
        "Query",
        {
            "TableName": "hash",
            "KeyConditionExpression": "p = :v",
            "ExpressionAttributeValues": {":v": {"S": "a"}},
            "Limit": 0,
        },
        ENVELOPE
        + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
        "than or equal to 1",
        ENVELOPE
        + "Value at 'Limit' failed to satisfy constraint: Member must have value greater than "
        "or equal to 1",
    ),
    WordedCase(
        "scan-limit",
        "Scan",
        {"TableName": "hash", "Limit": 0},
        ENVELOPE
        + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
        "than or equal to 1",
        ENVELOPE
        + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
        "than or equal to 1",
    ),
    WordedCase(
        "select",
        "Query",
        {
            "TableName": "hash",
            "KeyConditionExpression": "p = :v",
            "ExpressionAttributeValues": {":v": {"S": "a"}},
            "Select": "SPECIFIC_ATTRIBUTES",
        },
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES",
        ENVELOPE + "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES",
    ),
    WordedCase(
        "no-keys",
        "BatchGetItem",
        {"RequestItems": {"hash": {"Keys": []}}},
        ENVELOPE
        + "Value '[]' at 'requestItems.hash.member.keys' failed to satisfy constraint: Member "
        "must have length greater than or equal to 1",
        ENVELOPE
        + "Value at 'RequestItems.hash.member.Keys' failed to satisfy constraint: Member must "
        "have length greater than or equal to 1",
    ),
    WordedCase(
        "return-values",
        "UpdateItem",
        KEY | {"ReturnValues": "SOME"},
        ENVELOPE
        + "Value 'SOME' at 'returnValues' failed to satisfy constraint: Member must satisfy "
        "enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
        ENVELOPE + "Failed to satisfy constraint: Member must satisfy enum value set: "
        "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]",
    ),
    WordedCase(
        "values-alone",
        "PutItem",
        ITEM | {"ExpressionAttributeValues": {":v": {"N": "1"}}},
        "ExpressionAttributeValues can only be specified when using expressions: "
        "ConditionExpression is null",
        ENVELOPE + "ExpressionAttributeValues can only be specified when using expressions",
    ),
)
