"""Names, placeholders, functions and their operands (E041 to E043, E047 to E056)."""

from __future__ import annotations

from tests.engine.cases import ErrorCase
from tests.engine.cases.requests import (
    N,
    S,
    condition,
    key_condition,
    projection,
    scan_filter,
    update,
)

# Reserved words, placeholders that are not defined, functions (E041 to E043, E047, E048).
_RESERVED = "Attribute name is a reserved keyword; reserved keyword: "
_NO_NAME = "An expression attribute name used in the document path is not defined; attribute name: "
_NO_VALUE = "An expression attribute value used in expression is not defined; attribute value: "
_UNKNOWN = "Invalid function name; function: "
_MISUSED = "The function is not allowed to be used this way in an expression; function: "
_NAMES = (
    condition("E041-condition", "abOrt = :v", f"{_RESERVED}abOrt", v=S),
    condition("E041-deep", "a.b[1].views = :v", f"{_RESERVED}views", v=S),
    scan_filter("E041-filter", ":v < Size", f"{_RESERVED}Size", v=S),
    update("E041-update", "SET a = b, Absolute = c", f"{_RESERVED}Absolute"),
    update("E041-update-right", "SET a = if_not_exists(b, name)", f"{_RESERVED}name"),
    projection("E041-projection", "a, b.abORt", f"{_RESERVED}abORt"),
    key_condition(
        "E041-key-condition",
        "hash = :v",
        f"Invalid KeyConditionExpression: {_RESERVED}hash",
        v=S,
    ),
    condition("E042-condition", "a.#n = b", f"{_NO_NAME}#n"),
    condition("E042-other-names", "#n = #m", f"{_NO_NAME}#n", {"#m": "m"}),
    scan_filter("E042-filter", "attribute_exists(#n)", f"{_NO_NAME}#n"),
    update("E042-update", "SET a = #n", f"{_NO_NAME}#n"),
    projection("E042-projection", "a, #n[1]", f"{_NO_NAME}#n"),
    key_condition(
        "E042-key-condition", "#n = :v", f"Invalid KeyConditionExpression: {_NO_NAME}#n", v=S
    ),
    condition("E043-condition", "a = :v", f"{_NO_VALUE}:v"),
    scan_filter("E043-filter", "a IN (:v, :w)", f"{_NO_VALUE}:w", v=S),
    update("E043-update", "ADD a :v", f"{_NO_VALUE}:v"),
    key_condition("E043-key-condition", "p = :v", f"Invalid KeyConditionExpression: {_NO_VALUE}:v"),
    condition("E047-condition", "whatever(a)", f"{_UNKNOWN}whatever"),
    condition("E047-case", "attRibute_exists(a)", f"{_UNKNOWN}attRibute_exists"),
    condition("E047-operand", "a = Size(b)", f"{_UNKNOWN}Size"),
    update("E047-update", "SET a = LIST_APPEND(a, b)", f"{_UNKNOWN}LIST_APPEND"),
    condition("E048-size-alone", "size(a)", f"{_MISUSED}size"),
    condition("E048-size-joined", "a = b AND size(a)", f"{_MISUSED}size"),
    condition("E048-compared", "attribute_exists(a) > b", f"{_MISUSED}attribute_exists"),
    condition("E048-inside", "size(contains(a, b)) > a", f"{_MISUSED}contains"),
    condition("E048-choice", "a IN (b, attribute_exists(c))", f"{_MISUSED}attribute_exists"),
    condition(
        "E048-update-function",
        "if_not_exists(a, b) = c",
        "The function is not allowed in a condition expression; function: if_not_exists",
    ),
    update(
        "E048-condition-function",
        "SET a = size(b)",
        "The function is not allowed in an update expression; function: size",
    ),
    update(
        "E048-list-append", "SET a = list_append(list_append(a, b), c)", f"{_MISUSED}list_append"
    ),
)


