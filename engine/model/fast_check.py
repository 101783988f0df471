"""The fast check of requests: one closure per operation, made from the service model once.

A closure says whether a request is right in its types and constraints, and nothing about what is
wrong with it. Attribute values are left out, since `values` walks them anyway; a map of attribute
values only has to be a map.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from math import inf
from typing import Any

from engine.errors import SerializationException
from engine.model import json_types
from engine.model.constraints import Holds, Limits, key_limits_of, limits_of, needed_members
from engine.model.service import ServiceModel, Shape

ATTRIBUTE_VALUE = "AttributeValue"


def compile_structure(
    model: ServiceModel, shape: Shape, overrides: dict[str, Holds] | None = None
) -> Holds:
    """The check of a structure; `overrides` are checks of some members in place of the model's."""
    checks = {
        name: check
        for name, member in shape.members.items()
        if (check := _compile(model, model.shape(member.shape_name))) is not None
    } | (overrides or {})
    required = needed_members(shape)
    check_of = checks.get

    def check_structure(value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        for name, content in value.items():
            if content is None:
                if name in required:
                    return False
            else:
                check = check_of(name)
                if check is not None and not check(content):
                    return False
        return value.keys() >= required

    return check_structure


def _compile(model: ServiceModel, shape: Shape) -> Holds | None:
    """The check of a value of a shape; None if there is nothing to check."""
    if shape.name == ATTRIBUTE_VALUE:
        return None
    match shape.type:
        case "structure":
            return compile_structure(model, shape)
        case "list":
            return _list(model, shape)
        case "map":
            return _map(model, shape)
        case _:
            return _SCALARS[shape.type](limits_of(shape))


def _list(model: ServiceModel, shape: Shape) -> Holds:
    limits = limits_of(shape)
    low = limits.low or 0
    high = inf if limits.high is None else limits.high
    check = _compile(model, model.shape(str(shape.element)))

    def check_list(value: Any) -> bool:
        if not isinstance(value, list) or not low <= len(value) <= high:
            return False
        if check is not None:
            for element in value:
                if element is None or not check(element):
                    return False
        return True

    return check_list


def _map(model: ServiceModel, shape: Shape) -> Holds:
    limits = limits_of(shape)
    low = limits.low or 0
    high = inf if limits.high is None else limits.high
    check_key = compile_string(key_limits_of(model.shape(str(shape.key))))
    check = _compile(model, model.shape(str(shape.value)))
    if check is None:
        return lambda value: isinstance(value, dict) and json_types.are_texts(value)

    def check_map(value: Any) -> bool:
        if not isinstance(value, dict) or not low <= len(value) <= high:
            return False
        for key, content in value.items():
            if content is None or not check_key(key) or not check(content):
                return False
        return True

    return check_map


def compile_string(limits: Limits) -> Holds:
    """The check of a text with those limits."""
    if limits.enum:
        enum = limits.enum
        return lambda value: isinstance(value, str) and value in enum
    if not limits.constraints:
        return json_types.is_text
    low = limits.low or 0
    high = inf if limits.high is None else limits.high
    matches = limits.matches
    if matches is None:
        return lambda value: json_types.is_text(value) and low <= len(value) <= high

    # Names of tables and indexes come again and again.
    @lru_cache(maxsize=1_024)
    def fits(text: str) -> bool:
        return bool(low <= len(text) <= high and matches(text) and json_types.is_text(text))

    return lambda value: isinstance(value, str) and fits(value)


def _whole_number(bounds: tuple[int, int]) -> Callable[[Limits], Holds]:
    def check_of(limits: Limits) -> Holds:
        low = bounds[0] if limits.low is None else max(limits.low, bounds[0])
        high = bounds[1] if limits.high is None else min(limits.high, bounds[1])
        return lambda value: json_types.is_whole_number(value, (low, high))

    return check_of


def _double(limits: Limits) -> Holds:
    low = -inf if limits.low is None else limits.low
    high = inf if limits.high is None else limits.high
    return lambda value: json_types.is_number(value) and low <= value <= high


def _boolean(_: Limits) -> Holds:
    return lambda value: isinstance(value, bool)


def _timestamp(_: Limits) -> Holds:
    return lambda value: json_types.is_number(value) or isinstance(value, datetime)


def _blob(_: Limits) -> Holds:
    def check_blob(value: Any) -> bool:
        try:
            json_types.base64_text(value)
        except SerializationException:
            return False
        return True

    return check_blob


_SCALARS: dict[str, Callable[[Limits], Holds]] = {
    "string": compile_string,
    "integer": _whole_number(json_types.INT32),
    "long": _whole_number(json_types.INT64),
    "double": _double,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
}
