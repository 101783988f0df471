"""Attribute values of vectors: base64 made bytes, and compared by what they mean."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def meaning(value: Mapping[str, Any]) -> Any:
    """What equal values have in common: numbers by value, sets without order."""
    [(kind, content)] = value.items()
    match kind:
        case "N":
            return "N", Decimal(content)
        case "NS":
            return "NS", frozenset(map(Decimal, content))
        case "B":
            return "B", as_bytes(content)
        case "BS":
            return "BS", frozenset(map(as_bytes, content))
        case "SS":
            return "SS", frozenset(content)
        case "L":
            return "L", [meaning(one) for one in content]
        case "M":
            return "M", meanings(content)
    return kind, content


def meanings(item: Mapping[str, Any]) -> dict[str, Any]:
    """What equal items have in common."""
    return {name: meaning(value) for name, value in item.items()}


def as_bytes(content: Any) -> bytes:
    """Bytes, which may be base64 text."""
    return content if isinstance(content, bytes) else b64decode(content)


def check_equal(found: Any, expected: Any, what: str) -> None:
    """Raises AssertionError where two things differ."""
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")


def check_item(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raises AssertionError where two items differ, and says in which attributes."""
    ours, theirs = meanings(found), meanings(expected)
    for name in sorted(ours.keys() | theirs.keys()):
        check_equal(ours.get(name), theirs.get(name), name)


def must_fail(test: Mapping[str, Any]) -> bool:
    """Whether an item must not open; raises AssertionError where a test expects anything else."""
    expected = test.get("expect", "decrypts")
    if expected not in ("decrypts", "must-fail"):
        raise AssertionError(f"{expected!r} is nothing that can be expected")
    return bool(expected == "must-fail")
