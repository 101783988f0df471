"""The check of a request against the service model: JSON types first, then member constraints.

A request that is right costs one pass of a compiled check. Only one that is not is walked again,
for the exact text of what the service would say:

    UnknownOperationException    the operation is not in the model
    SerializationException       the first wrong JSON type
    ValidationException          `<n> validation error(s) detected: …; …`

Attribute values are only looked into for their types, and only after something has failed; the
rest of their rules is `values`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.model import json_types
from engine.model.constraints import ARN_PREFIX, Holds, table_name_limits, table_name_violations
from engine.model.fast_check import compile_string, compile_structure
from engine.model.service import Shape, model_of
from engine.model.type_check import check_value_types
from engine.model.violations import MAP_KEYS, violations

MAX_REPORTED = 10

# To these a table is an address, and what is wrong with its name is one violation among others. To
# every other operation that requires a TableName it is a parameter of its own: looked at before
# the member constraints, with texts of its own (E158, E159), and as long as a table name must be.
_DATA_OPERATIONS = frozenset(
    {"DeleteItem", "GetItem", "PutItem", "Query", "Scan", "SearchVectors", "UpdateItem"}
)
_NO_TABLE_NAME = "The parameter 'TableName' is required but was not present in the request"
_TABLE_NAME_LENGTH = "TableName must be at least 3 characters long and at most 255 characters long"

# An empty map of requests is refused in other words than an empty collection elsewhere (E138).
_BATCH_OPERATIONS = frozenset({"BatchGetItem", "BatchWriteItem"})
_EMPTY_REQUEST_ITEMS = "The requestItems parameter is required for {}"

_NEW_EMPTY_REQUEST_ITEMS = (
    "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member "
    "must have length greater than or equal to 1"
)

# Members whose violations are told before those of the others, which follow in the model's order.
_FIRST_MEMBERS = {
    "BatchWriteItem": ("ReturnConsumedCapacity", "ReturnItemCollectionMetrics"),
    "CreateTable": ("AttributeDefinitions", "TableName", "KeySchema", "GlobalSecondaryIndexes"),
    "DeleteItem": ("ReturnConsumedCapacity", "ConditionalOperator", "TableName", "ReturnValues"),
    "GetItem": ("ReturnConsumedCapacity", "AttributesToGet", "TableName"),
    "PutItem": ("ReturnConsumedCapacity", "ConditionalOperator", "ReturnValues", "TableName"),
    "Query": ("Select", "IndexName", "ReturnConsumedCapacity", "TableName"),
    "Scan": ("Select", "IndexName", "TotalSegments", "ReturnConsumedCapacity", "TableName"),
    "TransactWriteItems": (
        "ClientRequestToken",
        "ReturnConsumedCapacity",
        "ReturnItemCollectionMetrics",
    ),
    "UpdateItem": (
        "ReturnConsumedCapacity",
        "ConditionalOperator",
        "TableName",
        "ReturnItemCollectionMetrics",
        "ReturnValues",
    ),
}

_checks: dict[str, Holds] = {}


def validate(operation: str, request: Json) -> None:
    """Check the types and constraints of a request's members; return if they are right.

    Raises UnknownOperationException, SerializationException or ValidationException.
    """
    check = _checks.get(operation) or _compile(operation)
    if not check(request):
        _refuse(operation, request)


def check_types(operation: str, request: Json) -> None:
    """Raise SerializationException for the first wrong JSON type, inside attribute values too.

    For requests whose attribute values were found wrong: a wrong type anywhere in a request comes
    before any rule about values. Raises UnknownOperationException.
    """
    model = model_of(operation)
    shape = model.input_shape(operation)
    if request is None:
        raise json_types.wrong_structure(request, shape.name, nested=True)
    check_value_types(model, shape, request, nested=True)


def _compile(operation: str) -> Holds:
    model = model_of(operation)
    shape = model.input_shape(operation)
    overrides = {}
    if _has_table_parameter(operation, shape):
        overrides["TableName"] = compile_string(table_name_limits())
    check = _checks[operation] = compile_structure(model, shape, overrides)
    return check


def _has_table_parameter(operation: str, shape: Shape) -> bool:
    return "TableName" in shape.required and operation not in _DATA_OPERATIONS


def _refuse(operation: str, request: Json) -> None:
    """Raise the error of a request that did not pass the fast check."""
    check_types(operation, request)
    model = model_of(operation)
    shape = model.input_shape(operation)
    if _has_table_parameter(operation, shape):
        _check_table_parameter(operation, shape, request)
    if operation in _BATCH_OPERATIONS and request.get("RequestItems") == {}:
        newer = _NEW_EMPTY_REQUEST_ITEMS if operation == "BatchGetItem" else None
        raise ValidationException(_EMPTY_REQUEST_ITEMS.format(operation), newer=newer)
    reported = _reported(operation, shape, request)
    if operation == "BatchWriteItem":
        # It says nothing of a table's name where something else is wrong.
        reported = [one for one in reported if MAP_KEYS not in one] or reported
    if reported:
        raise ValidationException(listed(reported), violations=tuple(reported))


def listed(violations_found: Sequence[str]) -> str:
    """The text that lists broken constraints."""
    errors = "error" if len(violations_found) == 1 else "errors"
    return f"{len(violations_found)} validation {errors} detected: {'; '.join(violations_found)}"


def _reported(operation: str, shape: Shape, request: Json) -> list[str]:
    first = _FIRST_MEMBERS.get(operation, ())
    return list(islice(violations(model_of(operation), shape, request, first=first), MAX_REPORTED))


def _check_table_parameter(operation: str, shape: Shape, request: Json) -> None:
    name = request.get("TableName")
    if name is None:
        raise ValidationException(_NO_TABLE_NAME)
    if not name.startswith(ARN_PREFIX) and not 3 <= len(name) <= 255:
        broken = [
            f"Value '{name}' at 'tableName' failed to satisfy constraint: {text}"
            for text in table_name_violations(name)
        ]
        others = _reported(operation, shape, {**request, "TableName": "any"})
        newer = listed((broken + others)[:MAX_REPORTED])
        raise ValidationException(_TABLE_NAME_LENGTH, newer=newer)