# Numbers, paths and types of operands (E049 to E056).
_COUNT = "Incorrect number of operands for operator or function; operator or function: "
_DISTINCT = (
    "The first operand must be distinct from the remaining operands for this operator or "
    "function; operator: "
)
_PATH = "Operator or function requires a document path; operator or function: "
_MANY = "The expression contains too many operators; operator count: 301"
_JOINED = " AND ".join(["a=b"] * 151)
_OPERANDS = (
    condition(
        "E049-exists",
        "attribute_exists(a, b)",
        f"{_COUNT}attribute_exists, number of operands: 2",
    ),
    condition("E049-type", "attribute_type(a)", f"{_COUNT}attribute_type, number of operands: 1"),
    condition(
        "E049-begins",
        "begins_with(a, size(b), c)",
        f"{_COUNT}begins_with, number of operands: 3",
    ),
    condition("E049-contains", "contains(a)", f"{_COUNT}contains, number of operands: 1"),
    condition("E049-size", "size(a, b) > c", f"{_COUNT}size, number of operands: 2"),
    update(
        "E049-update",
        "SET a = if_not_exists(b)",
        f"{_COUNT}if_not_exists, number of operands: 1",
    ),
    update(
        "E049-list-append",
        "SET a = list_append(a, b, c)",
        f"{_COUNT}list_append, number of operands: 3",
    ),
    condition(
        "E049-in",
        f"a IN ({', '.join(['b'] * 101)})",
        "The IN operator is provided with too many operands; number of operands: 101",
    ),
    condition("E051-equal", "a = a", f"{_DISTINCT}=, first operand: [a]"),
    condition("E051-placeholder", "#n <> a", f"{_DISTINCT}<>, first operand: [a]", {"#n": "a"}),
    condition(
        "E051-path",
        "contains(a.b[1].c, a.b[1].#n)",
        f"{_DISTINCT}contains, first operand: [a, b, [1], c]",
        {"#n": "c"},
    ),
    condition("E051-between", "a BETWEEN b AND a", f"{_DISTINCT}BETWEEN, first operand: [a]"),
    condition("E051-in", "a IN (b, a)", f"{_DISTINCT}IN, first operand: [a]"),
    scan_filter("E051-filter", "begins_with(a, a)", f"{_DISTINCT}begins_with, first operand: [a]"),
    update(
        "E051-update",
        "SET a = if_not_exists(a, a)",
        f"{_DISTINCT}if_not_exists, first operand: [a]",
    ),
    condition("E052-exists", "attribute_exists(:v)", f"{_PATH}attribute_exists", v=S),
    condition("E052-not-exists", "attribute_not_exists(size(a))", f"{_PATH}attribute_not_exists"),
    update("E052-update", "SET a = if_not_exists(:v, b)", f"{_PATH}if_not_exists", v=S),
    update("E052-nested", "SET a = if_not_exists(if_not_exists(a, b), c)", f"{_PATH}if_not_exists"),
    condition("E053-condition", _JOINED, _MANY),
    condition("E053-not", "NOT " * 300 + "a = b", _MANY),
    scan_filter("E053-filter", _JOINED, _MANY),
    update("E053-update", "SET " + ",".join(f"a{i}=b+c" for i in range(301)), _MANY),
    condition(
        "E054",
        "attribute_type(a, :v)",
        "Invalid attribute type name found; type: string, "
        "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        v={"S": "string"},
    ),
    condition(
        "E055",
        "a BETWEEN :v AND :w",
        "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
        "operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}",
        v=N,
        w=S,
    ),
    condition(
        "E056-string",
        "a BETWEEN :v AND :w",
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {S:b}, "
        "upper bound operand: AttributeValue: {S:a}",
        v={"S": "b"},
        w=S,
    ),
    scan_filter(
        "E056-number",
        "a BETWEEN :v AND :w",
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {N:10}, "
        "upper bound operand: AttributeValue: {N:9}",
        v={"N": "10"},
        w={"N": "9"},
    ),
    key_condition(
        "E055-key-condition",
        "p = :v AND r BETWEEN :w AND :v",
        "Invalid KeyConditionExpression: The BETWEEN operator requires same data type for "
        "lower and upper bounds; lower bound operand: AttributeValue: {N:1}, "
        "upper bound operand: AttributeValue: {S:a}",
        v=S,
        w=N,
    ),
)


CASES: tuple[ErrorCase, ...] = (
    *_NAMES,
    *_OPERANDS,
)
