"""The service's newer wording of its refusals, Region by Region since June 2026.

The engine raises classic texts, with the newer one beside where that cannot be told from the text
(`ValidationException.newer`). Where a Region is to speak as the service does in 2026, a refusal is
put into the other words here; its type stays the same. The rules are §11 of the facts on the API's
behaviour.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.model.validation import listed
from engine.model.violations import MAP_KEYS

WORDINGS = ("classic", "2026")

_ENVELOPE = "1 validation error detected: "
_ENVELOPED = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
# These kept the older layer: its texts about values, and the placeholder of a bad one.
_OLDER_LAYER = frozenset(
    {
        "BatchExecuteStatement",
        "BatchWriteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
    }
)
# Bounds that these find broken are told in the newer form.
_NEW_BOUNDS = frozenset(
    {
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
# A request that goes deeper is read by the older layer, whatever the operation.
_NEW_LAYER_DEPTH = 62
_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_BOUND = re.compile(
    r"Value '(?:[^']|'(?! at '))*' at '([^']*)' (failed to satisfy constraint: Member must have "
    r"(?:length greater|value (?:greater|less)) than or equal to \d+)"
)
_TOO_MANY_KEYS = re.compile(
    r"Value '.*' at '(requestItems\..*\.member\.keys)' (failed to satisfy constraint: Member must "
    r"have length less than or equal to \d+)",
    re.DOTALL,
)
_TABLE_NAME = re.compile(r" at '[tT]ableName' failed ")
_NEW_RETURN_VALUES = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
_NEW_OPERATOR = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
_ONLY_WITH_EXPRESSIONS = "ExpressionAttributeValues can only be specified when using expressions"
# Rules of Select that a Query or Scan tells in the envelope.
_SELECT_RULES = ("Must specify the ", "Cannot specify the ", "ALL_PROJECTED_ATTRIBUTES can be used")


def reworded(operation: str, request: Json, error: ValidationException) -> ValidationException:
    """The same refusal in the wording of 2026."""
    if operation in _ENVELOPED and _depth(request) > _NEW_LAYER_DEPTH:
        return error
    if error.violations:
        return ValidationException(_constraints(operation, request, error), **error.members)
    message = error.message
    if error.newer is not None and operation not in _OLDER_LAYER:
        message = error.newer
    if message.startswith(_ONLY_WITH_EXPRESSIONS):
        message = _ONLY_WITH_EXPRESSIONS
    if message.startswith(f"{_INVALID}The AttributeValue for a key attribute"):
        message = _NOT_VALID + message.removeprefix(_INVALID)
    if _wants_envelope(operation, error, message):
        message = _ENVELOPE + message
    new = ValidationException(message, **error.members)
    new.about_table = error.about_table
    return new


def _wants_envelope(operation: str, error: ValidationException, message: str) -> bool:
    if message.startswith(_ENVELOPE):
        return False
    if operation in ("Query", "Scan"):
        return message.startswith(_SELECT_RULES)
    return operation in _ENVELOPED and not error.about_table


def _constraints(operation: str, request: Json, error: ValidationException) -> str:
    """What member constraints are broken; some of them are told alone."""
    violations = error.violations
    if operation in _ENVELOPED or operation == "Query":
        # A member that is missing altogether is noticed by the older layer.
        if any(one.startswith("Value null at '") for one in violations):
            return error.message
        if _of("conditionalOperator", violations):
            return _NEW_OPERATOR if operation == "Query" else _ENVELOPE + _NEW_OPERATOR
    told = [_constraint(operation, request, one) for one in violations]
    if operation in _ENVELOPED:
        # Of a wrong table name, nothing else is told.
        about_name = [one for one in told if _TABLE_NAME.search(one)]
        told = about_name or told
    if operation == "UpdateItem" and _NEW_RETURN_VALUES in told:
        told = [_NEW_RETURN_VALUES]
    return listed(told)


def _of(member: str, violations: tuple[str, ...]) -> bool:
    """Whether one of the violations is about a member of the request."""
    return any(f"' at '{member}' failed" in one for one in violations)


def _constraint(operation: str, request: Json, violation: str) -> str:
    if "' at 'returnValues' failed" in violation:
        return _NEW_RETURN_VALUES
    if operation == "BatchGetItem":
        if MAP_KEYS in violation:
            _, _, rest = violation.partition("' at 'requestItems' failed")
            shown = orjson.dumps(request["RequestItems"], default=_base64).decode()
            return f"Value '{shown}' at 'requestItems' failed{rest}"
        violation = _TOO_MANY_KEYS.sub(_without_value, violation)
    if operation in _NEW_BOUNDS:
        return _BOUND.sub(_without_value, violation)
    return violation


def _without_value(match: re.Match[str]) -> str:
    """A bound no longer echoes the value, and names the member as the model does."""
    return f"Value at '{_pascal(match[1])}' {match[2]}"


def _base64(raw: Any) -> str:
    return b64encode(raw).decode()


def _pascal(path: str) -> str:
    """A member's path as the model writes its names; keys of maps stay as they are."""
    elements = path.split(".")
    following = [*elements[1:], ""]
    return ".".join(
        one if "member" in (one, after) else one[:1].upper() + one[1:]
        for one, after in zip(elements, following, strict=True)
    )


def _depth(request: Any) -> int:
    """How many maps and lists, each inside the value of another, an attribute value goes deep."""
    depth, level = 0, [request]
    while level:
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return depth // 2
