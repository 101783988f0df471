"""Batches and transactions (E036, E037, E126 to E130, E133, E136 to E138)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.requests import GET, PUT, VALIDATION, S
from tests.engine.cases.tables import HASH_KEY, RANGED_KEY

_CONSTRAINT = "failed to satisfy constraint: "
_MAP_KEYS = (
    f"{_CONSTRAINT}Map keys must satisfy constraint: [Member must have length less than or equal "
    "to 255, Member must have length greater than or equal to 3, Member must satisfy regular "
    "expression pattern: [a-zA-Z0-9_.-]+]"
)
_MAP_VALUES = (
    f"{_CONSTRAINT}Map value must satisfy constraint: [Member must have length less than or equal "
    "to 25, Member must have length greater than or equal to 1]"
)
_SEVERAL = "Transaction request cannot include multiple operations on one item"
_ONE_ACTION = "TransactItems can only contain one of Check, Put, Update or Delete"
_DUPLICATES = "Provided list of item keys contains duplicates"
_KEYS: list[Json] = [{"p": {"S": f"key {number}"}} for number in range(101)]


def _batch(
    label: str, operation: str, items: Json, message: str, *, tail: bool = False
) -> ErrorCase:
    return ErrorCase(label, operation, {"RequestItems": items}, VALIDATION, message, tail)


def _transaction(
    label: str, items: list[Json], message: str, code: str = VALIDATION, *, tail: bool = False
) -> ErrorCase:
    return ErrorCase(label, "TransactWriteItems", {"TransactItems": items}, code, message, tail)


_BATCHES = (
    _batch(
        "E036",
        "BatchWriteItem",
        {"a;b": [{"DeleteRequest": {"Key": HASH_KEY}}]},
        f" at 'requestItems' {_MAP_KEYS}",
        tail=True,
    ),
    _batch("E036-get", "BatchGetItem", {"ab": {"Keys": [HASH_KEY]}}, _MAP_KEYS, tail=True),
    _batch(
        "E037",
        "BatchWriteItem",
        {"hash": []},
        f"1 validation error detected: Value '{{hash=[]}}' at 'requestItems' {_MAP_VALUES}",
    ),
    _batch(
        "E037-many",
        "BatchWriteItem",
        {"hash": [{"DeleteRequest": {"Key": key}} for key in _KEYS[:26]]},
        _MAP_VALUES,
        tail=True,
    ),
    _batch(
        "E002-request",
        "BatchWriteItem",
        {"hash": [{}]},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes",
    ),
    _batch(
        "E073-batch",
        "BatchWriteItem",
        {"hash": [{"PutRequest": {"Item": {"p": {"N": "1"}}}}]},
        "The provided key element does not match the schema",
    ),
    _batch(
        "E073-batch-missing",
        "BatchWriteItem",
        {"hash": [{"PutRequest": {"Item": {"a": S}}}]},
        "The provided key element does not match the schema",
    ),
    _batch(
        "E064-tables",
        "BatchGetItem",
        {
            "hash": {"Keys": [HASH_KEY], "ProjectionExpression": "s"},
            "ranged": {"Keys": [RANGED_KEY], "AttributesToGet": ["s"]},
        },
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: "
        "{ProjectionExpression}",
    ),
    ErrorCase(
        "E030-beside-name",
        "BatchWriteItem",
        {
            "RequestItems": {"a;b": [{"DeleteRequest": {"Key": HASH_KEY}}]},
            "ReturnConsumedCapacity": "SOME",
        },
        VALIDATION,
        "1 validation error detected: Value 'SOME' at 'returnConsumedCapacity' failed to satisfy "
        "constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
    ),
    _batch("E136", "BatchGetItem", {"hash": {"Keys": [HASH_KEY, HASH_KEY]}}, _DUPLICATES),
    _batch(
        "E136-write",
        "BatchWriteItem",
        {"hash": [{"PutRequest": {"Item": HASH_KEY}}, {"DeleteRequest": {"Key": HASH_KEY}}]},
        _DUPLICATES,
    ),
    _batch(
        "E137",
        "BatchGetItem",
        {"hash": {"Keys": _KEYS[:60]}, "other": {"Keys": _KEYS[:60]}},
        "Too many items requested for the BatchGetItem call",
    ),
    _batch("E138", "BatchGetItem", {}, "The requestItems parameter is required for BatchGetItem"),
    _batch(
        "E138-write",
        "BatchWriteItem",
        {},
        "The requestItems parameter is required for BatchWriteItem",
    ),
)
_FAILS: Json = {"ConditionCheck": {**GET, "ConditionExpression": "attribute_not_exists(p)"}}
_PUTS: Json = {"Put": {"TableName": "hash", "Item": {"p": S}}}
_TRANSACTIONS = (
    _transaction("E126", [{"Put": PUT}, {"Delete": GET}], _SEVERAL),
    _transaction("E126-check", [_FAILS, {"Put": PUT}], _SEVERAL),
    _transaction(
        "E127",
        [_PUTS, _FAILS],
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed]",
        "TransactionCanceledException",
    ),
    _transaction(
        "E127-validation",
        [{"Put": {"TableName": "hash", "Item": {"p": {"N": "1"}}}}, _FAILS],
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[ValidationError, None]",
        "TransactionCanceledException",
    ),
    _transaction("E128", [{}], _ONE_ACTION),
    _transaction("E128-two", [{"Put": PUT, "Delete": GET}], _ONE_ACTION),
    _transaction(
        "E129",
        [],
        f"1 validation error detected: Value '[]' at 'transactItems' {_CONSTRAINT}Member must have "
        "length greater than or equal to 1",
    ),
    _transaction(
        "E130",
        [{"Delete": {"TableName": "hash", "Key": key}} for key in _KEYS],
        f" at 'transactItems' {_CONSTRAINT}Member must have length less than or equal to 100",
        tail=True,
    ),
    _transaction(
        "E133",
        [
            {"Put": {"TableName": "hash", "Item": {**key, "a": {"S": "x" * 300_000}}}}
            for key in _KEYS[:14]
        ],
        "Transaction payload size cannot exceed 4194304 bytes",
    ),
)

CASES: tuple[ErrorCase, ...] = (*_BATCHES, *_TRANSACTIONS)
