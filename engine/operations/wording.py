"""The service's newer wording of its refusals, Region by Region since June 2026.

The engine raises classic texts. Where a Region is to speak as the service does in 2026, a refusal
is put into the other words here; its type stays the same. The rules are §11 of the facts on the
API's behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.errors import ValidationException

WORDINGS = ("classic", "2026")

_ENVELOPE = "1 validation error detected: "
_ENVELOPED = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
# These kept the older layer, which names the placeholder of a bad value.
_OLDER_LAYER = frozenset({"BatchWriteItem", "TransactWriteItems", "TransactGetItems", "Scan"})
_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_EMPTY_NUMBER = "The parameter cannot be converted to a numeric value"
_COUNTED = re.compile(r"\d+ validation errors? detected: ")
_BAD_VALUE = re.compile(
    r"ExpressionAttributeValues contains invalid value: (.*) for key :[A-Za-z0-9_]+", re.DOTALL
)
_BOUND = re.compile(
    r"Value '(?:[^']|'(?! at '))*' at '([^']*)' (failed to satisfy constraint: Member must have "
    r"(?:length greater|value (?:greater|less)) than or equal to \d+)"
)
_RETURN_VALUES = re.compile(
    r"Value '[^']*' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value "
    r"set: \[[^\]]*\]"
)
_NEW_RETURN_VALUES = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
_STRING_SET = re.compile(r"Input collection \[(.*)\] contains duplicates\.", re.DOTALL)
_BINARY_SET = re.compile(r"Input collection \[(.*)\]of type BS contains duplicates\.")
_ONLY_WITH_EXPRESSIONS = "ExpressionAttributeValues can only be specified when using expressions"
# Rules of Select that a Query, but no Scan, tells in the envelope.
_SELECT_RULES = ("Must specify the ", "Cannot specify the ", "ALL_PROJECTED_ATTRIBUTES can be used")


def reworded(operation: str, error: ValidationException) -> ValidationException:
    """The same refusal in the wording of 2026."""
    message = error.message
    for rule in _RULES:
        message = rule(operation, message)
    if _wants_envelope(operation, error, message):
        message = _ENVELOPE + message
    new = ValidationException(message, **error.members)
    new.about_table = error.about_table
    return new


def _wants_envelope(operation: str, error: ValidationException, message: str) -> bool:
    if _COUNTED.match(message):
        return False
    if operation == "Query":
        return message.startswith(_SELECT_RULES)
    return operation in _ENVELOPED and not error.about_table


def _bounds(operation: str, message: str) -> str:
    """Lower bounds and ranges no longer echo the value, and name the member as the model does."""
    if operation == "Scan":
        return message
    return _BOUND.sub(lambda match: f"Value at '{_pascal(match[1])}' {match[2]}", message)


def _pascal(path: str) -> str:
    """A member's path as the model writes its names; keys of maps stay as they are."""
    elements = path.split(".")
    following = [*elements[1:], ""]
    return ".".join(
        one if "member" in (one, after) else one[:1].upper() + one[1:]
        for one, after in zip(elements, following, strict=True)
    )


def _return_values(_: str, message: str) -> str:
    return _RETURN_VALUES.sub(_NEW_RETURN_VALUES, message)


def _bad_value(operation: str, message: str) -> str:
    match = _BAD_VALUE.fullmatch(message)
    return message if match is None or operation in _OLDER_LAYER else match[1]


def _duplicates(_: str, message: str) -> str:
    if message == "Input collection contains duplicates":
        return f"{_INVALID}Input collection contains duplicates."
    binary = _BINARY_SET.search(message)
    if binary is not None:
        listed = ",".join(f'"{member}"' for member in binary[1].split(", "))
        return message.replace(f"[{binary[1]}]", f"[{listed}]")
    texts = _STRING_SET.search(message)
    if texts is not None:
        members = sorted(texts[1].split(", "))
        repeat = next(i for i, member in enumerate(members) if member in members[:i])
        listed = ", ".join(f'"{member}"' for member in members[: repeat + 1])
        return message.replace(f"[{texts[1]}]", f"[{listed}]")
    return message


def _empty_number(_: str, message: str) -> str:
    return f"{message}: " if message == _EMPTY_NUMBER else message


def _values_alone(_: str, message: str) -> str:
    return _ONLY_WITH_EXPRESSIONS if message.startswith(_ONLY_WITH_EXPRESSIONS) else message


def _empty_key(_: str, message: str) -> str:
    old = f"{_INVALID}The AttributeValue for a key attribute"
    return _NOT_VALID + message.removeprefix(_INVALID) if message.startswith(old) else message


_RULES: tuple[Callable[[str, str], str], ...] = (
    _bounds,
    _return_values,
    _bad_value,
    _duplicates,
    _empty_number,
    _values_alone,
    _empty_key,
)
