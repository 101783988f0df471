"""Parameters from before expressions (E101, E123, E125, E140 to E151)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.requests import GET, INVALID, VALIDATION, N, S

_CONDITIONS: Json = {"p": {"ComparisonOperator": "EQ", "AttributeValueList": [S]}}


def _query(label: str, message: str, **members: object) -> ErrorCase:
    request: Json = {"TableName": "hash", "KeyConditions": _CONDITIONS, **members}
    return ErrorCase(label, "Query", request, VALIDATION, message)


def _expected(label: str, message: str, **condition: object) -> ErrorCase:
    """An UpdateItem that expects something of the attribute `a`."""
    request: Json = {**GET, "Expected": {"a": condition}}
    return ErrorCase(label, "UpdateItem", request, VALIDATION, message)


def _updates(label: str, message: str, name: str = "a", **update: object) -> ErrorCase:
    request: Json = {**GET, "AttributeUpdates": {name: update}}
    return ErrorCase(label, "UpdateItem", request, VALIDATION, message)


_READS = (
    _query(
        "E101",
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: p",
        QueryFilter={"p": {"ComparisonOperator": "NULL"}},
    ),
    _query(
        "E123",
        "Cannot specify the AttributesToGet when choosing to get only the Count",
        AttributesToGet=["a"],
        Select="COUNT",
    ),
    _query(
        "E125",
        "Attempted conditional constraint is not an indexable operation",
        KeyConditions={"p": {"ComparisonOperator": "NE", "AttributeValueList": [S]}},
    ),
    ErrorCase(
        "E151",
        "GetItem",
        {**GET, "AttributesToGet": ["a", "b", "a"]},
        VALIDATION,
        f"{INVALID}Duplicate value in attribute name: a",
    ),
)
_EXISTS = (
    _expected("E140", f"{INVALID}Value must be provided when Exists is null for Attribute: a"),
    _expected(
        "E140-true",
        f"{INVALID}Value must be provided when Exists is true for Attribute: a",
        Exists=True,
    ),
    _expected(
        "E141",
        f"{INVALID}Value cannot be used when Exists is false for Attribute: a",
        Exists=False,
        Value=S,
    ),
    _expected(
        "E142",
        f"{INVALID}Exists and ComparisonOperator cannot be used together for Attribute: a",
        Exists=True,
        ComparisonOperator="NULL",
    ),
    _expected(
        "E143",
        f"{INVALID}Value and AttributeValueList cannot be used together for Attribute: a",
        Value=S,
        AttributeValueList=[S],
        ComparisonOperator="EQ",
    ),
    _expected(
        "E144",
        f"{INVALID}Value or AttributeValueList must be used with ComparisonOperator: EQ "
        "for Attribute: a",
        ComparisonOperator="EQ",
    ),
    _expected(
        "E145",
        f"{INVALID}AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        AttributeValueList=[S],
    ),
)
_OPERANDS = (
    _expected(
        "E146",
        f"{INVALID}Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ComparisonOperator="BETWEEN",
        AttributeValueList=[S],
    ),
    _expected(
        "E147",
        f"{INVALID}AttributeValues inside AttributeValueList must be of same type",
        ComparisonOperator="IN",
        AttributeValueList=[S, N],
    ),
    _expected(
        "E148",
        f"{INVALID}ComparisonOperator LT is not valid for BOOL AttributeValue type",
        ComparisonOperator="LT",
        AttributeValueList=[{"BOOL": True}],
    ),
    _expected(
        "E149",
        "The BETWEEN condition was provided a range where the lower bound is greater than the "
        "upper bound",
        ComparisonOperator="BETWEEN",
        AttributeValueList=[{"S": "b"}, S],
    ),
)
_OPERATORS = (
    ErrorCase(
        "E149-operator-alone",
        "UpdateItem",
        {**GET, "Expected": {}, "ConditionalOperator": "OR"},
        VALIDATION,
        "ConditionalOperator cannot be used without Filter or Expected",
    ),
    ErrorCase(
        "E149-operator-of-one",
        "Scan",
        {
            "TableName": "hash",
            "ScanFilter": {"a": {"ComparisonOperator": "NULL"}},
            "ConditionalOperator": "AND",
        },
        VALIDATION,
        "ConditionalOperator can only be used when Filter or Expected has two or more elements",
    ),
)
_UPDATES = (
    _updates(
        "E150",
        f"{INVALID}Only DELETE action is allowed when no attribute value is specified",
        Action="PUT",
    ),
    _updates(
        "E150-delete",
        f"{INVALID}DELETE action with value is not supported for the type S",
        Action="DELETE",
        Value=S,
    ),
    _updates(
        "E150-add", f"{INVALID}ADD action is not supported for the type S", Action="ADD", Value=S
    ),
    _updates("E150-mismatch", "Type mismatch for attribute to update", "s", Action="ADD", Value=N),
)

CASES: tuple[ErrorCase, ...] = (*_READS, *_EXISTS, *_OPERANDS, *_OPERATORS, *_UPDATES)
