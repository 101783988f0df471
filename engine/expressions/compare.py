"""How attribute values compare: equality of every type, order of strings, numbers and binary."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from engine.client.protocol import Json

ORDERED_TYPES = frozenset({"S", "N", "B"})
SIZED_TYPES = frozenset({"S", "B", "SS", "NS", "BS", "L", "M"})
_SETS = frozenset({"SS", "NS", "BS"})
# `a < b` is `b > a`.
FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def type_of(value: Json) -> str:
    """The type of a canonical attribute value."""
    return next(iter(value))


def equal(one: Json, two: Json) -> bool:
    """Whether two canonical values are equal: never across types, sets in any order."""
    if one == two:
        return True
    kind = type_of(one)
    if kind not in two:
        return False
    left, right = one[kind], two[kind]
    if kind in _SETS:
        return set(left) == set(right)
    if kind == "L":
        return len(left) == len(right) and all(map(equal, left, right))
    if kind == "M":
        return left.keys() == right.keys() and all(equal(left[name], right[name]) for name in left)
    return False


def order_key(kind: str) -> Callable[[Any], Any]:
    """What turns the content of a value of an ordered type into something that orders alike.

    Strings of code points order as their UTF-8 bytes do.
    """
    if kind == "N":
        return Decimal
    return b64decode if kind == "B" else str


def compare(operator: str, one: Json | None, two: Json | None) -> bool:
    """`one operator two`; missing operands and types without order compare false, but for <>."""
    if one is None or two is None:
        return operator == "<>"
    if operator == "=":
        return equal(one, two)
    if operator == "<>":
        return not equal(one, two)
    kind = type_of(one)
    if kind not in ORDERED_TYPES or kind not in two:
        return False
    key = order_key(kind)
    return ORDERINGS[operator](key(one[kind]), key(two[kind]))


ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def begins_with(value: Json, prefix: Json) -> bool:
    """Whether a string or binary value starts with another of its type."""
    if "S" in value and "S" in prefix:
        return bool(value["S"].startswith(prefix["S"]))
    if "B" in value and "B" in prefix:
        return b64decode(value["B"]).startswith(b64decode(prefix["B"]))
    return False


def contains(value: Json, part: Json) -> bool:
    """Whether a string holds a substring, binary a run of bytes, a set or list a member."""
    kind, sought = type_of(value), type_of(part)
    if kind == "L":
        return any(equal(element, part) for element in value["L"])
    if kind in _SETS:
        return sought == kind[0] and part[sought] in value[kind]
    if kind != sought:
        return False
    if kind == "S":
        return part["S"] in value["S"]
    if kind == "B":
        return b64decode(part["B"]) in b64decode(value["B"])
    return False


def size(value: Json) -> int | None:
    """What size() gives: the length of strings and binary, members of sets, lists and maps.

    The service counts a string in UTF-16 code units, as Java does: `é` is 1, `𝄞` is 2.
    """
    kind = type_of(value)
    if kind == "S":
        text = value["S"]
        return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
    if kind == "B":
        return len(b64decode(value["B"]))
    if kind in _SETS or kind in ("L", "M"):
        return len(value[kind])
    return None
