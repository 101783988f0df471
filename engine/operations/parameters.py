"""Parameters that several operations share: placeholders, limits on mixing, ReturnValues.

All of it can be checked without the table, and is checked before the table is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from engine.client.protocol import Context, Json
from engine.errors import SerializationException, ValidationException
from engine.expressions import (
    NO_PLACEHOLDERS,
    Placeholders,
    Projection,
    attributes_to_get,
    compile_projection,
)
from engine.model import json_types, values
from engine.storage.transaction import Cause

_NAME = re.compile(r"#[A-Za-z0-9_]+\Z")
_VALUE = re.compile(r":[A-Za-z0-9_]+\Z")
# In the order in which the service lists them.
_LEGACY = (
    "AttributeUpdates",
    "AttributesToGet",
    "QueryFilter",
    "ScanFilter",
    "Expected",
    "ConditionalOperator",
    "KeyConditions",
)
# What a ConditionalOperator can join.
_CONDITIONAL = ("Expected", "QueryFilter", "ScanFilter")
_LEGACY_NAMES = frozenset(_LEGACY)
_EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "FilterExpression",
    "KeyConditionExpression",
)
_MAPS = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_OF_EXPRESSIONS = frozenset((*_LEGACY, *_EXPRESSIONS, *_MAPS))
_PLACEHOLDER_BYTES_MAX = 255
# Requests repeat their placeholders.
_PLACEHOLDERS_CACHED = 1_024
_MAPS_BYTES_MAX = 2 * 1_048_576


def is_plain(request: Json) -> bool:
    """Whether a request has no expressions, and nothing that is for them or was before them.

    Then there is nothing for the functions below to check or to bind.
    """
    return _OF_EXPRESSIONS.isdisjoint(request)


def check_mixing(request: Json) -> None:
    """Refuse expressions beside the parameters that came before them (E064)."""
    if _LEGACY_NAMES.isdisjoint(request):
        return
    legacy = [name for name in _LEGACY if request.get(name) is not None]
    if not legacy:
        return
    used = [name for name in _EXPRESSIONS if request.get(name) is not None]
    # KeyConditions may stand beside expressions that do other things.
    other = [name for name in legacy if name != "KeyConditions"]
    mixed = legacy if "KeyConditionExpression" in used else other
    if used and mixed:
        raise ValidationException(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(mixed)}}} "
            f"Expression parameters: {{{', '.join(used)}}}"
        )
    if request.get("ConditionalOperator") is not None:
        _check_operator(request)


def _check_operator(request: Json) -> None:
    """A ConditionalOperator joins two conditions or more."""
    counts = [len(request.get(name) or ()) for name in _CONDITIONAL]
    if not any(counts):
        raise ValidationException("ConditionalOperator cannot be used without Filter or Expected")
    if 1 in counts:
        raise ValidationException(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )


def projection_of(request: Json, bound: Placeholders) -> Projection | None:
    """The compiled ProjectionExpression, or what AttributesToGet names."""
    text, names = request.get("ProjectionExpression"), request.get("AttributesToGet")
    if text is not None:
        return compile_projection(text, bound)
    return None if names is None else attributes_to_get(names)


def check_maps(request: Json, expressions: Sequence[str]) -> None:
    """Refuse names and values where there is no expression to use them (E057, E059).

    `expressions` are the operation's expression parameters, those that take values first.
    """
    names = request.get("ExpressionAttributeNames")
    given = request.get("ExpressionAttributeValues")
    if names is None and given is None:
        return
    for name in expressions:
        if name != "ProjectionExpression" and request.get(name) is not None:
            # It may use both.
            return
    present = [name for name in expressions if request.get(name) is not None]
    if names is not None and not present:
        raise ValidationException(
            "ExpressionAttributeNames can only be specified when using expressions"
        )
    with_values = [name for name in expressions if name != "ProjectionExpression"]
    if given is not None and with_values and not any(name in present for name in with_values):
        verb = "is" if len(with_values) == 1 else "are"
        raise ValidationException(
            "ExpressionAttributeValues can only be specified when using expressions: "
            f"{' and '.join(with_values)} {verb} null"
        )


def without_idle_maps(request: Json) -> Json:
    """An action of a transaction without names and values that no expression could use.

    Unlike a single operation, a transaction takes no offence at them.
    """
    if _MAPS.isdisjoint(request) or any(request.get(name) is not None for name in _EXPRESSIONS):
        return request
    return {name: value for name, value in request.items() if name not in _MAPS}


def placeholders(request: Json, expressions: Sequence[str]) -> Placeholders:
    """Check and bind ExpressionAttributeNames and ExpressionAttributeValues (E057 to E063, E018).

    `expressions` as for `check_maps`; where none of them takes values, values are not looked at.
    """
    names = request.get("ExpressionAttributeNames")
    given = request.get("ExpressionAttributeValues")
    if names is None and given is None:
        return NO_PLACEHOLDERS
    check_maps(request, expressions)
    if all(name == "ProjectionExpression" for name in expressions):
        given = None
    size = 0 if names is None else _check_names(names)
    canonical = None
    if given is not None:
        canonical, values_size = _canonical_values(given)
        size += values_size
    if size > _MAPS_BYTES_MAX:
        raise ValidationException(
            "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max "
            "size"
        )
    return Placeholders(names, canonical)


def _check_names(names: dict[str, str]) -> int:
    """Check ExpressionAttributeNames; gives its size in bytes."""
    if not names:
        raise ValidationException("ExpressionAttributeNames must not be empty")
    size = sum(map(_name_key_size, names))
    for key, name in names.items():
        # A longer name than the service allows is refused as a member of the request.
        if not name:
            raise ValidationException(
                "ExpressionAttributeNames contains invalid value: Empty attribute name "
                f"for key {key}"
            )
        size += _utf8_size(name)
    return size


@lru_cache(maxsize=_PLACEHOLDERS_CACHED)
def _name_key_size(key: str) -> int:
    """Check the placeholder of a name; gives its size in bytes."""
    size = _utf8_size(key)
    if size > _PLACEHOLDER_BYTES_MAX:
        raise ValidationException(
            "ExpressionAttributeNames contains invalid key: The expression attribute map "
            f"contains a key that is too long; size of key: {size}"
        )
    if not _NAME.match(key):
        raise ValidationException(
            f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{key}"'
        )
    return size


def _canonical_values(given: Json) -> tuple[Json, int]:
    """Check ExpressionAttributeValues; gives the canonical values and the map's size in bytes."""
    if not given:
        raise ValidationException("ExpressionAttributeValues must not be empty")
    size = sum(map(_value_key_size, given))
    canonical = {}
    for key, value in given.items():
        try:
            canonical[key], value_size = values.normalise_value(value)
        except ValidationException as error:
            raise ValidationException(
                f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}",
                newer=error.newer or error.message,
            ) from error
        size += value_size
    return canonical, size


