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

CONSTRAINT = "failed to satisfy constraint: Member must "
NAME = (
    "failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less "
    "than or equal to 255, Member must have length greater than or equal to 3, Member must satisfy "
    "regular expression pattern: [a-zA-Z0-9_.-]+]"
)
OLD_ENUM = (
    f"Value 'SOME' at 'returnValues' {CONSTRAINT}satisfy enum value set: "
    "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
)
NEW_ENUM = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
CAPACITY_ENUM = (
    f"Value 'SOME' at 'returnConsumedCapacity' {CONSTRAINT}satisfy enum value set: "
    "[INDEXES, TOTAL, NONE]"
)
NO_KEY = (
    f"4 validation errors detected: {CAPACITY_ENUM}; Value '' at 'tableName' {CONSTRAINT}have "
    f"length greater than or equal to 1; {OLD_ENUM}; Value null at 'key' {CONSTRAINT}not be null"
)


def deep(wrappings: int) -> Json:
    """Maps, each in the one before."""
    value: Json = {"S": "x"}
    for _ in range(wrappings):
        value = {"M": {"m": value}}
    return value


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
        "select-of-scan",
        "Scan",
        {"TableName": "hash", "Select": "COUNT", "ProjectionExpression": "s"},
        "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ENVELOPE + "Cannot specify the ProjectionExpression when choosing to get only the Count",
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
    WordedCase(
        "duplicates-in-order",
        "PutItem",
        {
            "TableName": "hash",
            "Item": {"p": {"S": "a"}, "t": {"BS": [b"\xff", b"\0", b"\0", b"b"]}},
        },
        INVALID + "Input collection [/w==, AA==, AA==, Yg==]of type BS contains duplicates.",
        ENVELOPE
        + INVALID
        + 'Input collection ["AA==","/w==","AA==","Yg=="]of type BS contains duplicates.',
    ),
    WordedCase(
        "older-layer",
        "BatchWriteItem",
        {
            "RequestItems": {
                "hash": [{"PutRequest": {"Item": {"p": {"S": "a"}, "t": {"NS": ["2", "2"]}}}}]
            }
        },
        "Input collection contains duplicates",
        "Input collection contains duplicates",
    ),
    WordedCase(
        "wrapping-exponent",
        "GetItem",
        {"TableName": "hash", "Key": {"p": {"N": "1e2147483647"}}},
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range",
        "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ),
    WordedCase(
        "start-key",
        "Query",
        {
            "TableName": "hash",
            "KeyConditionExpression": "p = :v",
            "ExpressionAttributeValues": {":v": {"S": "a"}},
            "ExclusiveStartKey": {"p": {"N": "x"}},
        },
        "The provided starting key is invalid: The parameter cannot be converted to a numeric "
        "value: x",
        "The parameter cannot be converted to a numeric value: x",
    ),
    WordedCase(
        "too-many-conditions",
        "Query",
        {
            "TableName": "ranged",
            "KeyConditionExpression": "p = :v AND r = :n AND x = :n",
            "ExpressionAttributeValues": {":v": {"S": "a"}, ":n": {"N": "1"}},
        },
        "Conditions can be of length 1 or 2 only",
        "The number of query conditions (3) exceeds the number of key attributes defined in the "
        "schema (2)",
    ),
    WordedCase(
        "no-tables",
        "BatchGetItem",
        {"RequestItems": {}},
        "The requestItems parameter is required for BatchGetItem",
        ENVELOPE + f"Value at 'RequestItems' {CONSTRAINT}have length greater than or equal to 1",
    ),
    WordedCase(
        "name-of-table",
        "BatchGetItem",
        {"RequestItems": {"a;b": {"Keys": [{"p": {"S": "a"}}]}}},
        ENVELOPE
        + "Value '{a;b=KeysAndAttributes(keys=[{p=AttributeValue(s=a)}])}' at 'requestItems' "
        + NAME,
        ENVELOPE + """Value '{"a;b":{"Keys":[{"p":{"S":"a"}}]}}' at 'requestItems' """ + NAME,
    ),
    WordedCase(
        "empty-name-first",
        "PutItem",
        ITEM | {"TableName": "", "ReturnValues": "SOME"},
        f"2 validation errors detected: {OLD_ENUM}; Value '' at 'tableName' {CONSTRAINT}have "
        "length greater than or equal to 1",
        ENVELOPE + f"Value at 'TableName' {CONSTRAINT}have length greater than or equal to 1",
    ),
    WordedCase(
        "first-enum",
        "UpdateItem",
        KEY | {"ReturnValues": "SOME", "ReturnConsumedCapacity": "SOME"},
        f"2 validation errors detected: {CAPACITY_ENUM}; {OLD_ENUM}",
        ENVELOPE + NEW_ENUM,
    ),
    WordedCase(
        "no-key",
        "UpdateItem",
        {"TableName": "", "ReturnValues": "SOME", "ReturnConsumedCapacity": "SOME"},
        NO_KEY,
        NO_KEY,
    ),
    WordedCase(
        "operator",
        "Query",
        {
            "TableName": "hash",
            "KeyConditions": {
                "p": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
            },
            "QueryFilter": {
                "a": {"ComparisonOperator": "NULL"},
                "b": {"ComparisonOperator": "NULL"},
            },
            "ConditionalOperator": "XOR",
        },
        ENVELOPE
        + f"Value 'XOR' at 'conditionalOperator' {CONSTRAINT}satisfy enum value set: [OR, AND]",
        "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]",
    ),
    WordedCase(
        "very-deep",
        "DeleteItem",
        KEY | {"Expected": {"a": {"Value": deep(63)}}, "ReturnValues": "SOME"},
        ENVELOPE + OLD_ENUM,
        ENVELOPE + OLD_ENUM,
    ),
    WordedCase(
        "deep",
        "DeleteItem",
        KEY | {"Expected": {"a": {"Value": deep(40)}}, "ReturnValues": "SOME"},
        ENVELOPE + OLD_ENUM,
        ENVELOPE + NEW_ENUM,
    ),
    WordedCase(
        "short-table-name",
        "DescribeTable",
        {"TableName": "?"},
        "TableName must be at least 3 characters long and at most 255 characters long",
        f"2 validation errors detected: Value '?' at 'tableName' {CONSTRAINT}have length greater "
        f"than or equal to 3; Value '?' at 'tableName' {CONSTRAINT}satisfy regular expression "
        "pattern: [a-zA-Z0-9_.-]+",
    ),
    WordedCase(
        "warm-throughput-of-nothing",
        "UpdateTable",
        {
            "TableName": "missing",
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "any", "WarmThroughput": {}}}],
        },
        INVALID + "WarmThroughput must have at least one of ReadUnitsPerSecond or "
        "WriteUnitsPerSecond specified for index: any",
        INVALID + "WarmThroughput must have at least one of ReadUnitsPerSecond or "
        "WriteUnitsPerSecond specified for index: any",
    ),
    WordedCase(
        "nothing-to-update",
        "UpdateTable",
        {"TableName": "hash"},
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
        "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
        "OnDemandThroughput, WarmThroughput or TableClass is required",
    ),
)
