"""The wording of 2026 beside the classic one."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, Settings
from tests.engine.operations.tables import make_tables, n, refused, s

Json = dict[str, Any]
ENVELOPE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "

ITEM = {"TableName": "hash", "Item": {"p": s("a")}}
KEY = {"TableName": "hash", "Key": {"p": s("a")}}
UNUSED = {"ConditionExpression": "attribute_exists(p)", "ExpressionAttributeValues": {":v": n(1)}}
EMPTY_NUMBER = {"ConditionExpression": "p = :v", "ExpressionAttributeValues": {":v": {"N": ""}}}


@pytest.mark.parametrize(
    ("operation", "request_", "classic", "new"),
    [
        (
            "PutItem",
            ITEM | UNUSED,
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
            ENVELOPE
            + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ),
        (
            "PutItem",
            {"TableName": "hash", "Item": {"p": n(1)}},
            INVALID + "Type mismatch for key p expected: S actual: N",
            INVALID + "Type mismatch for key p expected: S actual: N",
        ),
        (
            "DeleteItem",
            KEY | EMPTY_NUMBER,
            "ExpressionAttributeValues contains invalid value: The parameter cannot be converted "
            "to a numeric value for key :v",
            ENVELOPE + "The parameter cannot be converted to a numeric value: ",
        ),
        (
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
        (
            "PutItem",
            {"TableName": "hash", "Item": {"p": s("a"), "t": {"SS": ["b", "a", "b"]}}},
            INVALID + "Input collection [b, a, b] contains duplicates.",
            ENVELOPE + INVALID + 'Input collection ["a", "b", "b"] contains duplicates.',
        ),
        (
            "PutItem",
            {"TableName": "hash", "Item": {"p": s("a"), "t": {"BS": [b"\0", b"\0"]}}},
            INVALID + "Input collection [AA==, AA==]of type BS contains duplicates.",
            ENVELOPE + INVALID + 'Input collection ["AA==","AA=="]of type BS contains duplicates.',
        ),
        (
            "PutItem",
            {"TableName": "hash", "Item": {"p": s("a"), "t": {"NS": ["1", "1.0"]}}},
            "Input collection contains duplicates",
            ENVELOPE + INVALID + "Input collection contains duplicates.",
        ),
        (
            "GetItem",
            {"TableName": "hash", "Key": {"p": s("")}},
            INVALID
            + "The AttributeValue for a key attribute cannot contain an empty string value. Key: p",
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: p",
        ),
        (
            "Query",
            {
                "TableName": "hash",
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": s("a")},
                "Limit": 0,
            },
            ENVELOPE
            + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1",
            ENVELOPE
            + "Value at 'Limit' failed to satisfy constraint: Member must have value greater than "
            "or equal to 1",
        ),
        (
            "Scan",
            {"TableName": "hash", "Limit": 0},
            ENVELOPE
            + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1",
            ENVELOPE
            + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1",
        ),
        (
            "Query",
            {
                "TableName": "hash",
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": s("a")},
                "Select": "SPECIFIC_ATTRIBUTES",
            },
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES",
            ENVELOPE
            + "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES",
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"hash": {"Keys": []}}},
            ENVELOPE
            + "Value '[]' at 'requestItems.hash.member.keys' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1",
            ENVELOPE
            + "Value at 'RequestItems.hash.member.Keys' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
        ),
        (
            "UpdateItem",
            KEY | {"ReturnValues": "SOME"},
            ENVELOPE
            + "Value 'SOME' at 'returnValues' failed to satisfy constraint: Member must satisfy "
            "enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
            ENVELOPE + "Failed to satisfy constraint: Member must satisfy enum value set: "
            "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]",
        ),
        (
            "PutItem",
            ITEM | {"ExpressionAttributeValues": {":v": n(1)}},
            "ExpressionAttributeValues can only be specified when using expressions: "
            "ConditionExpression is null",
            ENVELOPE + "ExpressionAttributeValues can only be specified when using expressions",
        ),
    ],
)
def test_a_refusal_in_both_wordings(operation: str, request_: Json, classic: str, new: str) -> None:
    for wording, message in (("classic", classic), ("2026", new)):
        with Engine.in_memory(settings=Settings(wording=wording)) as engine:
            make_tables(engine)
            with refused("ValidationException", message):
                engine.call(operation, request_)