@lru_cache(maxsize=_PLACEHOLDERS_CACHED)
def _value_key_size(key: str) -> int:
    """Check the placeholder of a value; gives its size in bytes."""
    size = _utf8_size(key)
    if size > _PLACEHOLDER_BYTES_MAX:
        # Unlike that of names, the text ends here.
        raise ValidationException(
            "ExpressionAttributeValues contains invalid key: The expression attribute map "
            "contains a key that is too long;"
        )
    if not _VALUE.match(key):
        raise ValidationException(
            f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"'
        )
    return size


def _utf8_size(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise SerializationException(json_types.UNEXPECTED_TOKEN) from None


def attribute_map(request: Json, member: str) -> tuple[Json, int]:
    """The canonical form and size of a Key or Item parameter."""
    return values.normalise_item(request[member])


def old_image_wanted(request: Json) -> bool:
    """Whether ReturnValues of a Put or Delete asks for the old item (E085)."""
    wanted = request.get("ReturnValues") or "NONE"
    if wanted not in ("NONE", "ALL_OLD"):
        raise ValidationException("ReturnValues can only be ALL_OLD or NONE")
    return bool(wanted == "ALL_OLD")


def cause_of(context: Context) -> Cause:
    """What the change log notes of a request."""
    return Cause(context.origin, context.principal)
