"""Requests around one expression, from which the cases are made."""

from __future__ import annotations

from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.tables import HASH_KEY, INDEXED_KEY, RANGED_KEY

VALIDATION = "ValidationException"
INVALID = "One or more parameter values were invalid: "
GET = {"TableName": "hash", "Key": HASH_KEY}
PUT = {"TableName": "hash", "Item": HASH_KEY}
RANGED = {"TableName": "ranged", "Key": RANGED_KEY}
INDEXED = {"TableName": "indexed", "Key": INDEXED_KEY}

S, N, B = {"S": "a"}, {"N": "1"}, {"B": b"a"}
EACH_TYPE: dict[str, Json] = {
    "S": S,
    "N": N,
    "B": B,
    "BOOL": {"BOOL": True},
    "NULL": {"NULL": True},
    "SS": {"SS": ["a"]},
    "NS": {"NS": ["1"]},
    "BS": {"BS": [b"a"]},
    "L": {"L": []},
    "M": {"M": {}},
}


def _request(
    base: Json, names: dict[str, str] | None, values: Json | None, **more: Json | str
) -> Json:
    request: Json = {**base, **more}
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = values
    return request


def condition(
    label: str, text: str, message: str, names: dict[str, str] | None = None, **values: Json
) -> ErrorCase:
    """A ConditionExpression of PutItem; `values` without their colons."""
    request = _request(PUT, names, _colons(values), ConditionExpression=text)
    return ErrorCase(
        label, "PutItem", request, VALIDATION, f"Invalid ConditionExpression: {message}"
    )


def _colons(values: Json) -> Json:
    return {f":{name}": value for name, value in values.items()}


def scan_filter(
    label: str, text: str, message: str, names: dict[str, str] | None = None, **values: Json
) -> ErrorCase:
    """A FilterExpression of Scan."""
    request = _request({"TableName": "hash"}, names, _colons(values), FilterExpression=text)
    return ErrorCase(label, "Scan", request, VALIDATION, f"Invalid FilterExpression: {message}")


def update(
    label: str, text: str, message: str, names: dict[str, str] | None = None, **values: Json
) -> ErrorCase:
    """An UpdateExpression that is refused for what it says."""
    return applied(label, text, f"Invalid UpdateExpression: {message}", names, **values)


def applied(
    label: str, text: str, message: str, names: dict[str, str] | None = None, **values: Json
) -> ErrorCase:
    """An UpdateExpression that the item does not allow; the message is whole."""
    request = _request(GET, names, _colons(values), UpdateExpression=text)
    return ErrorCase(label, "UpdateItem", request, VALIDATION, message)


def projection(
    label: str, text: str, message: str, names: dict[str, str] | None = None
) -> ErrorCase:
    """A ProjectionExpression of GetItem."""
    request = _request(GET, names, None, ProjectionExpression=text)
    return ErrorCase(
        label, "GetItem", request, VALIDATION, f"Invalid ProjectionExpression: {message}"
    )


def key_condition(
    label: str,
    text: str,
    message: str,
    names: dict[str, str] | None = None,
    table: str = "ranged",
    index: str | None = None,
    filtered_by: str | None = None,
    **values: Json,
) -> ErrorCase:
    """A KeyConditionExpression; the message is whole."""
    base: Json = {"TableName": table}
    if index is not None:
        base["IndexName"] = index
    if filtered_by is not None:
        base["FilterExpression"] = filtered_by
    request = _request(base, names, _colons(values), KeyConditionExpression=text)
    return ErrorCase(label, "Query", request, VALIDATION, message)


def syntax(token: str, near: str) -> str:
    """The text of a syntax error (E039)."""
    return f'Syntax error; token: "{token}", near: "{near}"'
