"""Constants of types that an operator or function does not take (E050, E068)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.requests import (
    EACH_TYPE,
    N,
    S,
    condition,
    key_condition,
    update,
)


def _wrong(operator: str, kind: str) -> str:
    return (
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {kind}"
    )


_FUNCTIONS = (
    condition("E050-begins-size", "begins_with(a, size(b))", _wrong("begins_with", "N")),
    condition("E050-type-size", "attribute_type(a, size(b))", _wrong("attribute_type", "N")),
    condition(
        "E050-type-path",
        "attribute_type(a, b)",
        _wrong("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
    ),
    condition("E050-size-size", "size(size(a)) > :v", _wrong("size", "N"), v=N),
    condition("E050-size-inside", "attribute_not_exists(size(:v))", _wrong("size", "N"), v=N),
    key_condition(
        "E050-key-condition",
        "p = :v AND begins_with(r, :w)",
        f"Invalid KeyConditionExpression: {_wrong('begins_with', 'N')}",
        v=S,
        w=N,
    ),
)

# What refuses a constant, with the types that it takes.
_CONDITIONS = (
    ("less", "a < :v", "<", ("S", "N", "B")),
    ("less-equal", "a <= :v", "<=", ("S", "N", "B")),
    ("greater", "a > :v", ">", ("S", "N", "B")),
    ("greater-equal", "a >= :v", ">=", ("S", "N", "B")),
    ("left", ":v < a", "<", ("S", "N", "B")),
    ("between", "a BETWEEN :v AND :v", "BETWEEN", ("S", "N", "B")),
    ("between-first", ":v BETWEEN a AND b", "BETWEEN", ("S", "N", "B")),
    ("begins", "begins_with(a, :v)", "begins_with", ("S", "B")),
    ("begins-left", "begins_with(:v, a)", "begins_with", ("S", "B")),
    ("size", "size(:v) > a", "size", ("S", "B", "SS", "NS", "BS", "L", "M")),
    ("type", "attribute_type(a, :v)", "attribute_type", ("S",)),
)
_UPDATES = (
    ("append", "SET a = list_append(b, :v)", "list_append", ("L",)),
    ("append-left", "SET a = list_append(:v, b)", "list_append", ("L",)),
    ("plus", "SET a = b + :v", "+", ("N",)),
    ("minus", "SET a = :v - b", "-", ("N",)),
)
_WORDS = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}


def _of_type(kind: str, value: Json) -> Iterator[ErrorCase]:
    for label, text, operator, takes in _CONDITIONS:
        if kind not in takes:
            yield condition(f"E050-{label}-{kind}", text, _wrong(operator, kind), v=value)
    for label, text, operator, takes in _UPDATES:
        if kind not in takes:
            yield update(f"E050-{label}-{kind}", text, _wrong(operator, kind), v=value)
    for section in ("ADD", "DELETE"):
        if kind in _WORDS and (section, kind) != ("ADD", "N"):
            yield update(
                f"E068-{section}-{kind}",
                f"{section} a.b :v",
                "Incorrect operand type for operator or function; "
                f"operator: {section}, operand type: {_WORDS[kind]}",
                v=value,
            )


CASES: tuple[ErrorCase, ...] = (
    *_FUNCTIONS,
    *(case for kind, value in EACH_TYPE.items() for case in _of_type(kind, value)),
)
