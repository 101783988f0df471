"""Parameters that several operations share: placeholders, limits on mixing, ReturnValues.

All of it can be checked without the table, and is checked before the table is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.client.protocol import Context, Json
from engine.errors import SerializationException, ValidationException
from engine.expressions import Placeholders
from engine.model import values
from engine.storage.transaction import Cause

_NAME = re.compile(r"#[A-Za-z0-9_]+\Z")
_VALUE = re.compile(r":[A-Za-z0-9_]+\Z")
_LEGACY = frozenset(
    {
        "AttributesToGet",
        "AttributeUpdates",
        "ConditionalOperator",
        "Expected",
        "KeyConditions",
        "QueryFilter",
        "ScanFilter",
    }
)
_EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)


def refuse_legacy(request: Json) -> None:
    """Refuse the parameters that came before expressions; beside expressions with E064."""
    if _LEGACY.isdisjoint(request):
        return
    legacy = [name for name in sorted(_LEGACY) if request.get(name) is not None]
    if not legacy:
        return
    used = [name for name in _EXPRESSIONS if request.get(name) is not None]
    if used:
        raise ValidationException(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(legacy)}}} "
            f"Expression parameters: {{{', '.join(used)}}}"
        )
    raise ValidationException(
        f"{', '.join(legacy)}: parameters from before expressions are not available here; "
        "use expressions"
    )


def placeholders(request: Json, expressions: Sequence[str]) -> Placeholders:
    """Check and bind ExpressionAttributeNames and ExpressionAttributeValues (E057 to E063, E018).

    `expressions` are the operation's expression parameters, those that take values first.
    """
    names = request.get("ExpressionAttributeNames")
    given = request.get("ExpressionAttributeValues")
    if names is None and given is None:
        return Placeholders(None, None)
    present = [name for name in expressions if request.get(name) is not None]
    if names is not None and not present:
        raise ValidationException(
            "ExpressionAttributeNames can only be specified when using expressions"
        )
    with_values = [name for name in expressions if name != "ProjectionExpression"]
    if given is not None and not any(name in present for name in with_values):
        verb = "is" if len(with_values) == 1 else "are"
        raise ValidationException(
            "ExpressionAttributeValues can only be specified when using expressions: "
            f"{' and '.join(with_values)} {verb} null"
        )
    if names is not None:
        _check_names(names)
    return Placeholders(names, None if given is None else _canonical_values(given))


def _check_names(names: dict[str, str]) -> None:
    if not names:
        raise ValidationException("ExpressionAttributeNames must not be empty")
    for key in names:
        if not _NAME.match(key):
            raise ValidationException(
                f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{key}"'
            )


def _canonical_values(given: Json) -> Json:
    if not given:
        raise ValidationException("ExpressionAttributeValues must not be empty")
    for key in given:
        if not _VALUE.match(key):
            raise ValidationException(
                f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"'
            )
    canonical = {}
    for key, value in given.items():
        try:
            canonical[key] = values.normalise_value(value)[0]
        except ValidationException as error:
            raise ValidationException(
                f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}"
            ) from error
    return canonical


def attribute_map(request: Json, member: str) -> tuple[Json, int]:
    """The canonical form and size of a Key or Item parameter."""
    try:
        return values.normalise_item(request[member])
    except UnicodeEncodeError as error:
        raise SerializationException("Invalid UTF-8 in a string") from error


def old_image_wanted(request: Json) -> bool:
    """Whether ReturnValues of a Put or Delete asks for the old item (E085)."""
    wanted = request.get("ReturnValues") or "NONE"
    if wanted not in ("NONE", "ALL_OLD"):
        raise ValidationException("ReturnValues can only be ALL_OLD or NONE")
    return bool(wanted == "ALL_OLD")


def cause_of(context: Context) -> Cause:
    """What the change log notes of a request."""
    return Cause(context.origin, context.principal)
