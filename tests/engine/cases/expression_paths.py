"""Paths, and what an update finds at their ends (E010, E014, E019, E058, E065 to E070)."""

from __future__ import annotations

from functools import reduce

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.requests import VALIDATION, N, applied, condition, projection, update


# Paths in each other's way, too deep, beyond any list (E065 to E067).
def _clash(word: str, one: str, two: str) -> str:
    return (
        f"Two document paths {word} with each other; must remove or rewrite one of these "
        f"paths; path one: {one}, path two: {two}"
    )


_ONCE = 'The "%s" section can only be used once in an update expression;'
_DEEP = "The document path has too many nesting levels; nesting levels: 33"
_INDEX = "List index is not within the allowable range; index: [2147483648]"
_PATHS = (
    projection("E065-same", "a, a", _clash("overlap", "[a]", "[a]")),
    projection("E065-prefix", "a, #a[1]", _clash("overlap", "[a]", "[a, [1]]"), {"#a": "a"}),
    projection("E065-first", "b[1], b.a, #a.b, a", _clash("overlap", "[a, b]", "[a]"), {"#a": "a"}),
    update("E065-sections", "SET a = b REMOVE a", _clash("overlap", "[a]", "[a]")),
    update(
        "E065-placeholder",
        "SET #c[3].#d = a, #c[3] = a",
        _clash("overlap", "[c, [3], [3]]", "[c, [3]]"),
        {"#c": "c", "#d": "[3]"},
    ),
    projection("E066", "a.b, #a[1]", _clash("conflict", "[a, b]", "[a, [1]]"), {"#a": "a"}),
    projection(
        "E066-deep",
        "a[3].b, #a.#b.b",
        _clash("conflict", "[a, [3], b]", "[a, [3], b]"),
        {"#a": "a", "#b": "[3]"},
    ),
    update("E066-update", "REMOVE a.b SET a[1] = c", _clash("conflict", "[a, b]", "[a, [1]]")),
    *(
        update(
            f"E067-{section}",
            f"{section} a{value} REMOVE z {section} b{value}".replace(
                "REMOVE z", "ADD z :v" if section == "REMOVE" else "REMOVE z"
            ),
            _ONCE % section,
            v={"SS": ["a"]},
        )
        for section, value in (
            ("SET", " = c"),
            ("REMOVE", ""),
            ("ADD", " :v"),
            ("DELETE", " :v"),
        )
    ),
    projection("E066-nesting", "a" + ".b" * 32, _DEEP),
    condition("E066-nesting-condition", "a" + "[0]" * 32 + " = b", _DEEP),
    update("E066-nesting-update", "REMOVE a" + ".b" * 32, _DEEP),
    projection("E066-index", "a[2147483648]", _INDEX),
    condition("E066-index-condition", "attribute_exists(a[2147483648])", _INDEX),
    update("E066-index-update", "REMOVE a[2147483648]", _INDEX),
)


# What only the item decides (E010, E014, E019, E058, E069, E070).
_PATH = "The document path provided in the update expression is invalid for update"
_MISSING = "The provided expression refers to an attribute that does not exist in the item"
_OPERAND = "An operand in the update expression has an incorrect data type"
_OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
_UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
_NESTED: Json = reduce(lambda inner, _: {"L": [inner]}, range(31), {"M": {}})
_STRINGS = {"SS": ["a"]}
_APPLICATION = (
    *(
        applied(f"E058-{place}", text, _PATH, v=_STRINGS)
        for place, text in (
            ("set-below-scalar", "SET s.a = :v"),
            ("set-index-of-scalar", "SET s[1] = :v"),
            ("set-below-nothing", "SET zz.a = :v"),
            ("set-index-of-nothing", "SET zz[0] = :v"),
            ("set-index-of-map", "SET m[1] = :v"),
            ("set-name-of-list", "SET li.a = :v"),
            ("set-below-missing-leaf", "SET m.zz.a = :v"),
            ("add", "ADD m[0] :v"),
            ("delete", "DELETE zz.a :v"),
        )
    ),
    applied("E058-remove", "REMOVE zz.a", _PATH),
    applied("E058-remove-index", "REMOVE m[0]", _PATH),
    ErrorCase(
        "E058-no-item",
        "UpdateItem",
        {"TableName": "hash", "Key": {"p": {"S": "nobody"}}, "UpdateExpression": "SET a.b = p"},
        VALIDATION,
        _PATH,
    ),
    applied("E069-path", "SET a = zz", _MISSING),
    applied("E069-deep", "SET a = m.one.two", _MISSING),
    applied("E069-index", "SET a = li[3]", _MISSING),
    applied("E069-sum", "SET a = n + zz", _MISSING),
    applied("E069-append", "SET a = list_append(zz, li)", _MISSING),
    applied("E069-default", "SET a = if_not_exists(zz, zzz)", _MISSING),
    applied("E069-before", "SET zz = :v, a = zz", _MISSING, v=N),
    ErrorCase(
        "E069-no-item",
        "UpdateItem",
        {"TableName": "hash", "Key": {"p": {"S": "nobody"}}, "UpdateExpression": "SET a = b"},
        VALIDATION,
        _MISSING,
    ),
    applied("E070-sum", "SET a = s + :v", _OPERAND, v=N),
    applied("E070-difference", "SET a = n - m", _OPERAND),
    applied("E070-append", "SET a = list_append(ns, li)", _OPERAND),
    applied(
        "E070-append-default",
        "SET a = list_append(li, if_not_exists(n, :v))",
        _OPERAND,
        v={"L": []},
    ),
    applied("E070-add-number", "ADD s :v", _OPERAND, v=N),
    applied("E070-add-set", "ADD ss :v", _OPERAND, v={"NS": ["1"]}),
    applied("E070-add-set-to-list", "ADD li :v", _OPERAND, v=_STRINGS),
    applied("E070-delete", "DELETE ns :v", _OPERAND, v=_STRINGS),
    applied("E070-delete-number", "DELETE n :v", _OPERAND, v={"NS": ["1"]}),
    applied("E070-delete-deep", "DELETE m.one :v", _OPERAND, v={"NS": ["1"]}),
    applied("E019-sum", "SET a = big + big", _OVERFLOW),
    applied("E019-add", "ADD big :v", _OVERFLOW, v={"N": "1e125"}),
    applied("E019-precision", "SET a = big + :v", _OVERFLOW, v=N),
    applied(
        "E010-difference",
        "SET a = :v - :w",
        _UNDERFLOW,
        v={"N": "1.0000000000000000000000000000000000002e-100"},
        w={"N": "1.0000000000000000000000000000000000001e-100"},
    ),
    applied(
        "E014-update",
        "SET m.one = :v",
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
        "levels beyond supported limit",
        v=_NESTED,
    ),
)


CASES: tuple[ErrorCase, ...] = (
    *_PATHS,
    *_APPLICATION,
)
