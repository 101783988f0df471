"""The constraints of the service model on one value: length, range, pattern and enum.

`Limits` holds those of a shape. The fast check of a request and the exact texts of its refusal
both read them, so that the two cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import ge, le
from typing import Any

from engine.model.service import Shape

TABLE_NAME_PATTERN = "[a-zA-Z0-9_.-]+"
ARN_PREFIX = "arn:"

# A table may be named by its ARN wherever the model says TableArn; what is no ARN has to look like
# a table name. The empty text is left to the constraint on its length.
_TABLE_SHAPE = "TableArn"
_NAME_OF_PATTERN_OR_ARN = ARN_PREFIX + ".*|[a-zA-Z0-9_.-]*"
_TABLE_NAME_OR_ARN = ARN_PREFIX + ".{,1020}|[a-zA-Z0-9_.-]{3,255}"

# The service prints the values of these enums in an order of its own (E030), all others in the
# order of the model.
_ENUM_ORDERS = {
    "BillingMode": "PROVISIONED, PAY_PER_REQUEST",
    "ComparisonOperator": (
        "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
    ),
    "ConditionalOperator": "OR, AND",
    "KeyType": "HASH, RANGE",
    "ProjectionType": "ALL, INCLUDE, KEYS_ONLY",
    "ReturnConsumedCapacity": "INDEXES, TOTAL, NONE",
    "ReturnItemCollectionMetrics": "SIZE, NONE",
    "ReturnValue": "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
    "ScalarAttributeType": "B, N, S",
    "Select": "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES",
    "StreamViewType": "OLD_IMAGE, KEYS_ONLY, NEW_AND_OLD_IMAGES, NEW_IMAGE",
}

# What a tag holds is looked at by the operations on tags, which have words of their own for it.
_TAG = "Tag"
_TAG_TEXTS = frozenset({"TagKeyString", "TagValueString"})

# What the model's patterns use of Java's syntax and Python's lacks.
_JAVA_SYNTAX = {
    r"\p{Print}": r"[\x20-\x7E]",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
}

# Says by a true or false object whether a value fits.
Holds = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a shape demands of a value of the right type, in two forms that say the same.

    `low` and `high` limit a length (of text, list or map) or a number; `matches` and `enum` are
    for text. `constraints` are the service's texts (E030 to E035), each with its test.
    """

    low: int | None = None
    high: int | None = None
    matches: Holds | None = None
    enum: frozenset[str] = frozenset()
    constraints: tuple[tuple[str, Holds], ...] = ()

    def texts(self) -> list[str]:
        """Every constraint, as the service lists them for the keys or values of a map."""
        return [text for text, _ in self.constraints]

    def violations(self, value: Any) -> list[str]:
        """The texts of the constraints that the value breaks."""
        return [text for text, holds in self.constraints if not holds(value)]


def limits_of(shape: Shape) -> Limits:
    """The limits of a string, number, list or map."""
    if shape.name in _TAG_TEXTS:
        return Limits()
    constraints: list[tuple[str, Holds]] = []
    measured = "value" if shape.type in ("integer", "long", "double") else "length"
    if shape.maximum is not None:
        text = f"Member must have {measured} less than or equal to {shape.maximum}"
        constraints.append((text, _bound(measured, le, shape.maximum)))
    if shape.minimum is not None:
        text = f"Member must have {measured} greater than or equal to {shape.minimum}"
        constraints.append((text, _bound(measured, ge, shape.minimum)))
    matches = None
    if shape.name == _TABLE_SHAPE:
        matches = _matches(_TABLE_NAME_OR_ARN)
        constraints += _NAME_LENGTHS
        constraints.append((_pattern_text(TABLE_NAME_PATTERN), _matches(_NAME_OF_PATTERN_OR_ARN)))
    elif shape.pattern is not None:
        matches = _matches(shape.pattern)
        constraints.append((_pattern_text(shape.pattern), matches))
    enum = frozenset(shape.enum)
    if enum:
        listed = _ENUM_ORDERS.get(shape.name) or ", ".join(shape.enum)
        text = f"Member must satisfy enum value set: [{listed}]"
        constraints.append((text, enum.__contains__))
    return Limits(shape.minimum, shape.maximum, matches, enum, tuple(constraints))


def needed_members(shape: Shape) -> frozenset[str]:
    """The members of a structure whose absence is a violation."""
    return frozenset() if shape.name == _TAG else frozenset(shape.required)


# A name that is no ARN is shorter than the model allows; the empty one breaks the model's limit.
_NAME_LENGTHS: tuple[tuple[str, Holds], ...] = (
    (
        "Member must have length less than or equal to 255",
        lambda name: name.startswith(ARN_PREFIX) or not 255 < len(name) <= 1_024,
    ),
    (
        "Member must have length greater than or equal to 3",
        lambda name: name.startswith(ARN_PREFIX) or not 1 <= len(name) < 3,
    ),
)


def key_limits_of(shape: Shape) -> Limits:
    """The limits of a map's keys: tables by name or ARN, or what the shape of the key says."""
    return table_name_limits() if shape.name == _TABLE_SHAPE else limits_of(shape)


@cache
def table_name_limits() -> Limits:
    """The limits of a whole table name of 3 to 255 characters (E036); an ARN passes too."""
    matches = _matches(_TABLE_NAME_OR_ARN)
    texts = (
        "Member must have length less than or equal to 255",
        "Member must have length greater than or equal to 3",
        _pattern_text(TABLE_NAME_PATTERN),
    )
    return Limits(matches=matches, constraints=tuple((text, matches) for text in texts))


def table_name_violations(name: str) -> list[str]:
    """What is wrong with a whole table name that is no ARN, one by one."""
    texts = table_name_limits().texts()
    wrong = (len(name) > 255, len(name) < 3, not re.fullmatch(TABLE_NAME_PATTERN, name))
    return [text for text, is_wrong in zip(texts, wrong, strict=True) if is_wrong]


def _pattern_text(pattern: str) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def _bound(measured: str, compare: Callable[[Any, Any], bool], limit: int) -> Holds:
    if measured == "length":
        return lambda value: compare(len(value), limit)
    return lambda value: compare(value, limit)


def _matches(java_pattern: str) -> Holds:
    for java, python in _JAVA_SYNTAX.items():
        java_pattern = java_pattern.replace(java, python)
    return re.compile(java_pattern, re.DOTALL).fullmatch
