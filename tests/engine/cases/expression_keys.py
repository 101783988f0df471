"""Expressions and key attributes (E071, E072, E076, E084, E100, E113 to E120)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.requests import (
    GET,
    INDEXED,
    INVALID,
    RANGED,
    VALIDATION,
    N,
    S,
    key_condition,
)

# Expressions and key attributes (E071, E072, E084, E100, E076).
_SCALAR = (
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
)
_PART = f"{INVALID}Cannot update attribute %s. This attribute is part of the key"
_FILTERED = "Filter Expression can only contain non-primary key attributes: Primary key attribute: "


def _of(label: str, operation: str, base: Json, message: str, **texts: str) -> ErrorCase:
    return ErrorCase(label, operation, {**base, **texts}, VALIDATION, message)


def _typed(label: str, text: str, message: str, value: Json) -> ErrorCase:
    request = {**INDEXED, "UpdateExpression": text, "ExpressionAttributeValues": {":v": value}}
    return ErrorCase(label, "UpdateItem", request, VALIDATION, message)


_MISMATCH = f"{INVALID}Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s"
_KEYS = (
    _of("E071-projection", "GetItem", GET, f"{_SCALAR}Key: p", ProjectionExpression="p.a"),
    _of(
        "E071-condition",
        "DeleteItem",
        RANGED,
        f"{_SCALAR}Key: r",
        ConditionExpression="attribute_exists(r[0])",
    ),
    _of("E071-update", "UpdateItem", GET, f"{_SCALAR}Key: p", UpdateExpression="SET a = p.b"),
    _of(
        "E071-filter",
        "Scan",
        {"TableName": "hash"},
        f"{_SCALAR}Key: p",
        FilterExpression="attribute_exists(p.a)",
    ),
    _of(
        "E072-projection",
        "GetItem",
        INDEXED,
        f"{_SCALAR}IndexKey: g",
        ProjectionExpression="g[0]",
    ),
    _of(
        "E072-condition",
        "DeleteItem",
        INDEXED,
        f"{_SCALAR}IndexKey: l",
        ConditionExpression="attribute_exists(l.a)",
    ),
    _of(
        "E072-update",
        "UpdateItem",
        INDEXED,
        f"{_SCALAR}IndexKey: c",
        UpdateExpression="REMOVE c.x",
    ),
    _of("E084-set", "UpdateItem", GET, _PART % "p", UpdateExpression="SET a = b, p = b"),
    _of("E084-deep", "UpdateItem", GET, _PART % "p", UpdateExpression="REMOVE p.a[1]"),
    _of("E084-sort", "UpdateItem", RANGED, _PART % "r", UpdateExpression="REMOVE r"),
    _typed("E084-add", "ADD r :v", _PART % "r", N),
    key_condition("E100-partition", "p = :v", f"{_FILTERED}p", filtered_by="p = :v", v=S),
    key_condition("E100-sort", "p = :v", f"{_FILTERED}r", filtered_by="size(s) > r", v=S),
    key_condition(
        "E100-index",
        "g = :v",
        f"{_FILTERED}h",
        table="indexed",
        index="global",
        filtered_by="attribute_exists(h)",
        v=S,
    ),
    _typed("E076-update-set", "SET g = :v", _MISMATCH % ("g", "S", "N", "global"), N),
    _typed("E076-update-sum", "SET g = n + :v", _MISMATCH % ("g", "S", "N", "global"), N),
    _typed(
        "E076-update-append",
        "SET k = list_append(li, :v)",
        _MISMATCH % ("k", "B", "L", "keys"),
        {"L": []},
    ),
    _typed(
        "E076-update-default",
        "SET l = if_not_exists(zz, :v)",
        _MISMATCH % ("l", "N", "S", "local"),
        S,
    ),
    _typed("E076-update-add", "ADD d :v", _MISMATCH % ("d", "S", "SS", "several"), {"SS": ["a"]}),
)


# Conditions that are not one range of keys (E113 to E120).
_OPERATOR = "Invalid operator used in KeyConditionExpression: "
_CONDITION = "Invalid condition in KeyConditionExpression: "
_SEVERAL = "Multiple attribute names used in one condition"
_FIRST = " operator must have the key attribute as its first operand"
_NONE = f"{_CONDITION}No key attribute specified"
_ONCE = "KeyConditionExpressions must only contain one condition per key"
_NESTED = "KeyConditionExpressions cannot have conditions on nested attributes"
_OPERATION = "KeyConditionExpressions cannot contain nested operations"
_EQUALITY = (
    "RANGE key attributes %s must have equality conditions specified in the query because a "
    "condition is present on key attribute %s"
)
_KEY_CONDITIONS = (
    key_condition("E113-or", "p > b AND size(b) > c OR p > c", f"{_OPERATOR}OR"),
    key_condition("E113-not", "NOT p > b", f"{_OPERATOR}NOT"),
    key_condition("E113-in", "p IN (b, size(c), d)", f"{_OPERATOR}IN"),
    key_condition("E113-unequal", "p <> b", f"{_OPERATOR}<>"),
    key_condition("E113-exists", "attribute_exists(p)", f"{_OPERATOR}attribute_exists"),
    key_condition("E113-not-exists", "attribute_not_exists(p)", f"{_OPERATOR}attribute_not_exists"),
    key_condition("E113-contains", "contains(p.d, b)", f"{_OPERATOR}contains"),
    key_condition("E113-type", "attribute_type(p, :v)", f"{_OPERATOR}attribute_type", v={"S": "S"}),
    key_condition("E114-compare", "b > a.b", _CONDITION + _SEVERAL),
    key_condition("E114-between", "b BETWEEN c[1] AND d", _CONDITION + _SEVERAL),
    key_condition("E114-size-after", "a BETWEEN b AND size(a)", _CONDITION + _SEVERAL),
    key_condition("E114-begins", "begins_with(a, b)", _CONDITION + _SEVERAL),
    key_condition("E115", ":w > :v AND a < :w", _NONE, v=N, w=N),
    key_condition("E115-second", ":v > b AND :v < :w", _NONE, v=N, w=N),
    key_condition(
        "E116-between",
        ":v BETWEEN size(b) AND size(a) AND b > :w",
        f"{_CONDITION}BETWEEN{_FIRST}",
        v=N,
        w=S,
    ),
    key_condition(
        "E116-begins",
        "begins_with(:v, b) AND a > :w",
        f"{_CONDITION}begins_with{_FIRST}",
        v=S,
        w=S,
    ),
    key_condition("E117", "b > :v AND b < :v AND c = :v AND d = :v", _ONCE, v=N),
    key_condition("E117-enclosed", "(a > :v AND b > :v) AND (b > :v AND c > :v)", _ONCE, v=N),
    key_condition("E118", "b.d > a AND c.d > e.f", _NESTED),
    key_condition("E118-index", "p = :v AND r[0] > :v", _NESTED, v=S),
    key_condition("E119", "size(b) > a AND a.b > b AND b > c", _OPERATION),
    key_condition("E119-right", "a > size(b.d)", _OPERATION),
    key_condition("E119-between", "a BETWEEN size(b) AND size(a)", _OPERATION),
    key_condition(
        "E120",
        "a = :s AND b = :s AND d = :s",
        _EQUALITY % ("c", "d"),
        table="indexed",
        index="several",
        s=S,
    ),
    key_condition(
        "E120-range",
        "a = :s AND b = :s AND c > :n AND d = :s",
        _EQUALITY % ("c", "d"),
        table="indexed",
        index="several",
        s=S,
        n=N,
    ),
)


CASES: tuple[ErrorCase, ...] = (
    *_KEYS,
    *_KEY_CONDITIONS,
)
